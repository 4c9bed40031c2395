"""An edition is an issue rendered once for everyone: static text, open slots, and spans that a reader may not get."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

FORMAT = 1  #: raised when a stored edition of an older shape could no longer be sent

CLOSE_TO_CLIPPED = 90_000  #: bytes of decoded HTML from which an officer is warned
GMAIL_SHOWS = 102_400  #: bytes of decoded HTML; it clips the rest, and the way to unsubscribe with it


class Place(Enum):
    """Where a slot stands, hence how its value is escaped."""

    HTML_TEXT = "html_text"  #: between tags
    HTML_ATTRIBUTE = "html_attribute"  #: inside a quoted attribute
    HTML_URL = "html_url"  #: the whole of an href or src: only http, https, mailto, tel
    HTML_URL_PART = "html_url_part"  #: inside an href or src: percent-encoded
    PLAIN = "plain"  #: in the text part
    PLAIN_URL = "plain_url"  #: the whole of an address in the text part
    PLAIN_URL_PART = "plain_url_part"  #: inside an address in the text part: percent-encoded
    HEADER = "header"  #: in the subject


@dataclass(frozen=True, slots=True)
class Slot:
    """An open place: the number of an expression of the edition, and where it stands."""

    expression: int
    place: Place


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of static text or one slot, with the condition under which a reader gets it."""

    content: str | Slot
    when: int | None = None  #: number of a condition of the edition, None = everyone


@dataclass(frozen=True, slots=True)
class Picture:
    """An embedded picture; its Content-ID is derived from its bytes."""

    cid: str  #: without angle brackets, e.g. "p1-3f2a9c@news.example.org"
    filename: str
    media_type: str  #: "image/png", "image/jpeg" or "image/gif"
    data: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along, such as the agenda's calendar."""

    filename: str  #: may hold any letters; encoded after RFC 2231
    media_type: str  #: with parameters, e.g. 'text/calendar; method=PUBLISH; charset=utf-8'
    data: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mail is from."""

    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the ledger keeps of an issue: everything a message needs but the reader."""

    issue_id: str
    slug: str
    title: str
    language: str  #: BCP 47, e.g. "fr"
    sender: Sender
    subject: tuple[Segment, ...]
    html: tuple[Segment, ...]
    text: tuple[Segment, ...]
    expressions: tuple[str, ...] = ()  #: sources, checked when composed
    conditions: tuple[str, ...] = ()  #: sources of `when:`
    fallbacks: tuple[tuple[str, str], ...] = ()  #: subscriber_fields and their fallbacks at composition
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    format: int = FORMAT


_PLAIN = (
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter that is taken for another, read out or copied
)
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def short_code(hash_: str) -> str:
    """By what people name an edition, e.g. "7K3M-9QXD": the first 40 bits of its hash (hexadecimal digits)."""
    number = int(hash_[:10], 16)
    letters = "".join(_PLAIN[number >> place & 31] for place in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def is_code_of(hash_: str, typed: str) -> bool:
    """Whether that is the edition's short code, in whatever way it was typed."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_MISREAD)
    return plain == short_code(hash_).replace("-", "")
