"""Who is written to: subscribers, lists, subscriptions."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

_NONE: Mapping[str, str] = MappingProxyType({})


class SubscriptionStatus(Enum):
    """The tie between a subscriber and a list."""

    PENDING = "pending"  #: asked for, not yet confirmed by the reader
    CONFIRMED = "confirmed"  #: may be written to
    UNSUBSCRIBED = "unsubscribed"  #: left; no import revives it


class Basis(Enum):
    """Why we may write (GDPR art. 6, L34-5 CPCE)."""

    CONSENT = "consent"
    SOFT_OPT_IN = "soft_opt_in"
    LEGITIMATE_INTEREST_ASSOC = "legitimate_interest_assoc"
    B2B = "b2b"


class SuppressionReason(Enum):
    """Why an address is never mailed again, by any list."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    STOP_EVERYTHING = "stop_everything"
    MANUAL = "manual"


class ConsentKind(Enum):
    """What happened to a reader's consent. Kept for ever, with the words they were shown."""

    IMPORTED = "imported"  #: came with a file
    ADDED = "added"  #: the officer wrote them down
    ASKED = "asked"  #: filled the form; nothing holds before they confirm
    CONFIRMED = "confirmed"  #: the reader's own yes to a list
    UNSUBSCRIBED = "unsubscribed"  #: left a list
    STOPPED_EVERYTHING = "stopped_everything"  #: wants no mail of any list
    SUPPRESSED = "suppressed"  #: is never mailed again, for another reason
    TRACKING_GRANTED = "tracking_granted"
    TRACKING_REFUSED = "tracking_refused"
    TRACKING_ASKED = (
        "tracking_asked"  #: was asked by mail; who does not answer is not asked again for six months
    )
    MOVED = "moved"  #: has another address now; the detail is the fingerprint of the former one
    RECONFIRM_ASKED = "reconfirm_asked"  #: silent for years: was asked whether to stay


def normalise_address(address: str) -> str:
    """The form under which two spellings of one mailbox meet: NFC, trimmed, case folded, plus-tags kept.

    Local parts are case-sensitive on paper (RFC 5321 section 2.4) and nowhere else: two rows that differ only
    in case are one person who must not get two mails. A domain is in letters, however the DNS writes it.
    """
    plain = unicodedata.normalize("NFC", address.strip()).casefold()
    if plain.isascii() and "@xn--" not in plain and ".xn--" not in plain:
        return plain
    name, at, domain = plain.rpartition("@")
    return f"{name}{at}{_in_letters(domain)}" if at else plain


@lru_cache(maxsize=4096)
def _in_letters(domain: str) -> str:
    """A domain as people write it: whoever left as “exämple.org” must not come back as “xn--exmple-cua.org”."""
    import idna

    try:
        decoded = idna.decode(_as_in_the_dns(domain))
    except idna.IDNAError:
        return domain
    return unicodedata.normalize("NFC", decoded).casefold()


def mail_domain(address: str) -> str:
    """The domain of an address as it stands in the DNS: lower case, A-labels (RFC 5890), no final dot."""
    return _as_in_the_dns(address.rpartition("@")[2])


def related(one: str, other: str) -> bool:
    """Whether both domains are one, or one lies within the other."""
    one, other = one.lower(), other.lower()
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@lru_cache(maxsize=4096)
def _as_in_the_dns(domain: str) -> str:
    lower = domain.strip().removesuffix(".").lower()
    if lower.isascii():
        return lower
    import idna  # its tables are large, and few addresses need them

    try:
        return idna.encode(lower, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return lower  # no such domain can be: the envelope will say so


class Subscriber(NamedTuple):  # made for each row that leaves: a frozen dataclass takes five times as long
    """A person's address and what merge tags may say of them."""

    id: int
    address: str
    recipient_key: str
    first_name: str = ""
    last_name: str = ""
    language: str = ""  #: two letters, or empty: the list's or the issue's
    organisation: str = ""
    attributes: Mapping[str, str] = _NONE


@dataclass(frozen=True, slots=True)
class MailingList:
    """An audience that readers join and leave as a whole."""

    id: int
    slug: str  #: as typed after --list
    name: str  #: as readers see it
    basis: Basis
    commercial: bool = False
    confirmed: int = 0  #: readers that may be written to
    purpose: str = ""  #: what its mails are for, as the register says
    wording: str = ""  #: what a reader consents to, as the form shows it
    language: str = ""  #: two letters, or empty: the workspace's
    public: bool = False  #: shown where readers subscribe


@dataclass(frozen=True, slots=True)
class Left:
    """What leaving by the link of a mail came to."""

    lists: tuple[MailingList, ...]  #: by which that mail had reached the reader; nobody is counted on them
    again: bool  #: nothing had to be ended: they had left them before
    address_known: bool  #: the reader's row is still there


class Arrival(Enum):
    """What a file says of somebody in it: other programs export those as well who left."""

    MEMBER = "member"  #: joins the list
    LEFT = "left"  #: left the list there: nothing brings them back here
    BOUNCED = "bounced"  #: the address is dead
    COMPLAINED = "complained"  #: called a mail junk
    BLOCKED = "blocked"  #: gets no mail at all there; what for, the file does not say
    BARRED = "barred"  #: suppressed by an officer
    UNASKED = "unasked"  #: never confirmed, or never subscribed: not to be written to, and free to join


class NewSubscriber(NamedTuple):  # made for each row of a file: see Subscriber
    """A row to import, valid as it stands."""

    address: str
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    organisation: str = ""
    attributes: Mapping[str, str] = _NONE
    arrival: Arrival = Arrival.MEMBER


@dataclass(frozen=True, slots=True)
class ImportCount:
    """What an import did: every row counts once, a person's second row as a duplicate."""

    added: int = 0  #: was not known
    joined: int = 0  #: was known, and is on this list from now on
    updated: int = 0  #: was on this list already, and something new is known of them
    unchanged: int = 0
    left_refused: int = 0  #: had unsubscribed from this list: not revived
    suppressed: int = 0  #: on the suppression list: neither added nor changed
    duplicates: int = 0  #: rows of somebody who stands further up; what they add is taken
    departed: int = 0  #: left the list where the file comes from: kept out of it from now on
    barred: int = 0  #: bounced, complained or blocked there: on the suppression list from now on
    unasked: int = 0  #: never confirmed, or never subscribed there: passed over
