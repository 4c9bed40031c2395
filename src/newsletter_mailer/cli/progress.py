"""A run on a terminal: a bar, what it waits for, and Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.model.speed import left_told, rate_told
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.dispatch import Tools, Wait
    from newsletter_mailer.model.campaign import Campaign
    from newsletter_mailer.model.outcome import Outcome

_LOOK_S = 0.1  # the bar reckons its speed over a thousand samples: not for every mail
_SPEED_S = 300.0  # what the speed is the mean of: at a slow pace mails are minutes apart


def _endings() -> list[int]:
    """The signals that end it calmly; a lost terminal, too, where somebody above wants to tidy up after it."""
    endings: list[int] = [signal.SIGINT, signal.SIGTERM]
    lost = getattr(signal, "SIGHUP", None)  # Windows has none
    if lost is not None and callable(signal.getsignal(lost)):
        endings.append(lost)
    return endings


@contextmanager
def patience(face: Face, doing: str) -> Iterator[None]:
    """On a terminal, a sign that something is being done whose length nobody knows; it leaves no trace."""
    if not doing or face.quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True, no_color=not face.colour).status(Text(doing)):
        yield


@contextmanager
def progress(
    face: Face, campaign: Campaign, tools: Tools, *, doing: str = "", stopping: str = ""
) -> Iterator[Tools]:
    """A bar with rate and time left; Ctrl-C finishes the mail in flight and stops, a second one does not wait.

    doing: what it is called, if that is not sending; stopping: what is said then, instead of how to go on.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from newsletter_mailer.model.outcome import SETTLED

    def notice(text: str) -> None:
        console.print(
            text, markup=False, highlight=False, emoji=False, soft_wrap=True
        )  # above the bar, not behind it

    def stop(_signal: int, _frame: Any) -> None:
        if tools.stop.is_set():
            raise KeyboardInterrupt  # a server may take minutes to answer
        tools.stop.set()
        with suppress(OSError):  # the terminal may be gone
            notice(stopping or say("\nStopping after the mail in flight; the same command continues."))

    console = Console(stderr=True, no_color=not face.colour, quiet=face.quiet)
    before = {number_: signal.signal(number_, stop) for number_ in _endings()}
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[left]}"),
        console=console,
        speed_estimate_period=_SPEED_S,
        disable=face.quiet or not sys.stderr.isatty(),
    )
    counts = campaign.counts
    done = counts.total - counts.open
    in_two_parts = bool(campaign.canary) and campaign.canary_done_at is None
    try:
        with bar:
            task = bar.add_task(
                doing or say("Sending"),
                total=counts.total,
                completed=done,
                rate="",
                left="",
            )

            settled, looked = 0, 0.0

            def advance(outcome: Outcome) -> None:
                nonlocal settled, looked
                settled += outcome.event in SETTLED  # deferred or given back: still to come
                if time.monotonic() - looked >= _LOOK_S:
                    looked = time.monotonic()
                    show()

            def show() -> None:
                bar.update(task, completed=done + settled)
                now = bar.tasks[0]
                ahead = in_two_parts and now.completed <= campaign.canary  # the break is still to come
                bar.update(
                    task, rate=rate_told(now.speed), left="" if ahead else left_told(now.time_remaining)
                )

            def wait(for_: Wait) -> None:
                show()
                bar.update(task, rate="", left="")
                notice(_waiting(for_, tools.workspace.zone))

            try:
                yield replace(tools, progress=advance, waiting=wait)
            finally:
                show()
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
            said = say_many(
                "The first readers have the issue; the other one follows at {time}.",
                "The first readers have the issue; the other {count} follow at {time}.",
                wait.count,
                **values,
            )
        case Why.SCHEDULE:
            said = say_many(
                "{count} recipient: leaves at {time}.",
                "{count} recipients: leaves at {time}.",
                wait.count,
                **values,
            )
        case Why.RETRY:
            said = say_many(
                "{count} was refused for now; the next try is at {time}.",
                "{count} were refused for now; the next try is at {time}.",
                wait.count,
                **values,
            )
    return " ".join((said, say("Ctrl-C stops, and the same command continues.")))


def _clock_time(at: int, zone: ZoneInfo) -> str:
    """With the day, unless it is today."""
    moment, today = datetime.fromtimestamp(at / 1000, zone), datetime.now(zone).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"
