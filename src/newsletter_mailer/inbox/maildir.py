"""A mailbox as a folder of files (https://cr.yp.to/proto/maildir.html)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from newsletter_mailer.errors import InboxUnreadable, system_reason
from newsletter_mailer.inbox.folders import DELETE, KEEP, maildir_name
from newsletter_mailer.inbox.mailbox import LONGEST_HEAD, LONGEST_MAIL, Found, Mark
from newsletter_mailer.wording import sentence


class Maildir:
    """The mails of `new` and `cur`. A mail's key is its name without flags: it stays when the mail is opened."""

    uidvalidity: int | None = None

    def __init__(self, folder: Path, *, after: str = KEEP) -> None:
        """Raises InboxUnreadable when the folder is no Maildir.

        after: what happens to a mail that was acted upon: kept, deleted, or moved to the folder of this name.
        """
        self._folder = folder
        self._after = after
        if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
            raise InboxUnreadable(
                sentence("{path} is not a Maildir: it has no folders “new” and “cur”", path=folder),
                sentence("correct inbox.maildir in newsletter.yaml"),
            )

    def since(self, mark: Mark) -> Iterator[Found]:
        """Mails whose names are not known, by name, which begins with the time of arrival."""
        for key, name in sorted(self._names().items()):
            if key not in mark.keys and (found := self._found(key, name)) is not None:
                yield found

    def put_away(self, found: Found) -> None:
        """Delete the mail, or move it into a folder beside the others (Maildir++), as it is: read or unread."""
        if self._after == KEEP:
            return
        try:
            for part in ("new", "cur"):  # in this order: it may be opened meanwhile
                for name in os.listdir(self._folder / part):  # noqa: PTH208 - names, not paths: there may be many
                    if _key(name) == found.key:
                        self._put(self._folder / part / name)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _put(self, path: Path) -> None:
        with suppress(FileNotFoundError):  # gone, or moved by somebody else
            if self._after == DELETE:
                path.unlink()
                return
            target = self._folder / maildir_name(self._after)
            for part in ("cur", "new", "tmp"):
                (target / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            (target / "maildirfolder").touch(mode=0o600)  # by which Courier and Dovecot know it
            path.rename(target / path.parent.name / path.name)

    def _names(self) -> dict[str, str]:
        """Each mail's key and where it is; `new` first, so that a mail that is opened meanwhile is not missed."""
        names: dict[str, str] = {}
        try:
            for part in ("new", "cur"):
                for name in os.listdir(self._folder / part):  # noqa: PTH208 - names, not paths: there may be many
                    if not name.startswith("."):
                        names[_key(name)] = f"{part}/{name}"
        except OSError as error:
            raise _unreadable(self._folder, error) from error
        return names

    def _found(self, key: str, name: str) -> Found | None:
        """The mail; None when it is no file, or gone: it is looked for again next time."""
        raw = self._read(key, name, LONGEST_HEAD)
        if raw is None:
            return None
        data, size = raw
        head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return Found(head, size, lambda: (self._read(key, name, LONGEST_MAIL) or (b"", 0))[0], key=key)

    def _read(self, key: str, name: str, most: int) -> tuple[bytes, int] | None:
        """The first bytes of the mail, and its size."""
        path = self._folder / name
        try:
            return _first_bytes(path, most)
        except FileNotFoundError:  # opened meanwhile: it stands in `cur` now, perhaps with flags
            moved = [cur for cur in (self._folder / "cur").iterdir() if _key(cur.name) == key]
            try:
                return _first_bytes(moved[0], most) if moved else None
            except FileNotFoundError:
                return None
        except OSError as error:
            raise _unreadable(path, error) from error


def _key(name: str) -> str:
    """The name without flags, as text that the ledger can keep: file names are bytes of any kind."""
    return os.fsencode(name.partition(":")[0]).decode("utf-8", "backslashreplace")


def _first_bytes(path: Path, most: int) -> tuple[bytes, int] | None:
    found = path.stat(follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):  # a pipe would keep us waiting
        return None
    with path.open("rb") as file:
        return file.read(most), found.st_size


def _unwritable(path: Path, error: OSError) -> InboxUnreadable:
    return InboxUnreadable(
        sentence("a mail in {path} cannot be put away: {reason}", path=path, reason=system_reason(error)),
        sentence("ask for the right to write there, or take `inbox.after` out of newsletter.yaml"),
    )


def _unreadable(path: Path, error: OSError) -> InboxUnreadable:
    return InboxUnreadable(
        sentence("{path} cannot be read: {reason}", path=path, reason=system_reason(error)),
        sentence("ask for the right to read it, or correct inbox.maildir in newsletter.yaml"),
    )
