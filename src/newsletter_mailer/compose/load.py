"""An issue file becomes an Issue, or an error that says everything wrong with it at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.compose.contents import content_problems
from newsletter_mailer.compose.schema import issue_schema
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, IssueError, Problem, UsageError, system_reason
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.problems import validate
from newsletter_mailer.yamlio.reader import LONGEST_FILE, Document, read

__all__ = ["ISSUE_FILE", "LoadedIssue", "find_issue", "issue_schema", "load_issue", "quick_id", "slugs"]

ISSUE_FILE = "issue.yaml"
_ID = re.compile(rb"^id:[ \t]*(['\"]?)([a-z0-9-]+)\1[ \t]*(?:#.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LoadedIssue:
    """An issue as its author wrote it, valid from end to end."""

    issue: Issue
    folder: Path  #: absolute; pictures are beside it
    path: str  #: of issue.yaml, as people know it
    document: Document


def slugs(workspace: Workspace) -> list[str]:
    """The names of the workspace's issues, in alphabetical order."""
    return sorted(path.parent.name for path in workspace.issues.glob(f"*/{ISSUE_FILE}"))


def find_issue(workspace: Workspace, name: str) -> Path:
    """The issue.yaml that is meant by a slug, a folder or a path. Raises UsageError."""
    for base in (workspace.issues / name, Path(name), workspace.root / name):
        path = base if base.name == ISSUE_FILE else base / ISSUE_FILE
        if _is_file(path):
            return _inside(workspace, path)
    there = slugs(workspace)
    close = difflib.get_close_matches(Path(name).name[:80], there, n=1, cutoff=0.5)
    if close:
        hint = sentence("did you mean “{close}”?", close=close[0])
    elif there:
        hint = sentence("there are: {choices}", choices=", ".join(there))
    else:
        hint = sentence("`newsletter new NAME` begins one")
    raise UsageError(sentence("there is no issue “{name}”", name=name), hint)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the system allows
        return False


def _inside(workspace: Workspace, path: Path) -> Path:
    whole = path.resolve()
    if not whole.is_relative_to(workspace.root.resolve()):
        what = sentence("{path} is not in the workspace {root}", path=whole, root=workspace.root)
        raise UsageError(what, sentence("--project names another workspace"))
    return whole


def load_issue(workspace: Workspace, path: Path) -> LoadedIssue:
    """The issue of an issue.yaml. Raises IssueError with everything wrong with it, in the order of the file."""
    shown = workspace.display(path)
    try:
        document = read(_bytes(path, shown), shown)
    except FileProblems as error:
        raise IssueError(error.problems) from error
    issue, problems = validate(document, Issue)
    problems += content_problems(document, workspace, folder=path.parent)
    problems += _same_id(document, workspace, path)
    if issue is None or problems:
        raise IssueError(problems)
    return LoadedIssue(issue, path.parent.resolve(), shown, document)


def _bytes(path: Path, shown: str) -> bytes:
    """The file, up to one byte more than the reader takes."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE + 1)
    except OSError as error:
        what = sentence("the file cannot be read: {reason}", reason=system_reason(error))
        raise IssueError([Problem(shown, 0, 0, what)]) from error


def _same_id(document: Document, workspace: Workspace, path: Path) -> Iterator[Problem]:
    """A copy of a folder that kept its id: its readers would count as having it already."""
    own = document.data.get("id") if isinstance(document.data, dict) else None
    here = path.resolve()
    for other in sorted(workspace.issues.glob(f"*/{ISSUE_FILE}")):
        if not isinstance(own, str) or other.resolve() == here or quick_id(other) != own:
            continue
        mark = document.values["id",]
        what = sentence("the issue {other} has the id “{id}” too", other=workspace.display(other), id=own)
        hint = sentence(
            "give the newer of the two another id: by it the program knows who has an issue already"
        )
        yield Problem(document.path, mark.line, mark.column, what, hint, "id")


def quick_id(path: Path) -> str | None:
    """The id of an issue, without reading it as YAML: there may be hundreds, and some may be broken."""
    try:
        with path.open("rb") as file:
            found = _ID.search(file.read(LONGEST_FILE))
    except OSError:
        return None
    return found[2].decode() if found else None
