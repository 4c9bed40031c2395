"""A rehearsal reaches every reader and nobody: nothing leaves the machine, and nothing of it stays."""

from __future__ import annotations

import hashlib
import json
import mailbox
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from program import Newsletter, Postbox

ISSUE = "2026-11"
READERS = [f"reader{number:03}@example.org" for number in range(120)]


@pytest.fixture
def scratch(newsletter: Newsletter, tmp_path: Path) -> Path:
    """The folder of temporary files, empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    newsletter.environment["TMPDIR"] = str(folder)
    return folder


def state(newsletter: Newsletter) -> dict[str, str]:
    """Every file of the workspace, by its bytes."""
    return {
        str(path.relative_to(newsletter.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in newsletter.folder.rglob("*")
        if path.is_file()
    }


def import_(newsletter: Newsletter, *addresses: str) -> None:
    newsletter.on_list("members", addresses)


def rehearsed(newsletter: Newsletter, *options: str, code: int = 0) -> Any:
    done = newsletter.run("--json", "rehearse", ISSUE, "--list", "members", *options, code=code)
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_every_reader_gets_a_mail_whatever_the_weather(
    newsletter: Newsletter, postbox: Postbox, scratch: Path, seed: str
) -> None:
    import_(newsletter, *READERS)
    before = state(newsletter)

    found = rehearsed(newsletter, "--seed", seed)

    assert found["looked_at"] == found["head_count"]["total"] == len(READERS)
    assert sum(found["counts"][name] for name in ("sent", "refused", "in_doubt")) == len(READERS)
    assert found["wrong"] == []
    assert sum(found["server"].values()) > 0
    assert 0 < found["sizes"]["smallest"] <= found["sizes"]["median"] <= found["sizes"]["largest"]
    assert found["seed"] == int(seed)
    assert postbox.received == []
    assert state(newsletter) == before
    assert list(scratch.iterdir()) == []


def test_in_calm_weather_nothing_goes_wrong(newsletter: Newsletter, scratch: Path) -> None:
    import_(newsletter, *READERS)

    found = rehearsed(newsletter, "--calm")

    assert set(found["server"].values()) == {0}
    assert found["counts"] == {"sent": 120, "refused": 0, "in_doubt": 0, "in_doubt_arrived": 0}


def test_who_has_the_issue_gets_it_in_the_rehearsal_too_and_the_ledger_knows_nothing_of_that(
    newsletter: Newsletter, postbox: Postbox, scratch: Path
) -> None:
    import_(newsletter, "ann@example.org", "ben@example.org")
    newsletter.run("dispatch", ISSUE, "--list", "members", "--yes", "--expect", "2")
    before = state(newsletter)

    first, second = rehearsed(newsletter), rehearsed(newsletter)

    assert first["looked_at"] == second["looked_at"] == 2
    assert len(postbox.received) == 2
    assert state(newsletter) == before
    assert f"issues/{ISSUE}/sent.json" in before


def test_readers_whose_name_is_no_name_are_reported(
    newsletter: Newsletter, scratch: Path, tmp_path: Path
) -> None:
    bad = [f"bad{number}@example.org" for number in range(22)]
    people = newsletter.folder / "people.csv"
    rows = "".join(f"{address};None\n" for address in bad)
    people.write_text(f"email;prénom\nann@example.org;Ann\n{rows}", encoding="utf-8")
    newsletter.run("subscribers", "import", str(people), "--list", "members")

    options = ("--calm", "--out", str(tmp_path / "mails"))
    done = newsletter.run("rehearse", ISSUE, "--list", "members", *options, code=3)
    found = rehearsed(newsletter, "--calm", code=3)

    assert done.stdout.count("“None” stands in it") == 20
    assert "… and 2 more" in done.stderr
    assert "ann@example.org" not in done.stdout
    assert f"{ISSUE}.mbox" in done.stdout
    assert sorted(one["address"] for one in found["wrong"]) == sorted(bad)


def test_all_mails_can_be_opened_and_are_for_their_owner_alone(
    newsletter: Newsletter, scratch: Path, tmp_path: Path
) -> None:
    import_(newsletter, *READERS)
    out = tmp_path / "mails"

    first = rehearsed(newsletter, "--out", str(out))
    second = rehearsed(newsletter, "--out", str(out))

    assert first["mbox"] == str(out / f"{ISSUE}.mbox")
    assert second["mbox"] == str(out / f"{ISSUE}-2.mbox")
    assert {path.stat().st_mode & 0o077 for path in out.iterdir()} == {0}
    with closing(mailbox.mbox(first["mbox"])) as box, closing(mailbox.mbox(second["mbox"])) as other:
        mails, again = list(box), list(other)
    assert sorted(mail["Delivered-To"] for mail in mails) == READERS
    assert {mail["Message-ID"] for mail in mails}.isdisjoint(mail["Message-ID"] for mail in again)


def test_a_folder_that_cannot_be_written_is_told(newsletter: Newsletter, scratch: Path) -> None:
    import_(newsletter, "ann@example.org")
    (newsletter.folder / "file").write_text("")

    done = newsletter.run(
        "rehearse", ISSUE, "--list", "members", "--out", str(newsletter.folder / "file" / "x"), code=1
    )

    assert "the mails cannot be kept" in done.stderr
    assert list(scratch.iterdir()) == []


def test_the_officer_reads_what_it_came_to_and_what_comes_next(newsletter: Newsletter, scratch: Path) -> None:
    import_(newsletter, *READERS)
    newsletter.environment["NEWSLETTER_SMTP__LIMITS"] = '["30/h"]'

    nobody = newsletter.run("rehearse", ISSUE, "--list", "members", "--exclude", "members", "--seed", "5")
    all_ = newsletter.run("rehearse", ISSUE, "--list", "members", "--seed", "5")

    assert "Nobody is left" in nobody.stderr
    assert "At 30/h this ends" in all_.stderr
    assert "120 mails were written and looked at" in all_.stdout
    assert "(seed 5)" in all_.stdout
    assert "Nothing left this machine. Everyone would get exactly one mail" in all_.stderr
    assert all_.stderr.startswith("Rehearsal: nothing leaves this machine.")
    assert f"newsletter dispatch {ISSUE} --list members" in all_.stderr


def test_a_list_that_is_not_there_is_told_before_anything_is_begun(
    newsletter: Newsletter, scratch: Path
) -> None:
    import_(newsletter, "ann@example.org")

    done = newsletter.run("rehearse", ISSUE, "--list", "nobody", code=2)

    assert "there is no list “nobody”" in done.stderr
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_rehearsal_leaves_nothing_behind(
    newsletter: Newsletter,
    scratch: Path,
    tmp_path: Path,
    wait_until: Callable[[Callable[[], bool]], None],
    end: signal.Signals,
) -> None:
    import_(newsletter, *[f"reader{number}@example.org" for number in range(4000)])
    before = state(newsletter)
    out = tmp_path / "mails"
    mbox = out / f"{ISSUE}.mbox"

    program = newsletter.start("rehearse", ISSUE, "--list", "members", "--out", str(out))
    wait_until(lambda: mbox.exists() and mbox.stat().st_size > 0)
    program.send_signal(end)
    program.communicate(timeout=120)

    assert program.returncode == 130
    assert list(scratch.iterdir()) == []
    assert list(out.iterdir()) == []
    assert state(newsletter) == before
