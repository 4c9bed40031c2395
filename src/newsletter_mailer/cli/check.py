"""The control sheet: what is wrong with an issue, and whom it would reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli import proofs as proof
from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.checks.sheet import ControlSheet


@click.command()
@click.argument("issue")
@click.option("--list", "lists", multiple=True, help="Look through the eyes of every reader of this list.")
@click.option("--strict", is_flag=True, help="Exit code 3 on warnings too.")
@proof.proof_options
@click.pass_obj
def check(face: Face, issue: str, lists: tuple[str, ...], strict: bool, proofs: proof.Proofs) -> None:
    """Look an issue over before it leaves: one line per finding, and whom it would reach.

    Example: newsletter check 2026-12-noel --list members
    """
    import secrets

    from newsletter_mailer.actions.check import look
    from newsletter_mailer.actions.preview import issue_path

    with face.app() as app:
        path = issue_path(app.workspace, issue)
        sheet = look(
            app.workspace,
            path,
            database=app.database if lists else None,
            lists=lists,
            now=app.now,
            new_id=secrets.token_hex(8),
        )
        found = proof.find_difference(app, path, proofs) if sheet.edition else None
        if face.json:
            face.data_json(as_json(sheet) | ({"difference": proof.difference_json(found)} if found else {}))
        else:
            for placed in sheet.findings:
                face.data(str(placed))
            _summary(face, sheet)
        proof.write_proofs(face, app, path, sheet, proofs)
        if found:
            proof.show_difference(face, app, found, proofs)
    click.get_current_context().exit(3 if sheet.fails(strict=strict) else 0)


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
        "findings": [
            {
                "code": placed.finding.code,
                "level": placed.level.value,
                "path": placed.path,
                "line": placed.line,
                "column": placed.column,
                "what": str(placed.finding.what),
                "hint": str(placed.finding.hint) if placed.finding.hint else "",
                "at": list(placed.finding.at),
            }
            for placed in sheet.findings
        ],
    }


COMMANDS = (check,)
