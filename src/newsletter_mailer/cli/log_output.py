"""The log of a campaign: a table for people, CSV and JSON lines for programs."""

from __future__ import annotations

import csv
import json
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.names import reason
from newsletter_mailer.cli.output import table
from newsletter_mailer.cli.times import iso, local
from newsletter_mailer.model.cells import defused
from newsletter_mailer.model.names import returned_name, status_name
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from newsletter_mailer.actions.campaigns import Came, LogRow

_TABLE_ROWS = 200  # more than that is for csv and jsonl


def log(
    rows: Iterable[LogRow],
    form: Literal["table", "csv", "jsonl"],
    zone: ZoneInfo,
    originals: Path | None = None,
) -> None:
    """Every recipient with what the server said, and what came back; csv and jsonl stream.

    originals: the folder with the texts of what came back.
    """
    if form == "table":
        shown = list(islice(rows, _TABLE_ROWS + 1))
        if not shown:
            print(say("No recipient to show."), file=sys.stderr)  # noqa: T201
            return
        cells = [
            (r.address, status_name(r.status.value), str(r.attempts), _when(r, zone), _said(r, originals))
            for r in shown[:_TABLE_ROWS]
        ]
        headings = (say("address"), say("status"), say("attempts"), say("when"), say("what is known"))
        table(cells, headings, counts=(2,))
        if len(shown) > _TABLE_ROWS:
            print(say("… and more: --format csv or jsonl has all of them"), file=sys.stderr)  # noqa: T201
        return
    if form == "jsonl":
        for row in rows:
            sys.stdout.write(json.dumps(log_json(row, originals), ensure_ascii=False) + "\n")
        return
    writer = csv.writer(sys.stdout)
    first = True
    for row in rows:
        values = log_json(row) | {"returned": _in_a_cell(row)}
        if first:
            writer.writerow(values)
            first = False
        writer.writerow([defused(value) if isinstance(value, str) else value for value in values.values()])


def log_json(row: LogRow, originals: Path | None = None) -> dict[str, Any]:
    """The object of a line of `log --format jsonl` (docs/reference.md)."""
    return {
        "address": row.address,
        "status": row.status.value,
        "attempts": row.attempts,
        "code": row.code,
        "reply": row.reply,
        "detail": row.detail,
        "message_id": row.message_id,
        "sent_at": iso(row.sent_at),
        "updated_at": iso(row.updated_at),
        "next_try_at": iso(row.next_try_at),
        "organisation": row.organisation,
        "version": row.version,
        "returned": [_came_json(one, originals) for one in row.returned],
    }


def _came_json(one: Came, originals: Path | None) -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "kind": one.kind.value,
        "class": one.bounce_class.value,
        "category": one.category.value if one.category else None,
        "status": one.status,
        "code": one.code,
        "reason": one.reason,
        "rule": one.rule,
        "original": _original(one, originals) or None,
    }


def _original(one: Came, originals: Path | None) -> str:
    return str(originals / f"{one.mail}.eml") if originals and one.kept else ""


def _in_a_cell(row: LogRow) -> str:
    return "; ".join(
        f"{one.category.value if one.category else one.kind.value}: {one.reason}" for one in row.returned
    )


def _said(row: LogRow, originals: Path | None = None) -> str:
    """Why it stands where it stands; a reader who left after a refusal is skipped for having left.

    What came back says more than the server that took the mail; of several mails the last one with a plain word.
    """
    if row.returned:
        one = next((one for one in reversed(row.returned) if one.category), row.returned[-1])
        words = (returned_name(one.kind, one.category), one.reason, _original(one, originals))
        return " · ".join(word for word in words if word)
    if row.detail:
        return reason(row.detail)
    return f"{row.code} {row.reply}".replace("\n", " ") if row.code else row.reply


def _when(row: LogRow, zone: ZoneInfo) -> str:
    return local(row.sent_at or row.updated_at, zone)
