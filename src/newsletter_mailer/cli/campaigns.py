"""Commands that send, and that tell what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli import log_output
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.app import App
    from newsletter_mailer.model.campaign import Campaign

STATUSES = ("queued", "sending", "sent", "deferred", "refused", "in_doubt", "skipped", "cancelled")


@click.command()
@click.argument("issue")
@click.option(
    "--to", "to", multiple=True, help="Who gets the test; can be given several times. Default: test_readers."
)
@click.argument("more", nargs=-1)
@click.pass_obj
def test(face: Face, issue: str, to: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Send the issue as a test, its subject marked [TEST].

    Example: newsletter test 2026-12-noel --to chair@example.org me@example.org
    """
    import secrets

    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.actions.test import send_test

    with face.app() as app:
        addresses = (*to, *more) or app.workspace.settings.test_readers
        if not addresses:
            raise click.UsageError(
                say("Say who gets it: --to you@example.org, or test_readers in newsletter.yaml")
            )
        account = account_of(app.workspace)
        done = send_test(
            app.workspace,
            issue,
            addresses,
            database=app.database,
            account=account,
            now=app.now,
            new_id=secrets.token_hex(8),
        )
    show.tests(face, done)
    failed = [one for one in done if not show.accepted(one.outcome)]
    if not failed:
        face.talk(say("Next: newsletter dispatch {issue} --list LIST", issue=issue), style="green")
    click.get_current_context().exit(5 if failed else 0)


@click.command()
@click.argument("issue")
@click.option(
    "--list", "lists", multiple=True, required=True, help="Who gets it; can be given several times."
)
@click.option("--exclude", multiple=True, help="But nobody of this list.")
@click.option("--dry-run", is_flag=True, help="Show the head count and stop.")
@click.option("--wait", is_flag=True, help="Stay until the last retry.")
@click.option("--yes", is_flag=True, help="Do not ask; needs --expect.")
@click.option("--expect", type=click.IntRange(min=0), help="The number of recipients, as shown.")
@click.pass_obj
def dispatch(
    face: Face,
    issue: str,
    lists: tuple[str, ...],
    exclude: tuple[str, ...],
    dry_run: bool,
    wait: bool,
    yes: bool,
    expect: int | None,
) -> None:
    """Send an issue to lists: count, confirm by typing the number, go.

    Interrupted, the same command continues where it stopped.

    Example: newsletter dispatch 2026-12-noel --list adherents
    """
    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.actions.dispatch import ensure_alone
    from newsletter_mailer.actions.plan import Audience, changed_since, plan, propose, unfinished

    with face.app() as app:
        audience = Audience(lists, exclude)
        if not dry_run:
            ensure_alone(app.database)
            account_of(app.workspace)  # a missing password is told before a number is asked for
        campaign = unfinished(app.database, app.workspace, issue, audience)
        if campaign is None:
            proposal = propose(app.database, app.workspace, issue, audience)
            show.proposal(face, proposal, issue)
            if dry_run or proposal.head_count.total == 0:
                show.proposal_data(face, proposal, issue)
                return
            _confirm(face, proposal.head_count.total, yes=yes, expect=expect)
            campaign = plan(app.database, app.workspace, proposal, secret=app.secret, now=app.now)
        else:
            show.continuing(face, campaign, changed=changed_since(app.workspace, campaign))
            if dry_run:
                show.status(face, campaign)
                return
            _confirm(face, campaign.counts.total, yes=yes, expect=expect)
        _send(face, app, campaign, wait=wait)


def _confirm(face: Face, total: int, *, yes: bool, expect: int | None) -> None:
    """Only who types the number of recipients sends."""
    from newsletter_mailer.actions.plan import check_number

    typed = expect
    if not yes and face.ask:
        answer = click.prompt(
            say("Type the number of recipients to send, or anything else to stop"),
            err=True,
            default="",
            show_default=False,
        )
        digits = "".join(answer.split())
        typed = int(digits) if digits.isdecimal() else None
    elif not yes:
        typed = None
    check_number(total, typed)


