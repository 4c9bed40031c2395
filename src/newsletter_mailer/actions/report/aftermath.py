"""What is known of a report days later: what came back, whom it reached, and how the last issues did."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from newsletter_mailer.actions.report.charts import HALF, Kind, Series, chart
from newsletter_mailer.actions.report.parts import Grid, Section, numbers
from newsletter_mailer.actions.report.words import day, share, short_day
from newsletter_mailer.model.names import category_name
from newsletter_mailer.model.report import BOUNCE_DAYS, DAY, Report
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
    here = report.campaign
    rows = [
        (one.slug, one.created_at, one.counts, one.reached, one.complaints, one.left)
        for one in report.earlier
    ]
    rows.append((here.slug, here.created_at, here.counts, report.reached, report.complaints, report.left))
    labels = [short_day(at, zone) for _, at, *_ in rows]
    series = [
        Series("sent", say("reached"), [reached for *_, reached, _, _ in rows]),
        Series("refused", say("not reached"), [counts.total - reached for _, _, counts, reached, *_ in rows]),
    ]
    title = say("Beside the last issues")
    header = (say("issue"), say("planned on"), say("recipients"), say("reached"), say("share"))
    cells = [
        (
            slug,
            day(at, zone),
            number(c.total),
            number(reached),
            share(reached, c.total),
            number(spam),
            number(left),
        )
        for slug, at, c, reached, spam, left in rows
    ]
    return Section(
        "earlier",
        title,
        chart=chart(Kind.COLUMNS, labels, series, name=title),
        legend=tuple((one.css, one.name) for one in series),
        grid=Grid((*header, say("complaints"), say("unsubscribed")), cells, frozenset({1})),
    )
