"""An issue is mended half-way: the rest get the new edition, an erratum reaches those who have the old one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter_mailer.model.campaign import Campaign, HeadCount
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.campaigns import Audience, edition_hash
from newsletter_mailer.store.database import Database
from unit.store.ledger_kit import ACCEPTED, CLOSING, DEFERRED, LOST, NOON, REFUSED, SECRET, Bench, an_edition

ISSUE = "issue-2026-11"
OLD, NEW = an_edition(), an_edition(title="Novembre, corrigé")
EVERYONE = Audience(("adherents",))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def correct(bench: Bench, campaign: Campaign) -> int:
    with bench.database.transaction() as c:
        return campaigns.correct(c, campaign.id, NEW, now=bench.now)


def versions(bench: Bench, campaign: Campaign) -> dict[str, int]:
    with bench.database.reading() as c:
        return {row.address.partition("@")[0]: row.version for row in campaigns.log(c, campaign.id)}


def test_the_rest_get_the_new_edition_and_the_ledger_knows_who_has_which(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org", "eve@example.org")
    campaign = bench.plan()
    bench.settle(bench.claim(campaign, limit=1), ACCEPTED)
    bench.settle(bench.claim(campaign, limit=1), DEFERRED)

    corrected = correct(bench, campaign)
    bench.later(timedelta(hours=1))
    claimed = bench.claim(campaign)
    bench.settle(claimed, ACCEPTED)

    assert corrected == 2
    assert bench.fresh(campaign).edition == edition_hash(NEW)
    with bench.database.reading() as c:
        assert {campaigns.edition_numbered(c, one.delivery.edition).title for one in claimed} == {NEW.title}
        counts = campaigns.counts_by_edition(c, campaign.id)
    assert counts == [(edition_hash(OLD), 1), (edition_hash(NEW), 1)]
    bench.settle(bench.claim(campaign), ACCEPTED)
    assert versions(bench, campaign) == {"ann": 1, "bob": 2, "eve": 2}


def test_what_was_in_the_air_keeps_its_edition_and_gets_the_new_one_only_if_it_comes_back(
    bench: Bench,
) -> None:
    bench.on_list("ann@example.org", "bob@example.org")
    campaign = bench.plan()
    ann, bob = bench.claim(campaign)

    assert correct(bench, campaign) == 0
    bench.settle([ann], ACCEPTED)
    bench.settle([bob], CLOSING)
    [again] = bench.claim(campaign)

    assert again.delivery.edition != bob.delivery.edition
    assert again.delivery.message_id == bob.delivery.message_id
    assert versions(bench, campaign) == {"ann": 1, "bob": 2}


def test_without_a_correction_the_counters_tell_who_has_what(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")
    campaign = bench.plan()
    bench.settle(bench.claim(campaign, limit=1), ACCEPTED)

    with bench.database.reading() as c:
        assert campaigns.counts_by_edition(c, campaign.id) == [(edition_hash(OLD), 1)]


def test_corrected_back_to_an_earlier_edition_its_number_is_the_earlier_one(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    campaign = bench.plan()
    correct(bench, campaign)
    with bench.database.transaction() as c:
        campaigns.correct(c, campaign.id, OLD, now=NOON)

    assert versions(bench, campaign) == {"ann": 1}


def test_an_erratum_reaches_whoever_was_sent_another_edition_and_nobody_else(bench: Bench) -> None:
    names = ("has-new", "has-old", "moved", "never", "refused", "doubt", "waits")
    for name in names:
        bench.on_list(f"{name}@example.org", slug=name)
        outcome = {"refused": REFUSED, "doubt": LOST}.get(name, ACCEPTED)
        if name in ("never", "waits"):
            continue
        campaign = bench.plan(name)
        if name == "has-new":
            correct(bench, campaign)
        bench.settle(bench.claim(campaign), outcome)
    waiting = bench.plan("waits")
    with bench.database.transaction() as c:
        moved = bench.reader("moved@example.org")
        audience.change_address(c, moved.id, "there@example.org", secret=SECRET, now=NOON)
    bench.on_list(*(f"{name}@example.org" for name in names if name != "moved"), "there@example.org")
    with bench.database.reading() as c:
        number = campaigns.next_erratum(c, ISSUE)
        shown = campaigns.head_count(
            c,
            EVERYONE,
            issue_id=ISSUE,
            mailable=str.isascii,
            erratum=number,
            edition=edition_hash(NEW),
        )
        others = campaigns.elsewhere(c, EVERYONE, issue_id=ISSUE, erratum=number, edition=edition_hash(NEW))

    erratum = bench.plan("adherents", title=NEW.title, erratum=number)

    assert number == erratum.erratum == 1
    assert erratum.head_count == shown
    assert shown == HeadCount(7, already_have_it=1, waiting=1, in_doubt=1, never_had_it=2)
    assert shown.total == 2
    assert set(bench.statuses(erratum)) == {"has-old@example.org", "there@example.org"}
    assert set(versions(bench, erratum).values()) == {2}
    assert waiting.id in {one.campaign for one in others}


def test_a_second_erratum_does_not_double_the_first(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org", "eve@example.org")
    bench.settle(bench.claim(bench.plan()), ACCEPTED)
    first = bench.plan(title=NEW.title, erratum=1)
    bench.settle(bench.claim(first, limit=1), ACCEPTED)
    bench.settle(bench.claim(first, limit=1), REFUSED)

    second = bench.plan(title=NEW.title, erratum=2)
    third = bench.plan(title="Novembre, encore", erratum=3)

    assert second.head_count == HeadCount(3, already_have_it=1, refused=1, waiting=1)
    assert third.head_count == HeadCount(3, waiting=1)  # also of the new text they wait for the first
    assert set(bench.statuses(third)) == {"ann@example.org", "bob@example.org"}


def test_an_issue_that_nobody_has_needs_no_erratum(bench: Bench) -> None:
    bench.on_list("ann@example.org")

    with bench.database.reading() as c:
        assert campaigns.next_erratum(c, ISSUE) == 1
    assert bench.plan(erratum=1).head_count == HeadCount(1, never_had_it=1)


def test_an_unfinished_erratum_is_not_the_unfinished_campaign(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.settle(bench.claim(bench.plan()), ACCEPTED)
    erratum = bench.plan(title=NEW.title, erratum=1)

    with bench.database.reading() as c:
        assert campaigns.unfinished(c, issue_id=ISSUE, audience=EVERYONE) is None
        assert campaigns.unfinished(c, issue_id=ISSUE, audience=EVERYONE, erratum=True) == erratum
        assert ledger.next_due(c, erratum.id) is None
