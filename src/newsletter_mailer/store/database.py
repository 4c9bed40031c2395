"""Opening the ledger: created, migrated, durable, and readable by its owner alone."""

from __future__ import annotations

import os
import secrets
import sqlite3
import string
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection as Connection  # for those who hand one on
from sqlalchemy import Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from newsletter_mailer.errors import NO_ROOM, Busy, NewsletterError, SecretError, Stopped, system_reason
from newsletter_mailer.store.schema import HEAD, meta
from newsletter_mailer.tokens import Secret, secret_check
from newsletter_mailer.wording import sentence

MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = "busy_timeout=10000"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a claim that was committed must survive a power cut
    "foreign_keys=ON",
    _PATIENCE,
    "temp_store=MEMORY",
    "secure_delete=FAST",  # what changes leaves no former address behind in its page
    "cache_size=-8000",  # kB: enough for a sender; see `wide_cache`
)
_KEEP_CHECK = text("INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT DO NOTHING")
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DISK = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_NOT_OURS = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
_MAKE_ROOM = sentence("make room on the disk, then use the same command again; nothing is lost")


class Database:
    """The ledger, as a context manager. One object per process: connections are pooled and may cross threads."""

    def __init__(self, url: str) -> None:
        """Open 'sqlite:////absolute/path.db'; the file, its folder and its tables are made when missing."""
        self.path = _sqlite_path(url)
        _create_private(self.path)
        self._engine = _engine(self.path)
        try:
            self._bring_up_to_date()
            with self.reading() as connection:
                self.ledger_id: str = connection.scalars(
                    select(meta.c.value).where(meta.c.key == "ledger_id")
                ).one()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection; the last one folds the write-ahead log into the file."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection that may write: committed at the end of the `with`, undone by an exception.

        Raises Busy when another process writes for more than ten seconds, Stopped when the disk is full.
        """
        with (
            _in_words(),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the ledger as it is now, and goes on seeing it so."""
        with _in_words(), self._engine.connect() as connection, connection.begin():
            yield connection

    def fold(self) -> None:
        """Fold the write-ahead log into the file and empty it: until then it holds what was erased.

        Where somebody reads for long it is left to the next time: writers would have to wait as well.
        """
        with _in_words(), closing(self._engine.raw_connection()) as raw:
            cursor = raw.cursor()
            for pragma in ("busy_timeout=500", "wal_checkpoint(TRUNCATE)", _PATIENCE):
                cursor.execute(f"PRAGMA {pragma}").fetchall()

    @property
    def has_secret(self) -> bool:
        """Whether the ledger was tied to a secret already."""
        return self._known_check() is not None

    def check_secret(self, secret: Secret) -> None:
        """Tie the ledger to its secret at first, and refuse any other later: it would not know who has left."""
        given, known = secret_check(secret), self._known_check()
        if known is None:
            with self.transaction() as connection:
                connection.execute(_KEEP_CHECK, {"key": "secret_check", "value": given})
            known = self._known_check()  # of another process, when that was faster
        if known != given:
            raise SecretError(
                sentence("the secret does not belong to the ledger {path}", path=self.path),
                sentence(
                    "bring back the file var/secret that stood beside this ledger, perhaps from a backup"
                ),
            )

    def _known_check(self) -> str | None:
        with self.reading() as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.key == "secret_check"))

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            revision = _revision(connection)
        if revision == HEAD:
            return  # the everyday case costs one query, and Alembic is not even imported
        with self.transaction() as connection:
            self._migrate(connection)

    def _migrate(self, connection: Connection) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise NewsletterError(
                sentence("the ledger {path} was written by a newer version of this program", path=self.path),
                sentence("install the newer version again: pip install --upgrade newsletter-mailer"),
            ) from error
        if not connection.scalar(select(meta.c.value).where(meta.c.key == "ledger_id")):
            letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))
            connection.execute(insert(meta).values(key="ledger_id", value=letters))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def wide_cache(c: Connection) -> None:
    """For imports and plans: fingerprints are random, so that they touch the whole of an index."""
    if c.dialect.name == "sqlite":
        c.exec_driver_sql("PRAGMA cache_size=-20000")


def exists(url: str) -> bool:
    """Whether there is such a ledger already; opening one would make it."""
    return _sqlite_path(url).is_file()


def _sqlite_path(url: str) -> Path:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the second: a port that is no number
        raise NewsletterError(
            sentence("the ledger cannot be kept in {url}", url=url.partition("://")[0] + "://…"),
            sentence("write `database.url: sqlite:///var/newsletter.db`"),
        ) from error
    if parsed.get_backend_name() != "sqlite" or not _is_file_name(parsed.database):
        raise NewsletterError(
            sentence("the ledger cannot be kept in {url}", url=parsed.render_as_string(hide_password=True)),
            sentence("write `database.url: sqlite:///var/newsletter.db`"),
        )
    return Path(str(parsed.database))


def _is_file_name(name: str | None) -> bool:
    return bool(name) and name != ":memory:" and "\0" not in str(name)


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite gives its -wal and -shm the same mode
        path.chmod(0o600)  # also for a copy that came back from a backup
    except OSError as error:
        what = sentence("the ledger {path} cannot be opened: {why}", path=path, why=system_reason(error))
        if error.errno in NO_ROOM:
            raise Stopped(what, _MAKE_ROOM) from error
        raise NewsletterError(what) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)  # no address in a traceback

    @event.listens_for(engine, "connect")
    def prepare(raw: sqlite3.Connection, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not begin transactions by itself: see `begin`
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # A writer takes its place at once: upgraded half-way, it would fail on its own stale reads
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _in_words() -> Iterator[None]:
    """What SQLite says of locks and disks, as a sentence and with the right exit code."""
    try:
        yield
    except DBAPIError as error:
        code = (
            getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        )  # the rest of the number tells variants apart
        if code in _BUSY:
            raise Busy(
                sentence("another program has been writing into the ledger for ten seconds"),
                sentence("wait until it has finished, then use the same command again"),
            ) from error
        if code in _DISK:
            raise Stopped(
                sentence("the ledger cannot be written: {why}", why=error.orig),
                _MAKE_ROOM,
            ) from error
        if code in _NOT_OURS:
            raise NewsletterError(
                sentence("the ledger cannot be written: {why}", why=error.orig),
                sentence("ask for the right to write into its file and folder"),
            ) from error
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise NewsletterError(
                sentence("the ledger is damaged or is not a ledger: {why}", why=error.orig),
                sentence("bring back the last backup"),
            ) from error
        raise
