"""Whether the edition of a proposal or a correction may leave, told before a number is asked for."""

from __future__ import annotations

from newsletter_mailer.checks import approval
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.editions import edition_hash
from newsletter_mailer.wording import Sentence


def unapproved(database: Database, workspace: Workspace, edition: Edition) -> Sentence | None:
    """What is missing for it to leave, None when nothing is."""
    with database.reading() as connection:
        return approval.missing_approval(
            connection, workspace, issue_id=edition.issue_id, edition=edition_hash(edition)
        )


def check_approved(database: Database, workspace: Workspace, edition: Edition) -> None:
    """Raise NotApproved when the settings want a yes to this edition that nobody gave."""
    with database.reading() as connection:
        ensure_approved(connection, workspace, edition)


def ensure_approved(connection: Connection, workspace: Workspace, edition: Edition) -> None:
    """The same within a transaction."""
    approval.ensure_approved(
        connection,
        workspace,
        issue_id=edition.issue_id,
        slug=edition.slug,
        edition=edition_hash(edition),
    )
