"""Whether the bytes that leave are a mail after the RFCs, and one that mailbox providers do not refuse for its head."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from newsletter_mailer.checks.copies import CopyCheck, head_of
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.message.specimen import DEAD_TOKEN
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import Sentence, sentence

LONGEST_FIELD = 32_768  #: bytes; Gmail refuses more with 552 5.3.4
LONGEST_HEAD = 500_000
LONGEST_MESSAGE_ID = 500
LONGEST_SUBJECT = 998
LONGEST_ENCODED_WORD = 75  #: RFC 2047 section 2
LONGEST_ENCODED_LINE = 76  #: of quoted-printable and base64, RFC 2045 section 6.7

_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")
_ADDRESS = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
_ZONE = re.compile(r"\d{2}:\d{2}(:\d{2})? [+-]\d{4}$")
_BARE_PART = re.compile(rb"^content-transfer-encoding: *[78]bit", re.IGNORECASE | re.MULTILINE)
_COUNTER = re.compile(r"\(\d+\)")
_REPLY = re.compile(r"\b(?:re|tr|fwd?)\s*:", re.IGNORECASE)


def strict(subject: Subject) -> Iterator[Finding]:
    """The mail as it goes over the wire, by the rules that dispatch keeps, and those of the head."""
    for what in _faults(subject):
        yield Finding(
            "message-format",
            Level.ERROR,
            sentence("mailbox providers may refuse the mail: {fault}", fault=what),
            sentence("change what the settings or the issue put there; see docs/checks.md"),
        )


def _faults(subject: Subject) -> Iterator[Sentence]:
    data = subject.message
    try:
        fields, body = head_of(data)
        to = _ADDRESS.findall(" ".join(fields.get("to", ())))
    except ValueError:
        yield sentence("it is not a mail that a program can take apart")
        return
    look = CopyCheck(subject.composition.edition).look_at(
        data,
        to=to[-1] if to else "",
        token=DEAD_TOKEN,
        message_id=" ".join(fields.get("message-id", ())),
    )
    yield from look.problems
    yield from _of_head(fields)
    yield from _of_size(data, body)


def _of_head(fields: dict[str, list[str]]) -> Iterator[Sentence]:
    if len(_ADDRESS.findall(" ".join(fields.get("from", ())))) != 1:
        yield sentence("From holds one address and no more")
    if not _ZONE.search(" ".join(fields.get("date", ()))):
        yield sentence("its date has no time zone in numbers")
    for name, most in (("message-id", LONGEST_MESSAGE_ID), ("subject", LONGEST_SUBJECT)):
        if len(" ".join(fields.get(name, ()))) > most:
            yield sentence("{name} is longer than {most} characters", name=name, most=most)
    for name, values in fields.items():
        text = " ".join(values)
        if len(text) > LONGEST_FIELD:
            yield sentence("{name} is longer than {most} characters", name=name, most=LONGEST_FIELD)
        if any(len(word) > LONGEST_ENCODED_WORD for word in _ENCODED_WORD.findall(text)) or "?==?" in text:
            yield sentence("{name} holds an encoded word that is too long, or glued to the next", name=name)
        if name.startswith("list-un") and _ENCODED_WORD.search(text):
            yield sentence("{name} is encoded: one-click unsubscribing would not be seen", name=name)


def _of_size(data: bytes, body: bytes) -> Iterator[Sentence]:
    if len(data) - len(body) > LONGEST_HEAD:
        yield sentence("its head is longer than {most} bytes", most=LONGEST_HEAD)
    longest = max(map(len, body.split(b"\r\n")), default=0)
    if longest > LONGEST_ENCODED_LINE and not _BARE_PART.search(data):
        yield sentence("a line is longer than {count} bytes", count=LONGEST_ENCODED_LINE)


def sender(subject: Subject) -> Iterator[Finding]:
    """A sender's name that looks like more than a name: Gmail marks it (Sender guidelines, April 2025)."""
    name = subject.workspace.settings.sender.name
    wrong = _wrong_in(name, subject.loaded.issue.subject)
    if wrong:
        yield Finding(
            "sender-name",
            Level.WARNING,
            sentence(
                "the sender's name “{name}” {wrong}: Gmail takes it for a trick", name=name[:60], wrong=wrong
            ),
            sentence("newsletter.yaml, sender.name: the name of the association and nothing else"),
        )


def _wrong_in(name: str, line: str) -> Sentence | None:
    if any(unicodedata.category(letter) in ("So", "Sk", "Cs") for letter in name):
        return sentence("holds a picture sign")
    if _COUNTER.search(name):
        return sentence("holds a count such as (2)")
    if _REPLY.search(name) or "@" in name:
        return sentence("looks like a reply or an address")
    if len(line) > 8 and line.casefold() in name.casefold():
        return sentence("holds the subject")
    return None


CHECKS = (
    Check(("message-format",), strict),
    Check(("sender-name",), sender),
)
