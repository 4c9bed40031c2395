"""What the doctor says of this computer, the ledger, the mail server and the mailbox."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch_kit import SECRET, on_list, readers
from inbox_kit import maildir
from issue_files import workspace_at
from newsletter_mailer.actions.doctor.doors import mail_server, mailbox
from newsletter_mailer.actions.doctor.examining import Doors, examine
from newsletter_mailer.actions.doctor.ledger import ledger
from newsletter_mailer.actions.doctor.machine import computer, room
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import SecretError
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.inbox.maildir import Maildir
from newsletter_mailer.model.health import Mark, Point
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.runs import register_run
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import sentence
from smtp_servers import PIPELINING, ScriptedServer, account, certificates

NOON = int(dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC).timestamp() * 1000)  # noon in Paris
PARIS = dt.timedelta(hours=1)


def by_code(points: Iterator[Point]) -> dict[str, Point]:
    return {point.code: point for point in points}


def opened(workspace: Workspace, secret: Secret = SECRET) -> Database:
    database = Database(workspace.database_url)
    try:
        database.check_secret(secret)
    except BaseException:
        database.close()
        raise
    return database


def of_ledger(workspace: Workspace, *, now: int = NOON, secret: Secret = SECRET) -> dict[str, Point]:
    kept: list[Database] = []

    def open_it() -> Database:
        kept.append(opened(workspace, secret))
        return kept[0]

    try:
        return by_code(ledger(workspace, open_it, now=now))
    finally:
        for database in kept:
            database.close()


# -- this computer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "mark"), [(1, Mark.FINE), (0, Mark.DOUBT), (-5, Mark.DOUBT)])
def test_a_computer_elsewhere_shows_other_times(tmp_path: Path, hours: int, mark: Mark) -> None:
    found = by_code(computer(workspace_at(tmp_path), now=NOON, here=dt.timedelta(hours=hours)))

    assert found["time-zone"].mark is mark
    assert found["settings"].mark is Mark.FINE
    assert ("where it is 12:00" in str(found["time-zone"].what)) is (mark is Mark.DOUBT)


@pytest.mark.parametrize(
    ("free", "mark"), [(5 * 10**9, Mark.FINE), (300 * 10**6, Mark.DOUBT), (20 * 10**6, Mark.WRONG)]
)
def test_little_room_on_the_disk_is_told(tmp_path: Path, free: int, mark: Mark) -> None:
    assert room(tmp_path, free).mark is mark


# -- the ledger --------------------------------------------------------------------------------------------


def test_a_sound_ledger_is_fine_in_all_its_points(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with opened(workspace) as database:
        on_list(database, readers(3))

    found = of_ledger(workspace)

    assert {code: point.mark for code, point in found.items()} == dict.fromkeys(
        ("place", "secret", "ledger", "clock"), Mark.FINE
    )
    assert "people it knows: 3" in str(found["ledger"].what)


def test_where_there_is_no_ledger_yet_none_is_made(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)

    found = of_ledger(workspace)

    assert (found["ledger"].mark, found["place"].mark) == (Mark.UNKNOWN, Mark.FINE)
    assert not (tmp_path / "var").exists()


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with opened(workspace) as database:
        on_list(database, readers(500))
        path = database.path
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 3000] = b"\xff" * 3000
    path.write_bytes(raw)

    found = of_ledger(workspace)

    assert found["ledger"].mark is Mark.WRONG
    assert "damaged" in str(found["ledger"].what)
    assert "backup" in str(found["ledger"].hint)


def test_a_row_that_belongs_to_nobody_is_damage_too(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with opened(workspace) as database:
        on_list(database, readers(1))
    with closing(sqlite3.connect(database.path)) as stranger, stranger:  # who does not look at foreign keys
        stranger.execute("UPDATE subscriptions SET list_id = 99")

    found = of_ledger(workspace)

    assert found["ledger"].mark is Mark.WRONG
    assert "subscriptions → lists" in str(found["ledger"].what)


def test_another_ledgers_secret_is_told(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    opened(workspace).close()

    found = of_ledger(workspace, secret=Secret(b"x" * 32))

    assert found["secret"].mark is Mark.WRONG
    assert "secret does not belong to the ledger" in str(found["secret"].what)


def test_a_synchronised_folder_is_no_place_for_a_ledger(tmp_path: Path) -> None:
    found = of_ledger(workspace_at(tmp_path / "Dropbox" / "lettre"))

    assert found["place"].mark is Mark.WRONG
    assert "Dropbox" in str(found["place"].what)


@pytest.mark.parametrize(("minutes", "mark"), [(-1, Mark.FINE), (1, Mark.FINE), (90, Mark.WRONG)])
def test_a_clock_that_was_set_back_shows_in_what_the_ledger_knows(
    tmp_path: Path, minutes: int, mark: Mark
) -> None:
    workspace = workspace_at(tmp_path)
    with opened(workspace) as database, database.transaction() as c:
        register_run(c, host="h", boot_id="b", pid=1, journal="j", now=NOON + minutes * 60_000)

    assert of_ledger(workspace)["clock"].mark is mark


def test_a_clock_before_this_program_was_written_is_wrong(tmp_path: Path) -> None:
    found = of_ledger(workspace_at(tmp_path), now=NOON - 366 * 86_400_000)

    assert found["clock"].mark is Mark.WRONG


# -- the mail server ---------------------------------------------------------------------------------------


def login(workspace: Workspace, to: Account) -> dict[str, Point]:
    return by_code(mail_server(workspace, lambda: to, now=NOON))


def with_host(workspace: Workspace, **smtp: object) -> Workspace:
    changed = workspace.settings.smtp.model_copy(update=smtp)
    return replace(workspace, settings=workspace.settings.model_copy(update={"smtp": changed}))


def test_a_login_over_tls_is_fine_and_sends_nothing(tmp_path: Path) -> None:
    there = certificates(tmp_path)
    workspace = with_host(workspace_at(tmp_path / "w"), username="ann", host="localhost")
    with ScriptedServer(tls=there.good, offers=(*PIPELINING, "AUTH PLAIN")) as server:
        to = account(server.port, security="tls", ca_file=there.ca_file, username="ann", password="p")
        found = login(workspace, to)

    assert {code: point.mark for code, point in found.items()} == {
        "smtp-login": Mark.FINE,
        "tls": Mark.FINE,
        "smtp-size": Mark.DOUBT,  # it takes a megabyte
        "limits": Mark.FINE,
    }
    assert "TLSv1.3" in str(found["tls"].what)
    assert "“ann”" in str(found["smtp-login"].what)
    assert server.messages == []


@pytest.mark.parametrize(("port", "mark"), [(1025, Mark.DOUBT), (25, Mark.FINE)])
def test_a_workspace_that_names_no_provider_yet_is_told_that_its_mails_stay_here(
    tmp_path: Path, port: int, mark: Mark
) -> None:
    workspace = with_host(workspace_at(tmp_path), host="127.0.0.1", port=port)

    with ScriptedServer() as server:
        found = login(workspace, account(server.port))["smtp-login"]

    assert found.mark is mark
    assert ("stay on this computer" in str(found.what)) is (mark is Mark.DOUBT)


def test_a_refused_login_is_wrong_in_the_servers_words(tmp_path: Path) -> None:
    with ScriptedServer({"AUTH": "535 no such user"}, offers=("AUTH PLAIN",)) as server:
        found = login(workspace_at(tmp_path), account(server.port, username="ann", password="p"))

    assert found["smtp-login"].mark is Mark.WRONG
    assert "535 no such user" in str(found["smtp-login"].what)
    assert "tls" not in found


def test_a_missing_password_and_a_dead_server_are_wrong(tmp_path: Path) -> None:
    def missing() -> Account:
        raise SecretError(sentence("there is no password"))

    with ScriptedServer() as server:
        port = server.port
    dead = login(workspace_at(tmp_path), account(port))
    without = by_code(mail_server(workspace_at(tmp_path), missing, now=NOON))

    assert dead["smtp-login"].mark is without["smtp-login"].mark is Mark.WRONG


@pytest.mark.parametrize(
    ("host", "profile", "mark", "told"),
    [
        ("mail.example.org", "", Mark.DOUBT, "nobody here knows what mail.example.org allows"),
        ("ssl0.ovh.net", "ovh", Mark.FINE, "at most 200/h leave: “ovh”"),
        ("mail.example.org", "unlimited", Mark.FINE, "no limit holds"),
    ],
)
def test_the_limits_of_the_provider_are_told(
    tmp_path: Path, host: str, profile: str, mark: Mark, told: str
) -> None:
    workspace = with_host(workspace_at(tmp_path), host=host, profile=profile)
    with ScriptedServer() as server:
        found = login(workspace, account(server.port))

    assert found["limits"].mark is mark
    assert told in str(found["limits"].what)


# -- the mailbox -------------------------------------------------------------------------------------------


def test_a_mailbox_that_can_be_read_is_fine_and_one_that_cannot_is_wrong(tmp_path: Path) -> None:
    there = maildir(tmp_path / "mail")

    @contextmanager
    def reading(path: Path) -> Iterator[Mailbox]:
        yield Maildir(path)

    fine = mailbox(lambda: reading(there), "mail")
    wrong = mailbox(lambda: reading(tmp_path), "mail")
    none = mailbox(None, "")

    assert (fine.mark, wrong.mark, none.mark) == (Mark.FINE, Mark.WRONG, Mark.DOUBT)
    assert "is not a Maildir" in str(wrong.what)


# -- all of it ---------------------------------------------------------------------------------------------


def test_the_sheet_goes_on_where_one_part_fails(tmp_path: Path) -> None:
    def no_account() -> Account:
        raise SecretError(sentence("there is no password"))

    workspace = workspace_at(tmp_path)
    opened(workspace).close()
    doors = Doors(ledger=lambda: opened(workspace, Secret(b"x" * 32)), account=no_account, mailbox=None)

    sheet = examine(workspace, doors, dns=None, now=NOON, here=PARIS)

    assert [str(chapter.title) for chapter in sheet.chapters] == [
        "This computer",
        "The ledger",
        "The mail server",
        "The mailbox",
        "The domain",
    ]
    assert sheet.mark is Mark.WRONG
    assert [point.code for point in sheet.points if point.mark is Mark.WRONG] == ["secret", "smtp-login"]
    assert sheet.rules == ()
