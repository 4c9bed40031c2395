"""A receipt can be made again from the ledger, and tells what was altered from what happened since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter_mailer.actions.report import (
    keep_receipt,
    last_receipt,
    read_receipt,
    report,
    verify,
    write_page,
)
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.bounce import Category, Kind
from newsletter_mailer.model.report import Receipt
from newsletter_mailer.store import ledger
from newsletter_mailer.store.forgetting import forget
from newsletter_mailer.tokens import recipient_key
from report_kit import DAY, NOON, SECRET, Season, eventful, fate_of, season

LATER = NOON + 4 * DAY


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Season]:
    with season(tmp_path) as opened:
        yield opened


def receipt_of(office: Season) -> Receipt:
    return report(office.database, eventful(office), now=LATER).receipt


def test_it_comes_out_the_same_as_long_as_nothing_happens(office: Season) -> None:
    campaign = eventful(office)

    first = report(office.database, campaign, now=LATER).receipt
    second = report(office.database, campaign, now=LATER + DAY).receipt

    assert (first.hash, first.chain) == (second.hash, second.chain)
    assert verify(office.database, campaign, first, now=LATER).differences == ()


def test_it_holds_after_readers_were_erased(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=LATER).receipt
    with office.database.transaction() as c:
        forget(c, recipient_key(SECRET, "ann@one.example"), now=LATER, source="test")

    found = verify(office.database, campaign, kept, now=LATER)

    assert found.differences == ()


def test_it_holds_no_address(office: Season) -> None:
    one = receipt_of(office)
    path = keep_receipt(office.database, one)

    assert "example" not in path.read_text(encoding="utf-8").replace("example.org", "")
    assert "two.example" not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_happened_since_is_told_and_is_in_order(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=office.now).receipt
    office.now += DAY
    office.run(campaign, fate_of)
    with office.database.transaction() as c:
        ledger.resolve(c, campaign.id, as_="sent", now=office.now)

    found = verify(office.database, campaign, kept, now=office.now)

    assert found.holds
    assert "in doubt: 1 then, 0 now" in [str(one.what) for one in found.differences]


def test_a_mail_that_came_back_since_explains_who_is_no_longer_reached(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=office.now).receipt
    office.comes_back(campaign, "bob@one.example", Category.FULL, after=3 * DAY)

    found = verify(office.database, campaign, kept, now=office.now + 4 * DAY)

    assert found.holds
    assert [str(one.what) for one in found.differences] == ["reached: 5 then, 4 now"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deliveries SET status = 'sent' WHERE status = 'refused'",
        "UPDATE deliveries SET recipient_key = 'another' WHERE id = 1",
        "UPDATE attempts SET code = 251 WHERE delivery_id = 1",
        "UPDATE batches SET sent = sent + 1",
        "UPDATE editions SET content = zeroblob(10)",
    ],
)
def test_what_was_altered_by_hand_is_found(office: Season, statement: str) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=LATER).receipt
    office.change(statement)

    found = verify(office.database, campaign, kept, now=LATER)

    assert not found.holds


def test_what_was_altered_is_found_although_something_happened_as_well(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=office.now).receipt
    office.now += DAY
    office.run(campaign, fate_of)
    office.change("UPDATE batches SET refused = refused - 1, sent = sent + 1 WHERE refused > 0")

    found = verify(office.database, campaign, kept, now=office.now)

    assert not found.holds


def test_news_of_one_reader_explains_no_other(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=office.now).receipt
    office.now += DAY
    with office.database.transaction() as c:
        ledger.resolve(c, campaign.id, as_="sent", now=office.now)
    alone = verify(office.database, campaign, kept, now=office.now)
    for refused in office.rows("SELECT id, batch FROM deliveries WHERE status = 'refused'"):
        office.change("UPDATE deliveries SET status = 'sent' WHERE id = ?", refused[0])
        office.change(
            "UPDATE batches SET refused = refused - 1, sent = sent + 1 WHERE number = ?", refused[1]
        )

    found = verify(office.database, campaign, kept, now=office.now)

    assert alone.holds
    assert not found.holds
    assert "refused: 3 then, 0 now" in [str(one.what) for one in found.differences if not one.explained]


def test_a_holiday_notice_does_not_explain_that_a_returned_mail_is_gone(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=office.now).receipt
    office.comes_back(campaign, "bob@one.example", Category.AWAY, kind=Kind.AUTO_REPLY, after=DAY)
    quiet = verify(office.database, campaign, kept, now=office.now + 2 * DAY)
    office.change("DELETE FROM bounces WHERE kind = 'bounce'")

    found = verify(office.database, campaign, kept, now=office.now + 2 * DAY)

    assert quiet.differences == ()
    assert not found.holds


def test_the_receipt_of_another_campaign_says_so(office: Season) -> None:
    campaign = eventful(office)
    kept = report(office.database, campaign, now=office.now).receipt
    office.change("UPDATE meta SET value = 'abcdefghijklmnop' WHERE key = 'ledger_id'")
    office.database.ledger_id = "abcdefghijklmnop"

    found = verify(office.database, campaign, kept, now=office.now)

    assert [str(one.what) for one in found.differences] == ["the receipt is of another ledger"]


def test_a_page_holds_its_receipt_and_the_last_one_is_kept(office: Season, tmp_path: Path) -> None:
    campaign = eventful(office)
    made = report(office.database, campaign, now=LATER)

    write_page(office.database, made, office.workspace, tmp_path / "report.html")

    assert read_receipt(tmp_path / "report.html") == made.receipt
    assert last_receipt(office.database, campaign) == made.receipt


@pytest.mark.parametrize("text", ["", "{}", "<html></html>", "[1]", '{"format": 2}'])
def test_a_file_without_a_receipt_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.html").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match="holds no receipt"):
        read_receipt(tmp_path / "x.html")


def test_a_receipt_that_was_changed_is_refused(office: Season) -> None:
    path = keep_receipt(office.database, receipt_of(office))
    path.write_text(
        path.read_text(encoding="utf-8").replace('"reached": 5', '"reached": 7'), encoding="utf-8"
    )

    with pytest.raises(UsageError, match="was changed"):
        read_receipt(path)


def test_without_an_earlier_receipt_the_ledger_is_compared_with_itself(office: Season) -> None:
    campaign = eventful(office)

    found = verify(office.database, campaign, None, now=LATER)

    assert found.holds
    assert found.kept is None
