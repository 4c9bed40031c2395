"""Whether an edition may leave where the settings want somebody's yes first."""

from __future__ import annotations

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NotApproved
from newsletter_mailer.model.edition import short_code
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.reviews import approvals_of, last_approval
from newsletter_mailer.wording import Sentence, sentence


def ensure_approved(c: Connection, workspace: Workspace, *, issue_id: str, slug: str, edition: str) -> None:
    """Raise NotApproved when `approval: required` and nobody said yes to this very edition (its hash)."""
    why = missing_approval(c, workspace, issue_id=issue_id, edition=edition)
    if why is not None:
        hint = sentence(
            "send it as a test to who decides, and note their yes: newsletter approve {issue} --by NAME --code {code}",
            issue=slug,
            code=short_code(edition),
        )
        raise NotApproved(why, hint)


def missing_approval(c: Connection, workspace: Workspace, *, issue_id: str, edition: str) -> Sentence | None:
    """What is missing for this edition to leave, None when nothing is."""
    if workspace.settings.approval != "required" or approvals_of(c, edition):
        return None
    other = last_approval(c, issue_id)
    code = short_code(edition)
    if other is None:
        return sentence("nobody has approved this edition, {code}", code=code)
    return sentence(
        "this edition, {code}, is not the one that {reviewer} approved, {approved}: the issue was changed since",
        code=code,
        reviewer=other.reviewer,
        approved=other.code,
    )
