"""Whether a mail asks to be taken off, and the signed token that says from what. Pure: nothing is trusted here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from urllib.parse import unquote

from newsletter_mailer.inbox.mailbox import LONGEST_HEAD, LONGEST_MAIL
from newsletter_mailer.inbox.words import decoded, text_of

OUR_WORD = "unsubscribe"  #: of the mailto: address in every mail, before the token
_ASKING = re.compile(
    r"(?:please )?unsubscribe\b"
    r"|(?:je (?:veux|souhaite|voudrais) )?(?:(?:me |se )?d[ée]s(?:inscrire|abonner)|d[ée]s(?:inscription|abonnement))\b"
)
_PREFIX = re.compile(r"(?:re|aw|sv|tr|fw|fwd|wg|réf)\s?(?:\[\d{1,3}\])?\s?:\s*")
_RUN = re.compile(r"[a-z0-9]+")
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_QUOTES = " \"'«»“”<>:.-"
_BETWEEN = re.compile(r"[\s<>,;\"()]+")
_SHORTEST, _LONGEST = 40, 64  # letters of a token; gateways may break one into pieces
_PIECES, _MOST = 3, 50  # of a token; candidates looked at in one text
_PARTS = 30  # of a mail
_LONGEST_FIELD = 4000  # letters; a folded List-Unsubscribe has some hundreds
_PREFIXES = 5  # "Re: Tr: Fwd: …"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the head of a mail says."""

    subject: str  #: on one line
    candidates: tuple[str, ...]  #: what may be a token, in lower case
    asks: bool  #: the subject asks to be taken off, with or without a token
    automatic: bool  #: a program answered: a bounce, a holiday notice; it wishes nothing
    sender: str  #: the address it says it is from; anybody can write that
    fingerprint: str  #: the same when the mail is met again under another number or name


def wish(head: bytes) -> Wish:
    """Read the head of a mail, however it is broken."""
    fields = _fields(head)
    subject = decoded(_first(fields, "subject"))
    found = list(_after_our_word(subject))
    for address in _addresses(" ".join(value for name in _TO for value in fields.get(name, ()))):
        found += _after_our_word(address.rpartition("@")[0])
    marks = "\0".join(_first(fields, name) for name in ("message-id", "date", "from", "to", "subject"))
    return Wish(
        subject=subject,
        candidates=tuple(dict.fromkeys(found)),
        asks=_asks(subject),
        automatic=_is_automatic(fields),
        sender=next(iter(_addresses(_first(fields, "from"))), ""),
        fingerprint=hashlib.sha256(marks.encode(errors="replace")).hexdigest()[:32],
    )


def candidates_in(mail: bytes) -> tuple[str, ...]:
    """What may be a token in the texts of a mail, where our word stands before it."""
    found: list[str] = []
    mail = mail[:LONGEST_MAIL]
    if mail.lower().count(b"multipart/") > _PARTS:  # every line would be compared with every border
        return ()
    try:
        parts = _texts(BytesParser(policy=_Short()).parsebytes(mail))
        for text in parts:
            found += _after_our_word(text)
    except (MessageError, RecursionError, ValueError, LookupError):
        pass  # a mail made to break programs: somebody will look at it
    return tuple(dict.fromkeys(found))[:_MOST]


class _Short(Compat32):
    """Fields as long as sense reaches: `email` reads the parameters of one in the square of its length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_FIELD]


def _after_our_word(text: str) -> Iterator[str]:
    """The letters that follow our word, alone and joined over spaces, in time that grows with the text alone."""
    runs = _RUN.findall(unquote(text).lower()) if "%" in text else _RUN.findall(text.lower())
    made = 0
    for at, run in enumerate(runs):
        if not run.startswith(OUR_WORD) or made >= _MOST:
            continue
        joined = run.removeprefix(OUR_WORD)
        for piece in ["", *runs[at + 1 : at + 1 + _PIECES]]:
            joined += piece
            if len(joined) > _LONGEST:
                break
            if len(joined) >= _SHORTEST:
                made += 1
                yield joined


def _asks(subject: str) -> bool:
    said = subject.lower().strip(_QUOTES)
    for _ in range(_PREFIXES):
        said = _PREFIX.sub("", said, count=1).strip(_QUOTES) if _PREFIX.match(said) else said
    return _ASKING.match(said) is not None


def _is_automatic(fields: Mapping[str, Sequence[str]]) -> bool:
    """RFC 3834 section 5, and what programs that do not know it write instead."""
    submitted = _first(fields, "auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or any(name in fields for name in ("x-auto-response-suppress", "x-autoreply", "x-autorespond"))
        or _first(fields, "precedence").lower() in ("auto_reply", "auto-reply")
        or _first(fields, "return-path") == "<>"
        or _first(fields, "content-type").lower().startswith("multipart/report")
    )


def _fields(head: bytes) -> dict[str, list[str]]:
    """The fields of a head by their names in small letters, each on one line; bytes beyond ASCII are UTF-8."""
    found: dict[str, list[str]] = {}
    for name, raw in BytesHeaderParser().parsebytes(head[:LONGEST_HEAD]).raw_items():
        text = str(raw)[:_LONGEST_FIELD].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(name.lower(), []).append(" ".join(text.split()))
    return found


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _addresses(value: str) -> list[str]:
    """What looks like an address, without letters that steer a terminal.

    `email.utils` would read comments within comments until Python's stack ends.
    """
    words = [word[:254] for word in _BETWEEN.split(value) if "@" in word][:50]
    return ["".join(letter for letter in word if letter.isprintable()) for word in words]


def _texts(mail: Message) -> Iterator[str]:
    for number, part in enumerate(mail.walk()):
        if number >= _PARTS:
            return
        if part.get_content_maintype() != "text":
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield text_of(payload, part.get_content_charset() or "utf-8")
