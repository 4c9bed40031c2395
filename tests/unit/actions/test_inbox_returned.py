"""What comes back of a letter: whom it concerns, who is never written to again, and what changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive_kit import DAY, SECRET
from dispatch_kit import NOON
from inbox_kit import FULL, GONE, OURS, READERS, Office, complaint, deliver, dsn, mail, maildir, office
from newsletter_mailer.actions.campaigns import log
from newsletter_mailer.actions.retention import keep_no_longer
from newsletter_mailer.actions.rights import forget
from newsletter_mailer.model.bounce import BounceClass, Category, Kind
from newsletter_mailer.model.faults import remedy
from newsletter_mailer.store import originals
from newsletter_mailer.store.returned import Came


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return maildir(tmp_path / "mail")


@pytest.fixture
def desk(tmp_path: Path, box: Path) -> Iterator[Office]:
    found = office(tmp_path / "ws", f"{{ maildir: {box} }}")
    yield found
    found.database.close()


def came(desk: Office, address: str = "ann@example.org") -> tuple[Came, ...]:
    """What the log says of the letter to that reader."""
    return {row.address: row.returned for row in log(desk.database, "1", status=None)}[address]


def test_an_address_that_nobody_has_is_never_written_to_again(desk: Office, box: Path) -> None:
    raw = desk.bounce("ann@example.org", date="Tue, 3 Nov 2026 09:00:00 +0100")
    deliver(box, "1.host", raw)

    done = desk.fetch()

    [one] = came(desk)
    assert (done.read, done.hard, done.suppressed, done.other, done.faults) == (1, 1, 1, 0, ())
    assert desk.suppressed() == {"ann@example.org": "hard_bounce"}
    assert (one.kind, one.bounce_class, one.category) == (Kind.BOUNCE, BounceClass.HARD, Category.GONE)
    assert (one.status, one.code, one.at) == ("5.1.1", 550, 1_793_692_800_000)
    assert originals.path_of(desk.database, one.mail).read_bytes() == raw


def test_with_a_person_the_original_goes(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org"))
    deliver(box, "2.host", desk.bounce("bob@example.org"))
    desk.fetch()

    forget(desk.database, "ann@example.org", secret=SECRET, now=NOON, source="test")

    [kept] = originals.folder_of(desk.database).iterdir()
    assert b"bob@example.org" in kept.read_bytes()


def test_with_an_old_log_the_originals_go(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org"))
    desk.fetch()

    keep_no_longer(desk.database, desk.workspace.settings, now=NOON + 400 * DAY)

    assert list(originals.folder_of(desk.database).iterdir()) == []


def test_a_bounce_that_is_read_again_counts_once(desk: Office, box: Path) -> None:
    raw = desk.bounce("ann@example.org")
    deliver(box, "1.host", raw)
    desk.fetch()

    deliver(box, "2.copied.host", raw.replace(b"\r\n", b"\n"))
    done = desk.fetch()

    assert (done.read, done.suppressed, len(came(desk))) == (1, 0, 1)


def test_a_mail_that_matches_no_letter_of_ours_changes_nothing(desk: Office, box: Path) -> None:
    own = desk.message_id("ann@example.org")
    number, _, rest = own.strip("<>").partition(".")
    forged = (
        dsn("ann@example.org", "<1@elsewhere.example>", GONE),
        dsn("ann@example.org", f"<{number}.{'0' * 32}@example.org>", GONE),
        dsn("ann@example.org", f"<{int(number) + 1}.{rest}>", GONE),
        complaint("ann@example.org", f"<{number}.{'f' * 32}@example.org>"),
    )
    for at, raw in enumerate(forged):
        deliver(box, f"{at}.host", raw)

    done = desk.fetch()

    assert (done.unmatched, done.hard, done.suppressed) == (len(forged), 0, 0)
    assert (desk.suppressed(), desk.members()) == ({}, list(READERS))
    assert not originals.folder_of(desk.database).exists()


def test_a_refusal_that_is_about_us_suppresses_nobody_and_is_told_with_its_remedy(
    desk: Office, box: Path
) -> None:
    for at, address in enumerate(READERS):
        deliver(box, f"{at}.host", desk.bounce(address, OURS))

    done = desk.fetch()

    [fault] = done.faults  # one house, one fault
    what, hint = remedy(fault)
    assert (done.policy, done.suppressed, desk.suppressed()) == (3, 0, {})
    assert (fault.domain, fault.status, fault.code) == ("example.org", "5.7.26", 550)
    assert "SPF, DKIM, DMARC" in str(what)
    assert "DNS" in str(hint)


def test_a_full_mailbox_is_given_up_after_three_days_of_it(desk: Office, box: Path) -> None:
    days = (2, 2, 3, 5)  # of November 2026
    said = []
    for at, day in enumerate(days):
        date = f"{day} Nov 2026 10:0{at}:00 +0000"
        deliver(box, f"{at}.host", desk.bounce("ann@example.org", FULL, date=date))
        said.append(desk.fetch().suppressed)

    assert said == [0, 0, 0, 1]
    assert desk.suppressed() == {"ann@example.org": "hard_bounce"}


def test_a_bounce_from_the_future_or_without_a_date_is_of_now(desk: Office, box: Path) -> None:
    for at, date in enumerate(("Fri, 1 Jan 2100 00:00:00 +0000", "", "no date", "99 Foo 99999999999")):
        deliver(box, f"{at}.host", desk.bounce("ann@example.org", FULL, date=date))

    desk.fetch()

    assert {one.at for one in came(desk)} == {NOON}


@pytest.mark.parametrize(("kind", "reason"), [("abuse", "complaint"), ("opt-out", "complaint")])
def test_a_complaint_is_a_wish_to_hear_nothing_more(desk: Office, box: Path, kind: str, reason: str) -> None:
    deliver(box, "1.host", complaint("ann@example.org", desk.message_id("ann@example.org"), kind))

    done = desk.fetch()

    assert (done.complaints, done.suppressed) == (1, 1)
    assert desk.suppressed() == {"ann@example.org": reason}
    assert [one.category for one in came(desk)] == [Category.COMPLAINT]


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_a_report_that_is_no_complaint_changes_nothing(desk: Office, box: Path, kind: str) -> None:
    deliver(box, "1.host", complaint("ann@example.org", desk.message_id("ann@example.org"), kind))

    done = desk.fetch()

    assert (done.complaints, done.unknown, desk.suppressed()) == (0, 1, {})
    assert done.strange == ("fbl@provider.example: FW: La lettre",)


def test_a_delay_and_a_success_are_kept_and_end_nothing(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org", "450 4.4.1 still trying", action="delayed"))
    deliver(box, "2.host", desk.bounce("bob@example.org", "250 2.0.0 ok", action="delivered"))

    done = desk.fetch()

    assert (done.delayed, done.delivered, done.suppressed) == (1, 1, 0)
    assert [one.kind for one in came(desk)] == [Kind.DELAYED]
    assert [one.kind for one in came(desk, "bob@example.org")] == [Kind.DELIVERED]


def test_who_is_away_says_so_in_the_log_and_stays(desk: Office, box: Path) -> None:
    answer = f"In-Reply-To: {desk.message_id('ann@example.org')}"
    auto = ("Auto-Submitted: auto-replied", answer)
    deliver(box, "1.host", mail("Absente du bureau", "ann@example.org", *auto, body="Je suis absente."))

    done = desk.fetch()

    assert (done.automatic, done.suppressed) == (1, 0)
    assert [one.category for one in came(desk)] == [Category.AWAY]


@pytest.mark.parametrize(
    ("final", "suppressed"),
    [
        ("ann@mail.example.org", True),  # what its own house calls it
        ("ann.martin@example.org", True),
        ("ann.martin@mail.example.org", True),
        ("bob@example.org", False),  # the common address may have other readers
        ("a.martin@badexample.org", False),
        ("ann@elsewhere.example", True),
        ("someone@elsewhere.example", False),  # one of many behind a common address, perhaps
    ],
)
def test_the_address_that_is_gone_must_be_the_one_that_was_written_to(
    desk: Office, box: Path, final: str, suppressed: bool
) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org", final=final))

    desk.fetch()

    assert bool(desk.suppressed()) is suppressed
    assert [one.bounce_class is BounceClass.HARD for one in came(desk)] == [suppressed]
