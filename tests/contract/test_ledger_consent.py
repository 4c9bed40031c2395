"""What readers said is kept as it was said; who left comes back by their own act alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from newsletter_mailer.model.audience import (
    ConsentKind,
    MailingList,
    NewSubscriber,
    SubscriptionStatus,
    SuppressionReason,
)
from newsletter_mailer.model.person import Person
from newsletter_mailer.store import asking, audience, choices, confirmations, consent, leaving, rights
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import consent_events, departures, events, subscribers, suppressions
from newsletter_mailer.tokens import recipient_key
from unit.store.ledger_kit import ACCEPTED, NOON, SECRET, Bench

ANN = "ann@example.org"
KEY = recipient_key(SECRET, ANN)
LATER = NOON + 1000
WORDING = "J’accepte de recevoir « La lettre » ; je peux me désinscrire à tout moment."


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def person(bench: Bench, address: str = ANN) -> Person:
    with bench.database.reading() as c:
        return rights.everything(c, recipient_key(SECRET, address))


def kinds(bench: Bench, address: str = ANN) -> list[ConsentKind]:
    return [one.kind for one in person(bench, address).consents if one.kind is not ConsentKind.IMPORTED]


def import_again(bench: Bench, into: MailingList) -> int:
    """How many of them are on the list afterwards."""
    with bench.database.transaction() as c:
        audience.import_rows(c, [NewSubscriber(ANN)], into=into, secret=SECRET, source="again", now=LATER)
        found = audience.find_list(c, into.slug)
    assert found is not None
    return found.confirmed


def delivered(bench: Bench, *slugs: str) -> int:
    """The number of a delivery that reached Ann by these lists."""
    campaign = bench.plan(*slugs)
    claimed = bench.claim(campaign)
    bench.settle(claimed, ACCEPTED)
    return next(one.delivery.id for one in claimed if one.delivery.address == ANN)


def test_a_yes_reproduces_the_words_that_were_shown(bench: Bench) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        number = bench.reader(ANN).id
        audience.rejoin(c, number, into.id, now=LATER, wording=WORDING, source="subscribe form")
        audience.edit_list(c, into.id, wording="Something else by now")

    said = person(bench).consents[-1]
    assert (said.kind, said.wording, said.list) == (ConsentKind.CONFIRMED, WORDING, "adherents")
    assert (said.basis, said.source, said.at) == ("consent", "subscribe form", LATER)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent_events SET wording = 'x'",
        "DELETE FROM consent_events",
        "UPDATE consent_events SET at = 0",
    ],
)
def test_what_was_said_can_be_neither_changed_nor_dropped(bench: Bench, change: str) -> None:
    with bench.database.transaction() as c:
        said = {"list_id": None, "wording": WORDING, "basis": "", "source": ""}
        consent.record(c, KEY, ConsentKind.ASKED, **said, now=NOON)  # type: ignore[arg-type]

    with pytest.raises(IntegrityError, match="consent events"), bench.database.transaction() as c:
        c.execute(text(change))

    assert [one.wording for one in person(bench).consents] == [WORDING]


def test_leaving_twice_is_said_once(bench: Bench) -> None:
    into, other = bench.on_list(ANN), bench.on_list(ANN, slug="presse")
    with bench.database.transaction() as c:
        number = bench.reader(ANN).id
        first = audience.unsubscribe(c, number, [into.id, other.id], now=LATER, source="by phone")
        again = audience.unsubscribe(c, number, [into.id], now=LATER + 1)

    left = [one for one in person(bench).consents if one.kind is ConsentKind.UNSUBSCRIBED]
    assert (first, again) == (2, 0)
    assert [(one.list, one.source, one.at) for one in left] == [
        ("adherents", "by phone", LATER),
        ("presse", "by phone", LATER),
    ]
    assert person(bench).last_act_at == LATER


def test_leaving_by_a_mail_ends_the_lists_by_which_it_came(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.on_list(ANN, slug="presse")
    bench.on_list(ANN, slug="autre")
    delivery = delivered(bench, "adherents", "presse")

    with bench.database.transaction() as c:
        first = audience.leave_delivery(c, delivery, now=LATER, source="one click")
        again = audience.leave_delivery(c, delivery, now=LATER + 1, source="one click")
        unknown = audience.leave_delivery(c, delivery + 99, now=LATER, source="one click")
        noted = c.execute(select(events.c.kind, events.c.at)).all()

    assert first is not None
    assert again is not None
    assert unknown is None
    assert [one.slug for one in first.lists] == ["adherents", "presse"]
    assert (first.again, again.again, first.address_known) == (False, True, True)
    assert [tuple(row) for row in noted] == [("unsubscribed", LATER)]
    assert {tie.list: tie.status for tie in person(bench).ties} == {
        "adherents": SubscriptionStatus.UNSUBSCRIBED,
        "presse": SubscriptionStatus.UNSUBSCRIBED,
        "autre": SubscriptionStatus.CONFIRMED,
    }


def test_leaving_by_a_mail_holds_for_who_was_deleted_since(bench: Bench) -> None:
    into = bench.on_list(ANN)
    delivery = delivered(bench, "adherents")
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, bench.reader(ANN).id)

    with bench.database.transaction() as c:
        left = audience.leave_delivery(c, delivery, now=LATER, source="one click")
        again = audience.leave_delivery(c, delivery, now=LATER, source="one click")

    assert left is not None
    assert again is not None
    assert (left.again, again.again, left.address_known) == (False, True, False)
    assert import_again(bench, into) == 0


def test_leaving_by_a_mail_finds_who_moved_since(bench: Bench) -> None:
    bench.on_list(ANN)
    delivery = delivered(bench, "adherents")
    with bench.database.transaction() as c:
        audience.change_address(c, bench.reader(ANN).id, "ann@new.example.org", secret=SECRET, now=LATER)

    with bench.database.transaction() as c:
        left = audience.leave_delivery(c, delivery, now=LATER, source="one click")

    assert left is not None
    assert left.address_known
    assert [tie.status for tie in person(bench, "ann@new.example.org").ties] == [
        SubscriptionStatus.UNSUBSCRIBED
    ]


def test_stopping_everything_ends_every_tie_and_no_import_undoes_it(bench: Bench) -> None:
    into, other = bench.on_list(ANN), bench.on_list(ANN, slug="presse")
    with bench.database.transaction() as c:
        audience.stop_everything(c, KEY, now=LATER, source="page")
        audience.stop_everything(c, KEY, now=LATER + 1, source="page")

    assert import_again(bench, into) == import_again(bench, other) == 0
    assert kinds(bench).count(ConsentKind.STOPPED_EVERYTHING) == 1
    found = person(bench).suppression
    assert found is not None
    assert (found.reason, found.since) == (SuppressionReason.STOP_EVERYTHING, LATER)


def test_coming_back_to_one_list_brings_back_that_list_alone(bench: Bench) -> None:
    into, other = bench.on_list(ANN), bench.on_list(ANN, slug="presse")
    with bench.database.transaction() as c:
        audience.stop_everything(c, KEY, now=LATER, source="page")
        back = audience.rejoin(
            c, bench.reader(ANN).id, into.id, now=LATER + 1, wording=WORDING, source="form"
        )

    assert back is True
    assert import_again(bench, into) == 1
    assert import_again(bench, other) == 0


@pytest.mark.parametrize(
    "reason", [SuppressionReason.COMPLAINT, SuppressionReason.HARD_BOUNCE, SuppressionReason.MANUAL]
)
def test_coming_back_lifts_no_complaint_and_wakes_no_dead_address(
    bench: Bench, reason: SuppressionReason
) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        audience.suppress(c, KEY, reason=reason, now=NOON)
        back = audience.rejoin(c, bench.reader(ANN).id, into.id, now=LATER, wording=WORDING, source="form")

    assert back is False
    assert import_again(bench, into) == 0
    assert kinds(bench) == [ConsentKind.SUPPRESSED, ConsentKind.CONFIRMED]


def test_coming_back_lifts_what_was_kept_of_an_earlier_departure(bench: Bench) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        audience.unsubscribe_key(c, KEY, [into.id], now=NOON, source="page")
        audience.delete_subscriber(c, bench.reader(ANN).id)
        other = audience.find_list(c, "adherents")
    assert other is not None
    assert import_again(bench, into) == 0

    bench.on_list(ANN, slug="presse")
    with bench.database.transaction() as c:
        audience.rejoin(c, bench.reader(ANN).id, into.id, now=LATER, wording=WORDING, source="form")
        kept = c.execute(select(departures)).all()

    assert kept == []
    assert import_again(bench, into) == 1


def test_who_was_never_known_can_leave_all_the_same(bench: Bench) -> None:
    into = bench.on_list("bob@example.org")
    with bench.database.transaction() as c:
        first = audience.unsubscribe_key(c, KEY, [into.id], now=NOON, source="by letter")
        again = audience.unsubscribe_key(c, KEY, [into.id], now=LATER, source="by letter")

    assert (first, again) == (1, 0)
    assert import_again(bench, into) == 1  # Bob
    assert [one.source for one in person(bench).departures] == ["by letter"]


def test_a_wish_for_no_mail_moves_along_and_a_dead_mailbox_does_not(bench: Bench) -> None:
    bench.on_list(ANN, "bob@example.org")
    bob = recipient_key(SECRET, "bob@example.org")
    with bench.database.transaction() as c:
        audience.stop_everything(c, KEY, now=NOON, source="page")
        audience.suppress(c, bob, reason=SuppressionReason.HARD_BOUNCE, now=NOON)
        for old, new in ((ANN, "ann@new.example.org"), ("bob@example.org", "bob@new.example.org")):
            audience.change_address(c, bench.reader(old).id, new, secret=SECRET, now=LATER)

    with bench.database.reading() as c:
        assert leaving.is_suppressed(c, recipient_key(SECRET, "ann@new.example.org"))
        assert not leaving.is_suppressed(c, recipient_key(SECRET, "bob@new.example.org"))


def test_a_refusal_to_be_measured_moves_along_and_a_yes_does_not(bench: Bench) -> None:
    into = bench.on_list(ANN, "bob@example.org")
    with bench.database.transaction() as c:
        for address, kind in ((ANN, "granted"), (ANN, "refused"), ("bob@example.org", "granted")):
            key = recipient_key(SECRET, address)
            confirmations.record_tracking(
                c, key, ConsentKind(f"tracking_{kind}"), wording="w", source="page", now=NOON
            )
        for name in ("ann", "bob"):
            number = bench.reader(f"{name}@example.org").id
            audience.change_address(c, number, f"{name}@new.example.org", secret=SECRET, now=LATER)

    with bench.database.reading() as c:
        said = [
            choices.tracking(c, recipient_key(SECRET, f"{one}@new.example.org")) for one in ("ann", "bob")
        ]
        due = asking.unasked(c, [into.slug], now=NOON + asking.SIX_MONTHS - 1)

    assert said == [False, None]
    assert [one.address for one in due] == ["bob@new.example.org"]


def test_what_was_said_under_a_former_address_is_told_with_the_rest(bench: Bench) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        number = bench.reader(ANN).id
        audience.unsubscribe(c, number, [into.id], now=NOON, source="page")
        audience.change_address(c, number, "ann@new.example.org", secret=SECRET, now=LATER)

    assert kinds(bench, "ann@new.example.org") == [ConsentKind.UNSUBSCRIBED, ConsentKind.MOVED]
    assert import_again(bench, into) == 0  # the file still has the former address


def test_an_act_is_dated_and_never_goes_back(bench: Bench) -> None:
    bench.on_list(ANN)
    with bench.database.transaction() as c:
        consent.acted(c, KEY, now=LATER)
        consent.acted(c, KEY, now=NOON)
        at = c.scalar(select(subscribers.c.last_act_at))

    assert at == LATER


def test_the_first_reason_not_to_write_is_the_one_that_is_told(bench: Bench) -> None:
    with bench.database.transaction() as c:
        audience.suppress(c, KEY, reason=SuppressionReason.COMPLAINT, now=NOON, source="a report")
        audience.suppress(c, KEY, reason=SuppressionReason.MANUAL, now=LATER)
        kept = [tuple(row) for row in c.execute(select(suppressions.c.reason, suppressions.c.source))]
        said = c.execute(select(consent_events.c.detail)).scalars().all()

    assert kept == [("complaint", "a report")]
    assert said == ["complaint"]


@pytest.mark.parametrize("leaves", ["unsubscribe", "stop"])
def test_who_leaves_after_moving_is_not_imported_at_the_old_address(bench: Bench, leaves: str) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        number = bench.reader(ANN).id
        for address in ("ann@new.example.org", "ann@newest.example.org"):
            audience.change_address(c, number, address, secret=SECRET, now=LATER)
        if leaves == "stop":
            audience.stop_everything(
                c, recipient_key(SECRET, "ann@newest.example.org"), now=LATER, source="page"
            )
        else:
            audience.unsubscribe(c, number, [into.id], now=LATER, source="page")

    assert import_again(bench, into) == 0
    with bench.database.reading() as c:
        assert audience.subscriber(c, ANN) is None


def test_a_former_address_that_is_somebody_elses_by_now_stays_theirs(bench: Bench) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        number = bench.reader(ANN).id
        audience.change_address(c, number, "ann@new.example.org", secret=SECRET, now=LATER)
        audience.import_rows(c, [NewSubscriber(ANN)], into=into, secret=SECRET, source="file", now=LATER)
        audience.unsubscribe(c, number, [into.id], now=LATER, source="page")

    assert import_again(bench, into) == 1
    with bench.database.reading() as c:
        assert c.execute(select(departures)).all() == []


def test_a_consent_is_not_written_over(bench: Bench) -> None:
    bench.on_list(ANN)
    with bench.database.reading() as c:
        before = c.execute(select(consent_events)).one()

    with pytest.raises(IntegrityError, match="never changed"), bench.database.transaction() as c:
        c.execute(
            text(
                "INSERT OR REPLACE INTO consent_events"
                " SELECT id, recipient_key, list_id, kind, 'forged', basis, source, detail, at FROM consent_events"
            )
        )

    with bench.database.reading() as c:
        assert c.execute(select(consent_events)).one() == before
