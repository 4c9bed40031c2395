"""`newsletter worker`, as an officer or the system starts and stops it."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from program import Newsletter, Postbox

WaitUntil = Callable[[Callable[[], bool]], None]
READERS = [f"reader{number:02}@example.org" for number in range(12)]
CONFIRMED = ("--list", "adherents", "--yes", "--expect", "12")
OFFICER = "chair@example.org"


@pytest.fixture
def office(newsletter: Newsletter) -> Newsletter:
    """A workspace with twelve readers and an officer who is told."""
    newsletter.on_list("adherents", READERS)
    newsletter.environment["NEWSLETTER_NOTIFY"] = json.dumps([OFFICER])
    return newsletter


def planned(office: Newsletter) -> None:
    office.run("dispatch", "2026-11", *CONFIRMED, "--at", "2199-12-01 09:00")


def move(office: Newsletter, *, hours_ago: float) -> None:
    """The time of the plan is past: nobody can wait for it here."""
    with sqlite3.connect(office.folder / "var" / "newsletter.db") as ledger:
        ledger.execute(
            "UPDATE campaigns SET scheduled_at = (strftime('%s', 'now') - ?) * 1000", (hours_ago * 3600,)
        )
    ledger.close()


def status(office: Newsletter) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(office.run("--json", "status", "2026-11").stdout)
    return found


def test_a_planned_campaign_leaves_when_its_time_has_come_and_the_officer_is_told(
    office: Newsletter, postbox: Postbox
) -> None:
    planned(office)
    assert status(office)["scheduled_at"] == "2199-12-01T08:00:00.000+00:00"

    said = office.run("worker", "--once").stderr
    assert (said, postbox.received) == ("", [])

    move(office, hours_ago=1)
    said = office.run("worker", "--once").stderr

    assert "campaign 1 of 2026-11: finished, 12 of 12 sent" in said
    assert sorted(postbox.addresses) == sorted([*READERS, OFFICER])
    mail = postbox.message_to(OFFICER)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert office.run("worker", "--once").stderr == ""
    assert len(postbox.received) == 13


def test_a_plan_that_is_half_a_day_late_is_held_and_the_officer_says_yes(
    office: Newsletter, postbox: Postbox
) -> None:
    planned(office)
    move(office, hours_ago=13)

    office.run("worker", "--once", code=75)

    assert postbox.addresses == [OFFICER]
    text = postbox.message_to(OFFICER).get_payload(decode=True)
    assert isinstance(text, bytes)
    assert b"newsletter resume 1 --yes" in text
    found = status(office)
    assert found["state"] == "held"
    assert found["held_why"] in " ".join(text.decode().split())
    assert office.run("worker", "--once").stderr == ""
    office.run("resume", "2026-11", "--yes")
    assert sorted(postbox.addresses[1:]) == READERS


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_a_killed_sender_left_is_picked_up(
    office: Newsletter, postbox: Postbox, wait_until: WaitUntil
) -> None:
    postbox.hold_at = 4  # the fourth is in flight when the sender dies
    sender = office.start("dispatch", "2026-11", *CONFIRMED)
    wait_until(lambda: len(postbox.received) == 4)
    sender.kill()
    sender.communicate(timeout=120)
    postbox.let_go()

    office.run("worker", "--once")

    assert Counter(postbox.addresses) == Counter([*READERS, OFFICER])
    counts = status(office)["counts"]
    assert (counts["sent"], counts["in_doubt"]) == (11, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGTERM")
@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_told_to_stop_it_ends_after_the_mail_in_flight_and_the_next_worker_goes_on(
    office: Newsletter,
    postbox: Postbox,
    wait_until: WaitUntil,
    tmp_path: Path,
    told: signal.Signals,
    code: int,
) -> None:
    planned(office)
    move(office, hours_ago=1)
    postbox.hold_at = 3
    talk = tmp_path / "talk"
    with talk.open("w") as stderr:
        worker = office.start("worker", stderr=stderr)
        wait_until(lambda: len(postbox.received) == 3)
        worker.send_signal(told)
        wait_until(lambda: "Stopping" in talk.read_text())
        postbox.let_go()
        worker.communicate(timeout=120)

    assert worker.returncode == code, talk.read_text()
    assert len(postbox.received) == 3
    assert status(office)["state"] == "stopped"
    office.run("worker", "--once")
    assert Counter(postbox.addresses) == Counter([*READERS, OFFICER])


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_one_worker_is_enough_and_when_it_has_done_all_it_ends_as_it_is_told(
    office: Newsletter, postbox: Postbox, wait_until: WaitUntil, tmp_path: Path
) -> None:
    planned(office)
    move(office, hours_ago=1)
    postbox.hold_at = 1
    talk = tmp_path / "talk"
    with talk.open("w") as stderr:
        worker = office.start("worker", stderr=stderr)
        wait_until(lambda: len(postbox.received) == 1)

        said = office.run("worker", "--once", code=75).stderr
        postbox.let_go()
        wait_until(lambda: len(postbox.received) == 13)
        worker.send_signal(signal.SIGINT)
        worker.communicate(timeout=120)

    assert "another newsletter worker looks after this ledger" in said
    assert worker.returncode == 0, talk.read_text()
    assert status(office)["state"] == "finished"


def test_without_the_server_it_is_told_and_not_lost(office: Newsletter, postbox: Postbox) -> None:
    planned(office)
    move(office, hours_ago=1)
    port = office.environment["NEWSLETTER_SMTP__PORT"]
    office.environment["NEWSLETTER_SMTP__PORT"] = "1"

    said = office.run("worker", "--once", code=75).stderr

    assert "It is tried again" in said
    found = status(office)
    assert found["state"] == "stopped"
    assert found["next_try_at"] in office.run("--json", "campaigns").stdout
    assert "goes on at" in office.run("status", "2026-11").stdout
    office.environment["NEWSLETTER_SMTP__PORT"] = port
    office.run("resume", "2026-11")
    assert sorted(postbox.addresses) == READERS


def test_a_watch_ends_with_the_campaign_and_is_for_people(office: Newsletter, postbox: Postbox) -> None:
    office.run("dispatch", "2026-11", *CONFIRMED)

    assert "finished" in office.run("status", "2026-11", "--watch").stdout
    assert "--watch" in office.run("--json", "status", "2026-11", "--watch", code=2).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_who_watches_may_go_away(office: Newsletter) -> None:
    planned(office)
    watch = office.start("status", "2026-11", "--watch")
    assert watch.stdout is not None
    assert "scheduled" in watch.stdout.readline()

    watch.send_signal(signal.SIGINT)
    watch.communicate(timeout=120)

    assert watch.returncode == 0
