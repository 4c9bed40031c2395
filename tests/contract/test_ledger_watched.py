"""A campaign that is watched while it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch_kit import NOON, Clock, planned, readers, tools
from newsletter_mailer.actions.dispatch import dispatch
from newsletter_mailer.actions.standing.live import Live, Looking
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import CampaignState, Counts
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.reports import outcomes
from smtp_servers import ScriptedServer

MIXED = [*readers(6, "gmail.example"), *readers(3, "free.example")]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'newsletter.db'}") as found:
        yield found


def test_who_watches_sees_how_far_it_is_how_fast_and_how_each_domain_fares(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, MIXED)
    looking = Looking(database, campaign.id)
    before = looking.look(now=NOON)
    seen: list[Live] = []

    def settled(_outcome: Outcome) -> None:
        seen.append(looking.look(now=NOON + 1000 * (len(seen) + 1)))

    with ScriptedServer() as server:
        run = replace(tools(database, server.port, tmp_path, Clock()), progress=settled)
        dispatch(run, campaign, wait=False)

    after = looking.look(now=NOON + 20_000)
    assert (before.done, before.per_second, before.left_s, before.ends) == (0, None, None, False)
    assert before.domains == (("gmail.example", Counts(queued=6)), ("free.example", Counts(queued=3)))
    assert len(seen) == 9
    assert {one.campaign.state for one in seen} == {CampaignState.SENDING}
    assert (after.done, after.left_s, after.ends) == (9, None, True)
    assert after.domains == (("gmail.example", Counts(sent=6)), ("free.example", Counts(sent=3)))


def test_the_domains_of_a_large_campaign_are_told_by_its_counters(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = planned(database, [*readers(120, "gmail.example"), *readers(3, "free.example")])
    monkeypatch.setattr(outcomes, "_FEW", 10)

    found = Looking(database, campaign.id).look(now=NOON).domains

    assert found == (("gmail.example", Counts(queued=120)), ("", Counts(queued=3)))


def test_a_campaign_that_is_gone_is_said_to_be_gone(database: Database) -> None:
    with pytest.raises(UsageError, match="there is no campaign"):
        Looking(database, 7).look(now=NOON)
