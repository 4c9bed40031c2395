"""A campaign that goes on: with the issue as it was planned, or as it is now."""

from __future__ import annotations

from newsletter_mailer.actions.plan.linking import keep_links
from newsletter_mailer.actions.plan.proposing import Wishes
from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, UsageError
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence


def unfinished(
    database: Database, workspace: Workspace, issue: str, audience_: Audience, *, erratum: bool = False
) -> Campaign | None:
    """The campaign of the same issue (or of an erratum of it) and audience that still has something to send."""
    loaded = load_issue(workspace, find_issue(workspace, issue))
    with database.reading() as connection:
        return campaigns.unfinished(connection, issue_id=loaded.issue.id, audience=audience_, erratum=erratum)


def correction(workspace: Workspace, campaign: Campaign) -> Edition | None:
    """The issue as it is now, when it would look different from what the campaign sends; else None.

    Raises IssueError when it cannot be composed any more.
    """
    try:
        loaded = load_issue(workspace, find_issue(workspace, campaign.slug))
    except UsageError:
        return None  # the folder was moved or deleted: nobody edits it
    edition = compose(loaded, workspace).edition
    changed = edition.issue_id == campaign.issue_id and campaigns.edition_hash(edition) != campaign.edition
    return edition if changed else None


def changed_since(workspace: Workspace, campaign: Campaign) -> bool:
    """Whether the issue would look different now, or could not even be composed."""
    try:
        return correction(workspace, campaign) is not None
    except FileProblems:
        return True  # it could be composed once


def continue_with(
    database: Database, campaign: Campaign, wishes: Wishes, corrected: Edition | None, *, now: int
) -> Campaign:
    """Let the rest of the campaign have the corrected edition, and another rate if one is asked for.

    Raises UsageError for wishes that come too late.
    """
    if wishes.canary or wishes.at is not None:
        raise UsageError(
            sentence(
                "campaign {number} was planned already: --canary and --at come too late", number=campaign.id
            ),
            sentence("leave them out; or cancel it first: newsletter cancel {number}", number=campaign.id),
        )
    with database.transaction() as connection:
        if corrected is not None:
            campaigns.correct(connection, campaign.id, corrected, now=now)
            keep_links(connection, campaign, corrected)
        if wishes.rate is not None:
            campaigns.set_rate(connection, campaign.id, wishes.rate, now=now)
        found = campaigns.campaign(connection, campaign.id)
    assert found is not None
    return found
