"""Commands that send: a campaign, and going on with one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli import status_output
from newsletter_mailer.cli.check import look_once_more
from newsletter_mailer.cli.inbox import fetch_first, without_inbox
from newsletter_mailer.cli.output import Face, ask
from newsletter_mailer.cli.progress import progress
from newsletter_mailer.cli.proofs import tell_since_approval
from newsletter_mailer.cli.typed import Number, digits
from newsletter_mailer.errors import Held, NewsletterError
from newsletter_mailer.wording import say, sentence

if TYPE_CHECKING:
    from newsletter_mailer.actions.plan import Audience, Wishes
    from newsletter_mailer.app import App
    from newsletter_mailer.model.campaign import Campaign


@click.command()
@click.argument("issue")
@click.option(
    "--list", "lists", multiple=True, required=True, help="Who gets it; can be given several times."
)
@click.option("--exclude", multiple=True, help="But nobody of this list.")
@click.option("--segment", metavar="NAME", help="Of these only readers of this segment.")
@click.option("--at", "at", metavar="TIME", help='Leave then, e.g. "2026-12-01 09:00"; a worker sends it.')
@click.option("--rate", metavar="N/h", help="So many an hour at most, whatever the provider's profile says.")
@click.option("--canary", type=Number(min=0), default=0, help="So many readers first, then a break.")
@click.option("--erratum", is_flag=True, help="Only to those who got another version of this issue.")
@click.option("--dry-run", is_flag=True, help="Show the head count and stop.")
@click.option("--wait", is_flag=True, help="Stay until the last retry.")
@click.option("--yes", is_flag=True, help="Do not ask; needs --expect.")
@click.option("--expect", type=Number(min=0), help="The number of recipients, as shown.")
@without_inbox
@click.pass_obj
def dispatch(
    face: Face,
    issue: str,
    lists: tuple[str, ...],
    exclude: tuple[str, ...],
    segment: str | None,
    at: str | None,
    rate: str | None,
    canary: int,
    erratum: bool,
    dry_run: bool,
    wait: bool,
    yes: bool,
    expect: int | None,
    without_inbox: bool,
) -> None:
    """Send an issue to lists: count, confirm by typing the number, go.

    Interrupted, the same command continues where it stopped. Changed meanwhile, the issue reaches the rest as it is
    now.

    Example: newsletter dispatch 2026-12-noel --list adherents
    """
    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.actions.dispatch import ensure_alone
    from newsletter_mailer.actions.pace import parse_rate
    from newsletter_mailer.actions.plan import Wishes, chosen, unfinished
    from newsletter_mailer.actions.schedule import moment

    with face.app() as app:
        audience = chosen(app.database, lists, exclude, segment)
        wanted = Wishes(
            canary=canary,
            at=moment(at, zone=app.workspace.zone, now=app.now) if at else None,
            rate=parse_rate(rate) if rate else None,
            erratum=erratum,
        )
        if not dry_run:
            ensure_alone(app.database)
            account_of(app.workspace)  # a missing password is told before a number is asked for
        if not without_inbox:
            fetch_first(face, app, may_warn=dry_run or (face.ask and not yes))
        begun = unfinished(app.database, app.workspace, issue, audience, erratum=erratum)
        if begun is None:
            campaign = _new(face, app, issue, audience, wanted, _Answer(dry_run, yes, expect))
        else:
            campaign = _again(face, app, begun, audience, wanted, _Answer(dry_run, yes, expect))
        if campaign is None:
            return
        if at and not wait:
            show.scheduled(face, campaign, app.workspace.zone)
            return
        _send(face, app, campaign, wait=wait, reads_inbox=not without_inbox)


@dataclass(frozen=True, slots=True)
class _Answer:
    """How the officer confirms."""

    dry_run: bool
    yes: bool
    expect: int | None


def _new(
    face: Face, app: App, issue: str, audience: Audience, wanted: Wishes, answer: _Answer
) -> Campaign | None:
    """A campaign proposed, confirmed and planned; None when it was only to be looked at."""
    from newsletter_mailer.actions.measuring.telling import measuring_told
    from newsletter_mailer.actions.pace import pace_told
    from newsletter_mailer.actions.plan import check_approved, plan, propose, unapproved

    proposal = propose(app.database, app.workspace, issue, audience, wanted)
    rest = (wanted.at or app.now) + round(bool(wanted.canary) * app.workspace.settings.canary_wait * 60_000)
    told = pace_told(
        app.database,
        app.workspace,
        proposal.head_count.total,
        now=app.now,
        begins=rest,
        rate=wanted.rate,
    )
    seen = look_once_more(app, issue, leaves=wanted.at or app.now)
    told += measuring_told(app.workspace, proposal.web_base)
    show.proposal(face, proposal, issue, [*seen, *told])
    if wanted.canary and proposal.head_count.total:
        show.canary(face, wanted.canary, proposal.head_count.total, app.workspace.settings.canary_wait)
    tell_since_approval(face, app, proposal.edition)
    if answer.dry_run or proposal.head_count.total == 0:
        if why := unapproved(app.database, app.workspace, proposal.edition):
            face.talk(f"! {why}", style="yellow")
        show.proposal_data(face, proposal, issue)
        return None
    check_approved(app.database, app.workspace, proposal.edition)
    _confirm(face, proposal.head_count.total, answer)
    return plan(app.database, app.workspace, proposal, secret=app.secret, now=app.now)


def _again(
    face: Face, app: App, begun: Campaign, audience: Audience, wanted: Wishes, answer: _Answer
) -> Campaign | None:
    """A campaign that goes on, with the issue as it is now; None when it was only to be looked at."""
    from newsletter_mailer.actions.pace import pace_told
    from newsletter_mailer.actions.plan import check_approved, continue_with, correction

    if begun.held_why:  # before a number is asked for
        raise Held(
            sentence("campaign {number} is held: {why}", number=begun.id, why=begun.held_why),
            sentence("to go on all the same: newsletter resume {number} --yes", number=begun.id),
        )
    corrected = correction(app.workspace, begun)
    show.continuing(face, begun, corrected=corrected is not None, wanted=audience.segment)
    rate = wanted.rate if wanted.rate is not None else begun.rate
    told = pace_told(app.database, app.workspace, begun.counts.open, now=app.now, rate=rate)
    for said in (*look_once_more(app, begun.slug, leaves=app.now), *told):
        face.talk(f"! {said}", style="yellow")
    if corrected is not None:
        tell_since_approval(face, app, corrected)
    if answer.dry_run:
        status_output.counts(face, begun)
        return None
    if corrected is not None:
        check_approved(app.database, app.workspace, corrected)
    _confirm(face, begun.counts.total, answer)
    return continue_with(app.database, begun, wanted, corrected, now=app.now)


def _confirm(face: Face, total: int, answer: _Answer) -> None:
    """Only who types the number of recipients sends."""
    from newsletter_mailer.actions.plan import check_number

    typed = answer.expect
    if not answer.yes and face.ask:
        said = ask(
            say("Type the number of recipients to send, or anything else to stop"),
            default="",
            show_default=False,
            value_proc=str,
        )
        number = digits(said)
        typed = int(number) if number.isdecimal() else None
    elif not answer.yes:
        typed = None
    check_number(total, typed)


@click.command()
@click.argument("campaign")
@click.option("--wait", is_flag=True, help="Stay until the last retry.")
@click.option("--yes", is_flag=True, help="Go on with a campaign that is held.")
@without_inbox
@click.pass_obj
def resume(face: Face, campaign: str, wait: bool, yes: bool, without_inbox: bool) -> None:
    """Go on with a campaign that stopped, waits, is paused or held; it was confirmed when it began.

    Example: newsletter resume 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import to_go_on
    from newsletter_mailer.actions.dispatch import ensure_alone, exit_code

    with face.app() as app:
        found = to_go_on(app.database, campaign)
        if not found.counts.open:
            show.nothing_to_do(face, found, say("nothing is left to send."))
            _decide_doubts(face, app, found, yes=yes)
            status_output.finished(face, found)
            _exit(exit_code(found.counts, interrupted=False))
        ensure_alone(app.database)
        if not without_inbox:
            fetch_first(face, app, may_warn=False)
        show.as_it_was(face, found, changed=_changed(app, found))
        confirmed = yes or (found.held_why and _said_yes(face, found))
        _send(face, app, found, wait=wait, confirmed=bool(confirmed), reads_inbox=not without_inbox)


