"""Consent that can be proved, segments, and what was read of the inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what proves consent. Nothing that was known is changed, but for what it is said to rest on."""
    _columns()
    _consent()
    _confirmations()
    _segments()
    _inbox()


def _columns() -> None:
    for name in ("purpose", "wording", "language"):
        op.add_column("lists", _text(name))
    op.add_column("lists", sa.Column("public", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("subscriptions", _text("basis"))
    op.add_column("departures", _text("reason"))
    op.add_column("departures", _text("source"))
    op.add_column(
        "subscribers", sa.Column("last_act_at", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.execute("UPDATE subscribers SET last_act_at = created_at")
    op.execute(
        "UPDATE subscriptions SET basis = (SELECT basis FROM lists WHERE lists.id = subscriptions.list_id)"
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _consent() -> None:
    op.create_table(
        "consent_events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("recipient_key", sa.Text(), nullable=False),
        sa.Column("list_id", _ID, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_consent_events_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_events")),
    )
    op.create_index(
        op.f("ix_consent_events_recipient_key"), "consent_events", ["recipient_key"], unique=False
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER consent_events_stay BEFORE UPDATE ON consent_events"
            " BEGIN SELECT RAISE(ABORT, 'consent events are never changed'); END"
        )
        op.execute(  # INSERT OR REPLACE takes a row away without any other trigger
            "CREATE TRIGGER consent_events_once BEFORE INSERT ON consent_events"
            " WHEN EXISTS (SELECT 1 FROM consent_events WHERE id = NEW.id)"
            " BEGIN SELECT RAISE(ABORT, 'consent events are never changed'); END"
        )
        op.execute(
            "CREATE TRIGGER consent_events_remain BEFORE DELETE ON consent_events"
            " WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'forgetting')"
            " BEGIN SELECT RAISE(ABORT, 'consent events go only when a person is forgotten'); END"
        )


def _confirmations() -> None:
    op.create_table(
        "confirmations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("recipient_key", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("lists", sa.Text(), nullable=False),
        sa.Column("wordings", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("tracking_wording", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("mailed_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_confirmations_recipient_key"), "confirmations", ["recipient_key"], unique=False)


def _segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("name", name=op.f("uq_segments_name")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox_places",
        sa.Column("id", _ID, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_places")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_inbox_places_mailbox")),
    )
    op.create_table(
        "inbox_mails",
        sa.Column("place_id", _ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delivery_id", _ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["inbox_places.id"], name=op.f("fk_inbox_mails_place_id")),
        sa.PrimaryKeyConstraint("place_id", "key", name=op.f("pk_inbox_mails")),
        sqlite_with_rowid=False,
    )
