"""A report says of everyone what became of them, and its numbers are those of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter_mailer.actions.report import report
from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.bounce import Category, Kind
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.report import Contact, Measured, ReturnedRow, Why
from newsletter_mailer.store import audience, links
from newsletter_mailer.store.forgetting import forget
from newsletter_mailer.tokens import recipient_key
from report_kit import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SECRET,
    SMALL,
    Season,
    another,
    eventful,
    fate_of,
    people,
    season,
)

LATER = NOON + 8 * DAY


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Season]:
    with season(tmp_path) as opened:
        yield opened


def test_everyone_of_the_plan_is_reached_or_is_among_those_who_were_not(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER)

    assert campaign.counts.total == 11
    assert found.reached + sum(found.missed.values()) == 11
    assert found.reached == office.count(
        "deliveries WHERE status = 'sent' AND id NOT IN (SELECT delivery_id FROM bounces WHERE kind = 'bounce')"
    )


def test_a_holiday_notice_is_no_mail_that_came_back(office: Season) -> None:
    campaign = eventful(office)
    before = report(office.database, campaign, now=LATER)

    office.comes_back(campaign, "bob@one.example", Category.AWAY, kind=Kind.AUTO_REPLY, words="on holiday")
    after = report(office.database, campaign, now=LATER)

    assert (after.returned, after.returned_readers) == (before.returned, before.returned_readers)
    assert after.notices == before.notices + 1


def test_each_reader_who_was_not_reached_stands_under_the_plain_reason(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER)

    assert {row.address: row.why for row in found.missed_rows} == {
        "gone1@two.example": Why.GONE,
        "back@three.example": Why.GONE,
        "full1@two.example": Why.FULL,
        "spam1@two.example": Why.FILTERED,
        "lost1@two.example": Why.IN_DOUBT,
        "later1@two.example": Why.LATER,
    }


def test_the_server_s_own_words_stand_beside_the_reason(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER)

    words = {row.address: (row.code, row.words) for row in found.missed_rows}
    assert words["full1@two.example"] == (552, "5.2.2 mailbox full")
    assert words["back@three.example"] == (550, "550 5.1.1 user unknown")


def test_domains_add_up_to_the_campaign(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER)

    assert {row.domain: row.counts.total for row in found.domains} == {
        "two.example": 6,
        "three.example": 3,
        "one.example": 2,
    }
    assert sum(row.reached for row in found.domains) == found.reached
    assert [row.complaints for row in found.domains] == [0, 1, 0]
    assert [row.left for row in found.domains] == [0, 1, 0]


def test_every_attempt_stands_in_the_timeline_once_and_among_the_tries(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER)

    attempts = office.count("attempts")
    assert sum(b.accepted + b.deferred + b.refused + b.open for b in found.timeline.beats) == attempts
    assert sum(one.total for one in found.tries) == attempts
    assert [one.accepted for one in found.tries] == [5, 1]


def test_what_came_back_counts_by_the_days_since_that_mail_left(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER)

    assert found.returned == (
        ReturnedRow(Category.GONE, (0, 1, 1), 1),
        ReturnedRow(Category.COMPLAINT, (1, 1, 1), 1),
    )
    assert (found.complaints, found.left, found.returned_readers) == (1, 1, 1)


def test_an_organisation_is_reached_when_one_of_its_people_is(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER).reach

    assert (found.reached, found.missed, found.without) == (2, 3, 1)
    assert [(one.name, one.written_to) for one in found.to_telephone] == [
        ("Cantine", True),
        ("Dépôt", True),
        ("Écluse", True),
        ("Garage", False),
    ]


def test_whom_to_telephone_is_told_with_the_number_and_the_reason(office: Season) -> None:
    campaign = eventful(office)

    found = report(office.database, campaign, now=LATER).reach

    people_of = {one.name: one.people for one in found.to_telephone}
    assert [(p.name, p.telephone, p.contact) for p in people_of["Cantine"]] == [
        ("Gil Parti", "05 11", Contact.MISSED)
    ]
    assert [(p.name, p.contact) for p in people_of["Garage"]] == [("Fay Morte", Contact.DEAD)]


def test_who_wants_no_mail_is_not_taken_for_a_dead_address(office: Season) -> None:
    office.on_list(*people())
    office.suppressed("dead@three.example", SuppressionReason.STOP_EVERYTHING)
    campaign = office.plan()

    found = report(office.database, campaign, now=LATER).reach

    assert {p.contact for one in found.to_telephone for p in one.people if one.name == "Garage"} == {
        Contact.STOPPED
    }


def test_another_campaign_of_the_issue_may_have_reached_the_organisation(office: Season) -> None:
    campaign = eventful(office)
    office.now += DAY
    again = people()[3]._replace(address="new@two.example")
    office.on_list(again)
    office.run(office.plan(), fate_of)

    found = report(office.database, campaign, now=LATER).reach

    assert "Dépôt" not in [one.name for one in found.to_telephone]


def test_the_issues_before_stand_beside_it_oldest_first(office: Season) -> None:
    office.on_list(*people())
    for slug in ("septembre", "octobre"):
        office.run(office.plan(another(SMALL, slug)), fate_of)
        office.now += 30 * DAY
    campaign = office.plan()

    found = report(office.database, campaign, now=office.now)

    assert [one.slug for one in found.earlier] == ["septembre", "octobre"]
    assert [one.counts.sent for one in found.earlier] == [6, 6]


def test_a_reader_who_was_erased_still_counts(office: Season) -> None:
    campaign = eventful(office)
    before = report(office.database, campaign, now=LATER)
    with office.database.transaction() as c:
        forget(c, recipient_key(SECRET, "gone1@two.example"), now=office.now, source="test")

    found = report(office.database, campaign, now=LATER)

    assert (found.reached, found.missed) == (before.reached, before.missed)
    assert "" in [row.address for row in found.missed_rows]


def test_a_campaign_of_which_nothing_left_has_a_report(office: Season) -> None:
    office.on_list(*people())
    campaign = office.plan()

    found = report(office.database, campaign, now=office.now)

    assert found.missed == {Why.WAITING: 12}
    assert found.timeline.beats == ()
    assert found.clicks is None


def test_links_are_told_where_they_are_counted(office: Season) -> None:
    campaign = counted(office)

    found = report(office.database, campaign, now=LATER)

    assert found.clicks is not None
    assert [(one.url, one.people, one.machines) for one in found.clicks] == [
        ("https://example.org/un", 9, 4),
        ("https://example.org/deux", 0, 0),
    ]


def counted(office: Season) -> Campaign:
    """A campaign whose first link was followed."""
    from newsletter_mailer.message.following import links_of

    campaign = eventful(office)
    with office.database.transaction() as c:
        links.keep(c, campaign.edition, links_of(SMALL))
        c.exec_driver_sql("UPDATE campaigns SET clicks = 1")
        c.exec_driver_sql(
            "INSERT INTO link_counts SELECT 1, id, day, people, machines FROM links,"
            " (SELECT '2026-11-01' AS day, 6 AS people, 4 AS machines UNION SELECT '2026-11-02', 3, 0) WHERE number = 1"
        )
    return campaign


def test_spans_of_a_timeline_are_few_whatever_the_length_of_the_dispatch(office: Season) -> None:
    office.on_list(*people())
    campaign = office.plan()
    office.run(campaign, fate_of, each=1, wait=7 * HOUR + MINUTE)

    found = report(office.database, campaign, now=office.now).timeline

    assert 2 <= len(found.beats) <= 24
    assert {later.at - before.at for before, later in zip(found.beats, found.beats[1:], strict=False)} == {
        found.span
    }


def test_an_excluded_list_s_organisations_are_not_looked_for(office: Season) -> None:
    office.on_list(*people())
    office.on_list(people()[11], slug="bureau")
    office.suppressed("dead@three.example")
    campaign = replace(office.plan(), exclude=("bureau",))
    with office.database.transaction() as c:
        c.exec_driver_sql(
            """UPDATE campaigns SET audience = '{"lists": ["adherents"], "exclude": ["bureau"]}'"""
        )
        assert audience.find_list(c, "bureau")

    found = report(office.database, campaign, now=LATER).reach

    assert found.without == 0


def test_loads_of_pictures_are_told_apart_from_readers(office: Season) -> None:
    campaign = eventful(office)
    assert report(office.database, campaign, now=LATER).loads is None
    office.change("UPDATE campaigns SET opens = 1")
    office.change("INSERT INTO open_counts VALUES (1, '2026-11-01', 40), (1, '2026-11-02', 2)")

    found = report(office.database, campaign, now=LATER)

    assert found.loads == 42
    assert found.reached == 5


def test_those_who_agreed_are_counted_as_people_and_machines_apart(office: Season) -> None:
    campaign = counted(office)
    office.change("UPDATE campaigns SET measured = 1")
    first, second, third = (
        str(row[0]) for row in office.rows("SELECT id FROM deliveries ORDER BY id LIMIT 3")
    )
    for number, (delivery, purpose) in enumerate(
        ((first, "consented"), (second, "consented"), (third, "hygiene"))
    ):
        office.change("INSERT INTO trackers VALUES (?, 1, ?, ?)", f"t{number}", delivery, purpose)
    clicked = "INSERT INTO measured_clicks (delivery_id, link_id, at, machine, why) VALUES (?, 1, ?, ?, ?)"
    for machine in (0, 0, 1):
        office.change(clicked, first, NOON, machine, "")
    office.change(
        "INSERT INTO measured_opens (delivery_id, at, machine, why) VALUES (?, ?, 1, 'apple')", second, NOON
    )

    found = report(office.database, campaign, now=LATER).measured

    assert found == Measured(asked=2, clicked=1, machine_clicks=1, loaded=0, machine_loads=1)
