"""What is known of a report days later: what came back, whom it reached, and how the last issues did."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from newsletter_mailer.actions.report.charts import HALF, Kind, Series, chart
from newsletter_mailer.actions.report.parts import Grid, Section, numbers
from newsletter_mailer.actions.report.words import day, share, short_day
from newsletter_mailer.model.names import category_name
from newsletter_mailer.model.report import BOUNCE_DAYS, DAY, Earlier, Report
from newsletter_mailer.wording import number, say


def returned(report: Report) -> Section:
    """What came back by the days since the mails left."""
    title = say("What came back, and when")
    if not report.returned:
        return Section("returned", title, (say("Nothing came back so far."),))
    labels = [category_name(row.category) for row in report.returned]
    days = [say("after {count} d", count=count) for count in BOUNCE_DAYS]
    columns = [(*row.by_day, row.in_all) for row in report.returned]
    names = [*days, say("until now")]
    series = [
        Series(f"day{n}", name, values)
        for n, (name, values) in enumerate(zip(names, zip(*columns, strict=True), strict=True))
    ]
    lead = [
        say(
            "Counted from the moment in which each mail left. A reader of whom two things came back counts in both."
        )
    ]
    begun = report.timeline.last or report.campaign.created_at
    if report.made_at < begun + BOUNCE_DAYS[-1] * DAY:
        lead.append(say("The last mails left less than a week ago: more may come back."))
    return Section(
        "returned",
        title,
        tuple(lead),
        chart(Kind.GROUPS, labels, series, name=title),
        tuple((one.css, one.name) for one in series),
        Grid((say("what came back"), *names), numbers(labels, columns)),
    )  # fmt: skip


def reach(report: Report) -> Section:
    """Organisations by how the issue reached them."""
    found = report.reach
    rows = (
        (say("somebody reached"), found.reached),
        (say("nobody reached"), found.missed),
        (say("no valid contact"), found.without),
    )
    labels, values = [label for label, _ in rows], [count for _, count in rows]
    title = say("Organisations")
    grid = Grid(
        (say("organisations"), say("number"), say("share")),
        [(label, number(count), share(count, found.total)) for label, count in rows],
    )
    lead = say(
        "Reached is an organisation of which at least one person got this issue, by whichever dispatch."
    )
    drawn = chart(Kind.BARS, labels, [Series("sent", title, values)], name=title, width=HALF)
    return Section("organisations", title, (lead,), drawn, (), grid)  # fmt: skip


def earlier(report: Report, zone: ZoneInfo) -> Section:
    """This issue as the last of several."""
    issues = [*report.earlier, _present(report)]
    series = [
        Series("sent", say("reached"), [one.reached for one in issues]),
        Series("refused", say("not reached"), [one.counts.total - one.reached for one in issues]),
    ]
    title = say("Beside the last issues")
    counted = (say("recipients"), say("reached"), say("share"), say("complaints"), say("unsubscribed"))
    labels = [short_day(one.created_at, zone) for one in issues]
    return Section(
        "earlier",
        title,
        chart=chart(Kind.COLUMNS, labels, series, name=title),
        legend=tuple((one.css, one.name) for one in series),
        grid=Grid(
            (say("issue"), say("planned on"), *counted),
            [_cells(one, zone) for one in issues],
            frozenset({1}),
        ),
    )


def _present(report: Report) -> Earlier:
    """The report's own issue, as one among the others."""
    here = report.campaign
    came = (report.returned_readers, report.complaints, report.left)
    return Earlier(here.id, here.slug, here.created_at, here.counts, *came)


def _cells(one: Earlier, zone: ZoneInfo) -> tuple[str, ...]:
    total = one.counts.total
    reached = (number(total), number(one.reached), share(one.reached, total))
    return one.slug, day(one.created_at, zone), *reached, number(one.complaints), number(one.left)
