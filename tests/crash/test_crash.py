"""Whatever kills a sender, and whenever: nobody is lost, nobody gets it twice, and few are in doubt.

`make crash KILLS=2000 SEED=7` does the same for as long as one likes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import crash_suite
from crash_deaths import Way
from crash_world import Server, build, count, judge, server
from newsletter_mailer.app import clock
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.smtp.sandbox import MESSAGE, entries
from program import Newsletter

EXACT = {"lost": 0, "doubled": 0, "misjudged": 0, "breaches": 0, "unfinished": 0, "over": 0}


def _tally(*arguments: str) -> dict[str, Any]:
    """What the suite says, run as a program of one thread, for only that may fork."""
    done = subprocess.run(
        [sys.executable, str(Path(crash_suite.__file__)), "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.stdout, done.stderr
    tally = json.loads(done.stdout)
    assert isinstance(tally, dict)
    return tally | {"talk": done.stderr}


def test_senders_killed_at_any_moment_lose_nobody_and_double_nobody() -> None:
    tally = _tally("--kills", "56", "--seed", "1", "--each", "7", "--readers", "120")

    assert tally["kills"] >= 50, tally
    assert tally | EXACT == tally, tally["talk"]
    assert tally["in_doubt"] <= tally["in_doubt_allowed"]
    assert tally["powerless"] <= tally["powerless_allowed"]


@pytest.mark.parametrize("setting", [0, 2], ids=lambda number: crash_suite.SETTINGS[number].name)
def test_a_sender_killed_at_each_step_of_journal_and_ledger(setting: int) -> None:
    tally = _tally("--every-step", "--setting", str(setting), "--readers", "3")

    assert tally["kills"] >= 2 * 3 * 2, (
        "a record before each dot and after each reply, each seen from both sides"
    )
    assert tally["kills"] == tally["rounds"] - 1, "the last of them was not killed any more"
    assert tally | EXACT == tally, tally["talk"]


@pytest.mark.parametrize("mistake, crime", [("no dots", "doubled"), ("early", "lost")])  # noqa: PT006
def test_a_wrong_sender_is_found_out(mistake: str, crime: str) -> None:
    tally = _tally("--every-step", "--setting", "0", "--readers", "2", "--mistake", mistake)

    assert tally[crime] > 0, tally


def test_the_program_itself_killed_again_and_again(tmp_path: Path) -> None:
    world = build(tmp_path / "workspace", 40, now=clock())
    kills = 0
    with server(tmp_path / "log", "--seed", "1", "--rate", "late=1") as at:
        program = Newsletter(world.folder, at.port)

        for messages in (5, 15, 25):
            sender = program.start("resume", world.campaign)
            _wait_for_messages(at, messages, sender)
            sender.kill()
            sender.communicate(timeout=120)
            kills += sender.returncode < 0
        last = program.start("resume", world.campaign)
        _, told = last.communicate(timeout=120)

    verdict = judge(world, at.log)
    assert verdict.innocent, verdict
    assert verdict.open == 0, told
    assert last.returncode == (5 if verdict.in_doubt else 0)
    assert verdict.in_doubt <= kills * Way().connections
    assert count(world)[Status.SENT] == 40 - verdict.in_doubt


def _wait_for_messages(at: Server, number: int, sender: subprocess.Popen[str]) -> None:
    while sender.poll() is None:
        if sum(entry.kind == MESSAGE for entry in entries(at.log)) >= number:
            return
        time.sleep(0.005)
