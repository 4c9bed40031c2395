"""What replies leave behind in the ledger: domains that rest or are held, and addresses that are never tried again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.outcome import Outcome, Reply, Verb, read_reply
from newsletter_mailer.store import audience, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.domains import close_domain, closed_domains, held_domains, open_domains
from newsletter_mailer.store.hard import suppress_hard
from newsletter_mailer.store.schema import attempts, suppressions
from unit.store.ledger_kit import ACCEPTED, MINUTE, NOON, Bench

ANN, BOB, EVE = "ann@one.example", "bob@two.example", "eve@two.example"


def _answer(code: int, text: str) -> Outcome:
    reply = Reply(code, text)
    return Outcome(read_reply(reply, Verb.RCPT), Verb.RCPT, reply)


UNKNOWN = _answer(550, "5.1.1 user unknown")
POLICY = _answer(550, "5.7.1 user unknown, says our policy")
AWAY = _answer(550, "5.2.1 disabled")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def _closed(bench: Bench, campaign: Campaign, *, now: int) -> dict[str, int | None]:
    with bench.database.reading() as c:
        return closed_domains(c, campaign.id, now=now)


def _close(bench: Bench, campaign: Campaign, domain: str, until: int | None, why: str = "defers") -> None:
    with bench.database.transaction() as c:
        close_domain(c, campaign.id, domain, until=until, why=why, now=bench.now)


def _answered(bench: Bench, outcome: Outcome, *addresses: str) -> Campaign:
    """A campaign to these, who all get that answer."""
    bench.on_list(*addresses)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), outcome)
    return campaign


def _suppress(bench: Bench, campaign: Campaign, *without: str) -> int:
    with bench.database.transaction() as c:
        return suppress_hard(c, campaign.id, now=bench.now, without=without)


def _suppressed(bench: Bench) -> list[tuple[str, str]]:
    with bench.database.reading() as c:
        return [(row.reason, row.source) for row in c.execute(select(suppressions))]


def test_a_domain_rests_until_its_time(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()

    _close(bench, campaign, "one.example", NOON + 5 * MINUTE)

    assert _closed(bench, campaign, now=NOON + 5 * MINUTE - 1) == {"one.example": NOON + 5 * MINUTE}
    assert _closed(bench, campaign, now=NOON + 5 * MINUTE) == {}


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (NOON + 5, NOON + 9, NOON + 9),
        (NOON + 9, NOON + 5, NOON + 9),
        (NOON + 5, None, None),
        (None, NOON + 5, None),
    ],
)
def test_the_longer_rest_counts(
    bench: Bench, first: int | None, second: int | None, counts: int | None
) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()

    _close(bench, campaign, "one.example", first)
    _close(bench, campaign, "one.example", second)

    assert _closed(bench, campaign, now=NOON) == {"one.example": counts}


def test_a_held_domain_waits_for_the_officer_and_keeps_its_first_reason(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    _close(bench, campaign, "one.example", NOON + MINUTE)
    _close(bench, campaign, "two.example", None, "unknown")
    _close(bench, campaign, "two.example", None, "policy")

    with bench.database.transaction() as c:
        held = held_domains(c, campaign.id)
        opened = open_domains(c, campaign.id)

    assert (held, opened) == ({"two.example": "unknown"}, 1)
    assert _closed(bench, campaign, now=NOON) == {"one.example": NOON + MINUTE}


def test_domains_of_one_campaign_are_not_those_of_another(bench: Bench) -> None:
    bench.on_list(ANN)
    first, second = bench.plan(), bench.plan(issue="issue-2026-12")

    _close(bench, first, "one.example", None)

    assert _closed(bench, second, now=NOON) == {}


def test_nothing_is_claimed_of_a_closed_domain(bench: Bench) -> None:
    bench.on_list(ANN, BOB, EVE)
    campaign = bench.plan()
    _close(bench, campaign, "two.example", None)

    claimed = bench.claim(campaign, without=sorted(_closed(bench, campaign, now=NOON)))

    assert [one.delivery.address for one in claimed] == [ANN]


def test_who_is_unknown_is_never_written_to_again(bench: Bench) -> None:
    campaign = _answered(bench, UNKNOWN, ANN)

    assert _suppress(bench, campaign) == 1
    assert _suppressed(bench) == [("hard_bounce", "smtp")]
    assert _suppress(bench, campaign) == 0

    bench.on_list(BOB)
    following = bench.plan(issue="issue-2026-12")
    assert [one.delivery.address for one in bench.claim(following)] == [BOB]


def test_an_import_does_not_bring_back_who_is_unknown(bench: Bench) -> None:
    _suppress(bench, _answered(bench, UNKNOWN, ANN))

    bench.on_list(ANN, BOB)

    assert [one.delivery.address for one in bench.claim(bench.plan(issue="issue-2026-12"))] == [BOB]


def test_a_later_success_does_not_lift_it(bench: Bench) -> None:
    campaign = _answered(bench, UNKNOWN, ANN)
    later = bench.plan(issue="issue-2026-12")
    in_hand = bench.claim(later)
    _suppress(bench, campaign)

    bench.settle(in_hand, ACCEPTED)

    assert bench.statuses(later) == {ANN: Status.SENT}
    assert _suppressed(bench) == [("hard_bounce", "smtp")]


@pytest.mark.parametrize("answer", [POLICY, AWAY], ids=["policy", "soft"])
def test_no_other_refusal_suppresses(bench: Bench, answer: Outcome) -> None:
    campaign = _answered(bench, answer, ANN)

    assert bench.statuses(campaign) == {ANN: Status.REFUSED}
    assert _suppress(bench, campaign) == 0


def test_nobody_of_a_held_domain_is_suppressed_until_the_officer_says_so(bench: Bench) -> None:
    campaign = _answered(bench, UNKNOWN, ANN, BOB, EVE)
    _close(bench, campaign, "two.example", None, "unknown")

    assert _suppress(bench, campaign) == 1
    with bench.database.transaction() as c:
        open_domains(c, campaign.id)
    assert _suppress(bench, campaign) == 2


def test_a_domain_whose_word_is_not_trusted_can_be_named(bench: Bench) -> None:
    campaign = _answered(bench, UNKNOWN, ANN, BOB, EVE)

    assert _suppress(bench, campaign, "two.example", "one.example") == 0


def test_only_the_last_answer_counts(bench: Bench) -> None:
    campaign = _answered(bench, UNKNOWN, ANN)
    with bench.database.transaction() as c:
        ledger.retry_refused(c, campaign.id, now=bench.now)
    bench.settle(bench.claim(campaign), AWAY)

    assert _suppress(bench, campaign) == 0


def test_who_was_suppressed_before_keeps_the_first_reason(bench: Bench) -> None:
    campaign = _answered(bench, UNKNOWN, ANN)
    with bench.database.transaction() as c:
        reader = audience.subscriber(c, ANN)
        assert reader is not None
        audience.suppress(c, reader.recipient_key, reason=SuppressionReason.MANUAL, now=NOON, source="phone")

    assert _suppress(bench, campaign) == 0
    assert _suppressed(bench) == [("manual", "phone")]


def test_every_refusal_keeps_its_class_for_later_counts(bench: Bench) -> None:
    campaign = _answered(bench, AWAY, ANN)

    with bench.database.reading() as c:
        kinds = c.execute(select(attempts.c.kind, func.count()).group_by(attempts.c.kind)).all()
    assert [tuple(row) for row in kinds] == [("soft", 1)]
    assert bench.statuses(campaign) == {ANN: Status.REFUSED}


def test_who_makes_the_server_ask_for_patience_three_times_waits_like_others(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    slow = _answer(451, "4.7.650 temporarily rate limited")

    for expected in (Status.QUEUED, Status.QUEUED, Status.DEFERRED):
        bench.settle(bench.claim(campaign), slow)
        assert bench.statuses(campaign) == {ANN: expected}


def test_the_last_try_comes_when_it_is_given_up(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    planned, tries = bench.now, list[int]()

    while (claimed := bench.claim(campaign)) and len(tries) < 20:
        tries.append((bench.now - planned) // MINUTE)
        bench.settle(claimed, _answer(451, "4.3.0 later"))
        with bench.database.reading() as c:
            bench.now = ledger.next_due(c, campaign.id) or bench.now

    assert tries == [0, 5, 35, 155, 515, 1955, 48 * 60]
    assert bench.statuses(campaign) == {ANN: Status.REFUSED}
