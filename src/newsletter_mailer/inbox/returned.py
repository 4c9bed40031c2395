"""The mail that came back with a bounce, and the words before it that are written for people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.inbox.addresses import anywhere
from newsletter_mailer.inbox.parts import ORIGINALS, Fields, Mail, fields_of, first
from newsletter_mailer.inbox.words import any_of

_OWN_WORDS = any_of(
    "original message|copy of the message|copy of your message|returned message|unsent message|"
    "message text follows|message headers follow|message header follows|header of the original|"
    "headers of the original|original mail|original headers|message follows|returned mail|"
    "your message follows|message is attached|texte du message|message d'origine|message original|"
    "ursprungliche nachricht|received message"
)
_HEADERS = ("received:", "return-path:", "dkim-signature:", "x-originating-ip:", "message-id:", "arc-seal:")
_DECORATION = " \t-=*|_#>+~"
_TOKEN = re.compile(r"(?<![A-Za-z0-9])(?:[0-9a-fA-F]{50}|[A-Za-z2-7]{40})(?![A-Za-z0-9])")
_ID = re.compile(r"<[^<>\s]{1,500}>")
_MOST = 40
_QUOTED = 5  # lines, of a mail that somebody passes on
_TO_EACH = 3  # lines of one of these
_TO = ("delivered-to", "x-original-to", "envelope-to", "to")


def said_before(text: str) -> tuple[str, str]:
    """The words for people, and the returned mail behind them, which is "" where there is none."""
    at = 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and (_opens(line) or _is_header(line, lines, number)):
            return text[:at], text[at + (len(line) + 1 if _opens(line) else 0) :].lstrip("\n")
        at += len(line) + 1
    return text, ""


def unquoted(text: str) -> str:
    """The text without the marks of a forwarded mail."""
    lines = text.split("\n")
    quoted = sum(line.startswith("> ") or line == ">" for line in lines)
    if quoted < _QUOTED:
        return text
    return "\n".join(line[1:].removeprefix(" ") if line.startswith(">") else line for line in lines)


def _opens(line: str) -> bool:
    """Whether the line says that the returned mail follows."""
    bare = line.strip(_DECORATION)
    if not 8 < len(bare) < 90:
        return False
    said = bare.lower()
    if not any(word in said for word in _OWN_WORDS):
        return False
    decorated = line.strip()[:2] in ("--", "==", "**", "|-", "__", "##")
    return decorated or said.endswith(("follows.", "follow.", ":")) or said.rstrip(".") in _OWN_WORDS


def _is_header(line: str, lines: list[str], number: int) -> bool:
    """Whether the head of a mail begins here: one of its usual fields, and one more field soon after it."""
    if not line.lower().startswith(_HEADERS):
        return False
    return any(
        ":" in following.partition(" ")[0] and not following.startswith((" ", "\t"))
        for following in lines[number + 1 : number + 12]
    )


def originals(mail: Mail) -> Iterator[Fields]:
    """The heads of the mails that came back, from their own parts or from behind the words for people."""
    for part in mail.of(ORIGINALS):
        yield fields_of(part.text.lstrip("\n").partition("\n\n")[0])
    for text in mail.texts():
        said, behind = said_before(unquoted(text))
        if behind:
            yield fields_of(behind.partition("\n\n")[0])
        yield fields_of("\n".join(line.strip() for line in said.split("\n") if _names_mail(line)))


def _names_mail(line: str) -> bool:
    return line.strip().lower().startswith(("message-id:", "x-original-message-id:"))


def tokens(mail: Mail) -> tuple[str, ...]:
    """What may name a delivery of ours: to where it came back, then the returned mail's words. None of it is proof."""
    found = [
        local for name in _TO for value in mail.head.get(name, ())[:_TO_EACH] if (local := _tagged(value))
    ]
    for fields in originals(mail):
        found += _ids(fields, "message-id")
        found += [token.lower() for token in _TOKEN.findall(first(fields, "list-unsubscribe"))]
    for name in ("x-original-message-id", "in-reply-to", "references"):
        found += _ids(mail.head, name)
    return tuple(dict.fromkeys(found))[:_MOST]


def readers(mail: Mail) -> list[str]:
    """To whom the mail that came back was written; ours go to one reader each."""
    found = [address for fields in originals(mail) for address in anywhere(first(fields, "to"))]
    return list(dict.fromkeys(found))[:1]


def _ids(fields: Fields, name: str) -> list[str]:
    return _ID.findall(first(fields, name))


def _tagged(value: str) -> str:
    """The local part of an address with a tag: name+tag@…"""
    address = value.rpartition("<")[2].partition(">")[0].strip() if "<" in value else value.strip()
    local, at, _ = address.rpartition("@")
    return local if at and "+" in local and len(local) <= 64 and " " not in local else ""
