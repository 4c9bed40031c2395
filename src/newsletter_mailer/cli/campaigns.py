"""Commands that tell what became of campaigns, and that settle what is open."""

from __future__ import annotations

import time
from typing import Literal

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli import log_output, status_output, watching
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.whom import audience_options
from newsletter_mailer.wording import say, say_many

STATUSES = ("queued", "sending", "sent", "deferred", "refused", "in_doubt", "skipped", "cancelled")


@click.command()
@click.pass_obj
def campaigns(face: Face) -> None:
    """Show all campaigns, oldest first.

    Example: newsletter campaigns
    """
    from newsletter_mailer.actions.campaigns import every

    with face.app() as app:
        found = every(app.database)
        status_output.campaigns(face, found, app.workspace.zone)


@click.command()
@click.argument("campaign")
@click.option(
    "--watch",
    is_flag=True,
    help="Stay, and show every second how far it is, how fast, and how long it takes.",
)
@click.pass_obj
def status(face: Face, campaign: str, watch: bool) -> None:
    """Show where a campaign stands.

    Example: newsletter status 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import one
    from newsletter_mailer.actions.standing import standing
    from newsletter_mailer.actions.standing.live import Looking

    if watch and face.json:
        raise click.UsageError(say("--watch is for people: leave it out with --json"))
    with face.app() as app:
        found = one(app.database, campaign)
        if not watch:
            status_output.status(face, standing(app.database, found, now=app.now), app.workspace.zone)
            return
        looking = Looking(app.database, found.id)
        try:
            watching.watch(face, lambda: looking.look(now=app.now), app.workspace.zone, time.sleep)
        except KeyboardInterrupt:  # only who watches goes away
            return


@click.command()
@click.argument("campaign")
@click.option(
    "--status", "status_name", type=click.Choice(STATUSES), help="Only recipients with this status."
)
@click.option("--returned", is_flag=True, help="Only recipients of whom something came back.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "jsonl"]), default="table", help="How to write it."
)
@click.pass_obj
def log(
    face: Face,
    campaign: str,
    status_name: str | None,
    returned: bool,
    form: Literal["table", "csv", "jsonl"],
) -> None:
    """Show every recipient of a campaign, what the server said, and what came back.

    Example: newsletter log 2026-12-noel --status refused --format csv
    """
    from newsletter_mailer.actions.campaigns import log as rows
    from newsletter_mailer.actions.campaigns import originals
    from newsletter_mailer.model.delivery import Status

    with face.app() as app:
        wanted = Status(status_name) if status_name else None
        form = "jsonl" if face.json else form
        found = rows(app.database, campaign, status=wanted)
        shown = (row for row in found if row.returned) if returned else found
        log_output.log(shown, form, app.workspace.zone, originals(app.database))


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
    if left := done.campaign.counts.refused - count:
        face.talk(
            say_many(
                "{count} is never written to again: the address does not exist, or its reader said no.",
                "{count} are never written to again: the address does not exist, or its reader said no.",
                left,
                count=number(left),
            )
        )
    if count:
        face.talk(say("Next: newsletter resume {id}", id=done.campaign.id), style="green")


@click.command()
@click.argument("campaign")
@click.pass_obj
def pause(face: Face, campaign: str) -> None:
    """Pause a campaign: nothing more leaves, not even by a worker, until you go on with it.

    Example: newsletter pause 2026-12-noel
    """
    from newsletter_mailer.actions.campaigns import pause as hold_back

    with face.app() as app:
        done = hold_back(app.database, campaign, now=app.now)
    face.talk(say("Campaign {id} of {slug} is paused.", id=done.id, slug=done.slug))
    face.talk(
        say(
            "As it was planned: newsletter resume {id}. With the issue as it is now: newsletter dispatch {slug} {lists}",
            id=done.id,
            slug=done.slug,
            lists=audience_options(done.lists, done.exclude, done.segment),
        ),
        style="green",
    )


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


COMMANDS = (campaigns, status, log, pause, resolve, retry, cancel)
