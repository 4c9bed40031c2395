"""Writes that share a commit, and pages that are the theme's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter_mailer.actions.consent.pages import Pages
from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.errors import Busy
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.wording import sentence

COUNT = "SELECT count(*) FROM meta WHERE key LIKE 'k%'"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'newsletter.db'}") as opened:
        yield opened


def keep(c: Connection, key: str) -> str:
    c.exec_driver_sql("INSERT INTO meta (key, value) VALUES (?, '')", (key,))
    return key


def count(database: Database) -> int:
    with database.reading() as c:
        return int(c.exec_driver_sql(COUNT).scalar() or 0)


def test_a_write_gives_its_result_once_it_is_committed(database: Database) -> None:
    with Writer(database) as writer:
        assert writer.write(lambda c: keep(c, "k1")).result(30) == "k1"
        assert count(database) == 1


def test_many_writes_go_into_few_commits(database: Database) -> None:
    first_is_in, go_on = threading.Event(), threading.Event()

    def hold(c: Connection) -> None:
        first_is_in.set()
        go_on.wait(30)

    def numbered(c: Connection, key: str) -> int:
        keep(c, key)
        return id(c)

    with Writer(database) as writer:
        writer.write(hold)
        first_is_in.wait(30)
        waiting = [writer.write(lambda c, key=f"k{number}": numbered(c, key)) for number in range(150)]  # type: ignore[misc]
        go_on.set()
        transactions = {future.result(30) for future in waiting}

    assert len(transactions) == 1
    assert count(database) == 150


def test_a_write_that_fails_harms_no_other(database: Database) -> None:
    with Writer(database) as writer:
        go_on = threading.Event()
        writer.write(lambda c: go_on.wait(30))
        first = writer.write(lambda c: keep(c, "k1"))
        wrong = writer.write(lambda c: c.exec_driver_sql("no SQL"))
        last = writer.write(lambda c: keep(c, "k2"))
        go_on.set()

        assert (first.result(30), last.result(30)) == ("k1", "k2")
        assert wrong.exception(30) is not None
    assert count(database) == 2


class Contended(Database):
    """A ledger into which another program writes for a while."""

    busy = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        if self.busy:
            self.busy -= 1
            raise Busy(sentence("not now"))
        with super().transaction() as connection:
            yield connection


def test_a_write_waits_while_another_program_writes(tmp_path: Path) -> None:
    with Contended(f"sqlite:///{tmp_path / 'newsletter.db'}") as database:
        database.busy = 2
        with Writer(database) as writer:
            assert writer.write(lambda c: keep(c, "k1")).result(30) == "k1"

        assert count(database) == 1


def test_what_was_asked_for_is_written_before_the_end(database: Database) -> None:
    with Writer(database) as writer:
        waiting = [writer.write(lambda c, key=f"k{number}": keep(c, key)) for number in range(500)]  # type: ignore[misc]

    assert all(future.done() for future in waiting)
    assert count(database) == 500


def test_a_workspace_changes_colours_and_templates_of_the_pages(tmp_path: Path) -> None:
    settings = Settings(
        identity=Identity(name="R & S", address="1 rue", email="r@example.org"),
        sender=SenderSettings(name="R", email="r@example.org"),
    )
    own = tmp_path / "templates" / "default"
    (own / "public").mkdir(parents=True)
    (own / "tokens.yaml").write_text("colours: { band: '#123456' }\n", encoding="utf-8")
    (own / "public" / "press.html").write_text("<p>{{ identity.name }}: {{ button }}</p>", encoding="utf-8")

    pages = Pages(Workspace(tmp_path, settings), base="")

    assert "--band: #123456" in pages.style()
    assert pages.unsubscribe("en") == "<p>R &amp; S: Unsubscribe</p>"
