"""A run on a terminal: a bar, what it waits for, and Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.dispatch import Tools, Wait
    from newsletter_mailer.model.campaign import Campaign
    from newsletter_mailer.model.outcome import Outcome


@contextmanager
def progress(face: Face, campaign: Campaign, tools: Tools, stopping: str = "") -> Iterator[Tools]:
    """A bar with rate and time left; Ctrl-C finishes the mail in flight and stops, a second one does not wait.

    stopping: what is said then, instead of how to go on.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from newsletter_mailer.model.outcome import SETTLED

    def stop(_signal: int, _frame: Any) -> None:
        if tools.stop.is_set():
            raise KeyboardInterrupt  # a server may take minutes to answer
        tools.stop.set()
        face.talk(stopping or say("\nStopping after the mail in flight; the same command continues."))

    console = Console(stderr=True, no_color=not face.colour, quiet=face.quiet)
    before = {number_: signal.signal(number_, stop) for number_ in (signal.SIGINT, signal.SIGTERM)}
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        disable=face.quiet or not sys.stderr.isatty(),
    )
    counts = campaign.counts
    try:
        with bar:
            task = bar.add_task(
                say("Sending"), total=counts.total, completed=counts.total - counts.open, rate=""
            )

            def advance(outcome: Outcome) -> None:
                speed = bar.tasks[0].speed
                settled = (
                    1 if outcome.event in SETTLED else 0
                )  # who is deferred or given back is still to come
                bar.update(task, advance=settled, rate=say("{rate}/s", rate=f"{speed:.0f}") if speed else "")

            def wait(for_: Wait) -> None:
                face.talk(_waiting(for_, tools.workspace.zone))

            yield replace(tools, progress=advance, waiting=wait)
    finally:
        for number_, handler in before.items():
            signal.signal(number_, handler)


def _waiting(wait: Wait, zone: ZoneInfo) -> str:
    from newsletter_mailer.actions.dispatch import Why

    values = {"count": number(wait.count), "time": _clock_time(wait.until, zone)}
    match wait.why:
        case Why.PACE:
            said = say("The provider takes no more for now; {count} go on at {time}.", **values)
        case Why.CANARY:
            said = say("The first readers have it; the other {count} follow at {time}.", **values)
        case Why.SCHEDULE:
            said = say("{count} recipients wait for {time}.", **values)
        case Why.RETRY:
            said = say_many(
                "{count} was refused for now; the next try is at {time}.",
                "{count} were refused for now; the next try is at {time}.",
                wait.count,
                **values,
            )
    return f"{said} {say('Ctrl-C stops, and the same command continues.')}"


def _clock_time(at: int, zone: ZoneInfo) -> str:
    """With the day, unless it is today."""
    moment, today = datetime.fromtimestamp(at / 1000, zone), datetime.now(zone).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"
