"""A yes, bound to one edition."""

from __future__ import annotations

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NotApproved, UsageError
from newsletter_mailer.model.edition import is_code_of, short_code
from newsletter_mailer.model.review import LONGEST_NAME, Approval
from newsletter_mailer.store import reviews
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.editions import edition_hash
from newsletter_mailer.wording import sentence


def approve(
    database: Database, workspace: Workspace, issue: str, *, by: str, code: str, now: int
) -> Approval:
    """Write down that somebody said yes to the issue as it is now; `code` is what they saw in their test.

    Raises IssueError, UsageError for a name that is none, NotApproved when the code is that of another edition.
    """
    name = reviewer_name(by)
    edition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace).edition
    hash_ = edition_hash(edition)
    if not is_code_of(hash_, code):
        raise NotApproved(
            sentence(
                "{code} is not the code of the issue as it is now, {now}: it was changed since that test",
                code=code,
                now=short_code(hash_),
            ),
            sentence("send the new state as a test: newsletter test {issue}", issue=issue),
        )
    with database.transaction() as connection:
        return reviews.approve(connection, edition, reviewer=name, now=now)


def reviewer_name(typed: str) -> str:
    """The name as it is kept. Raises UsageError when nothing is left of it."""
    name = one_line(typed, LONGEST_NAME)
    if not name:
        raise UsageError(sentence("whoever approves has a name"), sentence('for example: --by "Anne Martin"'))
    return name


def one_line(typed: str, longest: int) -> str:
    """What somebody typed, on one line and without what cannot be seen."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())
    return line[:longest].rstrip()
