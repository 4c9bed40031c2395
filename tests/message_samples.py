"""Editions, readers and texts for the tests of messages."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from newsletter_mailer.message.mime import Copy, Letterhead
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Attachment, Edition, Picture, Place, Segment, Sender, Slot

NOON = datetime(2026, 11, 23, 12, 0, 5, tzinfo=timezone(timedelta(hours=1)))
UTC_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "aeaaaaaaaaaaaaacv3kq" * 3
BY_MAIL = Letterhead("adherents.example.org", "Adhérents", "leave@example.org")
ON_THE_WEB = Letterhead("adherents.example.org", "Adhérents", "leave@example.org", "https://news.example.org")
SENDER = Sender("Réseau d’exemple", "news@example.org")
PICTURE = Picture("p1-3f2a9c@example.org", "logo.png", "image/png", bytes(range(256)) * 3)
CALENDAR = Attachment("été.ics", "text/calendar; method=PUBLISH; charset=utf-8", b"BEGIN:VCALENDAR\r\n")
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='alert(1)",
    "javascript:alert(1)",
    "JaVa\tScRiPt:alert(1)",
    "data:text/html,x",
    "{{7*7}}",
    "{% for x in y %}{% endfor %}",
    "{{ ''|attr('format') }}",
    "{# note #}",
    "&",
    "&amp;lt;",
    "=2E",
    "=?utf-8?q?x?=",
    "=",
    ".",
    "..",
    "From here",
    "\r\n.\r\nMAIL FROM:<x@example.org>\r\n",
    "\n.\n",
    "\r.\r",
    "a\0b",
    "a\u2028b\u2029c\u0085d\x0be\x7ff\x9bg",
    "\u202eabc\u2066",
    "\ud800",
    "-->",
    "]]>",
    "👩‍💻 Zoë Ñandú",
    " ",
    "",
    "x" * 3000,
    "é" * 500,
    "--=_aaaaaaaaaaaaaaaaaaaaaaaaa--",
)
_SPOKEN = (
    "À la une : l’économie sociale et solidaire élargit ses réseaux « coopératifs » où naît forêt œuvre cœur Noël ça "
    "été 2021 n° 12 100 % 😀 🎉 👩‍💻 anticonstitutionnellement interprofessionnellement-décentralisées "
    "rendez-vous aujourd’hui garçon ~ = ? _ =? ?= d'ici , ; ( ) \" \\ <b> & @ : newsletter des adhérents de l’Occitanie"
)
_WORDS = _SPOKEN.split(" ")


def french(chance: random.Random, most: int = 22) -> str:
    """A line of French words, no-break spaces, emoji and signs; sometimes with spaces doubled."""
    words = chance.choices(_WORDS, k=chance.randint(1, most))
    gaps = chance.choices([" ", " ", " ", " ", "\u00a0", "\u202f", "  "], k=len(words))
    return "".join(word + gap for word, gap in zip(words, gaps, strict=True)).strip()


def reader(number: int = 1, **fields: str | Mapping[str, str]) -> Subscriber:
    """A subscriber with that number in the address, unless another is given."""
    known = {"address": f"reader{number}@example.org", "recipient_key": f"k{number}", **fields}
    return Subscriber(id=number, **known)  # type: ignore[arg-type]


def copy(to: str = "reader1@example.org", number: int = 1) -> Copy:
    """A copy for that address."""
    return Copy(to, f"<{number}.abcdef@example.org>", NOON, TOKEN)


def slot(number: int, place: Place, when: int | None = None) -> Segment:
    """An open place as a segment."""
    return Segment(Slot(number, place), when)


def edition(**changes: object) -> Edition:
    """A small edition: a greeting by name in every part, a link to leave."""
    plain = {
        "issue_id": "exemple-2026",
        "slug": "exemple",
        "title": "Exemple",
        "language": "fr",
        "sender": SENDER,
        "subject": (Segment("Bonjour "), slot(0, Place.HEADER)),
        "html": (
            Segment("<p>Bonjour "),
            slot(0, Place.HTML_TEXT),
            Segment(' <a href="'),
            slot(1, Place.HTML_URL),
            Segment('">Se désinscrire</a></p>\n'),
        ),
        "text": (
            Segment("Bonjour "),
            slot(0, Place.PLAIN),
            Segment("\n\n"),
            slot(1, Place.PLAIN),
            Segment("\n"),
        ),
        "expressions": ('subscriber.first_name or "à toutes et à tous"', "links.unsubscribe"),
    }
    return Edition(**{**plain, **changes})  # type: ignore[arg-type]
