"""What a form for writing an issue is made of: its schema, and what may be filled in for each reader."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.compose.load import issue_schema
from newsletter_mailer.config import Workspace
from newsletter_mailer.templating import known_names

__all__ = ["FilledIn", "filled_in", "issue_schema"]

_FIRST = ("subscriber.first_name", "subscriber.last_name", "organisation.name", "list.name")


@dataclass(frozen=True, slots=True)
class FilledIn:
    """Something that every reader has of their own, such as a first name."""

    expression: str  #: as a merge tag names it, e.g. "subscriber.first_name"
    fallback: str = ""  #: of the settings: what stands there for whoever has none


def filled_in(workspace: Workspace) -> tuple[FilledIn, ...]:
    """All that a text may have filled in: names first, then the workspace's own fields, then the links."""
    fallbacks = workspace.settings.subscriber_fields
    own = [f"subscriber.{name}" for name in fallbacks]
    known = [f"{owner}.{name}" for owner, names in known_names().items() for name in sorted(names)]
    rest = [each for each in known if each not in _FIRST and each not in own]
    return tuple(
        FilledIn(each, fallbacks.get(each.removeprefix("subscriber."), "")) for each in (*_FIRST, *own, *rest)
    )
