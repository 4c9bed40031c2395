"""The control sheet: what is wrong with an issue, and whom it would reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli import proofs as proof
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.progress import patience
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.app import App
    from newsletter_mailer.checks.places import Placed
    from newsletter_mailer.checks.sheet import ControlSheet
    from newsletter_mailer.wording import Sentence


@click.command()
@click.argument("issue")
@click.option("--list", "lists", multiple=True, help="Look through the eyes of every reader of this list.")
@click.option("--names", is_flag=True, help="Name who gets no mail, and of whom something is not known.")
@click.option("--links", is_flag=True, help="Ask each page that the issue links to whether it is there.")
@click.option(
    "--browser", is_flag=True, help="Let axe-core look at the page in Chromium, if both are installed."
)
@click.option("--strict", is_flag=True, help="Exit code 3 on warnings too.")
@proof.proof_options
@click.pass_obj
def check(
    face: Face,
    issue: str,
    lists: tuple[str, ...],
    names: bool,
    links: bool,
    browser: bool,
    strict: bool,
    proofs: proof.Proofs,
) -> None:
    """Look an issue over before it leaves: one line per finding, and whom it would reach.

    Example: newsletter check 2026-12-noel --list members
    """
    import secrets

    from newsletter_mailer.actions.check import look
    from newsletter_mailer.actions.preview import issue_path

    if names and not lists:
        raise click.UsageError(say("--names goes with --list"))
    with face.app() as app:
        path = issue_path(app.workspace, issue)
        with patience(face, _doing(lists, links=links)):
            sheet = look(
                app.workspace,
                path,
                database=app.database if lists else None,
                lists=lists,
                now=app.now,
                new_id=secrets.token_hex(8),
                names=names,
                links=links,
                browser=browser,
            )
        found = proof.find_difference(app, path, proofs) if sheet.edition else None
        if face.json:
            face.data_json(as_json(sheet) | proof.difference_json(found))
        else:
            _show(face, sheet)
        proof.write_proofs(face, app, path, sheet, proofs)
        if found:
            proof.show_difference(face, app, found, proofs)
    click.get_current_context().exit(3 if sheet.fails(strict=strict) else 0)


def _doing(lists: tuple[str, ...], *, links: bool) -> str:
    """What takes its time, if anything does."""
    if links:
        return say("Asking the pages that the issue links to …")
    return say("Looking at the mail of every reader …") if lists else ""


def look_once_more(app: App, issue: str, *, leaves: int) -> list[Sentence]:
    """What is said of the issue before it leaves at that moment (ms since 1970); nothing of one that is not there."""
    from secrets import token_hex

    from newsletter_mailer.actions.check import before_sending
    from newsletter_mailer.actions.preview import issue_path

    try:
        path = issue_path(app.workspace, issue)
    except UsageError:
        return []  # a campaign goes on, though its folder was moved
    return before_sending(app.workspace, path, leaves=leaves, new_id=token_hex(8))


def _show(face: Face, sheet: ControlSheet) -> None:
    for placed in sorted(sheet.findings, key=_gravity):
        face.data(_line(face, placed))
    _named(face, sheet)
    _readers(face, sheet)
    _summary(face, sheet)


def _gravity(placed: Placed) -> int:
    """What must not leave comes first; what is equally grave stays in the order of the file."""
    return ("error", "warning", "note").index(placed.finding.level.value)


def _line(face: Face, placed: Placed) -> str:
    """The finding as editors and people read it; coloured for people only."""
    import sys

    text, level = str(placed), placed.level.value
    if not sys.stdout.isatty():
        return text
    style = {"error": "red", "warning": "yellow"}.get(level)
    return text.replace(f": {level} ", f": {face.styled(level, style)} ", 1)


def _named(face: Face, sheet: ControlSheet) -> None:
    """Who gets no mail and of whom something is not known, as data."""
    if sheet.head_counts:
        for group in sheet.head_counts[-1].left_out:
            for address in group.names:
                face.data(f"{group.reason}\t{address}")
    for lack in sheet.lacking:
        for address in lack.names:
            face.data(f"{lack.expression}\t{address}")


def _readers(face: Face, sheet: ControlSheet) -> None:
    """Whom it would reach, and what is not known of them."""
    for audience in sheet.head_counts:
        lists = ", ".join(audience.lists)
        face.talk(say("{lists}: {sum}", lists=lists, sum=show.head_count(audience.head_count)), style="cyan")
    for lack in sheet.lacking:
        count = number(lack.count)
        if lack.instead:
            said = say_many(
                "{count} reader lacks something in “{expression}” and reads “{instead}”",
                "{count} readers lack something in “{expression}” and read “{instead}”",
                lack.count,
                count=count,
                expression=lack.expression,
                instead=lack.instead,
            )
        else:
            said = say_many(
                "{count} reader lacks something in “{expression}” and reads nothing in its place",
                "{count} readers lack something in “{expression}” and read nothing in its place",
                lack.count,
                count=count,
                expression=lack.expression,
            )
        face.talk(said)


def _summary(face: Face, sheet: ControlSheet) -> None:
    from newsletter_mailer.model.finding import Level

    counts = sheet.counts
    parts = (
        say_many("{count} error", "{count} errors", counts[Level.ERROR]),
        say_many("{count} warning", "{count} warnings", counts[Level.WARNING]),
        say_many("{count} note", "{count} notes", counts[Level.NOTE]),
    )
    style = "red" if counts[Level.ERROR] else "yellow" if counts[Level.WARNING] else "green"
    face.talk(say("{issue}: {parts}", issue=sheet.slug, parts=", ".join(parts)), style=style)


def as_json(sheet: ControlSheet) -> dict[str, Any]:
    """The sheet as other programs read it; documented in docs/reference.md."""
    return {
        "issue": sheet.slug,
        "path": sheet.path,
        "title": sheet.title,
        "edition": sheet.edition,
        "counts": {level.value: count for level, count in sheet.counts.items()},
        "findings": list(_findings(sheet)),
        "head_counts": [
            {
                "lists": list(audience.lists),
                "head_count": {**asdict(audience.head_count), "total": audience.head_count.total},
                "left_out": [
                    {"reason": group.reason, "count": group.count, "names": list(group.names)}
                    for group in audience.left_out
                ],
            }
            for audience in sheet.head_counts
        ],
        "lacking": [
            {
                "expression": lack.expression,
                "count": lack.count,
                "instead": lack.instead,
                "names": list(lack.names),
            }
            for lack in sheet.lacking
        ],
    }


def _findings(sheet: ControlSheet) -> Iterator[dict[str, Any]]:
    for placed in sheet.findings:
        found = placed.finding
        yield {
            "code": found.code,
            "level": placed.level.value,
            "path": placed.path,
            "line": placed.line,
            "column": placed.column,
            "what": str(found.what),
            "hint": str(found.hint) if found.hint else "",
            "at": list(found.at),
        }


COMMANDS = (check,)
