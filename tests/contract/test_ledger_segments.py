"""A segment reaches those readers of the lists for whom its expression holds, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Basis, NewSubscriber, SuppressionReason
from newsletter_mailer.model.campaign import Campaign, HeadCount
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import audience, campaigns, ledger, reach, segments
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from unit.store.ledger_kit import ACCEPTED, LOST, NOON, REFUSED, SECRET, Bench

TOULOUSE = SavedSegment("toulouse", 'subscriber.department == "31"')


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def on_list(bench: Bench, *people: NewSubscriber, slug: str = "adherents") -> None:
    with bench.database.transaction() as c:
        into = audience.find_list(c, slug) or audience.add_list(
            c, slug, name=slug.title(), basis=Basis.CONSENT, now=NOON, source="test"
        )
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=NOON)


def people(**departments: str) -> list[NewSubscriber]:
    return [
        NewSubscriber(f"{name}@example.org", attributes={"department": department})
        for name, department in departments.items()
    ]


def reached(bench: Bench, expression: str, *lists: str) -> set[str]:
    """Who of these lists would get an issue that nobody has."""
    on = Audience(lists or ("adherents",), segment=SavedSegment("s", expression))
    with bench.database.reading() as c:
        found = list(reach.readers(c, on, reach.Aim("new"), lambda _address: True))
    return {reader.address.partition("@")[0] for reader in found if not reader.barred}


def settle_each(bench: Bench, campaign: Campaign, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        bench.settle(bench.claim(campaign, limit=1), outcome)


def test_only_those_for_whom_it_holds_get_the_mail_and_the_others_are_counted(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="9", eve="31"))

    campaign = bench.plan(segment=TOULOUSE)

    assert campaign.head_count == HeadCount(3, outside_segment=1)
    assert set(bench.statuses(campaign)) == {"ann@example.org", "eve@example.org"}
    assert bench.fresh(campaign).segment == TOULOUSE


def test_what_bars_a_reader_anyway_comes_before_the_segment_and_what_they_have_after_it(bench: Bench) -> None:
    on_list(bench, *people(left="31", never="9", has="9", had="31", ann="31"))
    with bench.database.transaction() as c:
        audience.suppress(
            c, bench.reader("never@example.org").recipient_key, reason=SuppressionReason.MANUAL, now=NOON
        )
    first = bench.plan(
        segment=SavedSegment("two", 'subscriber.address in ["has@example.org", "had@example.org"]')
    )
    bench.settle(bench.claim(first), ACCEPTED)
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader("left@example.org").id, [1], now=NOON)

    campaign = bench.plan(segment=TOULOUSE)

    assert campaign.head_count == HeadCount(
        5, unsubscribed=1, suppressed=1, outside_segment=1, already_have_it=1
    )
    assert set(bench.statuses(campaign)) == {"ann@example.org"}


@pytest.mark.parametrize(
    ("expression", "who"),
    [
        ('subscriber.first_name == "Ann"', {"ann"}),
        ("not subscriber.department", {"bob"}),
        ('subscriber.role == ""', {"ann", "bob"}),
        ('organisation.name == "Les Jardins"', {"ann"}),
        ('organisation.name == ""', {"bob"}),
        ('subscriber.language == "fr" or subscribed("press")', {"ann", "bob"}),
        ('subscribed("press")', {"bob"}),
        ('list.name == "Adherents"', {"ann", "bob"}),
        ('list.name == "Press"', set()),
    ],
)
def test_it_may_ask_for_whatever_is_known_of_a_reader(bench: Bench, expression: str, who: set[str]) -> None:
    ann = NewSubscriber(
        "ann@example.org",
        first_name="Ann",
        language="fr",
        organisation="Les Jardins",
        attributes={"department": "31"},
    )
    on_list(bench, ann, NewSubscriber("bob@example.org"))
    on_list(bench, NewSubscriber("bob@example.org"), slug="press")

    assert reached(bench, expression, "adherents", "press") == who


def test_who_left_a_list_is_not_subscribed_to_it(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")
    press = bench.on_list("ann@example.org", "bob@example.org", slug="press")
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader("bob@example.org").id, [press.id], now=NOON)

    assert reached(bench, 'subscribed("press")') == {"ann"}


def test_received_is_what_was_sent_and_neither_refused_nor_in_doubt(bench: Bench) -> None:
    bench.on_list("sent@example.org", "refused@example.org", "doubt@example.org", "waits@example.org")
    settle_each(bench, bench.plan(slug="octobre", issue="october"), ACCEPTED, REFUSED, LOST)

    assert reached(bench, 'received("octobre")') == {"sent"}
    assert reached(bench, 'not received("octobre")') == {"refused", "doubt", "waits"}
    assert reached(bench, 'received("septembre")') == set()


def test_who_moved_since_received_it_too(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")
    bench.settle(bench.claim(bench.plan(slug="octobre", issue="october"), limit=1), ACCEPTED)
    with bench.database.transaction() as c:
        ann = bench.reader("ann@example.org")
        audience.change_address(c, ann.id, "new@example.org", secret=SECRET, now=NOON)

    assert reached(bench, 'received("octobre")') == {"new"}


def test_an_issue_begun_anew_under_the_same_name_counts_with_the_first(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.org")
    bench.settle(bench.claim(bench.plan(slug="octobre", issue="first"), limit=1), ACCEPTED)
    again = bench.plan(slug="octobre", issue="second")
    bench.settle(bench.claim(again, limit=1), REFUSED)
    bench.settle(bench.claim(again, limit=1), ACCEPTED)

    assert reached(bench, 'received("octobre")') == {"ann", "bob"}


def test_pages_of_readers_do_not_mix(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_PAGE_SIZE", 2)
    on_list(bench, *people(**{f"r{number}": "31" if number % 3 else "9" for number in range(11)}))
    campaign = bench.plan(slug="octobre", issue="october")
    settle_each(bench, campaign, *(ACCEPTED, REFUSED) * 3)
    got = {a.partition("@")[0] for a, status in bench.statuses(campaign).items() if status.value == "sent"}

    found = reached(bench, 'subscriber.department == "31" and received("octobre")')

    assert found == {name for name in got if int(name[1:]) % 3}
    assert found


def test_a_reader_for_whom_it_cannot_be_told_stops_the_plan_and_is_named(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="9"))
    odd = SavedSegment("odd", 'subscriber.department == "9" and 3|length')

    with pytest.raises(UsageError, match=r"bob@example\.org: the segment cannot be worked out"):
        bench.plan(segment=odd)


def test_an_erratum_with_a_segment_reaches_those_of_it_who_have_another_version(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="9", eve="31"))
    bench.settle(bench.claim(bench.plan(), limit=2), ACCEPTED)  # not to eve

    erratum = bench.plan(segment=TOULOUSE, erratum=1, title="Corrigé")

    assert erratum.head_count == HeadCount(3, outside_segment=1, waiting=1)
    assert set(bench.statuses(erratum)) == {"ann@example.org"}


def test_the_rest_of_a_campaign_that_is_corrected_stays_as_it_was_told_apart(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="31", eve="9"))
    campaign = bench.plan(segment=TOULOUSE)
    bench.settle(bench.claim(campaign, limit=1), ACCEPTED)
    with bench.database.transaction() as c:
        c.exec_driver_sql("UPDATE subscribers SET attributes = '{}'")
    with bench.database.transaction() as c:
        segments.save_segment(c, SavedSegment("toulouse", 'subscriber.department == "9"'), now=NOON)

    bench.later(timedelta(minutes=1))
    [bob] = bench.claim(campaign)

    assert bob.delivery.address == "bob@example.org"
    assert bench.fresh(campaign).segment == TOULOUSE


def test_an_unfinished_campaign_is_that_of_the_same_segment_whatever_it_says_now(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="9"))
    campaign = bench.plan(segment=TOULOUSE)

    def unfinished(segment: SavedSegment | None) -> Campaign | None:
        with bench.database.reading() as c:
            wanted = Audience(("adherents",), segment=segment)
            return campaigns.unfinished(c, issue_id="issue-2026-11", audience=wanted)

    assert unfinished(TOULOUSE) == campaign
    assert unfinished(SavedSegment("toulouse", "subscriber.role")) == campaign
    assert unfinished(SavedSegment("other", TOULOUSE.expression)) is None
    assert unfinished(None) is None


def test_nobody_gets_the_issue_by_two_segments(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="9"))
    bench.plan(segment=TOULOUSE)

    both = bench.plan(segment=SavedSegment("both", 'subscriber.department in ["31", "9"]'))
    everyone = bench.plan()

    assert both.head_count == HeadCount(2, waiting=1)
    assert set(bench.statuses(both)) == {"bob@example.org"}
    assert everyone.counts.total == 0


def test_a_cancelled_segment_frees_its_readers(bench: Bench) -> None:
    on_list(bench, *people(ann="31"))
    campaign = bench.plan(segment=TOULOUSE)
    with bench.database.transaction() as c:
        ledger.cancel(c, campaign.id, NOON)

    assert bench.plan(segment=SavedSegment("all", 'subscriber.department != ""')).counts.queued == 1


def test_segments_are_saved_replaced_and_forgotten(bench: Bench) -> None:
    on_list(bench, *people(ann="31", bob="9"))
    with bench.database.transaction() as c:
        first = segments.save_segment(c, TOULOUSE, now=NOON)
        before = segments.save_segment(c, SavedSegment("toulouse", "subscriber.role"), now=NOON)
        segments.save_segment(c, SavedSegment("été", "subscriber.role"), now=NOON)

    with bench.database.transaction() as c:
        assert (first, before) == (None, TOULOUSE)
        assert [one.name for one in segments.segments(c)] == ["toulouse", "été"]
        assert segments.saved_segment(c, "e\u0301te\u0301").name == "été"
        assert segments.count_segment(c, TOULOUSE, ["adherents"]) == (1, 2)
        segments.remove_segment(c, "toulouse")
        with pytest.raises(UsageError, match="there are: été"):
            segments.saved_segment(c, "toulouse")
