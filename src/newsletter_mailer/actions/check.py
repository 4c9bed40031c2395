"""The control sheet of an issue: what the checks find, and whom it would reach."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from newsletter_mailer.checks import all as all_checks
from newsletter_mailer.checks.places import CODE_OF_PROBLEMS, Placed, Places, nowhere, placed_problem
from newsletter_mailer.checks.sheet import ControlSheet
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.compose.load import LoadedIssue, load_issue
from newsletter_mailer.compose.pipeline import Composition, compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, NewsletterError
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import specimen
from newsletter_mailer.store.campaigns import edition_hash
from newsletter_mailer.store.database import Database


def look(
    workspace: Workspace,
    path: Path,
    *,
    database: Database | None,  # noqa: ARG001  readers are looked at soon
    lists: tuple[str, ...],  # noqa: ARG001
    now: int,
    new_id: str,
) -> ControlSheet:
    """The sheet of the issue in that issue.yaml; one that cannot be composed has its problems as findings.

    database: None when no readers are looked at. new_id: part of a Message-ID. Raises UsageError for a list that is
    not there.
    """
    shown, slug = workspace.display(path), path.parent.name
    try:
        loaded = load_issue(workspace, path)
        composition = compose(loaded, workspace)
        found = _found(workspace, loaded, composition, now=now, new_id=new_id, slow=True)
    except FileProblems as error:
        return ControlSheet(shown, slug, slug, "", tuple(map(placed_problem, error.problems)))
    except NewsletterError as error:
        return ControlSheet(
            shown, slug, slug, "", (nowhere(shown, CODE_OF_PROBLEMS, error.what, error.hint),)
        )
    return ControlSheet(
        shown, slug, loaded.issue.title, edition_hash(composition.edition), tuple(sorted(found, key=_in_file))
    )


def findings(
    workspace: Workspace, loaded: LoadedIssue, composition: Composition, *, now: int, new_id: str
) -> list[Placed]:
    """What the quick checks find without looking at any reader, in the order of the file. Raises NewsletterError."""
    return _found(workspace, loaded, composition, now=now, new_id=new_id, slow=False)


def _found(
    workspace: Workspace,
    loaded: LoadedIssue,
    composition: Composition,
    *,
    now: int,
    new_id: str,
    slow: bool,
) -> list[Placed]:
    places = Places(loaded.document)
    seen = _subject(workspace, loaded, composition, now=now, new_id=new_id)
    found = (places.placed(finding) for finding in all_checks.findings(seen, slow=slow))
    return sorted(found, key=_in_file)


def _in_file(placed: Placed) -> tuple[int, int]:
    return placed.line, placed.column


def _subject(
    workspace: Workspace, loaded: LoadedIssue, composition: Composition, *, now: int, new_id: str
) -> Subject:
    edition = composition.edition
    seen = specimen(edition, workspace, reader=sample_subscriber(edition.language), now=now, new_id=new_id)
    return Subject(
        loaded=loaded,
        workspace=workspace,
        composition=composition,
        html=seen.html,
        text=seen.text,
        message=seen.wire,
        today=datetime.fromtimestamp(now / 1000, UTC).astimezone(workspace.zone).date(),
    )
