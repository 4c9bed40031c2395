"""The parts of a report's page: each with its words, its chart, and the chart's numbers as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from newsletter_mailer.actions.report import aftermath
from newsletter_mailer.actions.report.charts import HALF, WIDE, Kind, Series, chart
from newsletter_mailer.actions.report.parts import Grid, Section, numbers
from newsletter_mailer.actions.report.words import clock_time, day, moment, share, short_day
from newsletter_mailer.model.campaign import Counts
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.names import LEFT_OUT, left_out_name, status_name
from newsletter_mailer.model.report import DAY, Beat, DomainRow, Report
from newsletter_mailer.wording import number, say, say_many

_DOMAINS_DRAWN, _DOMAINS_TOLD = 8, 25
_LONGEST_LABEL = 26  # letters of a domain beside its bar


def sections(report: Report, zone: ZoneInfo) -> Iterator[Section]:
    """Those that are charts and tables, in the order of the page."""
    yield _head_count(report)
    if report.timeline.beats:
        yield _timeline(report, zone)
        yield _tries(report)
    yield _domains(report)
    yield aftermath.returned(report)
    if report.reach.total:
        yield aftermath.reach(report)
    if report.earlier:
        yield aftermath.earlier(report, zone)


def _head_count(report: Report) -> Section:
    counts = report.campaign.counts
    steps = {
        say("On the lists"): report.campaign.head_count.on_lists,
        say("Recipients"): counts.total,
        say("Sent"): counts.sent,
        say("Reached"): report.reached,
    }
    title = say("From the list to the reader")
    drawn = chart(
        Kind.BARS, [*steps], [Series("sent", say("readers"), [*steps.values()])], name=title, width=HALF
    )
    grid = Grid((say("readers"), say("number"), say("share")), [*_steps(report)], sums=True)
    return Section("readers", title, chart=drawn, grid=grid)


def _steps(report: Report) -> Iterator[tuple[str, str, str]]:
    """From everyone on the lists to those who were reached, with what is lost on the way."""
    head, counts = report.campaign.head_count, report.campaign.counts
    erratum = bool(report.campaign.erratum)
    yield say("On the lists"), number(head.on_lists), ""
    for name in LEFT_OUT:
        yield from _less(left_out_name(name, erratum=erratum), getattr(head, name), head.on_lists)
    yield say("Recipients, as counted before the dispatch"), number(counts.total), ""
    for status in (status for status in Status if status is not Status.SENT):
        yield from _less(status_name(status.value), getattr(counts, status.value), counts.total)
    yield say("Sent: taken by the next server"), number(counts.sent), share(counts.sent, counts.total)
    yield from _less(say("came back later"), report.returned_readers, counts.total)
    yield say("Reached"), number(report.reached), share(report.reached, counts.total)


def _less(name: str, count: int, whole: int) -> Iterator[tuple[str, str, str]]:
    if count:
        yield f"− {name}", number(count), share(count, whole)


def _answers() -> tuple[tuple[str, str], ...]:
    return (
        ("sent", say("taken")),
        ("later", say("put off")),
        ("refused", say("refused")),
        ("open", say("line lost")),
    )


def _timeline(report: Report, zone: ZoneInfo) -> Section:
    line = report.timeline
    several_days = line.span >= DAY or _days_apart(line.beats, zone)
    labels = [_beat_label(beat, several_days, line.span, zone) for beat in line.beats]
    columns = [(b.accepted, b.deferred, b.refused, b.open) for b in line.beats]
    busy = [place for place, column in enumerate(columns) if any(column)]
    rows = numbers([labels[place] for place in busy], [columns[place] for place in busy])
    grid = Grid((say("from"), *(name for _, name in _answers())), rows)
    assert line.first is not None
    assert line.last is not None
    lead = _when(line.first, line.last, zone)
    title = say("How the dispatch went")
    drawn = _drawn(Kind.COLUMNS, _thinned(labels), columns, title) if len(busy) > 1 else ""
    return Section("course", title, (lead,), drawn, _seen(columns) if drawn else (), grid)


def _when(first: int, last: int, zone: ZoneInfo) -> str:
    """From the first minute to the last."""
    if first == last:
        return f"{moment(first, zone)}."
    if day(first, zone) != day(last, zone):
        return say("From {begin} to {end}.", begin=moment(first, zone), end=moment(last, zone))
    times = {"begin": clock_time(first, zone), "end": clock_time(last, zone)}
    return say("{day}, from {begin} to {end}.", day=day(first, zone), **times)


def _days_apart(beats: Sequence[Beat], zone: ZoneInfo) -> bool:
    return day(beats[0].at, zone) != day(beats[-1].at, zone)


def _beat_label(beat: Beat, several_days: bool, span: int, zone: ZoneInfo) -> str:
    if span >= DAY:
        return short_day(beat.at, zone)
    time = clock_time(beat.at, zone)
    return f"{short_day(beat.at, zone)} {time}" if several_days else time


def _thinned(labels: Sequence[str]) -> list[str]:
    """So many that they do not run into each other under their columns."""
    room = 8 if max(map(len, labels)) > 5 else 12
    every = -(-len(labels) // room)
    return [label if place % every == 0 else "" for place, label in enumerate(labels)]


def _tries(report: Report) -> Section:
    columns = [(one.accepted, one.deferred, one.refused, one.open) for one in report.tries]
    labels = [number(one.number) for one in report.tries]
    title = say("Attempts")
    again = sum(one.total for one in report.tries[1:])
    lead = say_many(
        "{count} attempt was a second one or more: servers put mails off, and the program tries again.",
        "{count} attempts were second ones or more: servers put mails off, and the program tries again.",
        again,
        count=number(again),
    )
    grid = Grid((say("attempt"), *(name for _, name in _answers())), numbers(labels, columns))
    drawn = _drawn(Kind.COLUMNS, labels, columns, title, width=HALF) if len(labels) > 1 else ""
    legend = _seen(columns) if drawn else ()
    return Section("attempts", title, (lead,) if again else (), drawn, legend, grid)


def _drawn(
    kind: Kind, labels: Sequence[str], columns: Sequence[tuple[int, ...]], name: str, *, width: int = WIDE
) -> str:
    by_series = [*zip(*columns, strict=True)]
    series = [Series(css, said, values) for (css, said), values in zip(_answers(), by_series, strict=True)]
    return chart(kind, labels, [one for one in series if any(one.values)], name=name, width=width)


def _seen(columns: Sequence[tuple[int, ...]]) -> tuple[tuple[str, str], ...]:
    """The colours that occur."""
    return tuple(
        answer for answer, values in zip(_answers(), zip(*columns, strict=True), strict=True) if any(values)
    )


def _domains(report: Report) -> Section:
    rows = report.domains
    drawn = [*rows[:_DOMAINS_DRAWN], *_others(rows[_DOMAINS_DRAWN:])]
    colours = (
        ("sent", say("reached")),
        ("back", say("came back later")),
        ("refused", say("refused")),
        ("later", say("open, in doubt or skipped")),
    )
    columns = [(row.reached, row.returned, row.counts.refused, _rest(row)) for row in drawn]
    series = [
        Series(css, name, values)
        for (css, name), values in zip(colours, zip(*columns, strict=True), strict=True)
        if any(values)
    ]
    title = say("By domain")
    told = [*rows[:_DOMAINS_TOLD], *_others(rows[_DOMAINS_TOLD:])]
    return Section(
        "domains",
        title,
        chart=chart(Kind.BARS, [_short(_domain(row)) for row in drawn], series, name=title),
        legend=tuple((one.css, one.name) for one in series),
        grid=Grid(
            (say("domain"), say("readers"), *(name for _, name in colours), say("reached")),
            [_domain_cells(row) for row in told],
        ),
    )


def _domain_cells(row: DomainRow) -> tuple[str, ...]:
    counts = (row.counts.total, row.reached, row.returned, row.counts.refused, _rest(row))
    return _domain(row), *map(number, counts), share(row.reached, row.counts.total)


def _rest(row: DomainRow) -> int:
    return row.counts.total - row.counts.sent - row.counts.refused


def _others(rows: Sequence[DomainRow]) -> list[DomainRow]:
    """The small ones as one row."""
    if not rows:
        return []
    sums = {status.value: sum(getattr(row.counts, status.value) for row in rows) for status in Status}
    name = say_many("{count} other", "{count} others", len(rows), count=number(len(rows)))
    back = (
        sum(row.returned for row in rows),
        sum(row.complaints for row in rows),
        sum(row.left for row in rows),
    )
    return [DomainRow(name, Counts(**sums), *back)]


def _domain(row: DomainRow) -> str:
    return row.domain or say("(erased since)")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"
