"""Where each block of a page begins, for who looks at the page; the mail itself carries no such marks."""

from __future__ import annotations

import re
from dataclasses import replace

from newsletter_mailer.model.edition import Edition, Slot

#: in a page with landmarks: a block begins; its number counts from 0
LANDMARK = re.compile(r"<!--block (\d+)-->")
# mrml joins what Outlook reads of two sections when nothing stands between them
_WITH_SEAM = re.compile(r"<!\[endif\]-->\s*<!--block \d+-->\s*<!--\[if mso \| IE\]>|<!--block \d+-->")


def landmark(number: int) -> str:
    """What `compose` is to put before a block: a comment, so that nothing looks otherwise."""
    return f"<!--block {number}-->"


def as_mailed(shown: Edition) -> Edition:
    """The edition without its landmarks: the very one that is composed without any."""
    mailed = (replace(each, content=_unmarked(each.content)) for each in shown.html)
    return replace(shown, html=tuple(each for each in mailed if each.content != ""))


def _unmarked(content: str | Slot) -> str | Slot:
    return _WITH_SEAM.sub("", content) if isinstance(content, str) else content
