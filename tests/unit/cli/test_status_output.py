"""Where a campaign stands, for people and for programs."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cli_kit import PLAIN, campaign
from newsletter_mailer.actions.standing import Pause, Standing
from newsletter_mailer.cli import status_output
from newsletter_mailer.model.campaign import Campaign, CampaignState, Counts
from newsletter_mailer.wording import sentence

PARIS = ZoneInfo("Europe/Paris")
NOON = 1_796_122_800_000  # 2026-12-01 12:00 in Paris
CAMPAIGN = campaign(CampaignState.SENDING, Counts(queued=1200, sent=40), on_lists=5, created_at=NOON)
ALONE = Standing(CAMPAIGN, None, (), ())


def test_what_does_not_apply_is_left_out() -> None:
    assert list(status_output.lines(ALONE, PARIS)) == [
        "3  noel  sending",
        "  queued             1,200",
        "  sent                  40",
        "  total              1,240",
    ]
    assert list(status_output.status_json(CAMPAIGN, ALONE)) == [
        "campaign",
        "issue",
        "state",
        "counts",
        "lists",
        "created_at",
    ]


def test_everything_that_a_campaign_waits_for_is_told() -> None:
    held = replace(CAMPAIGN, state=CampaignState.HELD, held_why="the list looks wrong", rate=200)
    waits = (
        Pause("b.example", NOON + 3_600_000, sentence("{domain} asks for patience", domain="b.example")),
        Pause("c.example", None, sentence("{domain} refuses our mails", domain="c.example")),
    )
    standing = Standing(held, Counts(queued=2, sent=8), ((1, 10), (2, 30)), waits)

    assert list(status_output.lines(standing, PARIS))[4:] == [
        "  version 1             10",
        "  version 2             30",
        "  held: the list looks wrong",
        "  at most 200 an hour",
        "  first 10 readers: 8 done; the rest waits for them",
        "  b.example asks for patience: nothing goes there before 2026-12-01 13:00",
        "  c.example refuses our mails: nothing goes there before your yes",
        "  To go on all the same: newsletter resume 3 --yes",
    ]
    told = status_output.status_json(held, standing)
    assert (told["held_why"], told["rate"]) == ("the list looks wrong", 200)
    assert (told["canary"]["sent"], told["canary"]["total"]) == (8, 10)
    assert told["versions"] == [{"version": 1, "sent": 10}, {"version": 2, "sent": 30}]
    assert told["domains"][1] == {
        "domain": "c.example",
        "until": None,
        "why": "c.example refuses our mails",
    }


@pytest.mark.parametrize(
    ("campaign", "line", "key"),
    [
        (
            replace(CAMPAIGN, state=CampaignState.SCHEDULED, scheduled_at=NOON),
            "  leaves at 2026-12-01 12:00",
            "scheduled_at",
        ),
        (
            replace(CAMPAIGN, state=CampaignState.WAITING, again_at=NOON),
            "  goes on at 2026-12-01 12:00",
            "next_try_at",
        ),
    ],
)
def test_times_are_told_as_the_officers_clock_shows_them(campaign: Campaign, line: str, key: str) -> None:
    assert list(status_output.lines(replace(ALONE, campaign=campaign), PARIS))[-1] == line
    assert status_output.status_json(campaign)[key] == "2026-12-01T11:00:00.000+00:00"


@pytest.mark.parametrize(
    ("campaign", "steps"),
    [
        (replace(CAMPAIGN, state=CampaignState.PAUSED), ["  Continue with: newsletter resume 3"]),
        (replace(CAMPAIGN, state=CampaignState.STOPPED), ["  Continue with: newsletter resume 3"]),
        (replace(CAMPAIGN, state=CampaignState.FINISHED, counts=Counts(sent=40)), []),
        (
            replace(CAMPAIGN, state=CampaignState.FINISHED, counts=Counts(sent=40, refused=2, in_doubt=1)),
            [
                "  Who was refused and why: newsletter log 3 --status refused; "
                "to try them again: newsletter retry 3",
                "  Nobody can know whether 1 got it: newsletter resolve 3",
            ],
        ),
    ],
)
def test_a_status_ends_with_what_waits_for_the_officer(campaign: Campaign, steps: list[str]) -> None:
    told = list(status_output.lines(replace(ALONE, campaign=campaign), PARIS))

    assert told[told.index(next(line for line in told if line.startswith("  total"))) + 1 :] == steps


def test_during_the_break_after_the_first_readers_the_status_says_when_the_rest_follows() -> None:
    standing = replace(ALONE, canary=Counts(sent=10), rest_at=NOON)

    assert list(status_output.lines(standing, PARIS))[-1] == (
        "  first 10 readers: 10 done; the other 1,200 follow at 2026-12-01 12:00 if nothing speaks against it"
    )
    nobody_else = replace(CAMPAIGN, counts=Counts(queued=10))
    assert "first" not in "".join(
        status_output.lines(replace(ALONE, campaign=nobody_else, canary=Counts(queued=10)), PARIS)
    )


def test_the_list_of_campaigns_tells_when_one_leaves_and_which_is_an_erratum(
    capsys: pytest.CaptureFixture[str],
) -> None:
    planned = replace(CAMPAIGN, created_at=NOON - 86_400_000, erratum=2)

    status_output.campaigns(PLAIN, [planned], PARIS)
    assert "leaves at" not in capsys.readouterr().out

    status_output.campaigns(
        PLAIN, [replace(planned, state=CampaignState.SCHEDULED, scheduled_at=NOON)], PARIS
    )
    shown = capsys.readouterr().out
    assert "noel (erratum 2)" in shown
    assert shown.index("made at") < shown.index("leaves at")
    assert shown.index("2026-11-30 12:00") < shown.index("2026-12-01 12:00")