def _decide_doubts(face: Face, app: App, campaign: Campaign, *, yes: bool) -> None:
    """Domains may be held after the last mail left, by what came back since."""
    from newsletter_mailer.actions.dispatch import confirm_doubts, doubted

    why = doubted(app.database, campaign)
    if why is None:
        return
    face.talk(f"! {why}", style="yellow")
    if not yes and not (face.ask and face.confirm(say("Are these addresses gone indeed?"))):
        how = say("If they are gone indeed: newsletter resume {id} --yes", id=campaign.id)
        face.talk(how, style="yellow")
        return
    confirm_doubts(app.database, app.workspace, campaign, now=app.now)
    face.talk(say("Whoever is gone there is never written to again."), style="green")


def _changed(app: App, campaign: Campaign) -> bool:
    """Whether the issue would look different by now."""
    from newsletter_mailer.actions.campaigns import touched_since

    if not touched_since(app.workspace, campaign):
        return False
    from newsletter_mailer.actions.plan import changed_since

    return changed_since(app.workspace, campaign)


def _said_yes(face: Face, campaign: Campaign) -> bool:
    """Ask about a campaign that is held, where somebody can answer."""
    if not face.ask:
        return False
    face.talk(f"! {campaign.held_why}", style="yellow")
    return face.confirm(say("Go on all the same?"))


def _send(
    face: Face, app: App, campaign: Campaign, *, wait: bool, reads_inbox: bool, confirmed: bool = False
) -> None:
    from newsletter_mailer.actions.campaigns import one
    from newsletter_mailer.actions.dispatch import dispatch, exit_code

    tools = app.tools(confirmed=confirmed)
    if reads_inbox:
        tools = replace(tools, read_inbox=lambda: _read_inbox(app))
    try:
        with progress(face, campaign, tools) as watched:
            done = dispatch(watched, campaign, wait=wait)
    except NewsletterError:
        if face.json:  # a program that reads us learns where the campaign stands, however the run ended
            status_output.finished(face, one(app.database, str(campaign.id)))
        raise
    status_output.finished(face, done)
    _exit(exit_code(done.counts, interrupted=watched.stop.is_set()))


def _read_inbox(app: App) -> None:
    """In mid-campaign, without a word: the status tells what came back."""
    from newsletter_mailer.actions.inbox import fetch_first as read

    read(app.database, app.workspace, secret=app.secret, now=app.now)


def _exit(code: int) -> None:
    click.get_current_context().exit(code)


COMMANDS = (dispatch, resume)
