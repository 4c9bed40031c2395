"""Reading an mbox file: each mail once, whatever is done to its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_kit import Office, mail, office
from newsletter_mailer.config import load_workspace
from newsletter_mailer.errors import ConfigError, InboxUnreadable

BEGIN = b"From someone@example.org Sun Nov  1 09:00:00 2026\n"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return tmp_path / "Inbox"


@pytest.fixture
def desk(tmp_path: Path, box: Path) -> Iterator[Office]:
    found = office(tmp_path / "ws", f"{{ mbox: {box} }}")
    yield found
    found.database.close()


def write(box: Path, *mails: bytes) -> None:
    box.write_bytes(b"".join(BEGIN + raw.replace(b"\r\n", b"\n") + b"\n" for raw in mails))


def test_each_mail_is_read_once_also_when_others_go_and_come(desk: Office, box: Path) -> None:
    first, second = mail("Bonjour", body="From the start\nFrom me"), desk.leave("ann@example.org")
    write(box, first, second)
    before = desk.fetch()

    write(
        box,
        second.replace(b"Subject", b"X-Mozilla-Status: 0001\nStatus: RO\nSubject"),
        desk.bounce("bob@example.org"),
    )
    after = desk.fetch()

    assert (before.read, before.other, before.left) == (2, 1, 1)
    assert (after.read, after.hard, after.suppressed) == (1, 1, 1)


def test_a_mail_that_is_being_written_is_read_when_it_is_whole(desk: Office, box: Path) -> None:
    whole = BEGIN + desk.leave("ann@example.org").replace(b"\r\n", b"\n") + b"\n"
    box.write_bytes(whole[:-4])
    before = desk.fetch()

    box.write_bytes(whole)

    assert (before.read, desk.fetch().left) == (0, 1)


def test_a_line_without_end_is_read_in_pieces(desk: Office, box: Path) -> None:
    write(box, mail("Bonjour", body="x" * 300_000), desk.leave("ann@example.org"))

    done = desk.fetch()

    assert (done.other, done.left) == (1, 1)


def test_an_empty_mailbox_holds_nothing(desk: Office, box: Path) -> None:
    box.touch()

    assert desk.fetch().read == 0


@pytest.mark.parametrize("content", [b"PK\x03\x04", None])
def test_what_is_no_mailbox_is_said(desk: Office, box: Path, content: bytes | None) -> None:
    if content:
        box.write_bytes(content)

    with pytest.raises(InboxUnreadable, match="Inbox"):
        desk.fetch()


def test_one_mailbox_only_can_be_named(desk: Office) -> None:
    path = desk.workspace.root / "newsletter.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{ mbox:", "{ maildir: a, mbox:"), encoding="utf-8"
    )

    with pytest.raises(ConfigError, match="keep one of"):
        load_workspace(desk.workspace.root)
