"""What arrived can be opened in a mail program."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from newsletter_mailer.smtp.sandbox import Arrived
from newsletter_mailer.smtp.sandbox.mbox import Mbox


def test_messages_come_out_as_they_went_in(tmp_path: Path) -> None:
    path = tmp_path / "rehearsal.mbox"
    body = b"Subject: hi\r\n\r\nFrom here on\r\n>From there\r\n\r\nbye\r\n"

    with Mbox(path) as mbox:
        mbox.add(Arrived(1, "a@example.org", "b@example.org", body))
        mbox.add(Arrived(2, "", "c@example.org", body))

    opened = mailbox.mbox(path)
    first, second = opened
    opened.close()
    assert (first["Delivered-To"], second["Delivered-To"]) == ("b@example.org", "c@example.org")
    assert first["Subject"] == second["Subject"] == "hi"
    assert first.get_payload() == ">From here on\n>>From there\n\nbye\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "old.mbox"
    path.write_bytes(b"mail")

    with pytest.raises(FileExistsError):
        Mbox(path)

    assert path.read_bytes() == b"mail"
