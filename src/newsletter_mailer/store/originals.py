"""The original texts of what came back, in a folder beside the ledger: one private file each, gone with its log."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import bounces
from newsletter_mailer.wording import sentence

_LETTERS = 32  # of a hash
_JUST_NOW_S = 3600


def folder_of(database: Database) -> Path:
    """Where the originals are; the folder may not be there yet."""
    return database.path.with_name("returned")


def hash_of(mail: bytes) -> str:
    """By which a mail is known, whatever its line ends became on its way."""
    return hashlib.sha256(mail.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).hexdigest()[:_LETTERS]


def path_of(database: Database, mail: str) -> Path:
    """The file of the mail with that hash."""
    return folder_of(database) / f"{mail}.eml"


def keep(database: Database, mail: bytes) -> str:
    """Keep a mail, and give its hash. Kept twice, it is one file. Raises NewsletterError."""
    name = hash_of(mail)
    path = path_of(database, name)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _write(path, mail)
    except OSError as error:
        what = sentence(
            "{folder} cannot be written: {reason}", folder=path.parent, reason=system_reason(error)
        )
        raise NewsletterError(what, sentence("ask for the right to write there, or make room")) from error
    return name


def _write(path: Path, mail: bytes) -> None:
    """All of it or nothing: half a mail would stay half for ever."""
    handle, made = tempfile.mkstemp(prefix=".", suffix=".eml", dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(mail)
        Path(made).replace(path)
    except OSError:
        Path(made).unlink(missing_ok=True)
        raise


def drop_unknown(database: Database, *, now: int) -> int:
    """Delete the originals that the ledger has given up, and give their number.

    What it does not know may be in the hands of another process that is reading just now: that stays for an hour.
    """
    folder = folder_of(database)
    if not folder.is_dir():
        return 0
    with database.reading() as connection:
        rows = connection.execute(select(bounces.c.mail, bounces.c.kept)).all()
    kept = {mail for mail, is_kept in rows if is_kept}
    given_up = {mail for mail, _ in rows} - kept
    count = 0
    for path in folder.glob("*.eml"):
        with suppress(OSError):  # another process was faster
            if path.stem not in kept and (
                path.stem in given_up or path.stat().st_mtime < now / 1000 - _JUST_NOW_S
            ):
                path.unlink()
                count += 1
    return count
