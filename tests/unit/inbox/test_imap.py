"""The mailbox on a real server: Dovecot, over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from imap_server import DOVECOT, MID_NOVEMBER, PASSWORD, USER, ImapServer, imap_server
from inbox_kit import READERS, Office, mail, office
from newsletter_mailer.errors import InboxUnreadable, LoginRefused
from newsletter_mailer.inbox.folders import quoted
from newsletter_mailer.inbox.imap import _ranges
from newsletter_mailer.store.database import Connection, Database

pytestmark = pytest.mark.skipif(DOVECOT is None, reason="no Dovecot here: make setup-system")
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


@pytest.fixture
def folder(server: ImapServer) -> str:
    """A folder of the test's own; its name is written in the mailboxes' UTF-7."""
    name = f"R&-D&AOk-sinscriptions {next(_numbers)}"
    with server.line() as line:
        line.create(f'"{name}"')
    return f'"{name}"'


@pytest.fixture
def desk(tmp_path: Path, server: ImapServer, folder: str) -> Iterator[Office]:
    plain = folder.strip('"').replace("&AOk-", "é").replace("&-", "&")
    found = office(tmp_path, settings(server, folder=plain))
    yield found
    found.database.close()


def settings(server: ImapServer, **changes: object) -> str:
    said = {"host": "localhost", "port": server.port, "username": USER, "ca_file": server.ca_file, **changes}
    return "{ " + ", ".join(f"{key}: {value}" for key, value in said.items()) + " }"


def fetch(desk: Office, password: str = PASSWORD) -> tuple[int, int, int]:
    done = desk.fetch(NEWSLETTER_INBOX__PASSWORD=password)
    return done.read, done.left, done.other


def test_who_mails_the_link_of_a_letter_has_left_and_no_mail_is_marked(
    desk: Office, server: ImapServer, folder: str
) -> None:
    server.deliver(mail("Bonjour"), desk.leave("ann@example.org"), mail("Merci"), folder=folder)

    assert fetch(desk) == (3, 1, 2)
    assert desk.members() == ["bob@example.org", "cleo@example.org"]
    assert server.flags(folder) == [b"", b"", b""]


def test_only_new_mails_are_read_whatever_was_deleted(desk: Office, server: ImapServer, folder: str) -> None:
    server.deliver(mail("1"), mail("2"), mail("3"), folder=folder)
    fetch(desk)
    server.expunge(2, folder=folder)

    assert fetch(desk) == (0, 0, 0)
    server.deliver(desk.leave("ann@example.org"), folder=folder)
    assert fetch(desk) == (1, 1, 0)


def test_under_a_new_numbering_everything_is_read_again_and_nobody_leaves_twice(
    desk: Office, server: ImapServer, folder: str
) -> None:
    old = desk.leave("ann@example.org", "Message-ID: <1@example.org>")
    server.deliver(mail("1"), old, folder=folder)
    fetch(desk)

    server.number_anew(old, desk.leave("bob@example.org"), folder=folder)
    done = desk.fetch(NEWSLETTER_INBOX__PASSWORD=PASSWORD)

    assert (done.read, done.left, done.again) == (2, 1, 1)
    assert desk.members() == ["cleo@example.org"]


def test_the_text_is_fetched_when_the_subject_asks(desk: Office, server: ImapServer, folder: str) -> None:
    quoted = f"unsubscribe%20{desk.token('ann@example.org')}"
    server.deliver(mail("unsubscribe", "ann@example.org", body=quoted), folder=folder)

    assert fetch(desk) == (1, 1, 0)
    assert server.flags(folder) == [b""]


def test_a_large_mailbox_comes_in_pieces(desk: Office, server: ImapServer, folder: str) -> None:
    server.deliver(
        *(mail(str(number)) for number in range(230)), desk.leave("ann@example.org"), folder=folder
    )

    assert fetch(desk) == (231, 1, 230)
    assert fetch(desk) == (0, 0, 0)


def test_mails_older_than_the_first_letter_are_not_even_looked_at(
    desk: Office, server: ImapServer, folder: str
) -> None:
    server.deliver(mail("1"), mail("2"), folder=folder, at=MID_NOVEMBER - 40 * 86_400)
    server.deliver(desk.leave("ann@example.org"), folder=folder)

    assert fetch(desk) == (1, 1, 0)
    assert fetch(desk) == (0, 0, 0)


def test_a_wrong_password_is_said(desk: Office) -> None:
    with pytest.raises(LoginRefused, match="localhost refuses the login"):
        fetch(desk, "wrong")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, server: ImapServer) -> None:
    desk = office(tmp_path, settings(server, folder="Nowhere"))

    with desk.database, pytest.raises(InboxUnreadable, match="no folder “Nowhere”"):
        fetch(desk)


def test_a_server_that_nobody_vouches_for_hears_no_password(tmp_path: Path, server: ImapServer) -> None:
    desk = office(tmp_path, f"{{ host: localhost, port: {server.port}, username: {USER} }}")

    with desk.database, pytest.raises(InboxUnreadable, match="certificate of localhost is refused"):
        fetch(desk)


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    desk = office(tmp_path, "{ host: 127.0.0.1, port: 1, username: lettre, security: none }")

    with desk.database, pytest.raises(InboxUnreadable, match=r"127\.0\.0\.1:1 cannot be reached"):
        fetch(desk)


class Dying(Database):
    """A ledger whose program dies before the transaction of that number."""

    step = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self.step -= 1
        if self.step == 0:
            raise KeyboardInterrupt
        with super().transaction() as connection:
            yield connection


@pytest.mark.parametrize("step", range(1, 7))
def test_wherever_a_fetch_ends_the_next_one_goes_on(
    desk: Office, server: ImapServer, folder: str, step: int
) -> None:
    server.deliver(*(desk.leave(reader) for reader in READERS), mail("Bonjour"), folder=folder)
    with Dying(desk.workspace.database_url) as database, suppress(KeyboardInterrupt):
        database.step = step
        fetch(replace(desk, database=database))

    fetch(desk)

    assert desk.members() == []
    with desk.database.reading() as c:
        events = "SELECT count(*) FROM consent_events WHERE kind = 'unsubscribed'"
        assert c.exec_driver_sql(events).scalar() == len(READERS)
    assert fetch(desk) == (0, 0, 0)


def test_numbers_and_names_are_written_as_imap_wants_them() -> None:
    assert _ranges([4, 5, 6, 9, 11, 12]) == "4:6,9,11:12"
    assert quoted('Réponses & "amis"') == '"R&AOk-ponses &- \\"amis\\""'
