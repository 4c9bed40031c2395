"""The control sheet: what the checks find, in the order of the file, and whom the issue would reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from issue_files import FOOT, HEAD, workspace_at, write_issue
from newsletter_mailer.actions.check import before_sending, look
from newsletter_mailer.checks.links import Answer, State
from newsletter_mailer.checks.sheet import ControlSheet
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Basis, NewSubscriber, SuppressionReason
from newsletter_mailer.model.finding import Level
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret, recipient_key

NOON = round(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC).timestamp() * 1000)
SECRET = Secret(bytes(32))
GREETING = (
    '  - type: text\n    text: Bonjour {{ subscriber.first_name or "à vous" }}\n'
    "  - type: text\n    when: subscriber.department\n    text: À {{ organisation.name }}, {{ subscriber.department }}\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


@pytest.fixture
def database(workspace: Workspace) -> Iterator[Database]:
    with Database(workspace.database_url) as opened:
        yield opened


def people(database: Database, slug: str, *new: NewSubscriber) -> None:
    with database.transaction() as c:
        into = audience.add_list(c, slug, name=slug, basis=Basis.CONSENT, now=NOON, source="test")
        audience.import_rows(c, list(new), into=into, secret=SECRET, source="test", now=NOON)


def sheet(
    workspace: Workspace, blocks: str, database: Database | None = None, *lists: str, names: bool = False
) -> ControlSheet:
    path = write_issue(workspace, HEAD + blocks + FOOT)
    return look(
        workspace, path, database=database, lists=lists, now=NOON, new_id="x", names=names, slow=False
    )


def codes(found: ControlSheet) -> list[str]:
    return [placed.finding.code for placed in found.findings]


def test_findings_stand_in_the_order_of_the_file_with_line_and_column(workspace: Workspace) -> None:
    found = sheet(
        workspace, "  - type: text\n    text: |\n      Bonjour.\n\n      Rendez-vous le lundi 27 novembre.\n"
    )

    lines = [placed.line for placed in found.findings]
    (weekday,) = (placed for placed in found.findings if placed.finding.code == "date-weekday")
    assert lines == sorted(lines)
    assert (weekday.line, weekday.column) == (10, 22)
    assert str(weekday).startswith("issues/lettre/issue.yaml:10: error date-weekday “lundi 27 novembre”")
    assert found.fails()


def test_an_issue_that_cannot_be_composed_says_why_as_its_findings(workspace: Workspace) -> None:
    found = sheet(workspace, "  - type: texte\n")

    assert set(codes(found)) == {"issue"}
    assert found.counts[Level.ERROR] == len(found.findings) > 0
    assert found.edition == ""


def test_readers_are_counted_by_list_and_by_reason_and_named_on_request(
    workspace: Workspace, database: Database
) -> None:
    people(database, "membres", NewSubscriber("ann@example.org", "Ann"), NewSubscriber("bob@example.org"))
    people(database, "amis", NewSubscriber("ann@example.org", "Ann"), NewSubscriber("eva@example.org"))
    with database.transaction() as c:
        audience.suppress(
            c, recipient_key(SECRET, "bob@example.org"), reason=SuppressionReason.MANUAL, now=NOON
        )

    found = sheet(workspace, GREETING, database, "membres", "amis", names=True)

    counts = {one.lists: (one.head_count.on_lists, one.head_count.total) for one in found.head_counts}
    assert counts == {("membres",): (2, 1), ("amis",): (2, 2), ("membres", "amis"): (3, 2)}
    (suppressed,) = found.head_counts[-1].left_out
    assert (suppressed.reason, suppressed.count, suppressed.names) == ("suppressed", 1, ("bob@example.org",))
    assert found.readers == 2


def test_who_lacks_a_field_is_counted_with_what_stands_in_for_it(
    workspace: Workspace, database: Database
) -> None:
    people(
        database,
        "membres",
        NewSubscriber("ann@example.org", "Ann", organisation="Jardin", attributes={"department": "31"}),
        NewSubscriber("bob@example.org", attributes={"department": "31"}),
        NewSubscriber("eva@example.org"),
    )

    found = sheet(workspace, GREETING, database, "membres", names=True)

    lacking = {one.expression: (one.instead, one.names) for one in found.lacking}
    assert lacking == {
        'subscriber.first_name or "à vous"': ("à vous", ("bob@example.org", "eva@example.org")),
        "organisation.name": ("", ("bob@example.org",)),  # eva does not get that block
    }
    (empty,) = (placed for placed in found.findings if placed.finding.code == "merge-tag-empty")
    assert (empty.line, empty.column) == (10, 13)
    assert "1 of 3" in str(empty)
    assert "merge-tag-fallback" not in codes(found)


def test_addresses_stand_in_the_sheet_only_on_request(workspace: Workspace, database: Database) -> None:
    people(database, "membres", NewSubscriber("ann@example.org"))

    found = sheet(workspace, GREETING, database, "membres")

    assert "ann@" not in repr(found)


def test_the_longest_page_of_all_readers_counts(workspace: Workspace, database: Database) -> None:
    people(
        database, "membres", NewSubscriber("ann@example.org"), NewSubscriber("eva@example.org", "Eva" * 150)
    )
    greetings = "  - type: text\n    text: Bonjour\n" + '      {{ subscriber.first_name or "" }}\n' * 220

    assert "gmail-clipped" not in codes(sheet(workspace, greetings))
    assert "gmail-clipped" in codes(sheet(workspace, greetings, database, "membres"))


def test_a_list_of_nobody_is_said(workspace: Workspace, database: Database) -> None:
    people(database, "membres")

    assert "list-empty" in codes(sheet(workspace, GREETING, database, "membres"))


def test_a_list_that_is_not_there_is_an_error(workspace: Workspace, database: Database) -> None:
    with pytest.raises(UsageError):
        sheet(workspace, GREETING, database, "nobody")


def test_pages_are_asked_only_when_somebody_wants_it(workspace: Workspace) -> None:
    path = write_issue(
        workspace, f"{HEAD}  - {{ type: button, label: Le jardin, link: 'https://jardin.fr/#a' }}\n{FOOT}"
    )
    asked: list[str] = []

    def ask(targets: Iterable[str]) -> dict[str, Answer]:
        asked.extend(targets)
        return {"https://jardin.fr/": Answer(State.GONE, "404")}

    without = look(workspace, path, database=None, lists=(), now=NOON, new_id="x", ask=ask, slow=False)
    assert asked == []
    found = look(
        workspace, path, database=None, lists=(), now=NOON, new_id="x", links=True, ask=ask, slow=False
    )

    assert asked == ["https://jardin.fr/"]
    assert set(codes(found)) - set(codes(without)) == {"link-dead"}


def test_dates_and_errors_are_said_once_more_before_it_leaves(workspace: Workspace) -> None:
    path = write_issue(workspace, f"{HEAD}  - type: text\n    text: Répondez avant le 24 novembre.\n{FOOT}")
    day = 24 * 3_600_000

    assert before_sending(workspace, path, leaves=NOON, new_id="x") == []
    late = [str(one) for one in before_sending(workspace, path, leaves=NOON + 6 * day, new_id="x")]

    assert len(late) == 1
    assert late[0].startswith("issues/lettre/issue.yaml, line 7: the deadline 24 November 2026")
