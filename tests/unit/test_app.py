"""The parts of a workspace, opened when asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter_mailer.actions.init import Answers, init
from newsletter_mailer.app import open_app
from newsletter_mailer.config import write_private
from newsletter_mailer.errors import ConfigError, UsageError


def test_a_secret_and_its_name_are_on_the_disk_before_anything_relies_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[int, int]] = []
    really = os.fsync

    def fsync(handle: int) -> None:
        found = os.fstat(handle)
        kept.append((found.st_ino, found.st_size))
        really(handle)

    monkeypatch.setattr(os, "fsync", fsync)

    write_private(tmp_path / "var" / "secret", b"0123")

    assert kept[0] == ((tmp_path / "var" / "secret").stat().st_ino, 4)
    assert [inode for inode, _ in kept[1:]] == [(tmp_path / "var").stat().st_ino, tmp_path.stat().st_ino]


def test_a_secret_is_never_written_over_another(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", b"first")

    with pytest.raises(FileExistsError):
        write_private(tmp_path / "secret", b"second")

    assert (tmp_path / "secret").read_bytes() == b"first"
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_settings_that_were_changed_hold_from_the_next_look_on(tmp_path: Path) -> None:
    init(tmp_path, Answers(), language="fr")
    settings = tmp_path / "newsletter.yaml"
    before = settings.read_text(encoding="utf-8")

    with open_app(tmp_path) as app:
        database = app.database
        settings.write_text(f"{before}\nnotify: [chair@example.org]\n", encoding="utf-8")
        app.reload()

        assert app.workspace.settings.notify == ("chair@example.org",)
        assert app.database is database


def test_settings_that_cannot_be_used_leave_those_before_in_force(tmp_path: Path) -> None:
    init(tmp_path, Answers(), language="fr")
    settings = tmp_path / "newsletter.yaml"
    before = settings.read_text(encoding="utf-8")

    with open_app(tmp_path) as app:
        known = app.workspace
        settings.write_text(f"{before}\nnotify: nobody\n", encoding="utf-8")
        with pytest.raises(ConfigError):
            app.reload()
        settings.write_text(f"{before}\ndatabase: {{url: 'sqlite:///var/another.db'}}\n", encoding="utf-8")
        with pytest.raises(UsageError, match=r"database\.url was changed"):
            app.reload()

        assert app.workspace is known
