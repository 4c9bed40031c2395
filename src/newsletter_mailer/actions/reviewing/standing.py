"""How an issue stands with its reviewers."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.edition import Edition, short_code
from newsletter_mailer.model.review import Approval, Comment
from newsletter_mailer.store import reviews
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.editions import edition_hash, keep_edition, was_tested
from newsletter_mailer.tokens import Secret


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, and whether the issue still is as it was then."""

    comment: Comment
    code: str  #: of the edition that it is about
    current: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What was said of an issue."""

    edition: Edition  #: as it is now
    code: str  #: its short code
    required: bool  #: whether nothing leaves without a yes
    tested: bool = False  #: whether this very edition was sent as a test
    approvals: tuple[Approval, ...] = ()  #: of this very edition
    before: Approval | None = None  #: the last one of another edition, when this one has none
    remarks: tuple[Remark, ...] = ()  #: of all its editions, the newest last
    review_link: str = ""  #: the reviewers' page of this edition; "" without `public_url`


def standing(
    database: Database | None, workspace: Workspace, issue: str, *, secret: Secret | None = None, now: int = 0
) -> Standing:
    """How the issue stands as it is now. Raises IssueError, UsageError.

    database: None when there is no ledger yet, so that nobody can have said anything. secret: with it, and where
    `public_url` is set, the edition is kept and has a page for reviewers.
    """
    edition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace).edition
    hash_ = edition_hash(edition)
    required = workspace.settings.approval == "required"
    if database is None:
        return Standing(edition, short_code(hash_), required)
    link = _link(database, workspace, edition, secret, now=now)
    with database.reading() as connection:
        given = tuple(reviews.approvals_of(connection, hash_))
        said = reviews.comments_on(connection, edition.issue_id)
        return Standing(
            edition=edition,
            code=short_code(hash_),
            required=required,
            tested=was_tested(connection, hash_),
            approvals=given,
            before=None if given else reviews.last_approval(connection, edition.issue_id),
            remarks=tuple(_remark(one, hash_) for one in said),
            review_link=link,
        )


def _link(
    database: Database, workspace: Workspace, edition: Edition, secret: Secret | None, *, now: int
) -> str:
    url = workspace.settings.public_url
    if not url or secret is None:
        return ""
    with database.transaction() as connection:
        keep_edition(connection, edition, now=now)
        return reviews.link(connection, edition, url=url, secret=secret)


def _remark(one: Comment, hash_: str) -> Remark:
    return Remark(one, short_code(one.edition), one.edition == hash_)
