"""A person is erased, and only a fingerprint stays; what was silent for years goes, after a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from newsletter_mailer.actions import rights as rights_of_readers
from newsletter_mailer.actions.retention import Kept, keep_no_longer, limits
from newsletter_mailer.config import Identity, SenderSettings, Settings
from newsletter_mailer.model.audience import Basis, NewSubscriber, SubscriptionStatus, SuppressionReason
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.model.person import Person
from newsletter_mailer.model.review import Comment
from newsletter_mailer.store import audience, consent, forgetting, officer, people, reviews, rights
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import (
    confirmations,
    consent_events,
    meta,
    organisations,
    tests,
)
from newsletter_mailer.tokens import recipient_key
from unit.store.ledger_kit import ACCEPTED, NOON, REFUSED, SECRET, Bench, an_edition, counted

ANN, BOB = "ann@example.org", "bob@example.org"
KEY = recipient_key(SECRET, ANN)
DAY = timedelta(days=1)
YEARS = 3 * 366 * DAY
SETTINGS = Settings(
    identity=Identity(name="R", address="1 rue", email="r@example.org"),
    sender=SenderSettings(name="R", email="r@example.org"),
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def person(bench: Bench, address: str = ANN) -> Person:
    with bench.database.reading() as c:
        return rights.everything(c, recipient_key(SECRET, address))


def forget(bench: Bench, address: str = ANN) -> bool:
    with bench.database.transaction() as c:
        key = recipient_key(SECRET, address)
        return forgetting.forget(c, key, now=bench.now, source="by letter", mailbox=address)


def test_of_an_earlier_suppression_the_reason_stays_and_not_what_was_noted(bench: Bench) -> None:
    with bench.database.transaction() as c:
        audience.suppress(
            c, KEY, reason=SuppressionReason.MANUAL, now=bench.now, source="a call of her sister"
        )

    forget(bench)

    found = person(bench).suppression
    assert found is not None
    assert (found.reason, found.source) == (SuppressionReason.MANUAL, "")


def test_what_is_erased_is_gone_from_the_files_while_others_have_the_ledger_open(
    bench: Bench, tmp_path: Path
) -> None:
    with bench.database.transaction() as c:
        into = audience.add_list(c, "press", name="Press", basis=Basis.CONSENT, now=bench.now, source="t")
        audience.import_rows(
            c, [NewSubscriber("zoe.rare@example.org")], into=into, secret=SECRET, source="t", now=bench.now
        )
    before = any(b"zoe.rare" in path.read_bytes() for path in tmp_path.iterdir())

    with Database(f"sqlite:///{tmp_path}/newsletter.db") as other:
        rights_of_readers.forget(other, "zoe.rare@example.org", secret=SECRET, now=bench.now, source="t")

    assert before
    assert [path.name for path in tmp_path.iterdir() if b"zoe.rare" in path.read_bytes()] == []


def on_the_list(bench: Bench, slug: str = "adherents") -> int:
    with bench.database.reading() as c:
        found = audience.find_list(c, slug)
    assert found is not None
    return found.confirmed


def sent_a_test(bench: Bench, address: str) -> None:
    with bench.database.transaction() as c:
        edition = c.scalar(text("SELECT id FROM editions"))
        c.execute(insert(tests).values(edition_id=edition, address=address, reply=f"Ok {address}", at=NOON))


def requested(bench: Bench, address: str) -> None:
    with bench.database.transaction() as c:
        blank = dict.fromkeys(("first_name", "last_name", "language", "tracking", "tracking_wording"), "")
        asked = {"address": address, "mailbox": address, "recipient_key": recipient_key(SECRET, address)}
        rest = {"lists": "1", "wordings": "{}", "asked_at": bench.now, "tries": 0}
        c.execute(insert(confirmations).values(**blank, **asked, **rest))


def test_nothing_in_the_file_names_a_forgotten_person(bench: Bench) -> None:
    into = bench.on_list(BOB)
    marked = NewSubscriber(ANN, "Annabelle", "Vieuxlogis", organisation="Chez Vieuxlogis")
    with bench.database.transaction() as c:
        audience.import_rows(c, [marked], into=into, secret=SECRET, source="a.csv", now=NOON)
    campaign = bench.plan()
    for one in bench.claim(campaign):
        reply = Reply(550, f"5.1.1 <{one.delivery.address}> unknown")
        bench.settle([one], replace(REFUSED, reply=reply))
    sent_a_test(bench, " Ann@Example.org")
    requested(bench, ANN)

    assert forget(bench)

    bench.database.close()
    raw = b"".join(path.read_bytes().lower() for path in bench.database.path.parent.iterdir())
    assert b"bob@example.org" in raw
    assert [word for word in (b"ann@", b"annabelle", b"vieuxlogis") if word in raw] == []


def test_of_a_forgotten_person_the_counts_stay_and_the_rest_goes(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), ACCEPTED)
    before = bench.counts(campaign)

    forget(bench)

    left = person(bench)
    assert bench.counts(campaign) == before
    with bench.database.reading() as c:
        assert counted(c, campaign) == before
        assert c.scalar(select(func.count()).select_from(meta).where(meta.c.key == "forgetting")) == 0
        assert c.scalar(select(func.count()).where(consent_events.c.recipient_key == KEY)) == 0
    assert (left.subscriber, left.ties, left.consents, left.requests) == (None, (), (), ())
    assert [(mail.address, mail.status) for mail in left.mails] == [("", Status.SENT)]
    assert [attempt.words for mail in left.mails for attempt in mail.attempts] == [""]
    assert [mail.address for mail in person(bench, BOB).mails] == [BOB]


def test_a_forgotten_person_comes_back_by_no_import_and_by_their_own_act(bench: Bench) -> None:
    into = bench.on_list(ANN, BOB)
    forget(bench)

    bench.on_list(ANN)
    assert on_the_list(bench) == 1

    with bench.database.transaction() as c:
        number = people.put_down(c, NewSubscriber(ANN), recipient_key=KEY, now=NOON)
        audience.rejoin(c, number, into.id, now=NOON, wording="Oui", source="form")
    assert on_the_list(bench) == 2


def test_suppression_survives_with_its_first_reason(bench: Bench) -> None:
    bench.on_list(ANN)
    with bench.database.transaction() as c:
        audience.suppress(c, KEY, reason=SuppressionReason.COMPLAINT, now=NOON, source="a report")

    forget(bench)

    kept = person(bench).suppression
    assert kept is not None
    assert kept.reason is SuppressionReason.COMPLAINT


def test_forgetting_somebody_unknown_keeps_them_out_all_the_same(bench: Bench) -> None:
    assert forget(bench) is False

    bench.on_list(ANN)
    assert on_the_list(bench) == 0


def test_a_mail_that_was_still_to_leave_does_not(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()

    forget(bench)

    assert bench.claim(campaign) == []
    assert bench.counts(campaign).skipped == 1


def test_who_moved_is_forgotten_under_every_address(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.settle(bench.claim(bench.plan()), ACCEPTED)
    with bench.database.transaction() as c:
        audience.change_address(c, bench.reader(ANN).id, "ann@new.example.org", secret=SECRET, now=NOON)

    forget(bench, "ann@new.example.org")

    bench.on_list(ANN, "ann@new.example.org")
    assert on_the_list(bench) == 0
    assert [mail.address for mail in person(bench).mails] == [""]


def test_who_has_a_former_address_of_theirs_now_is_left_alone(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.settle(bench.claim(bench.plan()), ACCEPTED)
    with bench.database.transaction() as c:
        audience.change_address(c, bench.reader(ANN).id, "ann@new.example.org", secret=SECRET, now=NOON)
    bench.on_list(ANN, slug="presse")
    bench.settle(bench.claim(bench.plan("presse", issue="other")), ACCEPTED)

    forget(bench, "ann@new.example.org")

    kept = person(bench)
    assert kept.subscriber is not None
    assert kept.suppression is None
    assert [mail.address for mail in kept.mails if mail.address] == [ANN]


def test_an_organisation_goes_with_its_last_person(bench: Bench) -> None:
    into = bench.on_list()
    people = [NewSubscriber(one, organisation="Exemple") for one in (ANN, BOB)]
    with bench.database.transaction() as c:
        audience.import_rows(c, people, into=into, secret=SECRET, source="a.csv", now=NOON)

    def names() -> list[str]:
        with bench.database.reading() as c:
            return list(c.scalars(select(organisations.c.name)))

    forget(bench, ANN)
    assert names() == ["Exemple"]
    forget(bench, BOB)
    assert names() == []


def keep(bench: Bench, *, asked: bool = False, dry_run: bool = False) -> Kept:
    return keep_no_longer(bench.database, SETTINGS, now=bench.now, asked=asked, dry_run=dry_run)


def test_three_years_end_on_the_same_day(bench: Bench) -> None:
    leap_day = 1_835_438_400_000  # 2028-02-29T12:00Z

    until = limits(SETTINGS, now=leap_day)

    assert until.act == 1_740_744_000_000  # 2025-02-28T12:00Z
    assert until.log == 1_803_816_000_000  # 2027-02-28T12:00Z
    assert leap_day - until.asked == 30 * 86_400_000


def test_who_was_silent_for_three_years_is_asked_and_erased_a_month_later(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.later(YEARS - 3 * DAY)
    bench.on_list(BOB)
    assert keep(bench).to_ask == ()
    bench.later(3 * DAY)

    first = keep(bench)
    asked = keep(bench, asked=True)
    bench.later(29 * DAY)
    early = keep(bench)
    bench.later(DAY)
    done = keep(bench)

    assert first.to_ask == asked.to_ask == (ANN,)
    assert (early.to_ask, early.waiting, early.erased) == ((), 1, 0)
    assert done.erased == 1
    assert person(bench).subscriber is None
    assert person(bench, BOB).subscriber is not None


def test_the_erased_are_on_no_list_again_by_an_import(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.later(YEARS)
    keep(bench, asked=True)
    bench.later(31 * DAY)
    keep(bench)

    bench.on_list(ANN)

    assert on_the_list(bench) == 0
    assert person(bench).suppression is None


def test_without_the_question_nobody_who_reads_is_erased(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.later(YEARS * 2)

    assert keep(bench).erased == keep(bench).erased == 0
    assert on_the_list(bench) == 1


@pytest.mark.parametrize("when", ["before the question", "after the question"])
def test_an_act_of_their_own_begins_the_years_anew(bench: Bench, when: str) -> None:
    bench.on_list(ANN)
    bench.later(YEARS)
    if when == "after the question":
        keep(bench, asked=True)
        bench.later(2 * DAY)
    with bench.database.transaction() as c:
        consent.acted(c, KEY, now=bench.now)  # clicked, for instance

    bench.later(60 * DAY)
    done = keep(bench)

    assert (done.to_ask, done.waiting, done.erased) == ((), 0, 0)


def test_neither_an_import_nor_a_mail_that_arrived_is_an_act_of_theirs(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.later(YEARS)
    bench.on_list(ANN)
    bench.on_list(ANN, slug="presse")
    bench.settle(bench.claim(bench.plan()), ACCEPTED)

    assert keep(bench).to_ask == (ANN,)


def test_who_left_everything_years_ago_is_erased_without_a_question(bench: Bench) -> None:
    into = bench.on_list(ANN, BOB)
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(ANN).id, [into.id], now=NOON, source="page")
        key = recipient_key(SECRET, BOB)
        audience.suppress(c, key, reason=SuppressionReason.HARD_BOUNCE, now=NOON)
    bench.later(YEARS)

    assert keep(bench).erased == 2

    bench.on_list(ANN, BOB)
    assert on_the_list(bench) == 0
    assert person(bench, BOB).suppression is not None


def test_the_logs_of_old_mails_lose_addresses_and_replies_and_keep_their_counts(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    old = bench.plan()
    bench.settle(bench.claim(old), REFUSED)
    bench.later(300 * DAY)
    recent = bench.plan(issue="recent", title="Récent")
    bench.settle(bench.claim(recent), ACCEPTED)
    bench.later(100 * DAY)
    before = bench.counts(old)

    preview = keep(bench, dry_run=True).logs
    done = keep(bench).logs
    again = keep(bench).logs

    assert (preview, done, again) == (2, 2, 0)
    assert bench.counts(old) == before
    assert set(bench.statuses(recent)) == {ANN, BOB}
    assert [(mail.address, mail.status) for mail in person(bench).mails] == [
        ("", Status.REFUSED),
        (ANN, Status.SENT),
    ]
    assert [attempt.words for attempt in person(bench).mails[0].attempts] == [""]


def test_what_reviewers_remarked_goes_with_the_logs_and_their_approvals_stay(bench: Bench) -> None:
    edition = an_edition()
    with bench.database.transaction() as c:
        reviews.comment(c, edition, Comment("", 2, "Un atelier", "Une faute", "Anne", bench.now))
        reviews.approve(c, edition, reviewer="Anne", now=bench.now)
    bench.later(200 * DAY)
    with bench.database.transaction() as c:
        reviews.comment(c, edition, Comment("", None, "", "Bravo", "Anne", bench.now))
    bench.later(200 * DAY)

    keep(bench)

    with bench.database.reading() as c:
        assert [one.text for one in reviews.comments_on(c, edition.issue_id)] == ["Bravo"]
        assert reviews.is_approved(c, edition)


def test_what_is_still_to_leave_keeps_its_address_and_a_retry_finds_it_again(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign, limit=1), REFUSED)
    bench.later(400 * DAY)

    assert keep(bench).logs == 1
    with bench.database.transaction() as c:
        officer.retry_refused(c, campaign.id, bench.now)

    assert {one.delivery.address for one in bench.claim(campaign)} == {ANN, BOB}


def test_requests_that_nobody_confirmed_go_after_a_month(bench: Bench) -> None:
    bench.on_list(BOB)
    requested(bench, ANN)
    bench.later(29 * DAY)
    requested(bench, BOB)
    assert keep(bench).requests == 0

    bench.later(DAY)

    assert keep(bench).requests == 1
    assert person(bench).requests == ()
    assert len(person(bench, BOB).requests) == 1


def test_a_dry_run_changes_nothing(bench: Bench) -> None:
    into = bench.on_list(ANN, BOB)
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(BOB).id, [into.id], now=NOON)
    bench.later(YEARS)

    shown = keep(bench, asked=True, dry_run=True)

    assert (shown.to_ask, shown.erased, shown.asked) == ((ANN,), 1, False)
    assert person(bench, BOB).ties[0].status is SubscriptionStatus.UNSUBSCRIBED
    assert keep(bench).to_ask == (ANN,)
