"""Everything that a report knows as tables, for spreadsheets and other programs; recipients are read as they are written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from newsletter_mailer.config import private_file
from newsletter_mailer.errors import NewsletterError, UsageError, system_reason
from newsletter_mailer.model.cells import defused
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.moments import iso
from newsletter_mailer.model.names import LEFT_OUT
from newsletter_mailer.model.report import BOUNCE_DAYS, Missed, Report, Unreached
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.log import LogRow, log
from newsletter_mailer.store.reports.missed import missed
from newsletter_mailer.store.reports.organisations import by_reach, to_telephone
from newsletter_mailer.wording import sentence

FORMATS = ("csv", "jsonl", "xlsx")
Row = Sequence[str | int]
_STATUSES = tuple(status.value for status in Status)


@dataclass(frozen=True, slots=True)
class Table:
    """A name fit for a file, the headings, and the rows as they come."""

    name: str
    header: tuple[str, ...]
    rows: Callable[[], Iterable[Row]]


def write_tables(database: Database, report: Report, kind: str, into: Path) -> list[str]:
    """Write every table, and give their names. into: a folder for csv and jsonl, a file for xlsx; all files are private.

    Raises NewsletterError when they cannot be written, UsageError when a spreadsheet has no room for all recipients.
    """
    with database.reading() as connection:
        found = tables(connection, report)
        if kind == "xlsx":
            _workbook(found, report, into)
        else:
            _files(found, kind, into)
    return [table.name for table in found]


def tables(c: Connection, report: Report) -> list[Table]:
    """All tables; those of recipients are read from the ledger when their turn comes."""
    found = [
        Table("summary", ("what", "count"), lambda: _summary(report)),
        Table("timeline", ("from", "accepted", "deferred", "refused", "open"), lambda: _timeline(report)),
        Table("attempts", ("attempt", "accepted", "deferred", "refused", "open"), lambda: _tries(report)),
        Table(
            "domains",
            ("domain", *_STATUSES, "total", "returned", "reached", "complaints", "left"),
            lambda: _domains(report),
        ),
        Table("returned", ("category", *(f"day_{day}" for day in BOUNCE_DAYS), "in_all"), lambda: _returned(report)),
        Table("not_reached", _MISSED, lambda: map(_missed, missed(c, report.campaign.id))),
        Table("organisations", ("reach", "count"), lambda: _reach(report)),
        Table("to_telephone", _TELEPHONE, lambda: _to_telephone(c, report)),
        Table("earlier_issues", _EARLIER, lambda: _earlier(report)),
        Table("recipients", _LOG, lambda: map(_logged, log(c, report.campaign.id))),
    ]  # fmt: skip
    if report.clicks is not None:
        header = ("number", "url", "label", "people", "machines")
        found.append(Table("clicks", header, lambda: _clicks(report)))
    return found


_MISSED = ("address", "organisation", "domain", "status", "why", "attempts", "code", "words", "detail", "at")
_TELEPHONE = ("organisation", "written_to", "name", "address", "telephone", "standing")
_EARLIER = ("campaign", "issue", "planned_at", "total", "sent", "reached", "refused", "complaints", "left")
_LOG = (
    *("address", "organisation", "domain", "status", "attempts", "code", "reply", "detail", "message_id"),
    *("sent_at", "updated_at", "version", "returned"),
)


def _summary(report: Report) -> Iterator[Row]:
    head, counts = report.campaign.head_count, report.campaign.counts
    yield "on_lists", head.on_lists
    for name in LEFT_OUT:
        yield f"left_out_{name}", getattr(head, name)
    yield "planned", counts.total
    for status in _STATUSES:
        yield status, getattr(counts, status)
    yield "returned", report.returned_readers
    yield "reached", report.reached
    yield "complaints", report.complaints
    yield "left", report.left


def _timeline(report: Report) -> Iterator[Row]:
    for beat in report.timeline.beats:
        yield iso(beat.at) or "", beat.accepted, beat.deferred, beat.refused, beat.open


def _tries(report: Report) -> Iterator[Row]:
    for one in report.tries:
        yield one.number, one.accepted, one.deferred, one.refused, one.open


def _domains(report: Report) -> Iterator[Row]:
    for row in report.domains:
        statuses = (getattr(row.counts, status) for status in _STATUSES)
        yield row.domain, *statuses, row.counts.total, row.returned, row.reached, row.complaints, row.left


def _returned(report: Report) -> Iterator[Row]:
    for row in report.returned:
        yield row.category.value, *row.by_day, row.in_all


def _missed(one: Missed) -> Row:
    status = (one.status.value, one.why.value, one.attempts, one.code or "")
    return one.address, one.organisation, one.domain, *status, one.words, one.detail, iso(one.at) or ""


def _reach(report: Report) -> Iterator[Row]:
    reach = report.reach
    yield from (
        ("reached", reach.reached),
        ("not_reached", reach.missed),
        ("no_valid_contact", reach.without),
    )


def _to_telephone(c: Connection, report: Report) -> Iterator[Row]:
    for one in to_telephone(c, report.campaign, by_reach(c, report.campaign)):
        yield from _people(one)


def _people(one: Unreached) -> Iterator[Row]:
    written_to = "yes" if one.written_to else "no"
    for person in one.people:
        yield one.name, written_to, person.name, person.address, person.telephone, person.contact.value
    if not one.people:
        yield one.name, written_to, "", "", "", ""


def _earlier(report: Report) -> Iterator[Row]:
    for one in report.earlier:
        counts = (
            one.counts.total,
            one.counts.sent,
            one.reached,
            one.counts.refused,
            one.complaints,
            one.left,
        )
        yield one.campaign, one.slug, iso(one.created_at) or "", *counts


def _clicks(report: Report) -> Iterator[Row]:
    for one in report.clicks or ():
        yield one.number, one.url, one.label, one.people, one.machines


def _logged(row: LogRow) -> Row:
    came = "; ".join(
        f"{one.category.value if one.category else one.kind.value}: {one.reason}" for one in row.returned
    )
    heard = (
        row.code or "",
        row.reply,
        row.detail,
        row.message_id,
        iso(row.sent_at) or "",
        iso(row.updated_at) or "",
    )
    reader = (row.address, row.organisation, row.domain, row.status.value, row.attempts)
    return *reader, *heard, row.version, came


def _files(found: Sequence[Table], kind: str, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        what = sentence("{path} cannot be written: {reason}", path=folder, reason=system_reason(error))
        raise NewsletterError(what) from error
    for table in found:
        with private_file(folder / f"{table.name}.{kind}") as raw:
            if kind == "csv":
                raw.write(b"\xef\xbb\xbf")  # else Excel takes it for cp1252
            text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            (_as_csv if kind == "csv" else _as_lines)(text, table)
            text.flush()
            text.detach()


def _as_csv(file: TextIO, table: Table) -> None:
    writer = csv.writer(file, delimiter=";")
    writer.writerow(table.header)
    writer.writerows(
        [defused(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows()
    )


def _as_lines(file: TextIO, table: Table) -> None:
    for row in table.rows():
        file.write(json.dumps(dict(zip(table.header, row, strict=True)), ensure_ascii=False) + "\n")


def _workbook(found: Sequence[Table], report: Report, path: Path) -> None:
    from newsletter_mailer.store.workbooks import MOST_ROWS, write_workbook

    if report.campaign.counts.total >= MOST_ROWS:
        raise UsageError(
            sentence("a spreadsheet has no room for more than {count} recipients", count=MOST_ROWS - 1),
            sentence("take --csv instead"),
        )
    with private_file(path) as file:
        write_workbook(file, ((table.name, table.header, table.rows()) for table in found))
