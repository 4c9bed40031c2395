"""A campaign at work: on a terminal one picture that stays in its place, into a file or a pipe a line for every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.status_output import notes, title
from newsletter_mailer.cli.times import clock_time
from newsletter_mailer.model.delivery import OPEN, Status
from newsletter_mailer.model.names import status_name
from newsletter_mailer.model.speed import left_told, rate_told
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from newsletter_mailer.actions.standing.live import Live
    from newsletter_mailer.model.campaign import Counts

LOOK_S = 1.0
_DOMAINS = 12  # named; the others are one row
_ENDED_BADLY = (Status.REFUSED, Status.IN_DOUBT, Status.SKIPPED, Status.CANCELLED)


def watch(
    face: Face,
    look: Callable[[], Live],
    zone: ZoneInfo,
    rest: Callable[[float], object],
    *,
    console: Console | None = None,
) -> None:
    """Show it again and again until nothing more happens by itself.

    rest: waits for so many seconds. console: instead of the terminal.
    """
    from rich.console import Console
    from rich.live import Live as Picture

    console = console or Console(no_color=not face.colour, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        _told_by_lines(face, look, zone, rest)
        return
    with Picture(console=console, auto_refresh=False) as drawn:
        while True:
            live = look()
            drawn.update(_picture(live, zone, console), refresh=True)
            if live.ends:
                return
            rest(LOOK_S)


def _told_by_lines(
    face: Face, look: Callable[[], Live], zone: ZoneInfo, rest: Callable[[float], object]
) -> None:
    before = None
    while True:
        live = look()
        shown = (live.campaign.state, live.campaign.counts)
        if shown != before:
            face.data(line(live, zone))
            before = shown
        if live.ends:
            for note in notes(live.standing, zone):
                face.data(note)
            return
        rest(LOOK_S)


def line(live: Live, zone: ZoneInfo) -> str:
    """All that can be said in one line."""
    counts = live.campaign.counts
    parts = [
        f"{clock_time(live.at, zone)}  {title(live.campaign)}",
        f"{number(live.done)}/{number(counts.total)}",
        *_pace(live),
        *(f"{number(getattr(counts, one.value))} {status_name(one.value)}" for one in Status if getattr(counts, one.value)),
    ]  # fmt: skip
    return "  ".join(parts)


def _pace(live: Live) -> Iterator[str]:
    if speed := rate_told(live.per_second):
        yield speed
    if live.left_s is not None:
        yield say("{time} left", time=left_told(live.left_s))


def _picture(live: Live, zone: ZoneInfo, console: Console) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    told = list(notes(live.standing, zone))
    room = console.height - len(told) - len(_counts_told(live.campaign.counts)) - 8
    parts: list[RenderableType] = [
        Text(f"{title(live.campaign)}  {clock_time(live.at, zone)}", style="bold"),
        _bar(live),
        *(Text(f"  {name:<14} {count:>9}", style=style) for name, count, style in _counts_told(live.campaign.counts)),
    ]  # fmt: skip
    if room > 1:
        parts += ["", _domains(live, min(room, _DOMAINS))]
    return Group(*parts, *(Text(one) for one in ("", *told) if told))


def _counts_told(counts: Counts) -> list[tuple[str, str, str]]:
    """Name, number and colour of each status that occurs."""
    style = {
        Status.SENT: "green",
        Status.REFUSED: "red",
        Status.IN_DOUBT: "yellow",
        Status.DEFERRED: "yellow",
    }
    found = ((one, getattr(counts, one.value)) for one in Status)
    return [(status_name(one.value), number(count), style.get(one, "")) for one, count in found if count]


def _bar(live: Live) -> Table:
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    total = live.campaign.counts.total
    row = Table.grid(padding=(0, 2))
    share = f"{live.done / total:.0%}" if total else ""
    row.add_row(
        ProgressBar(total=max(total, 1), completed=live.done, width=40),
        f"{number(live.done)}/{number(total)}",
        share,
        *_pace(live),
    )
    return row


def _domains(live: Live, most: int) -> Table:
    """How the readers of each domain fare."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    grid = Table(box=SIMPLE_HEAD, pad_edge=False)
    grid.add_column(say("domain"), overflow="ellipsis", no_wrap=True)
    for heading in (say("readers"), say("sent"), say("ended otherwise"), say("put off"), say("still open")):
        grid.add_column(heading, justify="right")
    named = [row for row in live.domains if row[0]]
    first, others = named[:most], [*named[most:], *(row for row in live.domains if not row[0])]
    for domain, counts in first:
        grid.add_row(domain, *_numbers([counts]))
    if others:
        count = len(named) - len(first)
        name = (
            say_many("{count} other", "{count} others", count, count=number(count))
            if count
            else say("others")
        )
        grid.add_row(name, *_numbers([counts for _, counts in others]))
    return grid


def _numbers(found: list[Counts]) -> Iterator[str]:
    yield number(sum(one.total for one in found))
    yield number(sum(one.sent for one in found))
    yield number(sum(getattr(one, status.value) for one in found for status in _ENDED_BADLY))
    yield number(sum(one.deferred for one in found))
    yield number(sum(getattr(one, status.value) for one in found for status in OPEN - {Status.DEFERRED}))
