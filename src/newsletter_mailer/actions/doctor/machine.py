"""This computer: room on its disk, its clock and time zone, and the place where the ledger stands."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import system_reason
from newsletter_mailer.model.health import Mark, Point
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.health import last_written
from newsletter_mailer.store.places import unsafe_place
from newsletter_mailer.wording import sentence

LITTLE_ROOM = 1_000_000_000  #: bytes: a ledger of a million readers, and what a campaign to them writes
NO_ROOM = 100_000_000
_WRITTEN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)  # of this program: no clock that is right shows less
_CLOCKS = 120_000  # ms by which clocks may differ


def computer(workspace: Workspace, *, now: int, here: dt.timedelta) -> Iterator[Point]:
    """now: milliseconds since 1970, UTC; here: by how much this computer's own clock is ahead of UTC."""
    yield Point(
        "settings",
        Mark.FINE,
        sentence("newsletter.yaml in {folder} can be used", folder=workspace.root),
    )
    yield _disk(workspace.var)
    yield _time_zone(workspace, now=now, here=here)


def clock(database: Database | None, workspace: Workspace, *, now: int) -> Point:
    """Whether it can be as late as this computer says."""
    last = None
    if database is not None:
        with database.reading() as connection:
            last = last_written(connection)
    known = max(last or 0, int(_WRITTEN.timestamp() * 1000))
    shown = _shown(workspace, now)
    if known > now + _CLOCKS:
        return Point(
            "clock",
            Mark.WRONG,
            sentence(
                "this computer's clock says {time}, but it was {later} already",
                time=shown,
                later=_shown(workspace, known),
            ),
            sentence("set the clock, best by itself over the network; times in mails and logs come from it"),
        )
    return Point("clock", Mark.FINE, sentence("the clock says {time}", time=shown))


def place(ledger: Path) -> Point:
    """Whether the ledger may stand where it does."""
    if unsafe := unsafe_place(ledger):
        return Point(
            "place",
            Mark.WRONG,
            unsafe,
            sentence("move the ledger to a disk of this computer and name it in database.url"),
        )
    return Point(
        "place", Mark.FINE, sentence("the ledger stands on a disk of this computer: {path}", path=ledger)
    )


def _disk(folder: Path) -> Point:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        return room(there, shutil.disk_usage(there).free)
    except OSError as error:
        why = system_reason(error)
        return Point(
            "disk", Mark.UNKNOWN, sentence("nobody tells how much room the disk has: {why}", why=why)
        )


def room(folder: Path, free: int) -> Point:
    """Whether so many bytes are enough."""
    if free >= LITTLE_ROOM:
        return Point("disk", Mark.FINE, sentence("the disk has {size} GB of room", size=free // 10**9))
    return Point(
        "disk",
        Mark.DOUBT if free >= NO_ROOM else Mark.WRONG,
        sentence("the disk of {folder} has only {size} MB of room", folder=folder, size=free // 10**6),
        sentence("make room: a campaign stops when the disk is full"),
    )


def _time_zone(workspace: Workspace, *, now: int, here: dt.timedelta) -> Point:
    zone, moment = workspace.zone, dt.datetime.fromtimestamp(now / 1000, dt.UTC)
    if moment.astimezone(zone).utcoffset() == here:
        return Point("time-zone", Mark.FINE, sentence("times are those of {zone}", zone=zone.key))
    return Point(
        "time-zone",
        Mark.DOUBT,
        sentence(
            "times here are those of {zone}, where it is {there}; this computer shows {here}",
            zone=zone.key,
            there=f"{moment.astimezone(zone):%H:%M}",
            here=f"{moment + here:%H:%M}",
        ),
        sentence("if that is not meant, correct time_zone in newsletter.yaml, or the computer's time zone"),
    )


def _shown(workspace: Workspace, moment: int) -> str:
    return f"{dt.datetime.fromtimestamp(moment / 1000, workspace.zone):%Y-%m-%d %H:%M}"
