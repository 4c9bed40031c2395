"""The exports of other programs: by which columns each is known, and which of them are its own bookkeeping.

One row each; what a column says of somebody's having left is told in signs.py, for they all say it alike.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from newsletter_mailer.actions.subscribers.headings import ATTRIBUTES, FULL_NAME, plain


@dataclass(frozen=True, slots=True)
class Service:
    """A program whose exports are known. Headings are written as `plain` gives them."""

    name: str
    known_by: tuple[frozenset[str], ...]  #: any of these sets of headings
    own: frozenset[str]  #: columns that are of no use elsewhere
    fields: Mapping[str, str] = field(default_factory=dict)  #: headings with another meaning than usual
    every_word: bool = False  #: its column `status` holds no word that signs.py does not know
    file_names: re.Pattern[str] | None = None  #: group 1 is a word of signs.py, for all that the file holds


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split(", "))


OURS = Service(
    "newsletter",
    (_words("newsletter status"),),
    _words("newsletter status, newsletter lists"),
    every_word=True,
)
_SERVICES = (
    OURS,
    Service(
        "Mailchimp",
        (_words("leid, euid"),),
        _words(
            "member rating, optin time, optin ip, confirm time, confirm ip, latitude, longitude, gmtoff, dstoff,"
            " timezone, cc, region, last changed, leid, euid, notes, tags, email type, unsub time,"
            " unsub campaign title, unsub campaign id, unsub reason, unsub reason other, clean time,"
            " clean campaign title, clean campaign id"
        ),
        file_names=re.compile(r"(?:^|[^a-z])(unsubscribed|cleaned|nonsubscribed)_", re.IGNORECASE),
    ),
    Service(
        "Brevo",
        (
            _words("email, added time, modified time"),
            _words("email, contact id, sms"),
            _words("email, blocklisted"),
        ),
        _words(
            "contact id, ext id, added time, modified time, createdat, modifiedat, listids, list ids, subscribed,"
            " blocklisted, blacklisted, email blocklisted, email blacklisted, sms blocklisted, sms blacklisted,"
            " sms, whatsapp, whatsapp blocklisted, whatsapp blacklisted, landline number, double opt in, opt in"
        ),
    ),
    Service(
        "MailerLite",
        (
            _words("email, sent, opens, clicks"),
            _words("subscriber, sent, opens, clicks"),
            _words("subscriber, subscribed"),
            _words("email, opened, clicked, subscribed"),
        ),
        _words(
            "sent, opens, clicks, opened, clicked, open rate, click rate, subscribed, subscribed at, unsubscribed,"
            " unsubscribed at, unsubscribe date, subscribe date, location, source, groups, group, ip, ip address,"
            " optin ip, opt in ip, opted in at, optin date, opt in date, signup ip, subscribe ip, confirmation ip,"
            " created at, updated at, date created, date updated, id, status, type"
        ),
        {"name": "first_name"},
        every_word=True,
    ),
    Service(
        "listmonk",
        (_words("uuid, email, attributes, status"),),
        _words("uuid, created at, updated at, status"),
        {"name": FULL_NAME, "attributes": ATTRIBUTES},
        every_word=True,
    ),
    Service(
        "Mailtrain",
        (_words("cid, status, hash email"),),
        _words("cid, status, hash email, opt in ip, opt in country, created, timezone, tz"),
        {
            "merge first name": "first_name",
            "merge last name": "last_name",
            "merge language": "language",
            "merge organisation": "organisation",
        },
        every_word=True,
    ),
)


def service_of(header: Collection[str]) -> Service | None:
    """The program that made a table with this header; None when it is nobody's export."""
    headings = frozenset(map(plain, header))
    found = (one for one in _SERVICES if any(known <= headings for known in one.known_by))
    return next(found, None)


def said_of_all(service: Service | None, file_name: str) -> str:
    """The word for everybody in a file of a service that tells them apart by file; "" for an ordinary one."""
    found = service.file_names.search(file_name) if service and service.file_names else None
    return plain(found[1]) if found else ""
