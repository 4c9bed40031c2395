"""Watching a campaign: a picture on a terminal, a line for every change elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from cli_kit import PLAIN, campaign
from newsletter_mailer.actions.standing import Pause, Standing
from newsletter_mailer.actions.standing.live import Live
from newsletter_mailer.cli import watching
from newsletter_mailer.model.campaign import CampaignState, Counts
from newsletter_mailer.wording import sentence

PARIS = ZoneInfo("Europe/Paris")
NOON = 1_796_122_800_000  # 2026-12-01 12:00 in Paris
GMAIL = Counts(queued=500, sent=95, refused=3, deferred=2)
SENDING = campaign(CampaignState.SENDING, Counts(queued=740, sent=95, refused=3, deferred=2), created_at=NOON)


def live(
    state: CampaignState = CampaignState.SENDING, *, sent: int = 95, again_at: int | None = None
) -> Live:
    now = replace(SENDING, state=state, counts=replace(SENDING.counts, sent=sent), again_at=again_at)
    domains = (("gmail.example", GMAIL), ("free.example", Counts(queued=100)), ("", Counts(queued=140)))
    return Live(Standing(now, None, (), ()), NOON, domains, per_second=12.3, left_s=60.2)


def looks(*moments: Live) -> Callable[[], Live]:
    following = iter(moments)
    return lambda: next(following)


def terminal(**options: object) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=100, height=40, legacy_windows=False, **options  # type: ignore[arg-type]
    )  # fmt: skip


def drawn(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("last", [CampaignState.FINISHED, CampaignState.STOPPED, CampaignState.HELD])
def test_into_a_pipe_goes_a_line_for_every_change_until_nothing_more_happens_by_itself(
    capsys: pytest.CaptureFixture[str], last: CampaignState
) -> None:
    stopped_by_a_worker = live(CampaignState.STOPPED, sent=200, again_at=NOON)
    rests: list[float] = []

    watching.watch(
        PLAIN,
        looks(live(), live(), live(sent=140), stopped_by_a_worker, live(last, sent=201)),
        PARIS,
        rests.append,
    )

    told = capsys.readouterr().out.splitlines()
    assert told[0] == (
        "12:00:00  3  noel  sending  98/840  12/s  0:01:01 left  740 queued  95 sent  2 deferred  3 refused"
    )
    assert sum(line.startswith("12:00:00  3  noel") for line in told) == 4
    assert "Who was refused and why" in told[-2] + told[-1]
    assert rests == [1.0] * 4


def test_a_terminal_shows_counts_pace_and_domains_in_one_place() -> None:
    console = terminal(no_color=True)

    watching.watch(PLAIN, looks(live(), live(CampaignState.FINISHED)), PARIS, lambda _: None, console=console)

    shown = drawn(console)
    assert shown.count("\x1b[1A") > 5  # back to where it began
    assert "98/840" in shown
    assert "12%" in shown
    assert "0:01:01 left" in shown
    assert "gmail.example" in shown
    assert shown.index("gmail.example") < shown.index("free.example") < shown.index("others")


def test_no_colour_is_shown_to_who_wants_none() -> None:
    plain, coloured = terminal(no_color=True), terminal(color_system="truecolor", no_color=False)

    for console in (plain, coloured):
        watching.watch(PLAIN, looks(live(CampaignState.FINISHED)), PARIS, lambda _: None, console=console)

    assert "\x1b[32m" in drawn(coloured)
    assert not any(f"\x1b[3{n}m" in drawn(plain) for n in range(10))


def test_many_domains_fit_the_terminal_and_nothing_of_the_notes_is_lost() -> None:
    many = tuple((f"house{n}.example", Counts(queued=1)) for n in range(100))
    pause = Pause("b.example", None, sentence("{domain} refuses our mails", domain="b.example"))
    moment = live(CampaignState.HELD)
    moment = replace(moment, domains=many, standing=replace(moment.standing, domains=(pause,)))
    console = terminal(no_color=True)

    watching.watch(PLAIN, looks(moment), PARIS, lambda _: None, console=console)

    shown = drawn(console)
    assert "88 others" in shown
    assert "b.example refuses our mails" in shown
    assert "newsletter resume 3 --yes" in shown
    assert shown.rpartition("\x1b[1A")[2].count("\n") < 40
