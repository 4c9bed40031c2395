"""Segments: expressions that tell readers apart, saved under a name, and how many they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter_mailer.compose.load import slugs
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import segments as store
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.wording import sentence

_NAME = re.compile(r"[^\W_][\w.-]{0,59}")


@dataclass(frozen=True, slots=True)
class Counted:
    """A segment, and how many belong to it."""

    segment: SavedSegment
    members: int | None  #: who may be written to; None when its expression makes no sense any more
    readers: int  #: of whom they are a part
    fault: UsageError | None = None  #: why there is no number
    before: str = ""  #: another expression that was replaced


def every(database: Database, workspace: Workspace) -> list[Counted]:
    """All segments by name, with their numbers."""
    with database.reading() as connection:
        return [_counted(connection, workspace, one) for one in store.segments(connection)]


def one(database: Database, workspace: Workspace, name: str, lists: Sequence[str] = ()) -> Counted:
    """The segment of that name, counted among the readers of these lists, or of all. Raises UsageError."""
    with database.reading() as connection:
        return _counted(connection, workspace, store.saved_segment(connection, name), lists)


def add(
    database: Database, workspace: Workspace, segment: SavedSegment, *, replace: bool, now: int
) -> Counted:
    """Save a segment, checked. Raises UsageError, also for a name that another expression has, unless it may be replaced."""
    segment = SavedSegment(_checked(segment.name), segment.expression.strip())
    with database.transaction() as connection:
        store.ensure_sound(connection, segment, fields=_fields(workspace), issues=slugs(workspace))
        before = store.save_segment(connection, segment, now=now)
        if before is not None and before != segment and not replace:
            raise UsageError(
                sentence(
                    "there is a segment “{name}” already: {expression}",
                    name=before.name,
                    expression=before.expression,
                ),
                sentence("--replace puts the new expression in its place"),
            )
    # Not in the transaction: a million readers take seconds, for which nobody else should wait.
    with database.reading() as connection:
        members, readers = store.count_segment(connection, segment)
    changed = before is not None and before != segment
    return Counted(segment, members, readers, before=before.expression if before and changed else "")


def remove(database: Database, name: str) -> SavedSegment:
    """Forget a segment, and give what it was; campaigns keep their readers. Raises UsageError."""
    with database.transaction() as connection:
        found = store.saved_segment(connection, name)
        store.remove_segment(connection, found.name)
    return found


def _counted(
    connection: Connection, workspace: Workspace, segment: SavedSegment, lists: Sequence[str] = ()
) -> Counted:
    try:
        store.ensure_sound(connection, segment, fields=_fields(workspace), issues=slugs(workspace))
    except UsageError as error:
        return Counted(segment, None, 0, fault=error)
    members, readers = store.count_segment(connection, segment, lists)
    return Counted(segment, members, readers)


def _fields(workspace: Workspace) -> tuple[str, ...]:
    return tuple(workspace.settings.subscriber_fields)


def _checked(name: str) -> str:
    """The name in one spelling. Raises UsageError for one that could not be typed after --segment."""
    name = unicodedata.normalize("NFC", name.strip())
    if not _NAME.fullmatch(name):
        close = re.sub(r"[^\w.-]+|_+", "-", name)[:60].strip("-.") or "toulouse"
        raise UsageError(
            sentence("“{name}” cannot be the name of a segment", name=name),
            sentence("letters, digits and hyphens, such as {example}", example=close),
        )
    return name