@click.command()
@click.argument("campaign")
@click.option("--wait", is_flag=True, help="Stay until the last retry.")
@click.pass_obj
def resume(face: Face, campaign: str, wait: bool) -> None:
    """Go on with a campaign that stopped or waits; it was confirmed when it began.

    Example: newsletter resume 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import to_go_on
    from newsletter_mailer.actions.dispatch import ensure_alone, exit_code
    from newsletter_mailer.actions.plan import changed_since

    with face.app() as app:
        found = to_go_on(app.database, campaign)
        if not found.counts.open:
            show.nothing_to_do(face, found, say("nothing is left to send."))
            show.finished(face, found)
            _exit(exit_code(found.counts, interrupted=False))
        ensure_alone(app.database)
        show.continuing(face, found, changed=changed_since(app.workspace, found))
        _send(face, app, found, wait=wait)


def _send(face: Face, app: App, campaign: Campaign, *, wait: bool) -> None:
    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.actions.campaigns import one
    from newsletter_mailer.actions.dispatch import Tools, dispatch, exit_code
    from newsletter_mailer.app import clock
    from newsletter_mailer.config.profiles import profile_of

    tools = Tools(
        database=app.database,
        workspace=app.workspace,
        account=account_of(app.workspace, profile=profile_of(app.workspace.settings.smtp, now=app.now)[0]),
        secret=app.secret,
        clock=clock,
    )
    try:
        with show.progress(face, campaign, tools) as watched:
            done = dispatch(watched, campaign, wait=wait)
    except NewsletterError:
        if face.json:  # a program that reads us learns where the campaign stands, however the run ended
            show.finished(face, one(app.database, str(campaign.id)))
        raise
    show.finished(face, done)
    _exit(exit_code(done.counts, interrupted=watched.stop.is_set()))


def _exit(code: int) -> None:
    click.get_current_context().exit(code)


@click.command()
@click.pass_obj
def campaigns(face: Face) -> None:
    """Show all campaigns, oldest first.

    Example: newsletter campaigns
    """
    from newsletter_mailer.actions.campaigns import every

    with face.app() as app:
        found = every(app.database)
        show.campaigns(face, found, app.workspace.zone)


@click.command()
@click.argument("campaign")
@click.pass_obj
def status(face: Face, campaign: str) -> None:
    """Show where a campaign stands.

    Example: newsletter status 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import one

    with face.app() as app:
        show.status(face, one(app.database, campaign))


@click.command()
@click.argument("campaign")
@click.option(
    "--status", "status_name", type=click.Choice(STATUSES), help="Only recipients with this status."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "jsonl"]), default="table", help="How to write it."
)
@click.pass_obj
def log(face: Face, campaign: str, status_name: str | None, form: Literal["table", "csv", "jsonl"]) -> None:
    """Show every recipient of a campaign and what the server said.

    Example: newsletter log 2026-12-noel --status refused --format csv
    """
    from newsletter_mailer.actions.campaigns import log as rows
    from newsletter_mailer.model.delivery import Status

    with face.app() as app:
        wanted = Status(status_name) if status_name else None
        form = "jsonl" if face.json else form
        log_output.log(rows(app.database, campaign, status=wanted), form, app.workspace.zone)


@click.command()
@click.argument("campaign")
@click.option(
    "--as",
    "as_",
    type=click.Choice(["sent", "resend"]),
    help="How to settle them; without it they are listed.",
)
@click.pass_obj
def resolve(face: Face, campaign: str, as_: Literal["sent", "resend"] | None) -> None:
    """List or settle the recipients of whom nobody knows whether the mail arrived.

    Example: newsletter resolve 2026-12-noel --as sent
    """
    from newsletter_mailer.actions.campaigns import doubtful
    from newsletter_mailer.actions.campaigns import resolve as settle

    with face.app() as app:
        if as_ is None:
            found, rows = doubtful(app.database, campaign)
            if not rows and not face.json:
                show.nothing_to_do(face, found, say("nobody is in doubt."))
                return
            log_output.log(iter(rows), "jsonl" if face.json else "table", app.workspace.zone)
            face.talk(
                say(
                    "{count} in doubt. Settle them with newsletter resolve {id} --as sent, or --as resend "
                    "(some may then get it twice).",
                    count=number(len(rows)),
                    id=found.id,
                )
            )
            return
        done = settle(app.database, campaign, as_=as_, now=app.now)
    count = done.count
    face.data(say_many("{count} settled", "{count} settled", count, count=number(count)))
    if as_ == "resend" and count:
        face.talk(say("Next: newsletter resume {id}", id=done.campaign.id), style="green")


@click.command()
@click.argument("campaign")
@click.pass_obj
def retry(face: Face, campaign: str) -> None:
    """Put the refused recipients of a campaign back into the queue.

    Example: newsletter retry 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import retry as queue_again

    with face.app() as app:
        done = queue_again(app.database, campaign, now=app.now)
    count = done.count
    face.data(say_many("{count} queued again", "{count} queued again", count, count=number(count)))
    if count:
        face.talk(say("Next: newsletter resume {id}", id=done.campaign.id), style="green")


@click.command()
@click.argument("campaign")
@click.pass_obj
def cancel(face: Face, campaign: str) -> None:
    """Cancel what has not left yet; what was sent stays sent.

    Example: newsletter cancel 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import cancel as end

    with face.app() as app:
        done = end(app.database, campaign, now=app.now)
    face.talk(say("Campaign {id} of {slug} is cancelled.", id=done.campaign.id, slug=done.campaign.slug))
    count = done.count
    face.data(say_many("{count} cancelled", "{count} cancelled", count, count=number(count)))


COMMANDS = (test, dispatch, resume, campaigns, status, log, resolve, retry, cancel)
