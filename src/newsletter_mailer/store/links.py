"""Where the links of an edition lead, and how often they were followed: of nobody in particular."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, text

from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.measuring import Link
from newsletter_mailer.store.bulk import execute_with
from newsletter_mailer.store.editions import edition_hash, number_of
from newsletter_mailer.store.schema import links, trackers

_L, _T = links.c, trackers.c
_KEEP = text(
    "INSERT INTO links (edition_id, number, url, label) VALUES (:edition, :number, :url, :label)"
    " ON CONFLICT (edition_id, number) DO NOTHING"
)
_COUNT = text(
    "INSERT INTO link_counts (campaign_id, link_id, day, people, machines)"
    " SELECT :campaign, :link, :day, :people, :machines"
    " WHERE EXISTS (SELECT 1 FROM campaigns WHERE id = :campaign)"
    " ON CONFLICT (campaign_id, link_id, day)"
    " DO UPDATE SET people = link_counts.people + excluded.people,"
    " machines = link_counts.machines + excluded.machines"
)
_LOAD = text(
    "INSERT INTO open_counts (campaign_id, day, loads)"
    " SELECT :campaign, :day, :loads WHERE EXISTS (SELECT 1 FROM campaigns WHERE id = :campaign)"
    " ON CONFLICT (campaign_id, day) DO UPDATE SET loads = open_counts.loads + excluded.loads"
)
_URL = select(_L.url).where(_L.id == bindparam("link"))
_OF_TRACKER = (
    select(_L.url)
    .join_from(trackers, links, _L.edition_id == _T.edition_id)
    .where(_T.token == bindparam("token"), _L.number == bindparam("number"))
)


class Followed(NamedTuple):
    """A link of a campaign, on a day, by a machine or not."""

    campaign: int
    link: int  #: its row
    day: str
    machine: bool


def keep(c: Connection, edition_hash: str, found: Iterable[Link]) -> None:
    """Write down where the links of an edition lead; those that are known stay."""
    edition = number_of(c, edition_hash)
    rows = [{"edition": edition, "number": n, "url": url, "label": label} for n, url, label in found]
    if rows:
        c.execute(_KEEP, rows)


def rows_of(c: Connection, edition: int) -> dict[int, int]:
    """Of each link of an edition, by its number, the row."""
    return {row.number: row.id for row in c.execute(select(_L.number, _L.id).where(_L.edition_id == edition))}


def rows_of_edition(c: Connection, edition: Edition) -> dict[int, int]:
    """The same, given the edition itself."""
    number = number_of(c, edition_hash(edition))
    return rows_of(c, number) if number is not None else {}


def url_of(c: Connection, link: int) -> str:
    """Where the link of that row leads; "" when there is none."""
    return execute_with(c, _URL, {"link": link}).scalar() or ""


def url_behind(c: Connection, token: str, number: int) -> str:
    """Where a link of the copy with that token leads; "" when there is none."""
    return execute_with(c, _OF_TRACKER, {"token": token, "number": number}).scalar() or ""


def day_of(at: int) -> str:
    """The day in UTC: no clock on a wall tells where a reader is."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def count(c: Connection, followed: Mapping[Followed, int], loads: Mapping[tuple[int, str], int]) -> None:
    """Add to the numbers of links, and of pictures that were loaded by campaign and day."""
    rows = [
        {
            "campaign": one.campaign,
            "link": one.link,
            "day": one.day,
            "people": 0 if one.machine else number,
            "machines": number if one.machine else 0,
        }
        for one, number in followed.items()
    ]
    if rows:
        c.execute(_COUNT, rows)
    if loads:
        c.execute(_LOAD, [{"campaign": number, "day": day, "loads": n} for (number, day), n in loads.items()])
