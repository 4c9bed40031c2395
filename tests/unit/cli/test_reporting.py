"""`newsletter report` on the command line: numbers on stdout, files where they are wanted, meaningful exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter_mailer.cli import newsletter
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.wording import use_language
from report_kit import SECRET, Season, eventful, fate_of, season

Call = Callable[..., Result]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Season]:
    with season(tmp_path) as opened:
        eventful(opened)
        secret = tmp_path / "var" / "secret"
        secret.write_text(SECRET.written(), encoding="utf-8")
        secret.chmod(0o600)
        yield opened


@pytest.fixture
def call(office: Season) -> Iterator[Call]:
    """`newsletter …` in the workspace; errors as they are raised."""

    def run(*arguments: str) -> Result:
        options = ["--project", str(office.workspace.root), "--lang", "en", "--no-input"]
        done = CliRunner().invoke(newsletter, [*options, *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    yield run
    use_language("en")


def test_the_main_numbers_stand_on_the_screen(call: Call) -> None:
    done = call("report", "novembre")

    assert [line.split() for line in done.stdout.splitlines()[1:3]] == [
        ["11", "recipients"],
        ["5", "45.5%", "reached"],
    ]
    assert "Receipt " in done.stdout


def test_other_programs_get_them_as_json(call: Call) -> None:
    done = call("--json", "report", "1")

    told = json.loads(done.stdout)
    assert told["counts"]["total"] == 11
    assert told["not_reached"] == {"gone": 2, "full": 1, "filtered": 1, "later": 1, "in_doubt": 1}
    assert told["organisations"] == {"reached": 2, "not_reached": 3, "no_valid_contact": 1}
    assert len(told["receipt"]["hash"]) == 64


def test_page_and_tables_are_written_where_they_are_wanted(call: Call, tmp_path: Path) -> None:
    page, folder, book = tmp_path / "r.html", tmp_path / "tables", tmp_path / "r.xlsx"

    done = call("report", "1", "-o", str(page), "--csv", str(folder), "--xlsx", str(book))

    assert done.exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (folder / "not_reached.csv").is_file()
    assert book.is_file()
    assert done.stderr.count("keep it private") == 3


def test_a_receipt_that_holds_says_so(call: Call, tmp_path: Path) -> None:
    call("report", "1", "-o", str(tmp_path / "r.html"))

    kept = call("report", "1", "--verify")
    given = call("report", "1", "--verify", "-o", str(tmp_path / "r.html"))

    assert (kept.exit_code, given.exit_code) == (0, 0)
    assert kept.stdout == given.stdout
    assert "holds: everything is as it was" in kept.stdout


def test_what_happened_since_is_told_with_exit_code_0(call: Call, office: Season, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    call("report", "1", "-o", str(page))
    text = page.read_text(encoding="utf-8")
    office.now = 2_000_000_000_000
    with office.database.reading() as c:
        from newsletter_mailer.store import campaigns

        campaign = campaigns.campaign(c, 1)
    assert campaign is not None
    office.run(campaign, fate_of)

    done = call("report", "1", "--verify", "-o", str(page))

    assert done.exit_code == 0
    assert "something new is known since the receipt: 1" in done.stdout
    assert page.read_text(encoding="utf-8") == text


def test_a_ledger_altered_by_hand_is_exit_code_3(call: Call, office: Season, tmp_path: Path) -> None:
    call("report", "1", "-o", str(tmp_path / "r.html"))
    office.change("UPDATE deliveries SET status = 'sent' WHERE status = 'refused'")

    done = call("report", "1", "--verify")
    told = json.loads(call("--json", "report", "1", "--verify").stdout)

    assert done.exit_code == 3
    assert "altered by hand" in done.stdout
    assert told["holds"] is False
    assert [one["explained"] for one in told["differences"]] == [False] * len(told["differences"])


def test_without_any_receipt_the_ledger_is_compared_with_itself(call: Call) -> None:
    done = call("report", "1", "--verify")

    assert done.exit_code == 0
    assert "the ledger agrees with itself" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("1", "-o", "report.doc"),
        ("1", "--verify", "-o", "/nowhere/r.html"),
        ("1", "-o", "/nowhere/r.html"),
        ("1", "--csv", "/dev/null/x"),
    ],
)
def test_what_cannot_be_is_told_in_words(call: Call, arguments: tuple[str, ...]) -> None:
    with pytest.raises(NewsletterError):
        call("report", *arguments)


def test_a_page_is_not_taken_for_a_report_with_a_receipt(call: Call, tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<p>nothing</p>", encoding="utf-8")

    with pytest.raises(UsageError, match="holds no receipt"):
        call("report", "1", "--verify", "-o", str(tmp_path / "x.html"))


def test_verifying_writes_no_tables(call: Call, tmp_path: Path) -> None:
    done = call("report", "1", "--verify", "--csv", str(tmp_path / "t"))

    assert done.exit_code == 2
    assert not (tmp_path / "t").exists()
