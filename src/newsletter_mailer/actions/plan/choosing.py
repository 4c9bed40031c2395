"""Whom a campaign is meant for: readers of lists, and perhaps of these only a segment."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter_mailer.compose.load import slugs
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import StalePlan
from newsletter_mailer.store import segments
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.wording import sentence


def chosen(
    database: Database, lists: Sequence[str], exclude: Sequence[str] = (), segment: str | None = None
) -> Audience:
    """The audience of these names. Raises UsageError for a segment that nobody saved."""
    if segment is None:
        return Audience(tuple(lists), tuple(exclude))
    with database.reading() as connection:
        return Audience(tuple(lists), tuple(exclude), segments.saved_segment(connection, segment))


def check_segment(connection: Connection, workspace: Workspace, audience: Audience) -> None:
    """Raise UsageError when its expression cannot be meant any more: a list, an issue or a field is gone."""
    if audience.segment is None:
        return
    fields = workspace.settings.subscriber_fields
    segments.ensure_sound(connection, audience.segment, fields=fields, issues=slugs(workspace))


def ensure_same_segment(connection: Connection, audience: Audience) -> None:
    """Raise StalePlan when the segment is no longer what was shown."""
    planned = audience.segment
    if planned is not None and segments.find_segment(connection, planned.name) != planned:
        raise StalePlan(
            sentence("the segment “{name}” was changed meanwhile", name=planned.name),
            sentence("start again and look at the new head count"),
        )
