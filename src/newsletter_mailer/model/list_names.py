"""What a list may be called where it is typed."""

from __future__ import annotations

import re

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.slugs import hyphenated
from newsletter_mailer.wording import sentence

_LONGEST = 63  # it becomes a label of its List-Id (RFC 2919 section 2)
_NAME = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{_LONGEST - 1}}}")


def check_list(slug: str) -> None:
    """Raises UsageError for a list whose name could not stand in a List-Id."""
    if _NAME.fullmatch(slug):
        return
    example = hyphenated(slug, _LONGEST) or "members"
    raise UsageError(
        sentence("“{slug}” cannot be the name of a list", slug=slug),
        sentence("use small letters, digits and hyphens, e.g. {example}", example=example),
    )
