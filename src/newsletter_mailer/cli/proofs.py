"""What `check` shows besides its findings: the contact sheet, and what changed."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.difference import Change, Difference, Run
    from newsletter_mailer.app import App
    from newsletter_mailer.checks.sheet import ControlSheet
    from newsletter_mailer.model.edition import Edition

_AROUND = 48  # letters of what stayed, on either side of what changed
_SIGNS = {"changed": "~", "looks": "≈", "added": "+", "removed": "-", "moved": "↕"}
_COLOURS = {"added": "green", "removed": "red"}


@dataclass(frozen=True, slots=True)
class Proofs:
    """What was asked for."""

    picture: Path | None  #: of the contact sheet
    since: str | None
    into: Path | None  #: the page of the difference


def proof_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--sheet, --diff and -o, given to the command as `proofs`."""
    file = click.Path(dir_okay=False, path_type=Path)
    sheet = click.option(
        "--sheet",
        "picture",
        type=file,
        metavar="FILE",
        help="Write the contact sheet: the issue in every light, in one .html, .png or .pdf.",
    )
    since = click.option(
        "--diff",
        "since",
        metavar="WHAT",
        help="What changed since: test, approval, last (the issue before), an issue or a campaign.",
    )
    into = click.option(
        "-o",
        "--output",
        "into",
        type=file,
        metavar="FILE",
        help="With --diff: write a page with both versions side by side.",
    )

    @wraps(command)
    def with_proofs(
        *args: Any, picture: Path | None, since: str | None, into: Path | None, **rest: Any
    ) -> Any:
        if into is not None and since is None:
            raise click.UsageError(say("-o FILE is for the page of a difference: name one with --diff"))
        return command(*args, proofs=Proofs(picture, since, into), **rest)

    return sheet(since(into(with_proofs)))


def find_difference(app: App, issue: Path, proofs: Proofs) -> Difference | None:
    """What changed, if that was asked. Raises UsageError when there is nothing to compare with."""
    from newsletter_mailer.actions.difference import difference

    if proofs.since is None:
        return None
    return difference(app.workspace, issue, proofs.since, database=app.database if app.has_ledger else None)


def write_proofs(face: Face, app: App, issue: Path, sheet: ControlSheet, proofs: Proofs) -> None:
    """Write the contact sheet, if that was asked. Raises UsageError when it cannot be made."""
    from newsletter_mailer.actions.contact_sheet import write_sheet

    if proofs.picture is not None:
        write_sheet(app.workspace, issue, sheet, proofs.picture, now=app.now, new_id=secrets.token_hex(8))
        face.talk(say("The contact sheet is in {file}.", file=proofs.picture), style="green")


def show_difference(face: Face, app: App, found: Difference, proofs: Proofs) -> None:
    """What changed, as a proof-reader marks it, on stdout unless that has JSON; and as a page, if that was asked."""
    from newsletter_mailer.actions.difference import as_html

    if not face.json:
        for line in _told(face, app, found, coloured=face.colour and sys.stdout.isatty()):
            face.data(line)
    if proofs.into is not None:
        proofs.into.parent.mkdir(parents=True, exist_ok=True)
        proofs.into.write_text(as_html(found, app.workspace, nonce=secrets.token_hex(8)), encoding="utf-8")
        face.talk(say("Both versions stand side by side in {file}.", file=proofs.into), style="green")


def tell_since_approval(face: Face, app: App, edition: Edition) -> None:
    """Before it is dispatched: what was changed since somebody approved the issue, on stderr."""
    from newsletter_mailer.actions.difference import since_approval

    found = since_approval(app.database, edition)
    if found is not None:
        face.talk(say("! The issue was changed since it was approved."), style="yellow")
        for line in _told(face, app, found, coloured=face.colour and sys.stderr.isatty()):
            face.talk(line)


def _told(face: Face, app: App, found: Difference, *, coloured: bool) -> Iterator[str]:
    """The changes as lines; coloured: where signs are taken for colours."""
    from newsletter_mailer.actions.difference import named

    before, now = named(found.before, app.workspace), named(found.after, app.workspace)
    if not found.changes:
        yield say("Nothing a reader could notice has changed: {before}, {now}.", before=before, now=now)
        return
    count = say_many("{count} part differs", "{count} parts differ", len(found.changes))
    yield say("{count}: {before}, and {now}.", count=count, before=before, now=now)
    for change in found.changes:
        yield from _lines_of(face, change, coloured=coloured)


def difference_json(found: Difference | None) -> dict[str, Any]:
    """The changes as other programs read them, if they were asked for; documented in docs/reference.md."""
    if found is None:
        return {}
    rows = [
        {
            "kind": change.kind.value,
            "title": str(change.title),
            "words": [{"mark": run.mark.value, "text": run.text} for run in change.words],
        }
        for change in found.changes
    ]
    return {"difference": rows}


def _lines_of(face: Face, change: Change, *, coloured: bool) -> Iterator[str]:
    from newsletter_mailer.actions.difference import SAID

    kind = change.kind.value
    head = f"{_SIGNS[kind]} {change.title} ({SAID[change.kind]})"
    yield "\n" + face.styled(head, _COLOURS.get(kind, "yellow"))
    for line in _lines(change.words):
        if any(run.mark.value != "same" for run in line):
            last = len(line) - 1
            shown = (_marked(run, coloured, (n == 0, n == last)) for n, run in enumerate(line))
            yield "    " + "".join(shown).strip()


def _lines(words: tuple[Run, ...]) -> Iterator[list[Run]]:
    """The runs cut at line ends: a paragraph in which nothing changed need not be shown."""
    from newsletter_mailer.actions.difference import Run

    cut = [Run(run.mark, piece) for run in words for piece in _kept_ends(run.text)]
    ends = [0]
    for run in cut:
        ends.append(ends[-1] + run.text.endswith("\n"))
    for _, line in groupby(zip(ends, cut, strict=False), key=lambda pair: pair[0]):
        yield [Run(run.mark, run.text.rstrip("\n")) for _, run in line if run.text.strip("\n")]


def _kept_ends(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _marked(run: Run, coloured: bool, at_end: tuple[bool, bool]) -> str:
    """at_end: whether the run begins, and whether it ends a line."""
    match run.mark.value:
        case "gone":
            return click.style(run.text, fg="red", strikethrough=True) if coloured else f"[-{run.text}-]"
        case "new":
            return click.style(run.text, fg="green", underline=True) if coloured else f"{{+{run.text}+}}"
        case _:
            return _shortened(run.text, *at_end)


def _shortened(text: str, first: bool, last: bool) -> str:
    """What stayed, as far as it is near to what changed."""
    if len(text) <= (1 if first or last else 2) * _AROUND + 3:
        return text
    begin = "" if first else text[:_AROUND].rpartition(" ")[0]
    end = "" if last else text[-_AROUND:].partition(" ")[2]
    return f"{begin} … {end}"
