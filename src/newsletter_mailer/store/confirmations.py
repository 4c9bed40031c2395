"""What readers asked for on the public pages, until they confirm it from their mailbox (double opt-in)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from newsletter_mailer.model.audience import Basis, ConsentKind, SuppressionReason, normalise_address
from newsletter_mailer.store import consent, leaving, measuring
from newsletter_mailer.store.schema import confirmations, lists, subscribers, suppressions

HOUR = 3_600_000
ONE_MAIL_IN = 24 * HOUR  #: an address gets one mail in that time, whoever asks for it and how often
VALID = 7 * 24 * HOUR  #: how long a request can be confirmed; then it is forgotten
WAITS = (0, 60_000, 10 * 60_000, HOUR, 6 * HOUR)  #: from the asking on, before each try to mail
SOURCE = "subscribe form"

_F = confirmations.c
_ADD = text(
    "INSERT INTO subscribers (address, mailbox, recipient_key, first_name, last_name, language, attributes,"
    " created_at, updated_at, last_act_at)"
    " VALUES (:address, :mailbox, :key, :first_name, :last_name, :language, '{}', :now, :now, :now)"
    " ON CONFLICT (mailbox) DO UPDATE SET"  # what is known stays: the form tells what was not
    " first_name = CASE subscribers.first_name WHEN '' THEN excluded.first_name ELSE subscribers.first_name END,"
    " last_name = CASE subscribers.last_name WHEN '' THEN excluded.last_name ELSE subscribers.last_name END,"
    " language = excluded.language, updated_at = :now"
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a reader asked for, with the words that stood there."""

    address: str
    recipient_key: str
    wordings: Mapping[int, str]  #: number of each list -> what the reader was shown
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    tracking: str = ""  #: "granted", "refused", or "" when it was not asked
    tracking_wording: str = ""


@dataclass(frozen=True, slots=True)
class Unmailed:
    """A request whose mail is to leave."""

    id: int
    address: str
    language: str
    lists: tuple[str, ...]  #: names, as readers see them
    measured: str  #: the words by which measuring was agreed to, "" where it was not


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose request was confirmed, now or before."""

    subscriber_id: int
    reached: bool  #: mails will come: no complaint and no dead address stands against it


def ask(c: Connection, request: Request, *, now: int) -> bool:
    """Keep the request; whether a mail is to leave for it.

    None is for an address that was asked about in the last 24 hours, nor for one that bounced or complained: mail
    that somebody else asks for must not become a way to do harm. Such a request is written all the same and taken
    back: whoever looks at the clock learns nothing of an address.
    """
    mailbox = normalise_address(request.address)
    refused = _asked_lately(c, mailbox, now) or _unwelcome(c, request.recipient_key)
    row = insert(confirmations).values(
        address=request.address.strip(),
        mailbox=mailbox,
        recipient_key=request.recipient_key,
        first_name=request.first_name,
        last_name=request.last_name,
        language=request.language,
        lists=",".join(str(number) for number in request.wordings),
        wordings=json.dumps({str(number): said for number, said in request.wordings.items()}),
        tracking=request.tracking,
        tracking_wording=request.tracking_wording,
        asked_at=now,
        tries=0,
    )
    number = c.execute(row.returning(_F.id)).scalar_one()
    if refused:
        c.execute(delete(confirmations).where(_F.id == number))
    return not refused


def _asked_lately(c: Connection, mailbox: str, now: int) -> bool:
    """Whether a mail went to this mailbox lately: what stands after a plus leads to the same person."""
    local, _, domain = mailbox.rpartition("@")
    plain = local.partition("+")[0]
    tagged = _F.mailbox.startswith(f"{plain}+", autoescape=True)
    same = (_F.mailbox == f"{plain}@{domain}") | (tagged & _F.mailbox.endswith(f"@{domain}", autoescape=True))
    return c.scalar(select(_F.id).where(same, _F.asked_at > now - ONE_MAIL_IN).limit(1)) is not None


def _unwelcome(c: Connection, key: str) -> bool:
    """Whether mail to this address would do harm; who wanted no mail at all may change their mind."""
    reason = c.scalar(select(suppressions.c.reason).where(suppressions.c.recipient_key == key))
    return reason not in (None, SuppressionReason.STOP_EVERYTHING.value)


def unmailed(c: Connection, *, now: int, limit: int = 50) -> list[Unmailed]:
    """The requests whose mail is due, oldest first; one that the server refuses comes again later, five times in all."""
    open_ = _F.mailed_at.is_(None) & _F.confirmed_at.is_(None) & (_F.tries < len(WAITS))
    rows = c.execute(select(confirmations).where(open_, _F.asked_at > now - VALID).order_by(_F.id)).all()
    due = [row for row in rows if row.asked_at + WAITS[row.tries] <= now][:limit]
    names = {row.id: row.name for row in c.execute(select(lists.c.id, lists.c.name))} if due else {}
    return [_unmailed(row, names) for row in due]


def mailed_lately(c: Connection, *, now: int) -> int:
    """How many mails left in the last hour."""
    return c.scalar(select(func.count()).select_from(confirmations).where(_F.mailed_at > now - HOUR)) or 0


def _unmailed(row: Any, names: Mapping[int, str]) -> Unmailed:
    measured = row.tracking_wording if row.tracking == "granted" else ""
    return Unmailed(
        row.id, row.address, row.language, tuple(names[number] for number in _numbers(row)), measured
    )


def mailed(c: Connection, confirmation_id: int, *, now: int) -> None:
    """The server has taken the mail."""
    this = update(confirmations).where(_F.id == confirmation_id)
    c.execute(this.values(mailed_at=now, tries=_F.tries + 1))


def unsent(c: Connection, confirmation_id: int) -> None:
    """The server has not taken it."""
    c.execute(update(confirmations).where(_F.id == confirmation_id).values(tries=_F.tries + 1))


def given_up(c: Connection, confirmation_id: int) -> None:
    """The server's word was final: it is not asked again."""
    c.execute(update(confirmations).where(_F.id == confirmation_id).values(tries=len(WAITS)))


