"""Commands about being measured: asking readers, and listing who no longer reads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from measuring_kit import ANN, BOB, CAT, Measured, measured
from newsletter_mailer.cli import newsletter
from newsletter_mailer.errors import NotConfirmed, UsageError
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.wording import use_language


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Measured]:
    with measured(tmp_path, privacy="hygiene: true") as opened:
        yield opened
    use_language("en")


def call(world: Measured, *arguments: str) -> str:
    options = ["--project", str(world.pages.app.workspace.root), "--lang", "en", "--no-input"]
    done = CliRunner().invoke(newsletter, [*options, *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_asking_mails_those_whose_turn_it_is_once(world: Measured) -> None:
    world.clock[0] = 1_700_000_000_000
    world.says(BOB, ConsentKind.TRACKING_GRANTED)
    ask = ("subscribers", "ask-tracking", "--list", "lettre")

    before = call(world, *ask, "--dry-run")
    first = call(world, *ask, "--yes")
    again = call(world, *ask, "--yes")

    assert before == "2 readers can be asked.\n"
    assert "2 were asked by mail." in first
    assert again == "0 readers can be asked.\n"
    assert {one.rcpt_to for one in world.server.messages} == {ANN, CAT}


def test_asking_wants_a_yes_and_a_list_that_is_there(world: Measured) -> None:
    with pytest.raises(NotConfirmed):
        call(world, "subscribers", "ask-tracking", "--list", "lettre")
    with pytest.raises(UsageError, match="nobody"):
        call(world, "subscribers", "ask-tracking", "--list", "nobody", "--dry-run")

    assert world.server.messages == []


def test_asking_tells_programs_what_it_did(world: Measured) -> None:
    told = json.loads(call(world, "--json", "subscribers", "ask-tracking", "--list", "lettre", "--yes"))

    assert told == {"asked": 3, "refused": [], "left": 0}


def test_who_opened_nothing_for_months_is_listed(world: Measured) -> None:
    world.clock[0] = 1_710_000_000_000
    world.says(CAT, ConsentKind.TRACKING_REFUSED)
    world.send()
    world.visit(world.pixels(BOB)[0])
    world.settle()
    world.pages.app.database.fold()

    listed = call(world, "subscribers", "unread", "--months", "2")
    told = json.loads(call(world, "--json", "subscribers", "unread", "--months", "36"))

    assert [line.split() for line in listed.splitlines()[:2]] == [[ANN], [BOB, "2024-03-09"]]
    assert "2 readers opened nothing for 2 months." in listed
    assert told == []


def test_who_opened_one_of_late_is_not(world: Measured) -> None:
    world.clock[0] = 1_710_000_000_000
    world.send()
    world.clock[0] = world.pages.app.now
    world.visit(world.pixels(BOB)[0])
    world.settle()

    listed = call(world, "subscribers", "unread", "--months", "2")

    assert [line.split()[0] for line in listed.splitlines()[:2]] == [ANN, CAT]


def test_a_person_is_shown_when_they_last_opened_a_letter(world: Measured) -> None:
    world.send()
    world.visit(world.pixels(ANN)[0])
    world.settle()

    assert "last opened a letter on: 2027-01-15" in call(world, "subscribers", "show", ANN)


def test_the_register_says_what_is_measured(world: Measured) -> None:
    assert "The day on which a reader last opened a letter" in call(world, "register")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGTERM")
def test_a_service_that_is_ended_has_counted_every_link_that_it_answered(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="clicks: counted") as world:
        world.send()
        link = next(link for link in world.links(ANN) if "/l/" in link)
        command = [
            sys.executable,
            "-m",
            "newsletter_mailer",
            "--project",
            str(tmp_path),
            "--no-input",
            "serve",
        ]
        with subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout
            port = urlsplit(running.stdout.readline().strip()).port or 0
            other = Measured(replace(world.pages, port=port), world.server, world.clock)
            answers = [other.visit(link).status for _ in range(60)]
            running.terminate()
            said = running.communicate(timeout=60)[1]

        assert answers == [302] * 60
        assert running.returncode == 0
        assert "GET" not in said  # no log of visits
        assert "/l/" not in said
        assert world.counts() == {"https://example.org/a?x=1&y=2": (60, 0)}
