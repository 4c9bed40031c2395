"""The main job, as an officer does it: import, test, dispatch, log."""

from __future__ import annotations

import csv
import io
import json
import signal
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from program import Newsletter, Postbox

READERS = [f"reader{number:02}@example.org" for number in range(12)]


def test_an_issue_reaches_every_reader_of_a_list_once_and_the_log_says_so(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.run("subscribers", "import", str(newsletter.people(READERS)), "--list", "adherents")

    newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12")

    assert sorted(postbox.addresses) == READERS
    message = postbox.message_to("reader03@example.org")
    assert message["To"] == "Reader03 <reader03@example.org>" or "reader03@example.org" in message["To"]
    lines = [
        json.loads(line) for line in newsletter.run("log", "2026-11", "--format", "jsonl").stdout.splitlines()
    ]
    assert {line["address"]: line["status"] for line in lines} == dict.fromkeys(READERS, "sent")
    assert {line["message_id"] for line in lines} == {
        message_from["Message-ID"] for message_from in map(postbox.message_to, READERS)
    }
    assert all(line["code"] == 250 and line["sent_at"] for line in lines)


def test_a_second_dispatch_of_the_same_issue_sends_nothing(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.on_list("adherents", READERS)
    newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12")

    said = newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12")

    assert "0 = 12 − 12 who have it already" in said.stderr
    assert len(postbox.received) == 12


def test_later_readers_get_the_issue_and_the_others_do_not_get_it_again(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.on_list("adherents", READERS[:5])
    newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "5")
    respelled = [READERS[0].upper(), *READERS[5:]]
    newsletter.on_list("autres", respelled)

    newsletter.run("dispatch", "2026-11", "--list", "autres", "--list", "adherents", "--yes", "--expect", "7")

    assert Counter(address.lower() for address in postbox.addresses) == Counter(READERS)


@pytest.mark.parametrize("arguments", [(), ("--yes",), ("--yes", "--expect", "11"), ("--expect", "12")])
def test_whoever_does_not_confirm_the_number_sends_nothing(
    newsletter: Newsletter, postbox: Postbox, arguments: tuple[str, ...]
) -> None:
    newsletter.on_list("adherents", READERS)

    newsletter.run("dispatch", "2026-11", "--list", "adherents", *arguments, code=6)

    assert postbox.received == []
    assert newsletter.run("--json", "campaigns").stdout.strip() == "[]"


def test_a_refused_and_a_deferred_reader_are_told_apart(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.on_list("adherents", READERS)
    postbox.answers = {READERS[0]: "550 5.1.1 nobody here", READERS[1]: "451 4.2.2 mailbox busy"}

    said = newsletter.run(
        "dispatch",
        "2026-11",
        "--list",
        "adherents",
        "--yes",
        "--expect",
        "12",
        code=75,
        environment=SLOW_RETRY,
    )

    assert "newsletter resume 1" in said.stderr
    status = json.loads(newsletter.run("--json", "status", "2026-11").stdout)
    assert status["state"] == "waiting"
    assert status["counts"] | {"sent": 10, "refused": 1, "deferred": 1, "total": 12} == status["counts"]
    refused = newsletter.run("log", "2026-11", "--status", "refused", "--format", "csv").stdout
    row = next(csv.DictReader(io.StringIO(refused)))
    assert (row["address"], row["code"], row["reply"]) == (READERS[0], "550", "5.1.1 nobody here")


def test_a_run_that_stops_for_now_tells_a_program_where_the_campaign_stands(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.on_list("adherents", READERS[:2])
    postbox.answers = {READERS[1]: "451 4.7.1 greylisted"}
    confirmed = ("--list", "adherents", "--yes", "--expect", "2")

    said = newsletter.run("--json", "dispatch", "2026-11", *confirmed, code=75, environment=SLOW_RETRY)

    told = json.loads(said.stdout)
    assert (told["state"], told["counts"]["sent"], told["counts"]["deferred"]) == ("waiting", 1, 1)


def test_a_deferred_reader_gets_it_at_the_next_try(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.on_list("adherents", READERS[:2])
    postbox.answers = {READERS[1]: "451 4.7.1 greylisted"}
    postbox.answer_times = 2

    newsletter.run(
        "dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "2", environment=QUICK_RETRY
    )

    lines = [
        json.loads(line) for line in newsletter.run("log", "2026-11", "--format", "jsonl").stdout.splitlines()
    ]
    assert [(line["address"], line["status"], line["attempts"]) for line in lines] == [
        (READERS[0], "sent", 1),
        (READERS[1], "sent", 3),
    ]


SLOW_RETRY = {"NEWSLETTER_RETRY__WAITS_MINUTES": "[60]"}
QUICK_RETRY = {"NEWSLETTER_RETRY__WAITS_MINUTES": "[0.005]"}


def test_ctrl_c_stops_after_the_mail_in_flight_and_the_same_command_continues(
    newsletter: Newsletter,
    postbox: Postbox,
    tmp_path: Path,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    newsletter.on_list("adherents", READERS)
    postbox.hold_at = 3
    talk = tmp_path / "talk"
    with talk.open("w") as stderr:
        sender = newsletter.start(
            "dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12", stderr=stderr
        )
        wait_until(lambda: len(postbox.received) == 3)

        sender.send_signal(signal.SIGINT)
        wait_until(lambda: "Stopping after" in talk.read_text())
        postbox.let_go()
        sender.communicate(timeout=120)

    assert sender.returncode == 130, talk.read_text()
    status = json.loads(newsletter.run("--json", "status", "2026-11").stdout)
    assert status["state"] == "stopped"
    assert status["counts"]["sent"] == len(postbox.received) == 3
    assert status["counts"]["in_doubt"] == status["counts"]["sending"] == 0
    newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12")
    assert sorted(postbox.addresses) == READERS


def test_a_second_ctrl_c_does_not_wait_for_a_server_that_says_nothing(
    newsletter: Newsletter, tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    newsletter.on_list("adherents", READERS)
    talk = tmp_path / "talk"
    with socket.create_server(("127.0.0.1", 0)) as mute, talk.open("w") as stderr:
        newsletter.environment["NEWSLETTER_SMTP__PORT"] = str(mute.getsockname()[1])
        sender = newsletter.start(
            "dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12", stderr=stderr
        )
        with mute.accept()[0]:
            sender.send_signal(signal.SIGINT)
            wait_until(lambda: "Stopping after" in talk.read_text())
            assert sender.poll() is None

            sender.send_signal(signal.SIGINT)
            sender.communicate(timeout=120)

    assert sender.returncode == 130, talk.read_text()
    counts = json.loads(newsletter.run("--json", "status", "2026-11").stdout)["counts"]
    assert counts["queued"] == counts["total"] == 12


def test_a_killed_sender_loses_nobody_and_doubles_nobody(
    newsletter: Newsletter, postbox: Postbox, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    newsletter.on_list("adherents", READERS)
    postbox.hold_at = 4  # the fourth is in flight when the sender dies
    sender = newsletter.start("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12")
    wait_until(lambda: len(postbox.received) == 4)

    sender.kill()
    sender.communicate(timeout=120)
    postbox.let_go()
    newsletter.run("resume", "2026-11", code=5)

    doubtful = [
        json.loads(line) for line in newsletter.run("--json", "resolve", "2026-11").stdout.splitlines()
    ]
    assert [line["address"] for line in doubtful] == [postbox.addresses[3]]
    assert sorted(postbox.addresses) == READERS
    assert max(Counter(postbox.addresses).values()) == 1
    newsletter.run("resolve", "2026-11", "--as", "sent")
    newsletter.run("resume", "2026-11")
    assert max(Counter(postbox.addresses).values()) == 1


def test_a_second_sender_is_told_at_once_that_another_is_at_work(
    newsletter: Newsletter, postbox: Postbox, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    newsletter.on_list("adherents", READERS)
    postbox.hold_at = 1
    first = newsletter.start("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12")
    wait_until(lambda: len(postbox.received) == 1)

    newsletter.run("resume", "2026-11", code=75)

    postbox.let_go()
    first.communicate(timeout=120)
    assert first.returncode == 0
    assert sorted(postbox.addresses) == READERS


def test_a_test_goes_to_anyone_marked_and_counts_as_no_delivery(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.run("test", "2026-11", "--to", "chair@example.org", "me@example.org")

    assert postbox.addresses == ["chair@example.org", "me@example.org"]
    message = postbox.message_to("chair@example.org")
    assert "[TEST]" in str(message["Subject"]) or "W1RFU1Rd" in str(message["Subject"])
    assert "List-Unsubscribe-Post" not in message
    newsletter.on_list("bureau", ["chair@example.org"])
    newsletter.run("dispatch", "2026-11", "--list", "bureau", "--yes", "--expect", "1")
    assert postbox.addresses.count("chair@example.org") == 2


def test_a_lost_secret_stops_everything_that_would_need_it(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.on_list("adherents", READERS)
    (newsletter.folder / "var" / "secret").unlink()

    said = newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "12", code=4)

    assert "backup" in said.stderr
    assert postbox.received == []


def test_a_broken_issue_is_told_with_every_place_and_nothing_leaves(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.on_list("adherents", READERS)
    text = (newsletter.folder / "issues" / "2026-11" / "issue.yaml").read_text(encoding="utf-8")
    newsletter.issue(
        "broken",
        text.replace("2026-11-000001", "broken-000001")
        .replace("date: 2026-11-01", "date: hier")
        .replace("text: |", "txet: |"),
    )

    said = newsletter.run("dispatch", "broken", "--list", "adherents", "--yes", "--expect", "12", code=3)

    assert "issues/broken/issue.yaml:4:" in said.stderr
    assert "issues/broken/issue.yaml:10:" in said.stderr
    assert postbox.received == []


def test_an_unknown_list_is_named_with_the_known_ones(newsletter: Newsletter) -> None:
    newsletter.on_list("adherents", READERS)

    said = newsletter.run("dispatch", "2026-11", "--list", "adherent", code=2)

    assert "adherents" in said.stderr


def test_render_writes_the_four_files_and_the_pictures(newsletter: Newsletter, tmp_path: Path) -> None:
    newsletter.run("render", "exemple-tous-les-blocs", "-o", str(tmp_path / "out"))

    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"issue.mjml", "issue.html", "issue.txt", "message.eml"} < names


@pytest.mark.parametrize(
    ("words", "warning"), [(18_500, "Close to the limit"), (24_000, "Gmail clips the end of")]
)
def test_render_warns_of_what_gmail_clips(
    newsletter: Newsletter, tmp_path: Path, words: int, warning: str
) -> None:
    issue = newsletter.folder / "issues" / "2026-11" / "issue.yaml"
    half = f"  - {{ type: text, text: '{'mot ' * (words // 2)}' }}\n"  # one text alone has at most 50,000 characters
    text = issue.read_text("utf-8").replace("  - type: footer", f"{half}{half}  - type: footer")
    issue.write_text(text, "utf-8")

    said = newsletter.run("render", "2026-11", "-o", str(tmp_path / "out")).stderr

    assert warning in said
