"""Whom a campaign is meant for, in words and as it is typed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter_mailer.cli.output import number
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.model.campaign import Campaign, Elsewhere
    from newsletter_mailer.model.segments import SavedSegment


def audience_options(lists: Sequence[str], exclude: Sequence[str], segment: SavedSegment | None) -> str:
    """An audience, as it is typed after a command."""
    options = [part for slug in lists for part in ("--list", slug)]
    options += [part for slug in exclude for part in ("--exclude", slug)]
    return shlex.join(options + (["--segment", segment.name] if segment else []))


def segment_line(segment: SavedSegment) -> str:
    """Its name, and what it asks."""
    return say("Segment “{name}”: {expression}", name=segment.name, expression=segment.expression)


def segment_changed(campaign: Campaign) -> str:
    """That a campaign goes on to the readers of the segment as it was when it was planned."""
    assert campaign.segment is not None  # found by its name
    return say(
        "! The segment “{name}” was changed since: the campaign keeps its readers, for whom it was {expression}. "
        "For the new one, cancel it first: newsletter cancel {id}",
        name=campaign.segment.name,
        expression=campaign.segment.expression,
        id=campaign.id,
    )


def nobody_left(issue: str, segment: SavedSegment | None) -> str:
    """Why nobody gets the issue."""
    if segment is None:
        return say(
            "Nobody is left to send {issue} to: everyone on these lists has it, left or is suppressed.",
            issue=issue,
        )
    return say(
        "Nobody is left to send {issue} to: everyone on these lists has it, left, is suppressed or is not in the "
        "segment “{name}”.",
        issue=issue,
        name=segment.name,
    )


def nobody_to_correct(segment: SavedSegment | None) -> str:
    """Why nobody gets an erratum."""
    if segment is None:
        return say("Nobody on these lists has another version of this issue.")
    return say("Nobody of the segment “{name}” has another version of this issue.", name=segment.name)


def elsewhere(group: Elsewhere) -> str:
    """Who stands in another campaign of the issue and does not have it, and the command that reaches them."""
    values = {"count": number(group.count), "id": group.campaign}
    if group.why == "waiting":
        return say_many(
            "{count} still waits in campaign {id}: newsletter resume {id}",
            "{count} still wait in campaign {id}: newsletter resume {id}",
            group.count,
            **values,
        )
    if group.why == "refused":
        return say_many(
            "{count} was refused in campaign {id}: newsletter retry {id}",
            "{count} were refused in campaign {id}: newsletter retry {id}",
            group.count,
            **values,
        )
    return say("Of {count} in campaign {id} nobody knows: newsletter resolve {id}", **values)
