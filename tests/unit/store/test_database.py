"""A ledger is private, migrated, durable, and tied to its secret."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from newsletter_mailer.errors import Busy, NewsletterError, SecretError, Stopped
from newsletter_mailer.store.database import MIGRATIONS, Database
from newsletter_mailer.store.schema import HEAD, metadata
from newsletter_mailer.tokens import Secret
from unit.store.ledger_kit import SECRET, Bench

ADD = "INSERT INTO meta VALUES ('a', hex(zeroblob(100000)))"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/var/newsletter.db"


def test_a_new_ledger_is_readable_by_its_owner_alone(url: str, tmp_path: Path) -> None:
    with Database(url) as database, database.transaction() as c:
        c.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()}

    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert set(modes) >= {"newsletter.db", "newsletter.db-wal"}
    assert set(modes.values()) == {0o600}


def test_a_copy_that_anybody_could_read_becomes_private_again(url: str, tmp_path: Path) -> None:
    Database(url).close()
    path = tmp_path / "var" / "newsletter.db"
    path.chmod(0o644)

    Database(url).close()

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_commit_survives_a_power_cut(bench: Bench) -> None:
    with bench.database.reading() as c:
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert c.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_ledger_keeps_its_name_for_life_and_shares_it_with_nobody(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path}/a.db") as a, Database(f"sqlite:///{tmp_path}/b.db") as b:
        first, other = a.ledger_id, b.ledger_id

    with Database(f"sqlite:///{tmp_path}/a.db") as again:
        assert again.ledger_id == first
    assert len(first) == 16
    assert first.isalpha()
    assert first != other


def test_the_migrations_make_the_schema(bench: Bench) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    with bench.database.reading() as c:
        differences = compare_metadata(MigrationContext.configure(c), metadata)

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    assert differences == []


def test_opening_an_up_to_date_ledger_does_not_load_the_migrations(url: str) -> None:
    Database(url).close()
    code = (
        "import sys; from newsletter_mailer.store.database import Database;"
        f"Database({url!r}).close(); print('alembic' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_a_ledger_from_the_future_is_refused(url: str) -> None:
    with Database(url) as database, database.transaction() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewsletterError, match="newer version"):
        Database(url)


def test_the_secret_of_another_ledger_is_refused(url: str) -> None:
    with Database(url) as database:
        had_one = database.has_secret
        database.check_secret(SECRET)
        database.check_secret(SECRET)
        assert (had_one, database.has_secret) == (False, True)

    with Database(url) as again, pytest.raises(SecretError) as refused:
        again.check_secret(Secret(bytes(32)))
    assert refused.value.exit_code == 4


def test_a_ledger_that_may_not_be_written_asks_for_the_right_and_not_for_room(bench: Bench) -> None:
    with bench.database.reading() as c:
        c.exec_driver_sql("PRAGMA query_only = ON")  # SQLITE_READONLY, also for root

    with pytest.raises(NewsletterError, match="right to write") as refused, bench.database.transaction() as c:
        c.exec_driver_sql(f"{ADD}, ('a', 'b')")

    assert refused.value.exit_code == 1


def test_an_exception_undoes_the_transaction(bench: Bench) -> None:
    with pytest.raises(IntegrityError), bench.database.transaction() as c:
        c.exec_driver_sql(f"{ADD}, ('a', 'twice')")

    with bench.database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM meta WHERE key = 'a'").scalar() == 0


def test_a_reader_sees_one_moment_while_another_writes(bench: Bench) -> None:
    count = "SELECT count(*) FROM meta"
    with bench.database.reading() as before:
        seen = before.exec_driver_sql(count).scalar()
        with bench.database.transaction() as c:
            c.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")

        assert before.exec_driver_sql(count).scalar() == seen


def test_a_second_writer_is_told_to_wait(bench: Bench) -> None:
    with bench.database.reading() as c:
        c.exec_driver_sql("PRAGMA busy_timeout = 1")  # goes back to the pool, and is the next to be taken
    other = sqlite3.connect(bench.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Busy) as busy, bench.database.transaction():
        pass

    other.close()
    assert busy.value.exit_code == 75


def test_a_full_disk_stops_for_now(bench: Bench) -> None:
    with bench.database.reading() as c:
        pages = c.exec_driver_sql("PRAGMA page_count").scalar()
        c.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(Stopped) as stopped, bench.database.transaction() as c:
        c.exec_driver_sql(ADD)

    assert stopped.value.exit_code == 75


def test_a_mistake_of_ours_is_not_taken_for_a_full_disk(bench: Bench) -> None:
    with pytest.raises(DBAPIError, match="no such table"), bench.database.reading() as c:
        c.exec_driver_sql("SELECT * FROM absent")


def test_what_is_not_a_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").write_text("not a ledger at all, " * 100)

    with pytest.raises(NewsletterError, match="damaged"):
        Database(f"sqlite:///{tmp_path}/newsletter.db")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://name:word@host/base"])
def test_a_ledger_elsewhere_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(NewsletterError) as refused:
        Database(url)

    assert "word@" not in str(refused.value)


def test_a_ledger_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(NewsletterError, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}/file/newsletter.db")


def test_a_corrupt_page_is_told_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"
    sqlite3.connect(path).close()
    Database(f"sqlite:///{path}").close()
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(raw)

    with pytest.raises(NewsletterError, match="damaged"):
        Database(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@here:port/db", "sqlite:///var/%00.db", "sqlite://", "garbage"]
)
def test_a_place_where_no_ledger_can_be_is_told_without_its_password(url: str) -> None:
    with pytest.raises(NewsletterError, match="cannot be kept in") as refused:
        Database(url)

    assert "sqlite:///var/newsletter.db" in str(refused.value)
    assert "secret" not in str(refused.value)
