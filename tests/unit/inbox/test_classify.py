"""What returned mails are: small samples of each kind, and what must not be taken for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_kit import complaint, dsn, mail
from newsletter_mailer.inbox.classify import read_mail
from newsletter_mailer.model.bounce import BounceClass, Category, Kind, Returned
from newsletter_mailer.tokens import Secret, sign

OURS = "<42.0123456789abcdef0123456789abcdef@news.example.org>"
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"


def of_report(said: str, **other: str) -> Returned:
    return read_mail(dsn("ann@example.org", OURS, said, **other))


def note(subject: str, *lines: str, sender: str = DAEMON, head: tuple[str, ...] = ()) -> Returned:
    return read_mail(mail(subject, sender, *head, body="\r\n".join(lines)))


@pytest.mark.parametrize(
    ("said", "expected", "category"),
    [
        ("550 5.1.1 <{address}>: user unknown", BounceClass.HARD, Category.GONE),
        ("550 5.4.1 {address}: Recipient address rejected: Access denied", BounceClass.HARD, Category.GONE),
        ("556 5.1.10 null MX", BounceClass.HARD, Category.GONE),
        ("550 5.5.0 OFR_416 adresse", BounceClass.HARD, Category.GONE),
        ("552 5.2.2 mailbox full", BounceClass.SOFT, Category.FULL),
        ("550 5.1.1 boîte aux lettres pleine", BounceClass.SOFT, Category.FULL),
        ("550 5.5.0 LPN007_417", BounceClass.SOFT, Category.FULL),
        ("550 5.2.1 account is disabled", BounceClass.SOFT, Category.AWAY),
        ("450 4.1.2 Domain not found", BounceClass.SOFT, Category.AWAY),
        ("421 4.4.2 connection timed out", BounceClass.SOFT, Category.AWAY),
        ("550 5.0.0 whatever", BounceClass.SOFT, Category.AWAY),
        ("550 5.1.1 Service unavailable; listed by Spamhaus", BounceClass.POLICY, Category.FILTERED),
        ("550 5.7.26 unauthenticated email", BounceClass.POLICY, Category.FILTERED),
        ("550 5.2.0 Mail rejeté. ofr_506 [506]", BounceClass.POLICY, Category.FILTERED),
        ("550 5.5.0 SFR_IN_105", BounceClass.POLICY, Category.FILTERED),
        ("553 5.1.8 sender address rejected: unknown user", BounceClass.POLICY, Category.FILTERED),
        ("550 5.7.1 user unknown", BounceClass.POLICY, Category.FILTERED),
        ("550 5.7.17 mailbox owner has changed", BounceClass.HARD, Category.GONE),
        ("550 5.1.1 <{address}>: user unknown at mx.spamfilter.example", BounceClass.HARD, Category.GONE),
        ("550 5.5.0 Requested action not taken: mailbox unavailable", BounceClass.HARD, Category.GONE),
        ("550 5.7.1 unknown words", BounceClass.POLICY, Category.FILTERED),
        (
            "450 4.2.0 mailbox unavailable 450 Mail send limit exceeded",
            BounceClass.POLICY,
            Category.FILTERED,
        ),
        (
            "550 5.1.0 - Unknown address error 550-'5.7.1 not welcome'",
            BounceClass.POLICY,
            Category.FILTERED,
        ),
    ],
)
def test_words_come_before_codes(said: str, expected: BounceClass, category: Category) -> None:
    found = of_report(said)

    (one,) = found.recipients

    assert (found.kind, one.bounce_class, one.category) == (Kind.BOUNCE, expected, category)


def test_a_report_names_reader_code_words_and_the_letter_that_it_returns() -> None:
    found = of_report("550 5.1.1 <{address}>: user unknown")

    (one,) = found.recipients

    assert (one.address, one.status, one.code) == ("ann@example.org", "5.1.1", 550)
    assert one.reason == "550 5.1.1 <ann@example.org>: user unknown"
    assert OURS in found.tokens


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("failed", Kind.BOUNCE),
        ("delayed", Kind.DELAYED),
        ("delivered", Kind.DELIVERED),
        ("relayed", Kind.DELIVERED),
        ("expanded", Kind.DELIVERED),
    ],
)
def test_only_what_failed_can_suppress(action: str, kind: Kind) -> None:
    found = of_report("550 5.1.1 user unknown", action=action)

    suppressing = [one for one in found.recipients if found.suppresses(one)]

    assert found.kind is kind
    assert bool(suppressing) is (kind is Kind.BOUNCE)


@pytest.mark.parametrize("kind", ["abuse", "opt-out", "Abuse"])
def test_a_reader_who_wants_no_more_complains(kind: str) -> None:
    found = read_mail(complaint("ann@example.org", OURS, kind))

    assert found.kind is Kind.COMPLAINT
    assert all(found.suppresses(one) for one in found.recipients)
    assert OURS in found.tokens


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "fraud", "virus", "other", "opt-out-list", ""])
def test_other_feedback_changes_nothing(kind: str) -> None:
    found = read_mail(complaint("ann@example.org", OURS, kind))

    assert (found.kind, found.recipients) == (Kind.UNKNOWN, ())


def test_a_complaint_as_microsoft_writes_it() -> None:
    lines = (
        "--b",
        "Content-Type: message/rfc822",
        "",
        "X-HmXmrOriginalRecipient: ann@example.org",
        f"Message-ID: {OURS}",
        "",
        "Bonjour",
        "--b--",
    )
    kind = 'Content-Type: multipart/mixed; boundary="b"'

    found = note("complaint about message from 192.0.2.1", *lines, sender="staff@example.com", head=(kind,))

    assert (found.kind, found.recipients[0].address) == (Kind.COMPLAINT, "ann@example.org")
    assert found.tokens == (OURS,)


@pytest.mark.parametrize(
    ("said", "kind", "suppresses"),
    [
        (
            {
                "notificationType": "Bounce",
                "bounce": {
                    "bounceType": "Permanent",
                    "bouncedRecipients": [
                        {"emailAddress": "ann@example.org", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
                    ],
                },
            },
            Kind.BOUNCE,
            True,
        ),
        (
            {
                "notificationType": "Complaint",
                "complaint": {"complainedRecipients": [{"emailAddress": "ann@example.org"}]},
            },
            Kind.COMPLAINT,
            True,
        ),
        (
            {
                "notificationType": "Complaint",
                "complaint": {"complaintFeedbackType": "not-spam", "complainedRecipients": []},
            },
            Kind.UNKNOWN,
            False,
        ),
        (
            {"eventType": "Delivery", "delivery": {"recipients": ["ann@example.org"]}},
            Kind.DELIVERED,
            False,
        ),
    ],
)
def test_a_notice_of_amazon_is_read(said: dict[str, object], kind: Kind, suppresses: bool) -> None:
    found = note("AWS Notification Message", json.dumps(said), sender="no-reply@sns.example.com")

    assert found.kind is kind
    assert any(map(found.suppresses, found.recipients)) is suppresses


def test_qmails_words_are_read() -> None:
    found = note(
        "failure notice",
        "Hi. This is the qmail-send program at example.net.",
        "",
        "<ann@example.org>:",
        "192.0.2.1 does not like recipient.",
        "Remote host said: 550 5.1.1 user unknown",
        "",
        "<bob@example.org>:",
        "user is over quota",
        "",
        "--- Below this line is a copy of the message.",
        "",
        f"Message-ID: {OURS}",
        "To: ann@example.org",
    )

    said = [(one.address, one.bounce_class.value) for one in found.recipients]

    assert said == [("ann@example.org", "hard"), ("bob@example.org", "soft")]
    assert OURS in found.tokens


def test_a_warning_is_no_bounce() -> None:
    found = note(
        "Warning: could not send message for past 4 hours",
        "<ann@example.org>",
        "host unknown",
        "your message will be retried",
    )

    assert found.kind is Kind.DELAYED
    assert not any(map(found.suppresses, found.recipients))


def test_tokens_of_our_links_and_tagged_addresses_are_named() -> None:
    token = sign(Secret(bytes(32)), "unsubscribe", 42)
    raw = dsn("ann@example.org", OURS, "550 5.1.1 user unknown")
    link = f"List-Unsubscribe: <https://news.example.org/u/{token}>\r\n".encode()
    raw = raw.replace(b"To: lettre@example.org", b"To: <b+42.x9f@example.org>")

    found = read_mail(raw.replace(b"Subject: La lettre", link + b"Subject: La lettre"))

    assert {OURS, token, "b+42.x9f"} <= set(found.tokens)


@pytest.mark.parametrize(
    ("subject", "head"),
    [
        ("Re: La lettre", "Auto-Submitted: auto-replied"),
        ("Re: La lettre", "X-Autoreply: yes"),
        ("Re: La lettre", "Precedence: auto_reply"),
        ("Automatic reply: La lettre", "X-Spam: no"),
        ("Réponse automatique : La lettre", "X-Spam: no"),
        ("Absence du bureau", "Return-Path: <>"),
    ],
)
def test_a_holiday_notice_is_no_bounce_whatever_it_says(subject: str, head: str) -> None:
    words = "Ann is no longer with us: the mailbox does not exist. 550 5.1.1 user unknown."

    found = note(subject, words, "bob@example.org", sender="ann@example.org", head=(head,))

    assert (found.kind, found.recipients) == (Kind.AUTO_REPLY, ())


@pytest.mark.parametrize(
    "subject", ["Re: La lettre", "Re: Undelivered Mail Returned to Sender", "Mail delivery: a history"]
)
def test_what_a_person_writes_about_undelivered_mail_is_a_reply(subject: str) -> None:
    found = note(subject, "Bonjour,", "ann@example.org", "no such user, they said", sender="ann@example.org")

    assert (found.kind, found.recipients) == (Kind.REPLY, ())


def test_who_asks_to_be_taken_off_is_told_from_who_writes() -> None:
    assert note("Désinscription", sender="ann@example.org").kind is Kind.UNSUBSCRIBE


def test_a_postmaster_who_writes_by_hand_is_left_for_people() -> None:
    found = note("Votre lettre", "Bonjour,", "ann@example.org", sender="postmaster@example.org")

    assert found.kind is Kind.UNKNOWN


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_line_ends_change_nothing(end: bytes) -> None:
    raw = dsn("ann@example.org", OURS, "550 5.1.1 user unknown")

    assert read_mail(raw.replace(b"\r\n", end)) == read_mail(raw)


def test_reasons_hold_nothing_that_steers_a_terminal() -> None:
    found = of_report("550 5.1.1 \x1b[2J user unknown \x07")

    assert found.recipients[0].reason.isprintable()


SAMPLES = (
    dsn("ann@example.org", OURS, "550 5.1.1 user unknown"),
    complaint("ann@example.org", OURS),
    mail("failure notice", DAEMON, body="<ann@example.org>:\r\n550 5.1.1 user unknown"),
    mail("AWS", DAEMON, body='{"notificationType": "Bounce", "bounce": {"bouncedRecipients": [1, {}]}}'),
)
PIECES = st.sampled_from(
    [b"\r", b"\n", b"\n\n", b"--b", b"<", b">", b"@", b": ", b";", b"=?utf-8?q?", b"{", b"\xff", b"\0", b"%"]
)


@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 40), PIECES)))
def test_a_broken_mail_is_read_as_far_as_it_can_be(sample: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for at, length, piece in cuts:
        sample = sample[:at] + piece + sample[at + length :]

    found = read_mail(sample)

    assert all(len(one.reason) <= 500 and len(one.address) <= 254 for one in found.recipients)


@given(st.binary(max_size=2000))
def test_any_bytes_are_something(raw: bytes) -> None:
    assert read_mail(raw).kind in Kind
