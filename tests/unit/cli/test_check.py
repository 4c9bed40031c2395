"""The control sheet on the command line: lines for editors, a summary for people, an exit code for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from composer_desk import workspace_in
from newsletter_mailer.app import open_app
from newsletter_mailer.cli import newsletter
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.store import audience

Call = Callable[..., Result]
MONDAY = "[lisez ceci](https://away.example.org/page)."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = workspace_in(tmp_path)
    with open_app(tmp_path) as app, app.database.transaction() as c:
        into = audience.add_list(c, "members", name="M", basis=Basis.CONSENT, now=app.now, source="test")
        people = [NewSubscriber("ann@example.org", "Ann"), NewSubscriber("bob@example.org")]
        audience.import_rows(c, people, into=into, secret=app.secret, source="test", now=app.now)
    return path


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """`newsletter … check essai …` where no spam filter is installed, which would take seconds."""

    def run(*options: str, before: tuple[str, ...] = ()) -> Result:
        line = ["--project", str(tmp_path), "--lang", "en", "--no-input", *before, "check", "essai", *options]
        return CliRunner().invoke(newsletter, line, env={"PATH": str(tmp_path)})

    return run


def wrong_day(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(MONDAY, f"{MONDAY} Le mardi 30 novembre 2026."), encoding="utf-8")


def test_each_finding_is_a_line_that_an_editor_jumps_to(file: Path, call: Call) -> None:
    wrong_day(file)

    done = call()

    lines = [line for line in done.stdout.splitlines() if "date-weekday" in line]
    assert lines == [
        "issues/essai/issue.yaml:14: error date-weekday “mardi 30 novembre 2026”: this day is a Monday "
        "(correct the day of the week or the date)"
    ]
    assert "essai: 1 error, " in done.stderr


def test_what_must_not_leave_stands_first(file: Path, call: Call) -> None:
    wrong_day(file)

    levels = [line.split()[1] for line in call().stdout.splitlines()]

    assert levels == sorted(levels, key=("error", "warning", "note").index)
    assert {"error", "warning", "note"} <= set(levels)


def test_errors_end_with_three_and_warnings_only_when_strict(file: Path, call: Call) -> None:
    good, strict = call(), call("--strict")
    wrong_day(file)
    bad = call()

    assert (good.exit_code, strict.exit_code, bad.exit_code) == (0, 3, 3)


def test_readers_are_counted_and_named_only_on_request(file: Path, call: Call) -> None:
    counted, named = call("--list", "members"), call("--list", "members", "--names")

    assert "members: 2" in counted.stderr
    assert "1 reader lacks something" in counted.stderr
    assert "bob@" not in counted.output
    assert 'subscriber.first_name or "à toutes et à tous"\tbob@example.org' in named.stdout.splitlines()


def test_names_without_a_list_are_refused(file: Path, call: Call) -> None:
    done = call("--names")

    assert done.exit_code == 2
    assert "--list" in done.output


def test_json_says_the_same(file: Path, call: Call) -> None:
    wrong_day(file)

    done = call("--list", "members", before=("--json",))

    said = json.loads(done.stdout)
    (found,) = (each for each in said["findings"] if each["code"] == "date-weekday")
    assert found["at"] == ["blocks", 2, "text"]
    assert said["counts"]["error"] == 1
    assert said["head_counts"][0]["head_count"]["total"] == 2
    assert [each["count"] for each in said["lacking"]] == [1]


def test_an_issue_with_mistakes_is_told_in_the_same_form(file: Path, call: Call) -> None:
    file.write_text(
        file.read_text(encoding="utf-8").replace("type: image", "type: picture"), encoding="utf-8"
    )

    done = call()

    assert done.exit_code == 3
    assert "issues/essai/issue.yaml:9: error issue " in done.stdout


def test_what_is_over_is_said_before_a_number_is_asked_for(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(MONDAY, f"{MONDAY} Répondez avant le 5 novembre 2026."), encoding="utf-8")
    line = [
        "--project",
        str(tmp_path),
        "--lang",
        "en",
        "--no-input",
        "dispatch",
        "essai",
        "--list",
        "members",
    ]

    done = CliRunner().invoke(newsletter, [*line, "--dry-run", "--at", "2099-01-01 09:00"])

    assert "! issues/essai/issue.yaml, line 14: the deadline 5 November 2026 is over today" in done.stderr


def test_a_campaign_that_goes_on_says_it_again(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(MONDAY, f"{MONDAY} Répondez avant le 5 novembre 2019."), encoding="utf-8")
    line = [
        "--project",
        str(tmp_path),
        "--lang",
        "en",
        "--no-input",
        "dispatch",
        "essai",
        "--list",
        "members",
    ]
    later = ["--at", "2099-01-01 09:00", "--yes", "--expect", "2"]

    planned = CliRunner().invoke(newsletter, [*line, *later])
    again = CliRunner().invoke(newsletter, [*line, "--dry-run"])

    assert planned.exit_code == 0
    assert "continues" in again.stderr
    assert "the deadline 5 November 2019 is over" in again.stderr
    assert "newsletter check essai" in again.stderr
