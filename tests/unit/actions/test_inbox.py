"""Reading a Maildir: who mails our link has left, once, and everything else stays as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from dispatch_kit import EDITION, NOON, SECRET
from inbox_kit import READERS, Office, deliver, mail, maildir, office
from newsletter_mailer.actions.inbox import fetch_first
from newsletter_mailer.errors import InboxUnreadable, SecretError, UsageError
from newsletter_mailer.message.letterhead import letterhead, message_template
from newsletter_mailer.message.mime import Copy
from newsletter_mailer.store import audience
from newsletter_mailer.tokens import Secret, sign


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return maildir(tmp_path / "mail")


@pytest.fixture
def desk(tmp_path: Path, box: Path) -> Iterator[Office]:
    found = office(tmp_path / "ws", f"{{ maildir: {box} }}")
    yield found
    found.database.close()


def test_who_mails_the_link_of_a_letter_has_left(desk: Office, box: Path) -> None:
    deliver(box, "1.a.host", desk.leave("ann@example.org"))
    deliver(box, "2.b.host", mail("Merci pour la lettre"))

    done = desk.fetch()

    assert (done.read, done.left, done.other) == (2, 1, 1)
    assert desk.members() == ["bob@example.org", "cleo@example.org"]


def test_the_way_out_of_a_real_mail_is_understood(desk: Office, box: Path) -> None:
    """The mailto: of its head, as a mail program writes it (RFC 6068)."""
    with desk.database.reading() as c:
        ann = audience.subscriber(c, "ann@example.org")
    assert ann
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    copy = Copy("ann@example.org", "<1@example.org>", moment, desk.token("ann@example.org"))
    _, raw = message_template(EDITION, letterhead(desk.workspace, "adherents")).build(ann, copy)
    way_out = urlsplit(message_from_bytes(raw)["List-Unsubscribe"].strip("<>"))
    subject = parse_qs(way_out.query)["subject"][0]

    deliver(box, "1.host", mail(subject, "ann@example.org", f"Delivered-To: {unquote(way_out.path)}"))
    done = desk.fetch()

    assert way_out.scheme == "mailto"
    assert (done.left, desk.members()) == (1, ["bob@example.org", "cleo@example.org"])


def test_nothing_is_moved_marked_or_changed(desk: Office, box: Path) -> None:
    deliver(box, "1.a.host", desk.leave("ann@example.org"))
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in box.rglob("*") if path.is_file()}

    desk.fetch()

    assert {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in box.rglob("*") if path.is_file()
    } == before


def test_a_mail_is_read_once_also_when_somebody_opens_it(desk: Office, box: Path) -> None:
    path = deliver(box, "1.a.host", desk.leave("ann@example.org"))
    deliver(box, "2.b.host", mail("Bonjour"))
    desk.fetch()

    path.rename(box / "cur" / "1.a.host:2,S")

    assert desk.fetch().read == 0


def test_a_reader_who_came_back_is_not_taken_off_by_their_old_mail(desk: Office, box: Path) -> None:
    raw = desk.leave("ann@example.org", "Message-ID: <1@example.org>")
    deliver(box, "1.a.host", raw)
    desk.fetch()
    with desk.database.transaction() as c:
        ann, members = audience.subscriber(c, "ann@example.org"), audience.find_list(c, "adherents")
        assert ann
        assert members
        audience.rejoin(c, ann.id, members.id, now=2_000_000_000_000, wording="oui", source="test")

    deliver(box, "9.copied.host", raw)
    done = desk.fetch()

    assert (done.left, done.again) == (0, 1)
    assert desk.members() == list(READERS)


def test_a_forged_link_takes_nobody_off(desk: Office, box: Path) -> None:
    forged = (
        sign(Secret(bytes([1] * 32)), "unsubscribe", 1),  # of another association
        desk.token("ann@example.org")[:-1] + ("1" if desk.token("ann@example.org").endswith("0") else "0"),
        "f" * 50,
        "this-was-a-test",
    )
    for number, token in enumerate(forged):
        deliver(box, f"{number}.host", mail(f"unsubscribe {token}"))

    done = desk.fetch()

    assert (done.invalid, done.left, done.by_hand) == (len(forged), 0, ())
    assert desk.members() == list(READERS)


def test_a_holiday_notice_that_quotes_the_link_takes_nobody_off(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.leave("ann@example.org", "Auto-Submitted: auto-replied"))

    done = desk.fetch()

    assert (done.automatic, done.left) == (1, 0)
    assert desk.members() == list(READERS)


def test_the_link_is_looked_for_in_the_text_only_when_the_subject_asks(desk: Office, box: Path) -> None:
    quoted = f"> mailto:lettre@example.org?subject=unsubscribe%20{desk.token('ann@example.org')}"
    deliver(box, "1.host", mail("Re: La lettre", "ann@example.org", body=f"Merci !\n{quoted}"))
    broken = f"unsubscribe {desk.token('ann@example.org')[:45]}"  # a gateway cut it
    deliver(box, "2.host", mail(broken, "Ann <ann@example.org>", body=f"svp\n{quoted}"))

    done = desk.fetch()

    assert (done.other, done.left) == (1, 1)
    assert desk.members() == ["bob@example.org", "cleo@example.org"]


def test_who_asks_without_a_link_or_with_two_is_named_and_stays(desk: Office, box: Path) -> None:
    two = f"unsubscribe {desk.token('ann@example.org')} unsubscribe {desk.token('bob@example.org')}"
    deliver(box, "1.host", mail("Désinscription", "Ann <ann@example.org>"))
    deliver(box, "2.host", mail(two, "someone@example.org"))

    done = desk.fetch()

    assert done.by_hand == ("ann@example.org", "someone@example.org")
    assert desk.members() == list(READERS)


def test_of_a_long_mail_only_the_head_is_read(desk: Office, box: Path) -> None:
    quoted = f"unsubscribe%20{desk.token('ann@example.org')}"
    deliver(box, "1.host", mail("unsubscribe", "ann@example.org", body=quoted + "\n" + "x" * 300_000))
    deliver(box, "2.host", desk.leave("bob@example.org") + b"x" * 300_000)

    done = desk.fetch()

    assert (done.left, done.by_hand) == (1, ("ann@example.org",))


def test_what_is_no_file_is_no_mail(desk: Office, box: Path) -> None:
    (box / "new" / "folder").mkdir()
    os.mkfifo(box / "new" / "pipe")
    (box / "new" / ".hidden").write_bytes(desk.leave("ann@example.org"))

    done = desk.fetch()

    assert done.read == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_a_name_that_is_no_text_is_read_once_as_well(desk: Office, box: Path) -> None:
    deliver(box, os.fsdecode(b"1.\xff\xfe"), desk.leave("ann@example.org"))
    deliver(box, os.fsdecode(b"2.\xff\xfe"), mail("Bonjour"))

    first, second = desk.fetch(), desk.fetch()

    assert (first.left, first.other, second.read) == (1, 1, 0)


def test_a_mailbox_that_is_not_there_is_said(desk: Office, box: Path) -> None:
    box.rename(box.with_name("elsewhere"))

    with pytest.raises(InboxUnreadable, match="not a Maildir"):
        desk.fetch()


@pytest.mark.parametrize(
    ("inbox", "error", "words"),
    [
        ("{ address: a@example.org }", UsageError, "names no mailbox"),
        ("{ host: imap.example.org, username: lettre }", SecretError, "there is no password"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, inbox: str, error: type[Exception], words: str) -> None:
    desk = office(tmp_path / "ws", inbox)

    with desk.database, pytest.raises(error, match=words):
        desk.fetch()


def test_how_to_mend_it_stands_in_one_pair_of_brackets(tmp_path: Path) -> None:
    desk = office(tmp_path / "ws", "{ host: imap.example.org, username: lettre }")

    with desk.database, pytest.raises(InboxUnreadable) as refused:
        fetch_first(desk.database, desk.workspace, secret=SECRET, now=NOON)

    assert str(refused.value).endswith(
        "at imap.example.org (set NEWSLETTER_INBOX__PASSWORD, or name a file in inbox.password_file;"
        " or send all the same with --without-inbox)"
    )
