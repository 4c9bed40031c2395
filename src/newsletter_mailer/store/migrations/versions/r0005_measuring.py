"""What is known of links that were followed and mails that were opened: numbers of all, and more of who agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, all empty. Campaigns of before measured nothing."""
    for name in ("clicks", "opens", "measured", "hygiene"):
        op.add_column("campaigns", sa.Column(name, sa.Boolean(), server_default="0", nullable=False))
    _links()
    _trackers()
    _events()
    op.create_table(
        "last_opens",
        sa.Column("recipient_key", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recipient_key", name=op.f("pk_last_opens")),
        sqlite_with_rowid=False,
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", _ID, nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_links_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_links_edition_id_number")),
    )
    op.create_table(
        "link_counts",
        _campaign(),
        sa.Column("link_id", _ID, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("machines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_link_counts_campaign_id")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_counts_link_id")),
        sa.PrimaryKeyConstraint("campaign_id", "link_id", "day", name=op.f("pk_link_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "open_counts",
        _campaign(),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("loads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_open_counts_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_open_counts")),
        sqlite_with_rowid=False,
    )


def _campaign() -> sa.Column[int]:
    return sa.Column("campaign_id", _ID, nullable=False)


def _trackers() -> None:
    op.create_table(
        "trackers",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("delivery_id", _ID, nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_trackers_edition_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_trackers_delivery_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_trackers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_trackers_delivery_id"), "trackers", ["delivery_id"], unique=False)


def _events() -> None:
    _event(
        "measured_clicks",
        sa.Column("link_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_measured_clicks_link_id")),
    )
    _event("measured_opens")


def _event(name: str, *own: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        sa.Column("delivery_id", _ID, nullable=False),
        *own,
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f(f"fk_{name}_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_delivery_id"), name, ["delivery_id"], unique=False)
