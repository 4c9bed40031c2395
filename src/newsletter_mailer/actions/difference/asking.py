"""What changed in an issue since something: its last test, its approval, the issue before, a campaign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.actions.difference.comparing import Change, changes
from newsletter_mailer.compose.load import LoadedIssue, find_issue, load_issue, slugs
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, UsageError
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store import campaigns, reviews
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.wording import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Version:
    """An edition, and how people know it."""

    name: Sentence
    edition: Edition
    at: int = (
        0  #: milliseconds since 1970, UTC: when it was tested, approved or planned; 0 for files as they are
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between two versions."""

    before: Version
    after: Version
    changes: tuple[Change, ...]


def difference(workspace: Workspace, issue: Path, since: str, *, database: Database | None) -> Difference:
    """What changed in the issue in that issue.yaml.

    since: "test", "approval", "last" for the issue before it, or another issue or campaign. database: None when there
    is none yet. Raises IssueError, and UsageError when there is nothing to compare with.
    """
    loaded = load_issue(workspace, issue)
    before = _version(workspace, loaded, since, database)
    now = Version(sentence("as it is now"), compose(loaded, workspace).edition)
    return Difference(before, now, changes(before.edition, now.edition))


def since_approval(database: Database, edition: Edition) -> Difference | None:
    """What differs between an edition and the one of its issue that was last approved.

    None when nobody approved any, or somebody this very one.
    """
    with database.reading() as connection:
        if reviews.is_approved(connection, edition):
            return None
        approved = _approved(connection, edition.issue_id)
    if approved is None:
        return None
    now = Version(sentence("as it is now"), edition)
    return Difference(approved, now, changes(approved.edition, edition))


def _version(workspace: Workspace, loaded: LoadedIssue, since: str, database: Database | None) -> Version:
    if since == "last":
        return _previous(workspace, loaded, database)
    known = _KNOWN.get(since)
    if known is None:
        return _other(workspace, since, database)
    found = _asked(database, lambda connection: known[0](connection, loaded.issue.id))
    if found is None:
        raise UsageError(
            known[1],
            sentence(
                "newsletter check {issue} --diff last compares it with the issue before it",
                issue=loaded.folder.name,
            ),
        )
    return found


def _asked(database: Database | None, question: Callable[[Connection], Version | None]) -> Version | None:
    if database is None:
        return None
    with database.reading() as connection:
        return question(connection)


def _tested(c: Connection, issue_id: str) -> Version | None:
    found = campaigns.last_test(c, issue_id)
    return found and Version(sentence("as it was last tested"), campaigns.edition(c, found[0]), found[1])


def _approved(c: Connection, issue_id: str) -> Version | None:
    found = reviews.last_approval(c, issue_id)
    if found is None:
        return None
    name = sentence("as {reviewer} approved it", reviewer=found.reviewer)
    return Version(name, campaigns.edition(c, found.edition), found.at)


_KNOWN = {
    "test": (_tested, sentence("this issue was never sent as a test")),
    "approval": (_approved, sentence("nobody has approved this issue yet")),
}


def _previous(workspace: Workspace, loaded: LoadedIssue, database: Database | None) -> Version:
    """The issue before this one by its date; as it was sent, where it was."""
    here = (loaded.issue.date, loaded.folder.name)
    before = [
        (other.issue.date, other.folder.name)
        for slug in slugs(workspace)
        if (other := _loadable(workspace, slug)) and (other.issue.date, other.folder.name) < here
    ]
    if not before:
        raise UsageError(
            sentence("there is no issue before this one"),
            sentence("name another one to compare it with: --diff ISSUE"),
        )
    return _other(workspace, max(before)[1], database)


def _loadable(workspace: Workspace, slug: str) -> LoadedIssue | None:
    """An issue that has faults is nothing to compare with."""
    try:
        return load_issue(workspace, find_issue(workspace, slug))
    except (FileProblems, UsageError, OSError):
        return None


def _other(workspace: Workspace, name: str, database: Database | None) -> Version:
    """Another issue or a campaign, as it was planned; an issue that never was, as it is."""
    found = _asked(database, lambda connection: _planned(connection, name))
    if found is not None:
        return found
    loaded = load_issue(workspace, find_issue(workspace, name))
    return Version(sentence("the issue {slug}", slug=loaded.folder.name), compose(loaded, workspace).edition)


def _planned(c: Connection, name: str) -> Version | None:
    found = campaigns.campaign(c, name)
    if found is None:
        return None
    said = sentence("the issue {slug} in campaign {number}", slug=found.slug, number=found.id)
    return Version(said, campaigns.edition(c, found.edition), found.created_at)
