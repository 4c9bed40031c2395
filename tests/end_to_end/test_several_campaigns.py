"""One issue in several campaigns: each command finds the one that is meant, and nobody is forgotten in another."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable

import pytest

from newsletter_mailer.store.lock import SenderLock
from program import Newsletter, Postbox

FIRST = [f"first{number}@example.org" for number in range(6)]
SECOND = ["second0@example.org", "second1@example.org"]
ISSUE = "2026-11"
WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def readers(newsletter: Newsletter) -> None:
    newsletter.on_list("la", FIRST)
    newsletter.on_list("lb", SECOND)


def stopped_half_way(newsletter: Newsletter, postbox: Postbox, wait_until: WaitUntil) -> None:
    """Campaign 1, to the list "la", after Ctrl-C."""
    talk = newsletter.folder / "talk"
    postbox.hold_at = 2
    with talk.open("w") as stderr:
        sender = newsletter.start("dispatch", ISSUE, "--list", "la", "--yes", "--expect", "6", stderr=stderr)
        wait_until(lambda: len(postbox.received) == 2)
        sender.send_signal(signal.SIGINT)
        wait_until(lambda: "Stopping after" in talk.read_text())
        postbox.let_go()
        sender.communicate(timeout=120)
    assert len(postbox.received) == 2


@pytest.mark.usefixtures("readers")
def test_resume_by_slug_continues_the_campaign_that_has_readers_left(
    newsletter: Newsletter, postbox: Postbox, wait_until: WaitUntil
) -> None:
    stopped_half_way(newsletter, postbox, wait_until)
    newsletter.run("dispatch", ISSUE, "--list", "lb", "--yes", "--expect", "2")

    newsletter.run("resume", ISSUE)

    assert sorted(postbox.addresses) == [*FIRST, *SECOND]


@pytest.mark.usefixtures("readers")
def test_a_slug_that_can_mean_several_campaigns_is_refused_with_their_numbers(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    postbox.answers = dict.fromkeys([FIRST[0], SECOND[0]], "550 5.2.1 closed for now")
    newsletter.run("dispatch", ISSUE, "--list", "la", "--yes", "--expect", "6", code=5)
    newsletter.run("dispatch", ISSUE, "--list", "lb", "--yes", "--expect", "2", code=5)

    said = newsletter.run("retry", ISSUE, code=2)

    assert "1 (la: 1); 2 (lb: 1)" in said.stderr
    assert "newsletter resume 1" in newsletter.run("retry", "1").stderr
    assert "newsletter resume 2" in newsletter.run("retry", ISSUE).stderr


@pytest.mark.usefixtures("readers")
def test_who_waits_in_another_campaign_is_counted_apart_with_the_command_that_reaches_them(
    newsletter: Newsletter, postbox: Postbox, wait_until: WaitUntil
) -> None:
    stopped_half_way(newsletter, postbox, wait_until)
    done = len(postbox.received)

    said = newsletter.run("dispatch", ISSUE, "--list", "la", "--list", "lb", "--dry-run")

    assert f"2 = 8 − {done} who have it already − {6 - done} who wait in another campaign" in said.stderr
    assert "newsletter resume 1" in said.stderr


@pytest.mark.usefixtures("readers")
def test_who_was_refused_is_not_said_to_have_it(newsletter: Newsletter, postbox: Postbox) -> None:
    postbox.answers = {FIRST[0]: "550 5.2.1 closed for now"}
    newsletter.run("dispatch", ISSUE, "--list", "la", "--yes", "--expect", "6", code=5)

    said = newsletter.run("--json", "dispatch", ISSUE, "--list", "la", "--dry-run")

    assert "everyone on these lists has it" not in said.stderr
    assert "newsletter retry 1" in said.stderr
    shown = json.loads(said.stdout)
    assert shown["head_count"]["already_have_it"] == 5
    assert shown["elsewhere"] == [{"campaign": 1, "why": "refused", "count": 1}]


@pytest.mark.usefixtures("readers")
def test_a_corrected_issue_reaches_the_rest_and_an_erratum_those_who_have_the_old_one(
    newsletter: Newsletter, postbox: Postbox, wait_until: WaitUntil
) -> None:
    stopped_half_way(newsletter, postbox, wait_until)
    as_it_was = newsletter.run("dispatch", ISSUE, "--list", "la", "--dry-run")
    newsletter.run("pause", ISSUE)
    issue = newsletter.folder / "issues" / ISSUE / "issue.yaml"
    issue.write_text(issue.read_text(encoding="utf-8").replace("voici", "voila"), encoding="utf-8")

    resumed = newsletter.run("--json", "status", "1")
    said = newsletter.run("dispatch", ISSUE, "--list", "la", "--yes", "--expect", "6")

    assert json.loads(resumed.stdout)["state"] == "paused"
    assert "The issue was changed since" not in as_it_was.stderr
    assert "the 4 to go get it as it is now" in said.stderr
    with_old = {to for to, raw in postbox.received if b"voici" in raw}
    assert with_old == set(postbox.addresses[:2])
    versions = [
        json.loads(line) for line in newsletter.run("log", "1", "--format", "jsonl").stdout.splitlines()
    ]
    assert {line["address"] for line in versions if line["version"] == 1} == with_old

    counted = newsletter.run("dispatch", ISSUE, "--list", "la", "--erratum", "--yes", "--expect", "2")

    assert "2 = 6" in counted.stderr
    assert set(postbox.addresses[6:]) == with_old
    assert all(b"voila" in raw for _, raw in postbox.received[6:])


@pytest.mark.usefixtures("readers")
def test_what_is_planned_for_a_time_waits_for_it(newsletter: Newsletter, postbox: Postbox) -> None:
    when = ("--at", "2099-12-01 09:00")
    said = newsletter.run("dispatch", ISSUE, "--list", "la", *when, "--yes", "--expect", "6")
    waits = newsletter.run("resume", ISSUE, code=75)

    assert "planned for 2099-12-01 09:00" in said.stderr
    assert "2099-12-01 09:00" in waits.stderr
    assert postbox.received == []
    assert json.loads(newsletter.run("--json", "status", ISSUE).stdout)["state"] == "scheduled"


@pytest.mark.usefixtures("readers")
def test_the_end_is_said_before_the_confirmation_and_the_rate_is_kept(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    said = newsletter.run("dispatch", ISSUE, "--list", "la", "--rate", "2/h", code=6)
    sent = newsletter.run(
        "dispatch", ISSUE, "--list", "la", "--rate", "2/h", "--yes", "--expect", "6", code=75
    )

    assert "At 2/h this ends" in said.stderr
    assert len(postbox.received) == 1
    assert "the provider takes no more for now" in sent.stderr


@pytest.mark.usefixtures("readers")
def test_another_sender_at_work_is_told_before_the_number_is_asked_for(newsletter: Newsletter) -> None:
    with SenderLock(newsletter.folder / "var" / "newsletter.lock"):
        said = newsletter.run("dispatch", ISSUE, "--list", "la", code=75)

    assert "another newsletter command is sending" in said.stderr
    assert "Recipients" not in said.stderr


@pytest.mark.usefixtures("readers")
def test_a_missing_password_is_told_before_the_number_is_asked_for(newsletter: Newsletter) -> None:
    login = {"NEWSLETTER_SMTP__USERNAME": "me"}

    said = newsletter.run("dispatch", ISSUE, "--list", "la", code=4, environment=login)

    assert "there is no password" in said.stderr
    assert "Recipients" not in said.stderr


@pytest.mark.usefixtures("readers")
def test_what_has_nothing_left_to_do_says_so(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.run("dispatch", ISSUE, "--list", "lb", "--yes", "--expect", "2")

    resumed = newsletter.run("resume", ISSUE)
    resolved = newsletter.run("resolve", ISSUE)
    refused = newsletter.run("log", ISSUE, "--status", "refused")

    assert "is finished: nothing is left to send." in resumed.stderr
    assert "is finished: nobody is in doubt." in resolved.stderr
    assert (resolved.stdout, refused.stdout) == ("", "")
    assert "No recipient" in refused.stderr
    assert len(postbox.received) == 2


@pytest.mark.usefixtures("readers")
def test_a_wait_for_a_retry_is_told(newsletter: Newsletter, postbox: Postbox) -> None:
    postbox.answers = {SECOND[0]: "451 4.7.1 greylisted"}
    postbox.answer_times = 1
    quick = {"NEWSLETTER_RETRY__WAITS_MINUTES": "[0.005]"}

    said = newsletter.run("dispatch", ISSUE, "--list", "lb", "--yes", "--expect", "2", environment=quick)

    assert "1 was refused for now; the next try is at " in said.stderr
    assert sorted(postbox.addresses) == SECOND