def confirm(c: Connection, confirmation_id: int, *, now: int) -> Confirmed | None:
    """The reader's yes: known from now on, on the lists they asked for. None for a request that is no more.

    A second time changes nothing: whoever has left since then stays away.
    """
    row = c.execute(select(confirmations).where(_F.id == confirmation_id)).one_or_none()
    if row is None or row.asked_at <= now - VALID:
        return None
    if row.confirmed_at is None:
        _take_in(c, row, now)
        c.execute(update(confirmations).where(_F.id == confirmation_id).values(confirmed_at=now))
    number = c.scalar(select(subscribers.c.id).where(subscribers.c.recipient_key == row.recipient_key))
    if number is None:  # forgotten since
        return None
    return Confirmed(number, reached=not leaving.is_suppressed(c, row.recipient_key))


def _take_in(c: Connection, row: Any, now: int) -> None:
    names = {"first_name": row.first_name, "last_name": row.last_name, "language": row.language}
    person = {"address": row.address, "mailbox": row.mailbox, "key": row.recipient_key, "now": now}
    c.execute(_ADD, person | names)
    number = c.scalars(select(subscribers.c.id).where(subscribers.c.recipient_key == row.recipient_key)).one()
    wordings = json.loads(row.wordings)
    for list_id in _numbers(row):
        said = wordings[str(list_id)]
        consent.record(
            c,
            row.recipient_key,
            ConsentKind.ASKED,
            list_id=list_id,
            wording=said,
            basis=Basis.CONSENT.value,
            source=SOURCE,
            now=row.asked_at,
        )
        leaving.rejoin(c, number, list_id, now=now, wording=said, source=SOURCE)
    if row.tracking:
        granted = row.tracking == "granted"
        kind = ConsentKind.TRACKING_GRANTED if granted else ConsentKind.TRACKING_REFUSED
        record_tracking(c, row.recipient_key, kind, wording=row.tracking_wording, source=SOURCE, now=now)


def record_tracking(
    c: Connection, key: str, kind: ConsentKind, *, wording: str, source: str, now: int
) -> None:
    """Whether the reader's openings and clicks may be counted, in their own dated word."""
    consent.record(c, key, kind, list_id=None, wording=wording, basis="", source=source, now=now)
    if kind is ConsentKind.TRACKING_REFUSED:
        measuring.end(c, key)


def forget_old(c: Connection, *, now: int) -> int:
    """Drop what can no longer be confirmed, and what was: the subscription and its proof stand elsewhere."""
    return c.execute(delete(confirmations).where(_F.asked_at <= now - VALID)).rowcount


def _numbers(row: Any) -> list[int]:
    return [int(number) for number in row.lists.split(",") if number]
