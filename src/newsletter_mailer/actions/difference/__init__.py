"""What changed in an issue: words and looks, since the last test, the approval, or the issue before."""

from newsletter_mailer.actions.difference.asking import Difference, Version, difference, since_approval
from newsletter_mailer.actions.difference.comparing import Change, Kind
from newsletter_mailer.actions.difference.page import SAID, as_html, named
from newsletter_mailer.actions.difference.words import Mark, Run

__all__ = [
    "SAID",
    "Change",
    "Difference",
    "Kind",
    "Mark",
    "Run",
    "Version",
    "as_html",
    "difference",
    "named",
    "since_approval",
]
