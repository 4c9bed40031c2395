"""A plan reaches everyone once, and says why it does not reach the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import SubscriptionStatus, SuppressionReason
from newsletter_mailer.model.campaign import CampaignState, Counts, Elsewhere, HeadCount
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import batches, subscriptions
from newsletter_mailer.tokens import message_id
from unit.store.ledger_kit import ACCEPTED, HOUR, LOST, NOON, REFUSED, SECRET, Bench, an_edition, counted

ISSUE = "issue-2026-11"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def test_everyone_on_the_list_gets_one_delivery(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")

    campaign = bench.plan("adherents")

    assert campaign.head_count == HeadCount(on_lists=2)
    assert campaign.counts == Counts(queued=2)
    assert campaign.state is CampaignState.PLANNED
    assert campaign.lists == ("adherents",)
    assert set(bench.statuses(campaign)) == {"ann@example.org", "bob@example.org"}


def test_a_reader_of_two_lists_is_reached_once_by_both(bench: Bench) -> None:
    bench.on_list("ann@example.org", slug="presse")
    bench.on_list("ANN@example.org", "bob@example.org")

    campaign = bench.plan("adherents", "presse")

    with bench.database.reading() as c:
        rows = {row.address: row.lists for row in campaigns.log(c, campaign.id)}
    assert rows == {"ann@example.org": ("adherents", "presse"), "bob@example.org": ("adherents",)}


def test_every_reason_is_counted_once_per_reader(bench: Bench) -> None:
    bench.on_list("has@example.org", slug="avant")
    bench.settle(bench.claim(bench.plan("avant")), ACCEPTED)
    main = bench.on_list(
        *("ann@example.org", "left@example.org", "asked@example.org", "bounced@example.org"),
        *("has@example.org", "é@example.org"),
    )
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader("left@example.org").id, [main.id], now=NOON)
        asked = subscriptions.c.subscriber_id == bench.reader("asked@example.org").id
        c.execute(subscriptions.update().where(asked).values(status=SubscriptionStatus.PENDING.value))
        key = bench.reader("bounced@example.org").recipient_key
        audience.suppress(c, key, reason=SuppressionReason.HARD_BOUNCE, now=NOON)
    with bench.database.reading() as c:
        shown = campaigns.head_count(c, Audience(("adherents",)), issue_id=ISSUE, mailable=str.isascii)

    campaign = bench.plan("adherents")

    assert campaign.head_count == shown
    assert shown == HeadCount(6, unsubscribed=1, pending=1, suppressed=1, already_have_it=1, unmailable=1)
    assert list(bench.statuses(campaign)) == ["ann@example.org"]


def test_readers_of_an_excluded_list_are_not_counted(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")
    bench.on_list("bob@example.org", "eve@example.org", slug="presse")

    campaign = bench.plan("adherents", exclude=["presse"])

    assert campaign.head_count == HeadCount(on_lists=1)
    assert list(bench.statuses(campaign)) == ["ann@example.org"]


def test_who_has_left_an_excluded_list_is_reached(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    press = bench.on_list("ann@example.org", slug="presse")
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader("ann@example.org").id, [press.id], now=NOON)

    assert bench.plan("adherents", exclude=["presse"]).counts.queued == 1


def test_an_unknown_list_is_a_usage_error(bench: Bench) -> None:
    with pytest.raises(UsageError, match="nobody"):
        bench.plan("nobody")


def test_the_same_issue_planned_again_reaches_only_newcomers(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.settle(bench.claim(bench.plan()), ACCEPTED)
    bench.on_list("bob@example.org")

    second = bench.plan()

    assert second.head_count == HeadCount(on_lists=2, already_have_it=1)
    assert list(bench.statuses(second)) == ["bob@example.org"]


def test_who_stands_in_another_campaign_and_has_nothing_yet_is_not_counted_as_having_it(bench: Bench) -> None:
    for slug in ("sent", "refused", "doubt", "waits"):
        bench.on_list(f"{slug}@example.org", slug=slug)
    numbers = {}
    for slug, outcome in (("sent", ACCEPTED), ("refused", REFUSED), ("doubt", LOST), ("waits", None)):
        campaign = bench.plan(slug)
        numbers[slug] = campaign.id
        if outcome:
            bench.settle(bench.claim(campaign), outcome)
    bench.on_list(*(f"{slug}@example.org" for slug in ("sent", "refused", "doubt", "waits", "new")))
    readers = Audience(("adherents",))

    with bench.database.reading() as c:
        found = campaigns.elsewhere(c, readers, issue_id=ISSUE)
    again = bench.plan("adherents")

    assert again.head_count == HeadCount(5, already_have_it=1, waiting=1, refused=1, in_doubt=1)
    assert list(bench.statuses(again)) == ["new@example.org"]
    assert found == [
        Elsewhere(numbers["refused"], "refused", 1),
        Elsewhere(numbers["doubt"], "in_doubt", 1),
        Elsewhere(numbers["waits"], "waiting", 1),
    ]


def test_one_who_was_deleted_and_imported_again_gets_no_second_copy(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.plan()
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, bench.reader("ann@example.org").id)
    bench.on_list("ann@example.org")

    second = bench.plan()

    assert second.counts.total == 0
    assert bench.deliveries_of("ann@example.org") == 1


def test_another_spelling_of_the_address_gets_no_second_copy(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.plan()
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, bench.reader("ann@example.org").id)
    bench.on_list(" Ann@EXAMPLE.org", slug="presse")

    assert bench.plan("presse").counts.total == 0


def test_another_issue_reaches_the_same_reader_again(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.plan()

    assert bench.plan(issue="issue-2026-12").counts.queued == 1


def test_message_ids_follow_from_the_ledger_and_the_delivery(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")

    campaign = bench.plan()

    with bench.database.reading() as c:
        rows = list(campaigns.log(c, campaign.id))
    assert [row.message_id for row in rows] == [
        message_id(SECRET, bench.database.ledger_id, row.delivery, "example.org") for row in rows
    ]


def test_a_batch_holds_five_hundred_and_counts_them(bench: Bench) -> None:
    bench.on_list(*(f"reader{number}@example.org" for number in range(2300)))

    campaign = bench.plan()

    with bench.database.reading() as c:
        assert list(c.scalars(select(batches.c.queued).order_by(batches.c.number))) == [
            500,
            500,
            500,
            500,
            300,
        ]
        assert counted(c, campaign) == campaign.counts


def test_a_plan_that_is_undone_leaves_nothing(bench: Bench) -> None:
    bench.on_list("ann@example.org")

    with pytest.raises(ZeroDivisionError), bench.database.transaction() as c:
        campaigns.plan(
            c,
            an_edition(),
            Audience(("adherents",)),
            now=NOON,
            secret=SECRET,
            ledger_id=bench.database.ledger_id,
            message_domain="example.org",
            mailable=lambda _: bool(1 / 0),
            list_name="Réseau Exemple",
            unsubscribe_mailbox="leave@example.org",
        )

    with bench.database.reading() as c:
        assert campaigns.campaigns(c) == []


def test_a_campaign_is_found_by_number_and_by_slug_the_newest_first(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    first = bench.plan()
    second = bench.plan(issue="issue-2026-12")

    with bench.database.reading() as c:
        assert campaigns.campaign(c, str(first.id)) == first
        assert campaigns.campaign(c, "novembre") == second
        assert campaigns.campaign(c, "99") is None
        assert campaigns.campaign(c, "9" * 20) is None
        assert campaigns.campaign(c, "décembre") is None
        assert campaigns.campaigns(c) == [first, second]


def test_an_unfinished_campaign_is_found_by_issue_and_audience(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.on_list("bob@example.org", slug="presse")
    campaign = bench.plan("adherents", "presse")

    with bench.database.reading() as c:
        same = campaigns.unfinished(c, issue_id=ISSUE, audience=Audience(("presse", "adherents")))
        fewer = campaigns.unfinished(c, issue_id=ISSUE, audience=Audience(("presse",)))
        other = campaigns.unfinished(c, issue_id="another", audience=Audience(("presse", "adherents")))
    assert (same, fewer, other) == (campaign, None, None)

    bench.settle(bench.claim(campaign), REFUSED)
    with bench.database.reading() as c:
        done = campaigns.unfinished(c, issue_id=ISSUE, audience=Audience(("presse", "adherents")))
    assert done is None


def test_a_cancelled_campaign_frees_its_readers_for_another(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    campaign = bench.plan()
    with bench.database.transaction() as c:
        assert ledger.cancel(c, campaign.id, NOON + HOUR) == 1
        campaigns.set_state(c, campaign.id, CampaignState.SENDING, now=NOON + HOUR)

    with bench.database.reading() as c:
        assert campaigns.unfinished(c, issue_id=ISSUE, audience=Audience(("adherents",))) is None
    assert bench.fresh(campaign).state is CampaignState.CANCELLED
    assert bench.statuses(campaign) == {"ann@example.org": Status.CANCELLED}
    assert bench.plan().counts == Counts(queued=1)


def test_who_moved_after_getting_the_issue_is_not_planned_again(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    bench.settle(bench.claim(bench.plan()), ACCEPTED)
    with bench.database.transaction() as c:
        ann = bench.reader("ann@example.org")
        audience.change_address(c, ann.id, "ann@new.example.org", secret=SECRET, now=NOON)

    again = bench.plan()

    assert again.head_count == HeadCount(1, already_have_it=1)
    assert bench.plan(issue="issue-2026-12").counts == Counts(queued=1)


def _without_bob(address: str) -> bool:
    return not address.startswith("bob")


def test_languages_and_first_readers_are_those_whom_a_plan_would_reach(bench: Bench) -> None:
    main = bench.on_list("ann@example.org", "bob@example.org", "eve@example.org", "left@example.org")
    with bench.database.transaction() as c:
        c.exec_driver_sql("UPDATE subscribers SET language = 'fr' WHERE address <> 'bob@example.org'")
        audience.unsubscribe(c, bench.reader("left@example.org").id, [main.id], now=NOON)
    readers = Audience(("adherents",))

    with bench.database.reading() as c:
        languages = campaigns.summary_by_language(c, readers, issue_id=ISSUE, mailable=_without_bob)
        everyone = campaigns.summary_by_language(c, readers, issue_id=ISSUE, mailable=str.isascii)
        first = campaigns.first_readers(c, readers, issue_id=ISSUE, limit=2, mailable=_without_bob)
    bench.plan()

    assert (languages, everyone) == ({"fr": 2}, {"fr": 2, "": 1})
    assert [reader.address for reader in first] == ["ann@example.org", "eve@example.org"]
    with bench.database.reading() as c:
        assert campaigns.first_readers(c, readers, issue_id=ISSUE, limit=2, mailable=str.isascii) == []
