"""A run on a terminal: what stands beside the bar, and above it."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from cli_kit import PLAIN, campaign
from newsletter_mailer.actions.dispatch import Wait, Why
from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.cli.progress import patience, progress
from newsletter_mailer.model.campaign import CampaignState, Counts
from newsletter_mailer.model.speed import rate_told
from newsletter_mailer.wording import in_language

CAMPAIGN = campaign(CampaignState.SENDING, Counts(queued=56, sent=4))


class Terminal(io.StringIO):
    """What was written to a screen."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("speed", "told"),
    [(None, ""), (0.0, ""), (20.4, "20/s"), (1.0, "1/s"), (1 / 6, "10/min"), (1 / 120, "30/h")],
)
def test_a_slow_pace_is_told_by_the_minute_or_the_hour(speed: float | None, told: str) -> None:
    assert rate_told(speed) == told


def tools(monkeypatch: pytest.MonkeyPatch) -> Any:
    """As much of the tools as a bar needs."""
    monkeypatch.setattr(
        "newsletter_mailer.cli.progress.replace", lambda _tools, **told: SimpleNamespace(**told)
    )
    return cast(Tools, SimpleNamespace(workspace=SimpleNamespace(zone=ZoneInfo("Europe/Paris"))))


@pytest.mark.parametrize("why", list(Why))
def test_what_a_run_waits_for_stands_above_the_bar_and_not_behind_it(
    monkeypatch: pytest.MonkeyPatch, why: Why
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")

    with in_language("en"), progress(PLAIN, CAMPAIGN, tools(monkeypatch)) as watched:
        watched.waiting(Wait(why, 56, 1_796_122_800_000))

    notice = next(line for line in screen.getvalue().splitlines() if "2026-12-01 12:00. Ctrl-C stops" in line)
    assert "/60" not in notice.rpartition("\x1b[2K")[2]


def test_into_a_file_the_notice_is_written_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with in_language("en"), progress(PLAIN, replace(CAMPAIGN, canary=4), tools(monkeypatch)) as watched:
        watched.waiting(Wait(Why.CANARY, 56, 1_796_122_800_000))

    assert capsys.readouterr().err == (
        "The first readers have the issue; the other 56 follow at 2026-12-01 12:00. "
        "Ctrl-C stops, and the same command continues.\n"
    )


def test_work_of_unknown_length_says_on_a_terminal_what_is_being_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")

    with patience(PLAIN, "Asking [the] pages …"):
        pass

    assert "Asking [the] pages …" in screen.getvalue()


def test_where_nobody_looks_work_of_unknown_length_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    file, quiet = io.StringIO(), Terminal()

    monkeypatch.setattr("sys.stderr", file)
    with patience(PLAIN, "Asking pages …"):
        pass
    monkeypatch.setattr("sys.stderr", quiet)
    with patience(replace(PLAIN, quiet=True), "Asking pages …"):
        pass

    assert file.getvalue() == quiet.getvalue() == ""
