"""What happens to mails that had an effect: kept, moved or deleted, as the settings have it; others stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imap_server import DOVECOT, PASSWORD, USER, ImapServer, imap_server
from inbox_kit import Office, deliver, mail, maildir, office
from newsletter_mailer.errors import ConfigError, InboxUnreadable

DOVECOT_ONLY = pytest.mark.skipif(DOVECOT is None, reason="no Dovecot here: make setup-system")


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


@pytest.fixture(scope="module")
def poor_server() -> Iterator[ImapServer]:
    """Without the words MOVE and UIDPLUS."""
    with imap_server(can="IMAP4rev1") as running:
        yield running


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return maildir(tmp_path / "mail")


def mails(desk: Office) -> dict[str, bytes]:
    """Those that have an effect, and those that have none."""
    return {
        "leaves": desk.leave("ann@example.org"),
        "bounces": desk.bounce("bob@example.org"),
        "writes": mail("Bonjour"),
        "asks": mail("unsubscribe", "someone@example.org"),
        "forges": mail(f"unsubscribe {'a' * 50}"),
    }


def opened(folder: Path, inbox: str) -> Office:
    return office(folder / "ws", inbox)


def names(folder: Path) -> set[str]:
    return {path.name.partition(":")[0] for part in ("new", "cur") for path in (folder / part).glob("*")}


@pytest.mark.parametrize(
    ("after", "moved"), [("delete", None), ("Lettre/Réglé", ".Lettre.R&AOk-gl&AOk-"), ("../x", ".x")]
)
def test_what_had_an_effect_leaves_the_maildir_and_the_rest_stays(
    tmp_path: Path, box: Path, after: str, moved: str | None
) -> None:
    desk = opened(tmp_path, f"{{ maildir: {box}, after: {after} }}")
    for name, raw in mails(desk).items():
        deliver(box, name, raw)
    (box / "new" / "bounces").rename(box / "cur" / "bounces:2,S")

    done = desk.fetch()
    again = desk.fetch()
    desk.database.close()

    assert (done.read, done.left, done.hard, again.read) == (5, 1, 1, 0)
    assert names(box) == {"writes", "asks", "forges"}
    if moved:
        assert {
            str(path.relative_to(box / moved)) for path in (box / moved).rglob("*") if path.is_file()
        } == {
            "maildirfolder",
            "new/leaves",
            "cur/bounces:2,S",
        }


def test_when_nothing_is_said_every_mail_stays(tmp_path: Path, box: Path) -> None:
    desk = opened(tmp_path, f"{{ maildir: {box} }}")
    for name, raw in mails(desk).items():
        deliver(box, name, raw)

    desk.fetch()
    desk.database.close()

    assert names(box) == {"leaves", "bounces", "writes", "asks", "forges"}


def test_a_folder_that_cannot_be_written_is_told_and_the_effect_stands(tmp_path: Path, box: Path) -> None:
    desk = opened(tmp_path, f"{{ maildir: {box}, after: Done }}")
    (box / ".Done").write_text("no folder")
    deliver(box, "1", desk.leave("ann@example.org"))

    with pytest.raises(InboxUnreadable) as told:
        desk.fetch()
    again = desk.fetch()
    desk.database.close()

    assert "inbox.after" in str(told.value.hint)
    assert (again.read, "ann@example.org" in desk.members()) == (0, False)


@pytest.mark.parametrize("said", ["mbox: Inbox, after: Done", "maildir: mail, after: INBOX"])
def test_a_place_where_mails_cannot_go_is_a_fault(tmp_path: Path, said: str) -> None:
    with pytest.raises(ConfigError, match="mails cannot go there"):
        opened(tmp_path, f"{{ {said} }}")


@DOVECOT_ONLY
@pytest.mark.parametrize("after", ["delete", "Lettre réglée"])
@pytest.mark.parametrize("which", ["server", "poor_server"])
def test_what_had_an_effect_leaves_the_folder_on_the_server(
    tmp_path: Path, request: pytest.FixtureRequest, which: str, after: str
) -> None:
    server: ImapServer = request.getfixturevalue(which)
    folder = f"In-{after[:3]}"
    with server.line() as line:
        line.create(folder)
    where = f"host: localhost, port: {server.port}, username: {USER}, ca_file: {server.ca_file}"
    desk = opened(tmp_path, f"{{ {where}, folder: {folder}, after: {after} }}")
    server.deliver(*mails(desk).values(), folder=folder)

    done = desk.fetch(NEWSLETTER_INBOX__PASSWORD=PASSWORD)
    again = desk.fetch(NEWSLETTER_INBOX__PASSWORD=PASSWORD)
    desk.database.close()

    left = server.flags(folder)
    assert (done.read, done.left, done.hard, again.read) == (5, 1, 1, 0)
    # who cannot delete one mail alone marks it: others' marked mails would go with it
    assert (len(left), left.count(rb"\Deleted")) == ((3, 0) if which == "server" else (5, 2))
    if after != "delete":
        assert len(server.flags('"Lettre r&AOk-gl&AOk-e"')) == 2
