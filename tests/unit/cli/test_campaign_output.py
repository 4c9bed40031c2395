"""What an officer reads before a campaign leaves, or goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cli_kit import PLAIN, campaign
from dispatch_kit import EDITION
from newsletter_mailer.actions.plan import Audience, Proposal, Wishes
from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.model.campaign import CampaignState, Counts, HeadCount
from newsletter_mailer.wording import in_language

CAMPAIGN = campaign(CampaignState.STOPPED, Counts(queued=55, sent=5))


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with in_language("en"):
        yield


def erratum(count: HeadCount) -> Proposal:
    return Proposal(
        edition=EDITION,
        audience=Audience(("members",)),
        wishes=Wishes(erratum=True),
        erratum=1,
        expires_at=None,
        head_count=count,
        elsewhere=(),
        languages={},
        subjects=(),
        web_base="",
        warnings=(),
    )


def test_an_erratum_says_that_it_is_one_and_whom_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    show.proposal(PLAIN, erratum(HeadCount(60, already_have_it=50, never_had_it=5)), "noel")

    said = capsys.readouterr().err
    assert said.startswith("Erratum 1: ")
    assert "5 = 60 − 50 who have this version already − 5 who never had this issue" in said


def test_before_anybody_has_another_version_an_erratum_reaches_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show.proposal(PLAIN, erratum(HeadCount(60, never_had_it=60)), "noel")

    said = capsys.readouterr().err
    assert "Nobody on these lists has another version of this issue." in said
    assert "everyone on these lists has it" not in said


def test_who_goes_on_is_told_which_number_to_type_and_that_it_is_paused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show.continuing(PLAIN, CAMPAIGN, corrected=False)
    stopped = capsys.readouterr().err
    assert "type 60:" in stopped
    assert "paused" not in stopped

    show.continuing(PLAIN, replace(CAMPAIGN, state=CampaignState.PAUSED), corrected=False)
    assert "It is paused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("count", "total", "minutes", "said"),
    [
        (10, 60, 30, "The first 10 readers go ahead, the rest follows after 30 minutes"),
        (10, 60, 1, "the rest follows after a minute"),
        (60, 60, 30, "There are only 60 readers: all of them go first"),
        (100, 1, 30, "There is only 1 reader"),
    ],
)
def test_a_canary_says_when_the_rest_follows_or_that_there_is_none(
    capsys: pytest.CaptureFixture[str], count: int, total: int, minutes: float, said: str
) -> None:
    show.canary(PLAIN, count, total, minutes)

    assert said in capsys.readouterr().err
