"""Writing a campaign down, once somebody typed the number of its recipients."""

from __future__ import annotations

from newsletter_mailer.actions.plan.approving import ensure_approved
from newsletter_mailer.actions.plan.choosing import ensure_same_segment
from newsletter_mailer.actions.plan.linking import keep_links
from newsletter_mailer.actions.plan.proposing import Proposal
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NotConfirmed, StalePlan
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import letterhead, sender_domain
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import sentence


def check_number(proposal_total: int, typed: int | None) -> None:
    """Raise NotConfirmed unless the number of recipients was typed, exactly."""
    if typed is None:
        raise NotConfirmed(
            sentence("nothing was sent: the number of recipients was not confirmed"),
            sentence("type it when asked, or give --yes --expect {total}", total=proposal_total),
        )
    if typed != proposal_total:
        raise NotConfirmed(
            sentence(
                "nothing was sent: {typed} was confirmed, but the number of recipients is {total}",
                typed=typed,
                total=proposal_total,
            )
        )


def plan(
    database: Database, workspace: Workspace, proposal: Proposal, *, secret: Secret, now: int
) -> Campaign:
    """Write the campaign in one transaction: its edition and one row per reader.

    Raises StalePlan, and writes nothing, when the audience or its segment is no longer what was proposed, and
    NotApproved when the settings want a yes to this edition that nobody gave.
    """
    wishes = proposal.wishes
    on = letterhead(workspace, proposal.audience.lists[0], web_base=proposal.web_base)
    with database.transaction() as connection:
        ensure_approved(connection, workspace, proposal.edition)
        ensure_same_segment(connection, proposal.audience)
        planned = campaigns.plan(
            connection,
            proposal.edition,
            proposal.audience,
            now=now,
            secret=secret,
            ledger_id=database.ledger_id,
            message_domain=sender_domain(workspace),
            mailable=mailable,
            list_name=on.list_name,
            unsubscribe_mailbox=on.unsubscribe_mailbox,
            web_base=on.web_base,
            erratum=proposal.erratum,
            canary=wishes.canary,
            canary_wait=round(workspace.settings.canary_wait * 60_000),
            scheduled_at=wishes.at,
            expires_at=proposal.expires_at,
            rate=wishes.rate,
            measuring=workspace.settings.privacy.measuring(on.web_base),
        )
        keep_links(connection, planned, proposal.edition)
        # Everyone is looked at once, for both: a second count before would cost a quarter of the time of a plan.
        if planned.head_count != proposal.head_count:
            raise StalePlan(  # which undoes the plan
                sentence(
                    "the audience changed: {before} recipients were shown, now there are {after}",
                    before=proposal.head_count.total,
                    after=planned.head_count.total,
                ),
                sentence("start again and look at the new head count"),
            )
        return planned
