"""The opened parts of a workspace: settings, ledger and secret, each opened when first asked for."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter_mailer import tokens
from newsletter_mailer.config import (
    Workspace,
    find_workspace,
    load_workspace,
    read_private,
    replace_private,
    write_private,
)
from newsletter_mailer.errors import NewsletterError, SecretError, UsageError
from newsletter_mailer.store.database import Database, exists
from newsletter_mailer.wording import sentence

if TYPE_CHECKING:
    from newsletter_mailer.actions.dispatch import Tools


def clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class App:
    """A workspace at work. Use `open_app`."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._database: Database | None = None

    @property
    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return clock()

    @property
    def has_ledger(self) -> bool:
        """Whether there is a ledger that opens; looking at an issue makes none."""
        try:
            return exists(self.workspace.database_url) and bool(self.database)
        except NewsletterError:
            return False

    @property
    def database(self) -> Database:
        """The ledger; made, with its secret, when there is none yet. Raises SecretError when they do not match."""
        if self._database is None:
            opened = Database(self.workspace.database_url)
            try:
                opened.check_secret(self._read_secret(opened))
            except BaseException:
                opened.close()
                raise
            self._database = opened
        return self._database

    @cached_property
    def secret(self) -> tokens.Secret:
        """The secret behind fingerprints and signed links. Raises SecretError."""
        return self._read_secret(self.database)

    def _read_secret(self, database: Database) -> tokens.Secret:
        path = self._secret_file(database)
        if not path.exists():
            if database.has_secret:
                raise SecretError(
                    sentence("{path} is missing, and the ledger was made with it", path=path),
                    sentence(
                        "put it back from your backup: without it the unsubscribed would be mailed again"
                    ),
                )
            write_private(path, tokens.Secret(secrets.token_bytes(tokens.SECRET_BYTES)).written().encode())
        try:
            return tokens.Secret.read(read_private(path).decode())
        except ValueError as error:
            raise SecretError(
                sentence("{path} does not hold a secret", path=path), sentence("put it back from your backup")
            ) from error

    def read_secret_again(self) -> tokens.Secret:
        """The secret as it is now: `newsletter secret rotate` may have added a key since. Raises SecretError."""
        self.__dict__.pop("secret", None)
        return self.secret

    def add_signing_key(self) -> int:
        """Sign links with a new key from now on, and give its number. Raises SecretError, UsageError after 255."""
        old = self.read_secret_again()
        if len(old.keys) == tokens.MOST_KEYS:
            raise UsageError(
                sentence("there have been {most} keys: no more can be told apart", most=tokens.MOST_KEYS)
            )
        new = tokens.Secret(old.raw, (*old.later, secrets.token_bytes(tokens.SECRET_BYTES)))
        replace_private(self._secret_file(self.database), new.written().encode())
        return len(self.read_secret_again().keys)

    def _secret_file(self, database: Database) -> Path:
        """In var/, or beside a ledger that stands elsewhere: on some network disks nothing is private."""
        usual = self.workspace.var / "secret"
        return usual if usual.exists() else database.path.with_name("secret")

    def tools(self, *, confirmed: bool = False) -> Tools:
        """What a dispatch works with, here. Raises SecretError when the mail server's password is missing.

        confirmed: the officer said yes to a campaign that is held.
        """
        from newsletter_mailer.actions.account import account_of
        from newsletter_mailer.actions.dispatch import Tools
        from newsletter_mailer.config.profiles import profile_of

        profile, _ = profile_of(self.workspace.settings.smtp, now=self.now)
        return Tools(
            database=self.database,
            workspace=self.workspace,
            account=account_of(self.workspace, profile=profile),
            secret=self.secret,
            clock=clock,
            profile=profile,
            confirmed=confirmed,
        )

    def reload(self) -> None:
        """Go by newsletter.yaml as it is now. Raises ConfigError, UsageError when it names another ledger."""
        workspace = load_workspace(self.workspace.root)
        if workspace.database_url != self.workspace.database_url:
            raise UsageError(
                sentence(
                    "database.url was changed: this program is at work on the ledger that stood there before"
                ),
                sentence("put it back, or stop this program and start it again"),
            )
        self.workspace = workspace

    def close(self) -> None:
        """Close the ledger, if it was opened."""
        if self._database is not None:
            self._database.close()
            self._database = None


@contextmanager
def open_app(project: Path | None = None) -> Iterator[App]:
    """The workspace at or above `project` (default: here), closed at the end of the `with`."""
    app = App(load_workspace(find_workspace(project or Path.cwd())))
    try:
        yield app
    finally:
        app.close()
