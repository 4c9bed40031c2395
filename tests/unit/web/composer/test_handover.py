"""Test and hand over: tests leave from the page, a dispatch never does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer_desk import PEOPLE, SETTINGS, Composing, composing, workspace_in
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.smtp.sandbox import Sandbox
from newsletter_mailer.store import audience


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox) -> Iterator[Composing]:
    workspace_in(tmp_path)
    smtp = f"smtp: {{ host: 127.0.0.1, port: {sandbox.port}, security: none }}"
    settings = SETTINGS.replace("smtp: { host: 127.0.0.1, security: none }", smtp)
    settings += "approval: required\ntest_readers: [chair@example.org]\n"
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")
    with composing(tmp_path) as running:
        yield running


def with_readers(desk: Composing) -> None:
    people = [NewSubscriber(line.split(",")[0]) for line in PEOPLE.splitlines()[1:]]
    with desk.app.database.transaction() as c:
        for slug in ("members", "press"):
            into = audience.add_list(c, slug, name=slug.title(), basis=Basis.CONSENT, now=1, source="t")
            rows = people if slug == "members" else people[:1]
            audience.import_rows(c, rows, into=into, secret=desk.app.secret, source="t", now=1)


def standing(desk: Composing) -> Any:
    return desk.ask("/issues/essai/standing", {"Cookie": desk.cookie()}).json()


def test_looking_at_how_an_issue_stands_makes_no_ledger(desk: Composing) -> None:
    found = standing(desk)

    assert found["required"]
    assert not found["tested"]
    assert found["testReaders"] == ["chair@example.org"]
    assert found["lists"] == []
    assert not desk.app.has_ledger


def test_a_test_leaves_from_the_page_and_tells_what_became_of_each_mail(
    desk: Composing, sandbox: Sandbox
) -> None:
    done = desk.send("/issues/essai/test", {"to": ["chair@example.org", "me@example.org"]}).json()

    assert [one["address"] for one in done] == ["chair@example.org", "me@example.org"]
    assert all(one["accepted"] for one in done)
    assert [mail.rcpt_to for mail in sandbox.arrived] == ["chair@example.org", "me@example.org"]
    assert standing(desk)["tested"]
    assert standing(desk)["code"].encode() in sandbox.arrived[0].data


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": []}, 400),
        ({"to": "chair@example.org"}, 400),
        ({"to": [7]}, 400),
        ({"to": ["x@example.org"] * 21}, 400),
        ({}, 400),
        ({"to": ["nobody"]}, 422),
        ({"to": ["a@example.org\r\nRCPT TO:<b@example.org>"]}, 422),
    ],
)
def test_a_test_to_nobody_does_not_leave(
    desk: Composing, sandbox: Sandbox, body: dict[str, Any], status: int
) -> None:
    assert desk.send("/issues/essai/test", body).status == status
    assert sandbox.count == 0


def test_a_plan_counts_checks_and_gives_the_command_and_sends_nothing(
    desk: Composing, sandbox: Sandbox
) -> None:
    with_readers(desk)

    plan = desk.send("/issues/essai/plan", {"lists": ["members", "press"]}).json()

    assert plan["total"] == 2
    assert [(each["slug"], each["total"]) for each in plan["lists"]] == [("members", 2), ("press", 1)]
    assert plan["command"].endswith("dispatch essai --list members --list press")
    assert f"--project {desk.app.workspace.root}" in plan["command"]
    assert "nobody has approved this edition" in plan["unapproved"]
    assert any("never sent as a test" in warning for warning in plan["warnings"])
    assert all(each["level"] in ("error", "warning", "note") for each in plan["findings"])
    assert sandbox.count == 0


def test_a_plan_for_no_list_or_an_unknown_one_is_told(desk: Composing) -> None:
    with_readers(desk)

    assert desk.send("/issues/essai/plan", {"lists": []}).status == 400
    assert "unknown" in desk.send("/issues/essai/plan", {"lists": ["unknown"]}).json()["what"]


def test_an_issue_that_cannot_be_composed_is_told_everywhere(desk: Composing) -> None:
    with_readers(desk)
    desk.edit("type: text", "type: wrong")

    looked = desk.ask("/issues/essai/standing", {"Cookie": desk.cookie()})
    tested = desk.send("/issues/essai/test", {"to": ["chair@example.org"]})
    planned = desk.send("/issues/essai/plan", {"lists": ["members"]})

    assert looked.status == tested.status == planned.status == 422
    assert "wrong" in looked.json()["what"]


def test_nobody_else_sends_or_plans(desk: Composing, sandbox: Sandbox) -> None:
    for headers in ({"Cookie": ""}, {"Origin": ""}, {"Origin": "https://evil.example"}):
        assert desk.send("/issues/essai/test", {"to": ["a@example.org"]}, headers).status == 403
        assert desk.send("/issues/essai/plan", {"lists": ["members"]}, headers).status == 403
    assert sandbox.count == 0
