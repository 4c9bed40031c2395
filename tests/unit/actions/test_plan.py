"""What a dispatch would do, told before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from composer_desk import ISSUE, SETTINGS, workspace_in
from newsletter_mailer.actions.plan import Audience, chosen, plan, propose
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import StalePlan
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import audience, campaigns, segments
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

NOON = 1_793_600_000_000
SUBJECT = '"{{ subscriber.first_name }}, {{ list.name }}"'
ODD = (
    """'{{ "" if subscriber.department == "31" and 3|length else "Bonjour" }}'"""  # composes, and fails in 31
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    file = workspace_in(tmp_path)
    file.write_text(ISSUE.replace("Des nouvelles de novembre", SUBJECT), encoding="utf-8")
    settings = SETTINGS + "subscriber_fields: [department]\n"
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")
    return load_workspace(tmp_path, environment={})


@pytest.fixture
def database(workspace: Workspace) -> Iterator[Database]:
    with Database(workspace.database_url) as opened:
        yield opened


def on_a_list(database: Database, *people: NewSubscriber) -> None:
    with database.transaction() as c:
        into = audience.add_list(c, "adherents", name="Adhérents", basis=Basis.CONSENT, now=NOON, source="t")
        audience.import_rows(c, people, into=into, secret=Secret(bytes(32)), source="t", now=NOON)


def test_subjects_are_shown_as_the_readers_of_that_list_will_see_them(
    workspace: Workspace, database: Database
) -> None:
    on_a_list(database, NewSubscriber("lea@example.org", first_name="Léa"))

    proposal = propose(database, workspace, "essai", Audience(("adherents",)))

    assert proposal.subjects == ("Léa, Adhérents",)


def test_a_reader_for_whom_there_is_no_subject_is_a_warning_and_bars_nobody_else(
    workspace: Workspace, database: Database
) -> None:
    (workspace.issues / "essai" / "issue.yaml").write_text(
        ISSUE.replace("Des nouvelles de novembre", ODD), encoding="utf-8"
    )
    odd = NewSubscriber("odd@example.org", attributes={"department": "31"})
    on_a_list(database, odd, NewSubscriber("lea@example.org", attributes={"department": "9"}))

    proposal = propose(database, workspace, "essai", Audience(("adherents",)))

    assert proposal.subjects == ("Bonjour",)
    assert any("odd@example.org cannot be written" in str(warning) for warning in proposal.warnings)


def save(database: Database, expression: str) -> None:
    with database.transaction() as c:
        segments.save_segment(c, SavedSegment("toulouse", expression), now=NOON)


@pytest.mark.parametrize("change", ["changed", "removed"])
def test_a_plan_is_stale_when_its_segment_is_no_longer_what_was_shown(
    workspace: Workspace, database: Database, change: str
) -> None:
    on_a_list(database, NewSubscriber("lea@example.org", attributes={"department": "31"}))
    save(database, 'subscriber.department == "31"')
    wanted = chosen(database, ("adherents",), segment="toulouse")
    proposal = propose(database, workspace, "essai", wanted)
    if change == "changed":
        save(database, 'subscriber.department in ["31", "9"]')  # the same number of readers, as it happens
    else:
        with database.transaction() as c:
            segments.remove_segment(c, "toulouse")

    with pytest.raises(StalePlan, match="segment “toulouse” was changed meanwhile"):
        plan(database, workspace, proposal, secret=Secret(bytes(32)), now=NOON)

    with database.reading() as c:
        assert campaigns.campaigns(c) == []


def test_a_segment_is_planned_with_the_expression_that_was_shown(
    workspace: Workspace, database: Database
) -> None:
    on_a_list(
        database,
        NewSubscriber("lea@example.org", attributes={"department": "31"}),
        NewSubscriber("marc@example.org", attributes={"department": "9"}),
    )
    save(database, 'subscriber.department == "31"')
    proposal = propose(database, workspace, "essai", chosen(database, ("adherents",), segment="toulouse"))

    planned = plan(database, workspace, proposal, secret=Secret(bytes(32)), now=NOON)

    assert planned.segment == SavedSegment("toulouse", 'subscriber.department == "31"')
    assert (planned.counts.total, planned.head_count.outside_segment) == (1, 1)
    assert proposal.subjects == (", Adhérents",)
