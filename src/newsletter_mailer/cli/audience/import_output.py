"""What is told of an import."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter_mailer.cli.names import basis_name
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.subscribers import Imported, Progress, Reject

SHOWN = 5  #: rows left out, on the screen; the file has all of them
_SHARES = 1000  # steps of the bar


@contextmanager
def reading_bar(face: Face) -> Iterator[Progress | None]:
    """A bar that shows how far the file was read, on a terminal."""
    if face.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True, no_color=not face.colour)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(say("Reading"), total=_SHARES)
        yield lambda share: bar.update(task, completed=int(share * _SHARES))


def as_json(done: Imported) -> dict[str, object]:
    """The import as a program reads it."""
    count = done.count
    told: dict[str, object] = {
        "list": done.slug,
        "added": count.added,
        "joined": count.joined,
        "updated": count.updated,
        "unchanged": count.unchanged,
        "left_refused": count.left_refused,
        "suppressed": count.suppressed,
        "duplicates": count.duplicates,
        "departed": count.departed,
        "barred": count.barred,
        "unasked": count.unasked,
        "dry_run": done.dry_run,
        "wording": done.wording,
        "columns": [{"column": heading, "field": field} for heading, field in done.columns],
        "ignored": list(done.ignored),
    }
    invalid = [{"line": one.line, "why": str(one.why), **_in_file(one)} for one in done.rejects]
    return {**told, "invalid": invalid}


def _in_file(reject: Reject) -> dict[str, str]:
    return {"file": reject.file} if reject.file else {}


def tell_import(face: Face, done: Imported) -> None:
    """What an import did, or would do, and who was left out."""
    counts = ", ".join(_counts(done))
    if done.dry_run:
        face.data(say("{list}, nothing is written: {counts}", list=done.slug, counts=counts))
    else:
        face.data(say("{list}: {counts}", list=done.slug, counts=counts))
    _tell_columns(face, done)
    _tell_list(face, done)
    for text in (*_unproved(done), *_kept_out(done)):
        face.talk(text, style="yellow")
    if done.ignored:
        face.talk(
            say(
                "Columns not taken: {names} (name them under subscriber_fields in newsletter.yaml to keep them)",
                names=", ".join(done.ignored),
            )
        )
    tell_rejects(face, done.rejects[:SHOWN])


def _tell_columns(face: Face, done: Imported) -> None:
    others = [program for program in done.services if program != "newsletter"]  # ours needs no word
    if others:
        face.talk(say("An export of {program}.", program=", ".join(others)))
    pairs = ", ".join(f"{heading} → {field}" for heading, field in done.columns)
    if pairs:
        face.talk(say("Columns: {pairs}", pairs=pairs))


def _tell_list(face: Face, done: Imported) -> None:
    if not done.new_list:
        return
    if done.basis.value == "legitimate_interest_assoc":
        text = say(
            "The list “{list}” is new; its basis is the association's legitimate interest.",
            list=done.slug,
        )
    else:
        text = say(
            "The list “{list}” is new; its basis: {basis}.",
            list=done.slug,
            basis=basis_name(done.basis.value),
        )
    face.talk(text)


def _unproved(done: Imported) -> Iterator[str]:
    if done.unproved:
        yield say(
            "! Nobody could prove to what they agreed: no wording is kept with their consent. "
            "Give the words of your form with --wording, or once for the list: newsletter lists edit {list} --wording …",
            list=done.slug,
        )


def _kept_out(done: Imported) -> Iterator[str]:
    """Who is not written to, and why."""
    count = done.count
    if count.left_refused:
        left = number(count.left_refused)
        if done.dry_run:
            yield say_many(
                "would re-subscribe {count} person who left: refused",
                "would re-subscribe {count} people who left: refused",
                count.left_refused,
                count=left,
            )
        else:
            yield say_many(
                "{count} had left this list and was not brought back.",
                "{count} had left this list and were not brought back.",
                count.left_refused,
                count=left,
            )
    if count.suppressed:
        yield say_many(
            "{count} is suppressed and never mailed.",
            "{count} are suppressed and never mailed.",
            count.suppressed,
            count=number(count.suppressed),
        )
    if count.departed:
        yield say_many(
            "{count} left there, and is kept out of this list from now on.",
            "{count} left there, and are kept out of this list from now on.",
            count.departed,
            count=number(count.departed),
        )
    if count.barred:
        yield say_many(
            "{count} bounced, complained or was blocked there, and is never mailed from now on.",
            "{count} bounced, complained or were blocked there, and are never mailed from now on.",
            count.barred,
            count=number(count.barred),
        )
    if count.unasked:
        yield say_many(
            "{count} never confirmed there, and was passed over.",
            "{count} never confirmed there, and were passed over.",
            count.unasked,
            count=number(count.unasked),
        )


def _counts(done: Imported) -> Iterator[str]:
    """How many came in, and how; what did not happen is not said."""
    count = done.count
    added = number(count.added)
    yield say_many("{count} new reader", "{count} new readers", count.added, count=added)
    if count.joined:
        yield say_many(
            "{count} known reader joined the list",
            "{count} known readers joined the list",
            count.joined,
            count=number(count.joined),
        )
    if count.updated:
        yield say_many("{count} updated", "{count} updated", count.updated, count=number(count.updated))
    if count.unchanged:
        yield say_many(
            "{count} unchanged", "{count} unchanged", count.unchanged, count=number(count.unchanged)
        )
    if count.duplicates:
        rows = number(count.duplicates)
        yield say_many("{count} duplicate row", "{count} duplicate rows", count.duplicates, count=rows)
    if done.rejects:
        rows = number(len(done.rejects))
        yield say_many("{count} row left out", "{count} rows left out", len(done.rejects), count=rows)


def tell_rejects(face: Face, rejects: Sequence[Reject]) -> None:
    """Line and reason of each."""
    for reject in rejects:
        if reject.file:
            text = say("  {file}, line {line}: {why}", file=reject.file, line=reject.line, why=reject.why)
        else:
            text = say("  line {line}: {why}", line=reject.line, why=reject.why)
        face.talk(text, style="yellow")
