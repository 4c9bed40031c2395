"""A ledger of the first release becomes one of this release and keeps everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect, text

from newsletter_mailer.store.database import MIGRATIONS, Database
from unit.store.ledger_kit import NOON

ROWS: dict[str, list[dict[str, Any]]] = {
    "meta": [{"key": "ledger_id", "value": "abcdefghijklmnop"}],
    "organisations": [{"id": 1, "name": "Exemple"}],
    "lists": [
        {
            "id": number,
            "slug": slug,
            "name": slug.title(),
            "basis": basis,
            "commercial": 0,
            "source": "annuaire",
            "created_at": NOON,
        }
        for number, slug, basis in ((1, "adherents", "consent"), (2, "presse", "b2b"))
    ],
    "subscribers": [
        {
            "id": number,
            "address": f"reader{number}@example.org",
            "mailbox": f"reader{number}@example.org",
            "recipient_key": f"key{number}",
            "first_name": "Ann",
            "last_name": "",
            "language": "fr",
            "organisation_id": 1,
            "attributes": '{"department": "31"}',
            "created_at": NOON + number,
            "updated_at": NOON + 100,
        }
        for number in (1, 2, 3)
    ],
    "subscriptions": [
        {"subscriber_id": 1, "list_id": 1, "status": "confirmed", "since": NOON, "source": "a.csv"},
        {"subscriber_id": 1, "list_id": 2, "status": "unsubscribed", "since": NOON, "source": "a.csv"},
        {"subscriber_id": 2, "list_id": 2, "status": "pending", "since": NOON, "source": ""},
    ],
    "departures": [{"recipient_key": "gone", "list_id": 1, "since": NOON}],
    "suppressions": [{"recipient_key": "never", "reason": "complaint", "source": "x", "created_at": NOON}],
    "issues": [{"id": 1, "key": "issue-000001"}],
    "editions": [{"id": 1, "hash": "h", "format": 1, "content": b"e", "created_at": NOON}],
    "campaigns": [
        {
            "id": 1,
            "issue_id": 1,
            "slug": "noel",
            "edition_id": 1,
            "editions": "1",
            "erratum": 0,
            "state": "finished",
            "audience": "{}",
            "head_count": "{}",
            "web_base": "",
            "domain": "d",
            "list_name": "A",
            "unsubscribe_mailbox": "l@example.org",
            "canary": 0,
            "canary_wait": 0,
            "held_why": "",
            "created_at": NOON,
            "updated_at": NOON,
        }
    ],
    "batches": [{"campaign_id": 1, "number": 1, "domain": "", "sent": 1}],
    "deliveries": [
        {
            "id": 1,
            "campaign_id": 1,
            "batch": 1,
            "issue_id": 1,
            "edition_id": 1,
            "erratum": 0,
            "recipient_key": "key1",
            "subscriber_id": 1,
            "address": "reader1@example.org",
            "domain": "example.org",
            "lists": "1",
            "message_id": "<1@d>",
            "status": "sent",
            "attempt": 1,
            "note": "",
            "planned_at": NOON,
            "updated_at": NOON,
        }
    ],
    "attempts": [
        {
            "delivery_id": 1,
            "number": 1,
            "run": 1,
            "event": "accepted",
            "kind": "ok",
            "verb": "dot",
            "code": 250,
            "reply": "Ok",
            "detail": "",
            "at": NOON,
        }
    ],
    "events": [{"id": 1, "delivery_id": 1, "kind": "retry", "detail": "", "at": NOON}],
}


@pytest.fixture
def first_release(tmp_path: Path) -> Path:
    """A ledger as revision 0001 made it, with a row in every table that matters."""
    path = tmp_path / "newsletter.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as c:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = c
        command.upgrade(config, "0001")
        for table, rows in ROWS.items():
            for row in rows:
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                c.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
    engine.dispose()
    return path


def rows(c: Connection, table: str, columns: str = "*") -> list[dict[str, Any]]:
    return [dict(row) for row in c.execute(text(f"SELECT {columns} FROM {table}")).mappings()]


def test_an_upgrade_keeps_every_row_as_it_was(first_release: Path) -> None:
    with Database(f"sqlite:///{first_release}") as database, database.reading() as c:
        kept = {table: rows(c, table, ", ".join(given[0])) for table, given in ROWS.items()}
        name = database.ledger_id

    assert kept == ROWS
    assert name == "abcdefghijklmnop"


def test_an_upgrade_says_on_what_each_tie_rests_and_counts_silence_from_the_beginning(
    first_release: Path,
) -> None:
    with Database(f"sqlite:///{first_release}") as database, database.reading() as c:
        bases = rows(c, "subscriptions", "subscriber_id, list_id, basis")
        acts = rows(c, "subscribers", "id, last_act_at")
        said = rows(c, "lists", "purpose, wording, language, public")

    assert [tuple(row.values()) for row in bases] == [(1, 1, "consent"), (1, 2, "b2b"), (2, 2, "b2b")]
    assert [row["last_act_at"] for row in acts] == [NOON + 1, NOON + 2, NOON + 3]
    assert said == [{"purpose": "", "wording": "", "language": "", "public": 0}] * 2


def test_an_upgraded_ledger_has_the_tables_of_a_new_one(first_release: Path, tmp_path: Path) -> None:
    def shape(c: Connection) -> dict[str, list[str]]:
        found = inspect(c)
        return {name: [col["name"] for col in found.get_columns(name)] for name in found.get_table_names()}

    with Database(f"sqlite:///{first_release}") as old, Database(f"sqlite:///{tmp_path}/new.db") as new:
        with old.reading() as c:
            upgraded = shape(c)
        with new.reading() as c:
            made = shape(c)

    assert upgraded == made
