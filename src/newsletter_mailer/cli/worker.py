"""The command that does what is due."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from newsletter_mailer.cli import inbox_output
from newsletter_mailer.cli.inbox import without_inbox
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.times import local
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.names import state_name
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from newsletter_mailer.actions.dispatch import StopFlag, Tools
    from newsletter_mailer.actions.inbox import Fetched
    from newsletter_mailer.app import App
    from newsletter_mailer.config import Workspace
    from newsletter_mailer.errors import NewsletterError
    from newsletter_mailer.model.campaign import Campaign
    from newsletter_mailer.scenarios.worker import Worker


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end; for cron.")
@without_inbox
@click.pass_obj
def worker(face: Face, once: bool, without_inbox: bool) -> None:
    """Send what is due: campaigns planned for a time, retries, and what a crash left behind.

    It stays until Ctrl-C, and never asks: what needs your yes is held, and `notify` is told by mail.

    Example: newsletter worker
    """
    from newsletter_mailer.actions.campaigns import every
    from newsletter_mailer.actions.dispatch import StopFlag
    from newsletter_mailer.app import clock
    from newsletter_mailer.scenarios.teller import Teller
    from newsletter_mailer.scenarios.worker import Worker

    stop = StopFlag()
    with face.app() as app, _signals(face, stop) as heard:
        shop = _Shop(app)
        zone = app.workspace.zone
        teller = Teller(app.database, _Screen(face, zone, clock), shop.tools, zone=zone)
        at_work = Worker(app.database, shop, teller, clock=clock, stop=stop, reads_inbox=not without_inbox)
        if not once:
            face.talk(say("This worker sends what is due. Ctrl-C stops it."))
        at_work.work(once=once)
        if once and sys.stderr.isatty():  # not into the mail of cron
            for line in to_come(every(app.database), zone):
                face.talk(line)
    if at_work.cut_short:
        face.talk(say("The next worker goes on with it."))
    click.get_current_context().exit(_exit_code(at_work, heard, once=once))


def to_come(found: Sequence[Campaign], zone: ZoneInfo) -> Iterator[str]:
    """What does not leave now: when it does, or what it waits for."""
    waiting = [one for one in found if one.counts.open and one.state is not CampaignState.CANCELLED]
    yield say("Nothing more leaves now:") if waiting else say("Nothing is to be sent.")
    for one in waiting:
        values = {"id": one.id, "slug": one.slug}
        at = one.scheduled_at if one.state is CampaignState.SCHEDULED else one.again_at
        if at:
            yield "  " + say("campaign {id} of {slug} goes on at {time}", time=local(at, zone), **values)
        elif one.state is CampaignState.HELD:
            yield "  " + say(
                "campaign {id} of {slug} is held, and waits for your yes: newsletter resume {id} --yes",
                **values,
            )
        else:
            state = state_name(one.state.value)
            yield "  " + say(
                "campaign {id} of {slug} is {state}: newsletter resume {id}", state=state, **values
            )


def _exit_code(done: Worker, heard: list[int], *, once: bool) -> int:
    """A worker that was told to stop did what it was told; 130 when Ctrl-C cut a campaign short."""
    if done.cut_short and signal.SIGINT in heard:
        return 130
    return done.failed.exit_code if once and done.failed is not None else 0


@contextmanager
def _signals(face: Face, stop: StopFlag) -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM finish the mail in flight, a second one does not wait; gives those that came."""
    heard: list[int] = []

    def hear(which: int, _frame: Any) -> None:
        heard.append(which)
        if stop.is_set():
            raise KeyboardInterrupt  # a server may take minutes to answer
        stop.set()
        face.talk(say("\nStopping after the mail in flight."))

    before = {which: signal.signal(which, hear) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield heard
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


class _Shop:
    """Tools by newsletter.yaml as it is now."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stamp = self._look()

    def tools(self) -> Tools:
        """Raises what `App.reload` and `App.tools` raise."""
        self._app.reload()
        return self._app.tools()

    def workspace(self) -> Workspace:
        """Raises what `App.reload` raises."""
        self._app.reload()
        return self._app.workspace

    def changed(self) -> bool:
        """Whether newsletter.yaml was changed since this was last asked."""
        before, self._stamp = self._stamp, self._look()
        return self._stamp != before

    def _look(self) -> tuple[int, int]:
        from newsletter_mailer.config import SETTINGS_FILE  # pydantic would make every command's help wait

        try:
            found = (self._app.workspace.root / SETTINGS_FILE).stat()
        except OSError:  # being written, or gone: who reads it will tell
            return 0, 0
        return found.st_mtime_ns, found.st_size


class _Screen:
    """A line for everything that happens, with its time."""

    def __init__(self, face: Face, zone: ZoneInfo, clock: Callable[[], int]) -> None:
        self._face = face
        self._zone = zone
        self._clock = clock

    def begins(self, campaign: Campaign) -> None:
        count = number(campaign.counts.open)
        self._say(
            say("campaign {id} of {slug}: {count} to go", id=campaign.id, slug=campaign.slug, count=count)
        )

    def waits(self, campaign: Campaign, until: int) -> None:
        time = local(until, self._zone)
        self._say(
            say("campaign {id} of {slug} goes on at {time}", id=campaign.id, slug=campaign.slug, time=time)
        )

    def stops(self, campaign: Campaign, error: NewsletterError, until: int) -> None:
        told = say(
            "campaign {id} of {slug} is stopped: {error}. It is tried again, the next time at {time}",
            id=campaign.id,
            slug=campaign.slug,
            error=error,
            time=local(until, self._zone),
        )
        self._say(told, style="red")

    def ends(self, campaign: Campaign) -> None:
        """Finished or held, and what to do."""
        from newsletter_mailer.actions.standing import next_steps

        values = {"id": campaign.id, "slug": campaign.slug, "state": state_name(campaign.state.value)}
        if campaign.held_why:
            self._say(
                say("campaign {id} of {slug}: {state}, {why}", why=campaign.held_why, **values),
                style="yellow",
            )
        else:
            counts = {"sent": number(campaign.counts.sent), "total": number(campaign.counts.total)}
            told = say("campaign {id} of {slug}: {state}, {sent} of {total} sent", **counts, **values)
            self._say(told, style="green")
        for step in next_steps(campaign):
            self._face.talk(f"  {step}")

    def unsent(self, address: str, error: NewsletterError) -> None:
        told = say("no mail about it to {address}: {error}", address=address or "notify", error=error)
        self._say(told, style="yellow")

    def came(self, done: Fetched) -> None:
        for line in inbox_output.notable(done):
            self._say(line)

    def trouble(self, error: NewsletterError) -> None:
        self._say(str(error), style="red")

    def _say(self, text: str, *, style: str | None = None) -> None:
        self._face.talk(f"{local(self._clock(), self._zone)}  {text}", style=style)


COMMANDS = (worker,)
