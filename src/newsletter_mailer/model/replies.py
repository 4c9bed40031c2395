"""What a server's reply means: one class for each, by the words first, then by the codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from newsletter_mailer.model import reply_table as table
from newsletter_mailer.model import reply_words as words
from newsletter_mailer.model.reply_table import Meaning, ReplyClass

__all__ = ["STOPS", "Reply", "ReplyClass", "Verb", "classify", "meaning"]

STOPS = frozenset({ReplyClass.STOP_SENDER, ReplyClass.STOP_MESSAGE})  #: nobody can be reached as things are


class Verb(Enum):
    """The step of the transaction that a reply answers."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  #: the reply after the final dot
    RSET = "rset"
    QUIT = "quit"

    __hash__ = object.__hash__  # by identity, in C: the SMTP tables are looked up four times a message


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's whole reply (RFC 5321 section 4.2); `text` joins its lines with newlines, undecodable bytes replaced."""

    code: int  #: 200..599
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".replace("\n", " ")


_MOST = 4000  # letters of a reply that are read
_STATUS = re.compile(r"(?<![\w.])[245]\.\d{1,3}\.\d{1,3}(?!\w|\.\d)")
_FRENCH = re.compile(r" (?:ofr|lpn|ouk)[a-z0-9]{0,4}[_-]?(\d{3})(?!\w)")
_SFR = re.compile(r" sfr_in_\d?(\d\d)(?!\w)")
_PLAIN = str.maketrans("àâäçéèêëîïôöùûü’", "aaaceeeeiioouuu'", "") | {ord(c): " " for c in '[](){}<>,;:#"!?'}
_SESSION_STEPS = frozenset({Verb.CONNECT, Verb.EHLO, Verb.STARTTLS, Verb.AUTH, Verb.RSET, Verb.QUIT})
_OF_ANY_STEP = STOPS | {ReplyClass.SLOW, ReplyClass.SESSION, ReplyClass.RETRY}
_OWNERS = frozenset({"5.7.17", "5.7.18"})  # RFC 7293: the words of a house that knows its readers


def classify(reply: Reply, to: Verb) -> ReplyClass:
    """What the reply to that step asks of us. What nobody knows is temporary when it is 4xx, and soft when it is 5xx."""
    return ReplyClass.OK if 200 <= reply.code <= 299 else meaning(reply, to).kind


def meaning(reply: Reply, to: Verb) -> Meaning:
    """The class with its cause."""
    if 200 <= reply.code <= 299:
        return table.OK
    if to in _SESSION_STEPS:
        return _of_session(reply, to)
    if (known := table.CODES.get(reply.code)) is not None:
        return known
    said = _Said.of(reply)
    numbered = _numbered(said)
    if numbered is not None and numbered.kind in STOPS and not said.quoted:
        return numbered  # whatever the code: these houses say 421 where they mean never
    found = numbered or _named(said, words.STRONG) or _sized(said) or _by_status(said) or _filtered(said, to)
    return _checked(found or _named(said, words.WEAK) or _unknown(said, to), said, to)


@dataclass(frozen=True, slots=True)
class _Said:
    """A reply, ready to be searched."""

    code: int
    text: str  #: lower case, without accents, brackets and addresses, a space at either end
    status: str  #: enhanced code, or ""
    quoted: bool  #: it repeats what another server said

    @property
    def temporary(self) -> bool:
        return not 500 <= self.code <= 599

    @classmethod
    def of(cls, reply: Reply) -> _Said:
        raw = reply.text[:_MOST].lower()
        status = next((s for s in _STATUS.findall(raw) if s[0] == str(reply.code)[0]), "")
        parts = (part for part in raw.translate(_PLAIN).split() if "@" not in part)
        kept = " ".join(part for part in parts if part != status)  # each line of a long reply repeats it
        return cls(reply.code, f" {kept} ", status, " said:" in raw)


def _of_session(reply: Reply, to: Verb) -> Meaning:
    """Of an answer that no message waits for."""
    if to in (Verb.RSET, Verb.QUIT) or reply.code < 500:
        return table.SESSION
    return table.LOGIN if to is Verb.AUTH or reply.code in table.CODES else table.REPUTATION


def _numbered(said: _Said) -> Meaning | None:
    """By the code that a French house writes into its text."""
    if (found := _FRENCH.search(said.text)) is not None:
        return table.FRENCH.get(found[1])
    found = _SFR.search(said.text)
    return table.SFR.get(found[1]) if found else None


def _named(said: _Said, rows: tuple[words.Phrases, ...]) -> Meaning | None:
    first = str(said.code)[0]
    for row in rows:
        if first in row.codes and any(phrase in said.text for phrase in row.words):
            return row.meaning
    return None


def _sized(said: _Said) -> Meaning | None:
    return None if said.status.startswith("5.2.") else _named(said, (words.SIZE,))


def _by_status(said: _Said) -> Meaning | None:
    known = table.STATUSES.get(f"{said.code} {said.status}") or table.STATUSES.get(said.status)
    if known is not None:
        return known
    subject, _, detail = said.status.rpartition(".")
    return next(
        (m for start, numbers, m in table.RANGES if subject == start and int(detail) in numbers), None
    )


def _filtered(said: _Said, to: Verb) -> Meaning | None:
    """A list of bad senders is about us; a filter that has read the message is about the message."""
    if said.temporary:
        return None
    if any(phrase in said.text for phrase in words.BLOCKLISTS):
        return table.POLICY
    found = _named(said, (words.FILTERED,))
    return found if found is None or to in (Verb.DATA, Verb.DOT) else table.POLICY


def _unknown(said: _Said, to: Verb) -> Meaning:
    if said.temporary:
        return table.RETRY
    if said.code == 556:
        return table.HARD
    if said.code == 552 and to is Verb.RCPT:  # RFC 5321 section 4.5.3.1.10
        return table.FULL
    return table.POLICY if to is Verb.DATA else table.SOFT


def _checked(found: Meaning, said: _Said, to: Verb) -> Meaning:
    """What was found, as far as code, step and speaker allow it."""
    if said.quoted and found.kind in STOPS and to is not Verb.MAIL:
        return table.RETRY if said.temporary else table.POLICY  # one reader's house does not stop a run
    if found is table.SLOW and said.status.endswith(".2.2"):
        found = table.FULL  # too many messages are in the mailbox, and not on their way
    if said.temporary:
        return _while_temporary(found, said)
    if to is Verb.MAIL and found.kind not in _OF_ANY_STEP:
        return table.QUOTA if found is table.FULL else table.SENDER  # no reader was named yet
    if found is table.HARD and any(phrase in said.text for phrase in words.ABOUT_US):
        return table.POLICY
    if said.status.startswith("5.7.") and found.kind in (ReplyClass.HARD, ReplyClass.SOFT):
        return found if said.status in _OWNERS else table.POLICY
    return found


def _while_temporary(found: Meaning, said: _Said) -> Meaning:
    """4xx is no last word, but for a quota: that one ends the run."""
    if found.kind in (ReplyClass.SLOW, ReplyClass.SESSION) or found is table.QUOTA:
        return found
    if said.code == 421:
        return table.SESSION  # RFC 5321 section 3.8: says nothing of the reader
    return table.FULL if found is table.FULL else table.RETRY
