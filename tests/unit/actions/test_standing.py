"""Where a campaign stands, beyond its counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_kit import CORRECTED, HOUR, MINUTE, NOON, Clock, fresh, planned, readers, tools
from newsletter_mailer.actions.dispatch import dispatch
from newsletter_mailer.actions.standing import next_steps, standing
from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store import campaigns, domains
from newsletter_mailer.store.database import Database
from smtp_servers import ScriptedServer


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


def test_a_new_campaign_has_nothing_more_to_tell(database: Database) -> None:
    found = standing(database, planned(database, readers(2)), now=NOON)

    assert (found.canary, found.versions, found.domains) == (None, (), ())


def test_those_who_go_first_are_counted_until_the_rest_is_let_go(database: Database) -> None:
    campaign = planned(database, readers(6), canary=2)

    ahead = standing(database, campaign, now=NOON).canary
    assert ahead is not None
    assert (ahead.queued, ahead.total) == (2, 2)
    with database.transaction() as c:
        campaigns.set_state(c, campaign.id, CampaignState.CANCELLED, now=NOON)
    assert standing(database, fresh(database, campaign), now=NOON).canary is None

    with database.transaction() as c:
        campaigns.end_canary(c, campaign.id, now=NOON)
    assert standing(database, fresh(database, campaign), now=NOON).canary is None


def test_when_all_who_go_first_are_served_the_time_of_the_rest_is_known(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, readers(6), canary=2, canary_wait=HOUR)
    assert standing(database, campaign, now=NOON).rest_at is None

    with ScriptedServer() as server, pytest.raises(Stopped):
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert standing(database, fresh(database, campaign), now=NOON).rest_at == NOON + HOUR
    with database.transaction() as c:
        campaigns.set_state(c, campaign.id, CampaignState.PAUSED, now=NOON)
    assert standing(database, fresh(database, campaign), now=NOON).rest_at is None


def test_a_corrected_campaign_tells_who_has_which_version(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, readers(3))
    with ScriptedServer() as server:
        at_work = tools(database, server.port, tmp_path, Clock())
        stopping = at_work.stop

        def stop(outcome: Outcome) -> None:
            assert outcome.event is Event.ACCEPTED
            stopping.set()

        object.__setattr__(at_work, "progress", stop)
        first = dispatch(at_work, campaign).counts.sent
        with database.transaction() as c:
            campaigns.correct(c, campaign.id, CORRECTED, now=NOON)
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    found = standing(database, fresh(database, campaign), now=NOON)
    assert found.versions == ((1, first), (2, 3 - first))


def test_domains_that_rest_and_domains_that_are_held_are_named_with_the_reason(database: Database) -> None:
    campaign = planned(database, readers(2))
    with database.transaction() as c:
        close = domains.close_domain
        close(c, campaign.id, "later.example", until=NOON + HOUR, why="defers", now=NOON)
        close(c, campaign.id, "over.example", until=NOON - 1, why="defers", now=NOON)
        close(c, campaign.id, "wrong.example", until=None, why="unknown", now=NOON)

    found = standing(database, campaign, now=NOON).domains

    assert [(pause.domain, pause.until) for pause in found] == [
        ("later.example", NOON + HOUR),
        ("wrong.example", None),
    ]
    assert str(found[1].why) == "too many addresses at wrong.example are unknown there"


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (CampaignState.STOPPED, "newsletter resume 1"),
        (CampaignState.HELD, "newsletter resume 1 --yes"),
        (CampaignState.CANCELLED, "newsletter log 1"),
    ],
)
def test_the_way_on_is_the_last_step(database: Database, state: CampaignState, step: str) -> None:
    campaign = planned(database, readers(2))
    with database.transaction() as c:
        campaigns.set_state(c, campaign.id, state, now=NOON)

    assert str(next_steps(fresh(database, campaign))[-1]).endswith(step)


def test_one_that_waits_knows_when_it_goes_on_until_it_does(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, readers(2), scheduled_at=NOON + HOUR)
    clock = Clock()
    with ScriptedServer() as server, pytest.raises(Stopped) as stopped:
        dispatch(tools(database, server.port, tmp_path, clock), campaign)
    assert stopped.value.until == NOON + HOUR

    with database.transaction() as c:
        campaigns.set_state(c, campaign.id, CampaignState.WAITING, now=NOON, again_at=NOON + MINUTE)
    assert fresh(database, campaign).again_at == NOON + MINUTE
    with database.transaction() as c:
        campaigns.begin(c, campaign.id, now=NOON)
    assert fresh(database, campaign).again_at is None
