"""Planning a campaign: everyone's delivery is written down before anything leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection, func, insert, select, text, update

from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.campaign import Campaign, CampaignState, Elsewhere, HeadCount
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.measuring import UNMEASURED, Measuring
from newsletter_mailer.store.batching import batched, without_canary
from newsletter_mailer.store.bulk import execute_many, insert_rows
from newsletter_mailer.store.campaign_rows import Audience, campaign
from newsletter_mailer.store.database import wide_cache
from newsletter_mailer.store.editions import edition_hash, keep_edition, number_of
from newsletter_mailer.store.reach import Aim, Reader, readers
from newsletter_mailer.store.readers import subscriber
from newsletter_mailer.store.schema import batches, campaigns, deliveries, issues
from newsletter_mailer.tokens import Secret, message_id

_ADD = insert(deliveries)
_ADD_BATCH = insert(batches)
_COLUMNS = (
    *("id", "campaign_id", "batch", "issue_id", "edition_id", "erratum", "recipient_key", "subscriber_id"),
    *("address", "domain", "lists", "message_id", "status", "attempt", "note", "planned_at", "updated_at"),
)
_EACH = ("campaign_id", "issue_id", "edition_id", "erratum", "planned_at")
_ADD_ISSUE = text("INSERT INTO issues (key) VALUES (:key) ON CONFLICT DO NOTHING")


def head_count(
    c: Connection,
    audience: Audience,
    *,
    issue_id: str,
    mailable: Callable[[str], bool],
    erratum: int = 0,
    edition: str = "",
) -> HeadCount:
    """How many a plan would reach now, and why not the others. Readers of an excluded list are not counted at all.

    erratum: 0, or a number from `next_erratum`: then it reaches those who were sent the issue in another edition than
    `edition`, a hash.
    """
    found = readers(c, audience, Aim(issue_id, erratum, edition), mailable)
    return head_count_of(Counter(reader.barred for reader in found))


def elsewhere(
    c: Connection, audience: Audience, *, issue_id: str, erratum: int = 0, edition: str = ""
) -> list[Elsewhere]:
    """Who of them waits, was refused or is in doubt in which other campaign of the issue."""
    everyone = readers(c, audience, Aim(issue_id, erratum, edition), lambda _address: True)
    found = Counter((reader.campaign, reader.barred) for reader in everyone if reader.campaign)
    return [
        Elsewhere(campaign, why, count)
        for (campaign, why), count in sorted(found.items())
        if why != "already_have_it"
    ]


def first_readers(
    c: Connection,
    audience: Audience,
    *,
    issue_id: str,
    limit: int,
    mailable: Callable[[str], bool],
    erratum: int = 0,
    edition: str = "",
) -> list[Subscriber]:
    """The first few whom a plan would reach now, to look at the issue with their eyes."""
    everyone = readers(c, audience, Aim(issue_id, erratum, edition), mailable)
    reached = (reader for reader in everyone if not reader.barred)
    found = (subscriber(c, reader.id) for reader in islice(reached, limit))
    return [reader for reader in found if reader is not None]


def summary_by_language(
    c: Connection,
    audience: Audience,
    *,
    issue_id: str,
    mailable: Callable[[str], bool],
    erratum: int = 0,
    edition: str = "",
) -> dict[str, int]:
    """How many whom a plan would reach now have which language, most first; "" for those of whom it is not known."""
    everyone = readers(c, audience, Aim(issue_id, erratum, edition), mailable)
    return dict(Counter(reader.language for reader in everyone if not reader.barred).most_common())


def plan(
    c: Connection,
    edition: Edition,
    audience: Audience,
    *,
    now: int,
    secret: Secret,
    ledger_id: str,
    message_domain: str,
    mailable: Callable[[str], bool],
    list_name: str,
    unsubscribe_mailbox: str,
    web_base: str = "",
    erratum: int = 0,
    canary: int = 0,
    canary_wait: int = 0,
    scheduled_at: int | None = None,
    expires_at: int | None = None,
    rate: int | None = None,
    measuring: Measuring = UNMEASURED,
) -> Campaign:
    """Write down the edition and one delivery for everyone who is to get it, all in the caller's transaction.

    Who has a delivery of the issue (and of this erratum) already gets no second one. mailable: whether an address
    can stand on an envelope. canary: so many, spread over the domains, stand in batch 0. Times are milliseconds.
    The caller asks for the number first, and undoes the plan if it is not what was shown.
    """
    wide_cache(c)
    edition_id = number_of(c, keep_edition(c, edition, now=now))
    shared = {"issue_id": _issue(c, edition.issue_id), "edition_id": edition_id, "erratum": erratum}
    as_planned = {
        "slug": edition.slug,
        "domain": message_domain,
        "list_name": list_name,
        "unsubscribe_mailbox": unsubscribe_mailbox,
        "web_base": web_base,
        "canary": canary,
        "canary_wait": canary_wait,
        "scheduled_at": scheduled_at,
        "expires_at": expires_at,
        "rate": rate,
        **asdict(measuring),
        "created_at": now,
        "updated_at": now,
    }
    number = _open_campaign(c, audience, {**shared, **as_planned, "editions": str(edition_id)})
    barred: Counter[str] = Counter()
    aim = Aim(edition.issue_id, erratum, edition_hash(edition))
    reached = _reached(readers(c, audience, aim, mailable), barred)
    each = {**shared, "campaign_id": number, "planned_at": now}
    _write(c, reached, each, canary, lambda delivery: message_id(secret, ledger_id, delivery, message_domain))
    counted = json.dumps(asdict(head_count_of(barred)))
    c.execute(update(campaigns).where(campaigns.c.id == number).values(head_count=counted))
    planned = campaign(c, number)
    assert planned is not None  # written above
    return planned


def _open_campaign(c: Connection, audience: Audience, values: Mapping[str, object]) -> int:
    state = CampaignState.PLANNED if values["scheduled_at"] is None else CampaignState.SCHEDULED
    more = {
        "state": state.value,
        "held_why": "",
        "audience": audience.as_json(),
        "head_count": json.dumps(asdict(HeadCount(0))),  # known once everyone was looked at
    }
    return int(c.scalars(insert(campaigns).values({**values, **more}).returning(campaigns.c.id)).one())


def _issue(c: Connection, key: str) -> int:
    c.execute(_ADD_ISSUE, {"key": key})
    return int(c.scalars(select(issues.c.id).where(issues.c.key == key)).one())


def head_count_of(barred: Counter[str]) -> HeadCount:
    """The head count of everyone by what bars them; "" bars nobody."""
    return HeadCount(barred.total(), **{reason: number for reason, number in barred.items() if reason})


def _reached(everyone: Iterator[Reader], barred: Counter[str]) -> Iterator[Reader]:
    for reader in everyone:
        barred[reader.barred] += 1
        if not reader.barred:
            yield reader


def _write(
    c: Connection,
    reached: Iterator[Reader],
    each: Mapping[str, object],
    canary: int,
    id_for: Callable[[int], str],
) -> None:
    first_out: dict[str, list[Reader]] = {}
    rest = without_canary(reached, canary, first_out) if canary else reached
    first = (c.scalar(select(func.max(deliveries.c.id))) or 0) + 1
    for number, (domain, chunk) in enumerate(batched(rest), 1):
        _write_batch(c, number, domain, chunk, each, first, id_for)
        first += len(chunk)
    ahead = [reader for readers_ in first_out.values() for reader in readers_]
    if ahead:
        _write_batch(c, 0, "", ahead, each, first, id_for)


def _write_batch(
    c: Connection,
    number: int,
    domain: str,
    chunk: Sequence[Reader],
    each: Mapping[str, object],
    first: int,
    id_for: Callable[[int], str],
) -> None:
    mine = {"campaign_id": each["campaign_id"], "number": number}
    execute_many(c, _ADD_BATCH, [{**mine, "domain": domain, "queued": len(chunk)}])
    campaign_id, issue_id, edition_id, erratum, now = (each[name] for name in _EACH)
    of = (campaign_id, number, issue_id, edition_id, erratum)
    at_first = (Status.QUEUED.value, 0, "", now, now)
    rows = [
        (id_, *of, key, reader, address, to_domain, on, id_for(id_), *at_first)
        for id_, (reader, address, key, _, to_domain, on, _, _) in enumerate(chunk, first)
    ]
    insert_rows(c, _ADD, _COLUMNS, rows)
