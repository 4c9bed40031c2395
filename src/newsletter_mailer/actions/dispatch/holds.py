"""Whether a campaign may go on by itself, or the officer must say yes first."""

from __future__ import annotations

from pathlib import Path

from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.checks.approval import ensure_approved
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import Held, NewsletterError
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.watch import reason
from newsletter_mailer.store import campaigns, clocks, copies, domains, doubts
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.places import unsafe_place
from newsletter_mailer.store.returned import SoftRule
from newsletter_mailer.wording import Sentence, sentence


def check_place(ledger: Path) -> None:
    """Raise NewsletterError for a ledger where locks do not hold, or that something else may copy back."""
    unsafe = unsafe_place(ledger)
    if unsafe is not None:
        raise NewsletterError(
            unsafe, sentence("move it to a folder of this computer, and name it in `database.url`")
        )


def check_approved(tools: Tools, campaign: Campaign) -> None:
    """Raise NotApproved when the settings want a yes to the campaign's edition that nobody gave."""
    with tools.database.reading() as connection:
        ensure_approved(
            connection,
            tools.workspace,
            issue_id=campaign.issue_id,
            slug=campaign.slug,
            edition=campaign.edition,
        )


def late_since(tools: Tools) -> int | None:
    """Since when the last run has given no sign of life, if that is so long ago that this may be a restored machine."""
    with tools.database.reading() as connection:
        return clocks.late_since(connection, tools.clock())


def may_go_on(tools: Tools, campaign: Campaign, *, late: int | None) -> frozenset[str]:
    """Raise Held, and hold the campaign, unless nothing speaks against sending or the officer said yes.

    Gives the domains that were held until this yes.
    """
    folder = issue_folder(tools, campaign)
    found = copies.disagreement(tools.database, folder, campaign=campaign.id)
    if tools.confirmed:
        return _confirm(tools, campaign, folder, disagreed=found is not None)
    if found is not None:
        raise hold(tools, campaign, found.what, found.hint)
    if late is not None:
        raise hold(tools, campaign, _late(tools, late))
    if campaign.state is CampaignState.HELD:
        raise _held(campaign, Sentence("{why}", {"why": campaign.held_why}))
    return frozenset()


def hold(tools: Tools, campaign: Campaign, why: Sentence, hint: Sentence | None = None) -> Held:
    """Hold the campaign; the error to raise."""
    with tools.database.transaction() as connection:
        campaigns.hold(connection, campaign.id, str(why), now=tools.clock())
    return _held(campaign, why, hint)


def issue_folder(tools: Tools, campaign: Campaign) -> Path | None:
    """The folder of the campaign's issue, if it is still there under that name."""
    folder = tools.workspace.issues / campaign.slug
    return folder if folder.is_dir() else None


def _confirm(tools: Tools, campaign: Campaign, folder: Path | None, *, disagreed: bool) -> frozenset[str]:
    if disagreed:
        copies.accept(tools.database, folder, now=tools.clock(), campaign=campaign.id)
    with tools.database.transaction() as connection:
        return doubts.confirm(connection, campaign.id, rule=_soft_rule(tools.workspace), now=tools.clock())


def confirm_doubts(
    database: Database, workspace: Workspace, campaign: Campaign, *, now: int
) -> frozenset[str]:
    """The officer says yes to the domains that are held, also after the last mail left. Gives them."""
    with database.transaction() as connection:
        return doubts.confirm(connection, campaign.id, rule=_soft_rule(workspace), now=now)


def _soft_rule(workspace: Workspace) -> SoftRule:
    settings = workspace.settings.bounces
    return SoftRule(settings.soft_days, settings.soft_window_days)


def why_domains(tools: Tools, campaign: Campaign) -> Sentence | None:
    """Why domains of the campaign wait for a yes; None when none does."""
    return doubted(tools.database, campaign)


def doubted(database: Database, campaign: Campaign) -> Sentence | None:
    """The same of a campaign that may have nothing left to send."""
    with database.reading() as connection:
        found = domains.held_domains(connection, campaign.id)
    if not found:
        return None
    return Sentence("{why}", {"why": ", ".join(str(reason(why, domain)) for domain, why in found.items())})


def _late(tools: Tools, since: int) -> Sentence:
    return sentence(
        "the last run gave no sign of life after {time}: if this computer was restored from a backup of that "
        "time, readers may get the mail twice",
        time=f"{tools.local(since):%Y-%m-%d %H:%M}",
    )


def _held(campaign: Campaign, why: Sentence, hint: Sentence | None = None) -> Held:
    return Held(
        sentence("campaign {number} is held: {why}", number=campaign.id, why=why),
        hint or sentence("to go on all the same: newsletter resume {number} --yes", number=campaign.id),
    )
