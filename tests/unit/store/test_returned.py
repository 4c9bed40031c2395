"""What came back: whose it is, what is kept of it, and who is never written to again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.bounce import BounceClass, Category, Kind
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.store import audience, campaigns, forgetting, originals, returned, rights
from newsletter_mailer.store.returned import DAY, Came, Named, SoftRule
from newsletter_mailer.store.schema import deliveries, suppressions
from newsletter_mailer.tokens import Secret, recipient_key, sign
from unit.store.ledger_kit import ACCEPTED, MINUTE, NOON, SECRET, Bench

HARD = Came(
    kind=Kind.BOUNCE,
    bounce_class=BounceClass.HARD,
    category=Category.GONE,
    status="5.1.1",
    code=550,
    reason="550 5.1.1 no such user",
    rule="test",
    mail="m1",
    kept=False,
    at=NOON,
)
SOFT = replace(HARD, bounce_class=BounceClass.SOFT, category=Category.FULL, status="4.2.2", code=None)
POLICY = replace(HARD, bounce_class=BounceClass.POLICY, category=Category.FILTERED, status="5.7.1")
COMPLAINT = replace(HARD, kind=Kind.COMPLAINT, bounce_class=BounceClass.OTHER, category=Category.COMPLAINT)
AWAY = replace(COMPLAINT, kind=Kind.AUTO_REPLY, category=Category.AWAY)
SUCCESS = replace(COMPLAINT, kind=Kind.DELIVERED, category=None)
DELAYED = replace(SUCCESS, kind=Kind.DELAYED, bounce_class=BounceClass.SOFT)


def sent(bench: Bench, *addresses: str, issue: str = "issue-000001") -> Campaign:
    """A campaign that the server took."""
    bench.on_list(*addresses)
    campaign = bench.plan(issue=issue, slug=issue)
    bench.settle(bench.claim(campaign), ACCEPTED)
    return campaign


def of(bench: Bench, campaign: Campaign, address: str = "ann@example.org") -> Named:
    """The delivery to that address, as its own Message-ID names it."""
    query = select(deliveries.c.message_id).where(
        deliveries.c.campaign_id == campaign.id, deliveries.c.address == address
    )
    with bench.database.reading() as c:
        found = returned.named(c, [c.scalars(query).one()], secret=SECRET)
    assert found is not None
    return found


def comes(bench: Bench, one: Named, came: Came, *, rule: SoftRule | None = None) -> bool | None:
    """Keep it and judge; None when it was known."""
    with bench.database.transaction() as c:
        if not returned.keep(c, one, came, now=bench.now):
            return None
        return returned.judge(c, one, came, rule=rule or SoftRule(), now=bench.now, source="mail")


def reasons(bench: Bench) -> dict[str, str]:
    with bench.database.reading() as c:
        return {row.recipient_key: row.reason for row in c.execute(select(suppressions))}


def key(address: str = "ann@example.org") -> str:
    return recipient_key(SECRET, address)


def test_our_message_id_or_the_token_of_our_link_names_the_delivery(bench: Bench) -> None:
    campaign = sent(bench, "ann@example.org", "bob@example.org")
    bob = of(bench, campaign, "bob@example.org")
    with bench.database.reading() as c:
        own = c.scalar(select(deliveries.c.message_id).where(deliveries.c.id == bob.delivery)) or ""
        local = own.strip("<>").partition("@")[0]
        spellings = (
            own,
            own.strip("<>"),
            own.upper(),
            f" <{local}@rewritten.example.net> ",
            sign(SECRET, "unsubscribe", bob.delivery).upper(),
            f"https://example.org/u/{sign(SECRET, 'unsubscribe', bob.delivery)}",
        )

        found = [returned.named(c, ["<1@elsewhere.org>", one], secret=SECRET) for one in spellings]

    assert found == [bob] * len(spellings)
    assert (bob.address, bob.recipient_key) == ("bob@example.org", key("bob@example.org"))


def test_what_proves_nothing_or_too_much_names_no_delivery(bench: Bench) -> None:
    campaign = sent(bench, "ann@example.org", "bob@example.org")
    ann, bob = of(bench, campaign), of(bench, campaign, "bob@example.org")
    forged = (
        (),
        ("ann@example.org",),
        (f"<{ann.delivery}.{'0' * 32}@example.org>",),
        (f"<{10**17}.{'0' * 32}@example.org>",),
        (f"<{'9' * 5000}.{'0' * 32}@example.org>",),
        (sign(Secret(bytes([9] * 32)), "unsubscribe", ann.delivery),),
        (sign(SECRET, "preferences", ann.delivery),),
        (sign(SECRET, "unsubscribe", ann.delivery), sign(SECRET, "unsubscribe", bob.delivery)),
        (sign(SECRET, "unsubscribe", 10**6),),
        ("\0\ud800",),
    )

    with bench.database.reading() as c:
        found = [returned.named(c, one, secret=SECRET) for one in forged]

    assert found == [None] * len(forged)


def test_an_address_that_nobody_has_is_never_written_to_again(bench: Bench) -> None:
    ann = of(bench, sent(bench, "ann@example.org", "bob@example.org"))

    suppressed = comes(bench, ann, HARD)

    assert suppressed is True
    assert reasons(bench) == {key(): SuppressionReason.HARD_BOUNCE.value}


def test_a_mail_that_is_met_again_says_nothing_new(bench: Bench) -> None:
    campaign = sent(bench, "ann@example.org")
    ann = of(bench, campaign)
    comes(bench, ann, HARD)

    assert comes(bench, ann, HARD) is None
    assert comes(bench, ann, replace(HARD, mail="m2")) is False  # another mail, and suppressed already
    with bench.database.reading() as c:
        assert returned.categories(c, campaign.id) == {Category.GONE: 1}


@pytest.mark.parametrize("came", [POLICY, AWAY, SUCCESS, DELAYED, SOFT], ids=lambda one: one.kind.value)
def test_what_says_nothing_final_of_the_reader_suppresses_nobody(bench: Bench, came: Came) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))

    for number in range(9):
        at = NOON if came is SOFT else NOON + number * DAY
        assert comes(bench, ann, replace(came, mail=f"m{number}", at=at)) is False

    assert reasons(bench) == {}


def test_a_complaint_follows_the_person_to_the_address_they_have_now(bench: Bench) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))
    with bench.database.transaction() as c:
        number = bench.reader("ann@example.org").id
        audience.change_address(c, number, "ann@example.net", secret=SECRET, now=bench.now)
        moved = returned.named(c, [sign(SECRET, "unsubscribe", ann.delivery)], secret=SECRET)
    assert moved

    assert comes(bench, moved, COMPLAINT) is True
    assert reasons(bench) == dict.fromkeys((key(), key("ann@example.net")), "complaint")


def test_a_dead_address_does_not_follow_who_moved_away_from_it(bench: Bench) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))

    comes(bench, replace(ann, present_key=key("ann@example.net")), HARD)

    assert set(reasons(bench)) == {key()}


@pytest.mark.parametrize(
    ("days", "given_up"),
    [
        ((0, 5, 14), True),
        ((0, 5, 15), False),  # not within two weeks
        ((0, 20, 25, 30), True),
        ((0, 0, 0, 1), False),  # four mails, two days
    ],
)
def test_a_full_mailbox_is_given_up_after_three_bounce_days_in_two_weeks(
    bench: Bench, days: tuple[int, ...], given_up: bool
) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))

    for number, day in enumerate(days):
        bench.now = NOON + day * DAY
        comes(bench, ann, replace(SOFT, mail=f"m{number}", at=NOON + day * DAY))

    assert bool(reasons(bench)) is given_up


def test_how_patient_we_are_is_a_setting(bench: Bench) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))
    hasty = SoftRule(days=2, window_days=1)

    comes(bench, ann, SOFT, rule=hasty)
    suppressed = comes(bench, ann, replace(SOFT, mail="m2", at=NOON + DAY), rule=hasty)

    assert suppressed is True


def test_a_notice_of_success_resets_the_count(bench: Bench) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))

    for day, came in enumerate((SOFT, SOFT, SUCCESS, SOFT, SOFT)):
        comes(bench, ann, replace(came, mail=f"m{day}", at=NOON + day * DAY))

    assert reasons(bench) == {}


def test_a_mail_of_which_nothing_came_back_in_days_was_a_success(bench: Bench) -> None:
    first = of(bench, sent(bench, "ann@example.org"))
    for day in (0, 1):
        comes(bench, first, replace(SOFT, mail=f"m{day}", at=NOON + day * DAY))
    bench.later(timedelta(days=2))
    sent(bench, "ann@example.org", issue="issue-000002")
    bench.later(timedelta(days=7))
    third = of(bench, sent(bench, "ann@example.org", issue="issue-000003"))

    comes(bench, third, replace(SOFT, mail="m9", at=bench.now))

    assert reasons(bench) == {}


def test_a_mail_that_left_just_now_is_no_success_yet(bench: Bench) -> None:
    first = of(bench, sent(bench, "ann@example.org"))
    for day in (0, 1):
        comes(bench, first, replace(SOFT, mail=f"m{day}", at=NOON + day * DAY))
    bench.later(timedelta(days=2))
    sent(bench, "ann@example.org", issue="issue-000002")

    assert comes(bench, first, replace(SOFT, mail="m9", at=bench.now)) is True


def test_of_the_canary_only_its_own_mails_count(bench: Bench) -> None:
    bench.on_list("ann@example.org", "bob@example.net")
    campaign = bench.plan(canary=1)
    bench.settle(bench.claim(campaign, canary=True), ACCEPTED)
    for number, address in enumerate(("ann@example.org", "bob@example.net")):
        comes(bench, of(bench, campaign, address), replace(HARD, mail=f"m{number}"))
        comes(bench, of(bench, campaign, address), replace(AWAY, mail=f"a{number}"))

    with bench.database.reading() as c:
        found = returned.ahead(c, campaign.id)

    assert found == {BounceClass.HARD: 1}


def test_the_log_tells_what_came_back_in_the_order_of_its_times(bench: Bench) -> None:
    campaign = sent(bench, "ann@example.org", "bob@example.org")
    ann = of(bench, campaign)
    comes(bench, ann, replace(HARD, at=NOON + 2))
    comes(bench, ann, replace(DELAYED, mail="m2", at=NOON + 1))

    with bench.database.reading() as c:
        rows = {row.address: row.returned for row in campaigns.log(c, campaign.id)}

    assert [came.kind for came in rows["ann@example.org"]] == [Kind.DELAYED, Kind.BOUNCE]
    assert rows["bob@example.org"] == ()


def test_each_reader_is_counted_once_under_each_word(bench: Bench) -> None:
    campaign = sent(bench, "ann@example.org", "bob@example.org")
    ann, bob = of(bench, campaign), of(bench, campaign, "bob@example.org")
    for number, (one, came) in enumerate(
        [(ann, SOFT), (ann, SOFT), (bob, SOFT), (bob, AWAY), (bob, SUCCESS)]
    ):
        comes(bench, one, replace(came, mail=f"m{number}"))

    with bench.database.reading() as c:
        found = returned.categories(c, campaign.id)

    assert found == {Category.FULL: 2, Category.AWAY: 1}


def test_of_a_forgotten_person_it_stays_known_that_something_came_back_and_nothing_else(bench: Bench) -> None:
    campaign = sent(bench, "ann@example.org")
    ann, name = of(bench, campaign), originals.keep(bench.database, b"To: ann@example.org\n\nno such user")
    comes(bench, ann, replace(HARD, mail=name, kept=True))

    with bench.database.transaction() as c:
        forgetting.forget(c, key(), now=bench.now, source="test")
    gone = originals.drop_unknown(bench.database, now=0)

    assert gone == 1
    with bench.database.reading() as c:
        [row] = campaigns.log(c, campaign.id)
        assert returned.categories(c, campaign.id) == {Category.GONE: 1}
    assert [(came.reason, came.kept) for came in row.returned] == [("", False)]


def test_a_person_sees_what_came_back_of_the_mails_to_them(bench: Bench) -> None:
    comes(bench, of(bench, sent(bench, "ann@example.org")), HARD)

    with bench.database.reading() as c:
        [mail] = rights.everything(c, key()).mails

    assert [(one.what, one.code, one.words) for one in mail.events] == [("bounce", 550, HARD.reason)]


def test_originals_are_private_and_stay_as_long_as_the_ledger_speaks_of_them(bench: Bench) -> None:
    ann = of(bench, sent(bench, "ann@example.org"))
    name = originals.keep(bench.database, b"Subject: 1\r\n\r\nmoi\r\n")
    again = originals.keep(bench.database, b"Subject: 1\n\nmoi\n")
    comes(bench, ann, replace(HARD, mail=name, kept=True))
    path = originals.path_of(bench.database, name)

    dropped = originals.drop_unknown(bench.database, now=bench.now)

    assert (again, dropped) == (name, 0)
    assert path.read_bytes() == b"Subject: 1\r\n\r\nmoi\r\n"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_half_an_original_is_never_kept(bench: Bench) -> None:
    resource = pytest.importorskip("resource")  # Windows has none
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, hard))  # a file ends in the middle of the mail
    try:
        with pytest.raises(NewsletterError):
            originals.keep(bench.database, b"Subject: 1\n\nmoi\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    left = list(originals.folder_of(bench.database).iterdir())

    name = originals.keep(bench.database, b"Subject: 1\n\nmoi\n")

    assert left == []
    assert originals.path_of(bench.database, name).read_bytes() == b"Subject: 1\n\nmoi\n"


def test_an_original_that_may_be_read_just_now_stays_for_an_hour(bench: Bench) -> None:
    path = originals.path_of(bench.database, originals.keep(bench.database, b"Subject: 1\n\nmoi\n"))
    written = round(path.stat().st_mtime * 1000)

    dropped = [
        originals.drop_unknown(bench.database, now=written + later) for later in (59 * MINUTE, 61 * MINUTE)
    ]

    assert dropped == [0, 1]
