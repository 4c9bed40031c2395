"""Passwords and secrets: from the environment, or from files that their owner alone can read."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from newsletter_mailer.config.loading import ENVIRONMENT_PREFIX
from newsletter_mailer.config.oauth import OAuthSettings
from newsletter_mailer.config.workspace import Workspace
from newsletter_mailer.errors import NewsletterError, SecretError, system_reason
from newsletter_mailer.wording import sentence

PASSWORD_VARIABLE = f"{ENVIRONMENT_PREFIX}SMTP__PASSWORD"
INBOX_VARIABLE = f"{ENVIRONMENT_PREFIX}INBOX__PASSWORD"


def smtp_password(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> str:
    """The password from NEWSLETTER_SMTP__PASSWORD or `smtp.password_file`; "" when there is neither.

    Raises SecretError when others may read the file or it is not UTF-8.
    """
    return _password(workspace, environment, PASSWORD_VARIABLE, workspace.settings.smtp.password_file)


def inbox_password(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> str:
    """The same of the mailbox: NEWSLETTER_INBOX__PASSWORD or `inbox.password_file`. Raises SecretError."""
    return _password(workspace, environment, INBOX_VARIABLE, workspace.settings.inbox.password_file)


def _password(workspace: Workspace, environment: Mapping[str, str], variable: str, file: str) -> str:
    given = environment.get(variable)
    if given is not None:
        return _as_text(given.encode(errors="surrogateescape"), variable)
    return _in_file(workspace, file)


def oauth_client_secret(workspace: Workspace, oauth: OAuthSettings) -> str:
    """What its `client_secret_file` holds, "" without one. Raises SecretError like `smtp_password`."""
    return _in_file(workspace, oauth.client_secret_file)


def _in_file(workspace: Workspace, name: str) -> str:
    if not name:
        return ""
    path = workspace.root / Path(name).expanduser()
    return _as_text(read_private(path), path).strip()


def _as_text(raw: bytes, where: Path | str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise SecretError(
            sentence("the password in {path} is not written in UTF-8", path=where),
            sentence("save it again with that encoding"),
        ) from error


def read_private(path: Path) -> bytes:
    """The bytes of a file that only its owner may read. Raises SecretError otherwise."""
    try:
        mode = path.stat().st_mode
        raw = path.read_bytes()
    except OSError as error:
        raise SecretError(
            sentence("{path} cannot be read: {reason}", path=path, reason=system_reason(error))
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise SecretError(
            sentence("{path} can be read by others", path=path), sentence("run: chmod 600 {path}", path=path)
        )
    return raw


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, and never over another; it outlasts a power cut."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    for folder in (path.parent, path.parent.parent):  # the names: of the file, and of a folder just made
        keep_names(folder)


def replace_private(path: Path, data: bytes) -> None:
    """Write such a file in the place of another: whoever looks sees the old one or the new one, whole."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_private(new, data)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    keep_names(path.parent)


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Such a file, to be written bit by bit in the place of another. Raises NewsletterError when the disk refuses.

    It stands beside its place until it is whole: whoever looks sees the file before or the new one.
    """
    beside = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise NewsletterError(
            sentence("{path} cannot be written: {reason}", path=path, reason=system_reason(error))
        ) from error


def keep_names(folder: Path) -> None:
    """Have the names in a folder written to the disk; Windows does so by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
