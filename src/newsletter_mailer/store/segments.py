"""Segments: readers told by a saved expression."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store.campaign_rows import Audience
from newsletter_mailer.store.reach import Aim, readers
from newsletter_mailer.store.schema import campaigns, lists
from newsletter_mailer.store.schema import segments as segments_table
from newsletter_mailer.templating import Fault, check_segment, segment_names
from newsletter_mailer.wording import sentence

_G = segments_table.c
_ROWS = select(_G.name, _G.expression).order_by(_G.name)


def segments(c: Connection) -> list[SavedSegment]:
    """Every segment, by its name."""
    return [SavedSegment(row.name, row.expression) for row in c.execute(_ROWS)]


def find_segment(c: Connection, name: str) -> SavedSegment | None:
    """The segment with that name."""
    row = c.execute(_ROWS.where(_G.name == unicodedata.normalize("NFC", name))).one_or_none()
    return SavedSegment(row.name, row.expression) if row else None


def saved_segment(c: Connection, name: str) -> SavedSegment:
    """The segment with that name. Raises UsageError, which names those that there are."""
    found = find_segment(c, name)
    if found is None:
        known = ", ".join(one.name for one in segments(c))
        hint = (
            sentence("there are: {known}", known=known)
            if known
            else sentence("save one with: newsletter segments add {name} EXPRESSION", name=name)
        )
        raise UsageError(sentence("there is no segment “{name}”", name=name), hint)
    return found


def save_segment(c: Connection, segment: SavedSegment, *, now: int) -> SavedSegment | None:
    """Keep an expression under a name; what stood there before, if anything did."""
    before = find_segment(c, segment.name)
    values = {"expression": segment.expression, "updated_at": now}
    if before is None:
        c.execute(insert(segments_table).values(name=segment.name, created_at=now, **values))
    else:
        c.execute(update(segments_table).where(_G.name == segment.name).values(**values))
    return before


def remove_segment(c: Connection, name: str) -> None:
    """Forget an expression. Campaigns keep their readers, and the expression as it was planned."""
    c.execute(delete(segments_table).where(_G.name == name))


def segment_faults(
    c: Connection, expression: str, *, fields: Collection[str], issues: Collection[str]
) -> list[Fault]:
    """Everything wrong with an expression. fields: the workspace's own of a subscriber; issues: those in its folder."""
    return check_segment(
        expression,
        segment_names(fields),
        issues={*issues, *c.scalars(select(campaigns.c.slug).distinct())},
        lists=_slugs(c),
    )


def ensure_sound(
    c: Connection, segment: SavedSegment, *, fields: Collection[str], issues: Collection[str]
) -> None:
    """Raise UsageError when its expression cannot be meant: see `segment_faults`."""
    faults = segment_faults(c, segment.expression, fields=fields, issues=issues)
    if faults:
        what = "; ".join(str(fault.what) for fault in faults)
        hint = next((fault.hint for fault in faults if fault.hint), None)
        raise UsageError(sentence("segment “{name}”: {faults}", name=segment.name, faults=what), hint)


def count_segment(c: Connection, segment: SavedSegment, slugs: Sequence[str] = ()) -> tuple[int, int]:
    """How many readers of these lists, or of any, belong to it; and of how many: those who may be written to."""
    on = tuple(slugs) or tuple(_slugs(c))
    if not on:
        return 0, 0
    everyone = readers(c, Audience(on, segment=segment), Aim(""), lambda _address: True)
    found = Counter(reader.barred for reader in everyone)
    return found[""], found[""] + found["outside_segment"]


def _slugs(c: Connection) -> list[str]:
    return list(c.scalars(select(lists.c.slug).order_by(lists.c.slug)))
