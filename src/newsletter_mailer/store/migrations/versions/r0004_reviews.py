"""What reviewers said of an edition before it leaves: approvals, and comments on its blocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the two tables. Nothing that was known is changed."""
    _table("approvals", sa.Column("code", sa.Text(), nullable=False))
    _table(
        "review_comments",
        sa.Column("block", sa.Integer(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )


def _table(name: str, *own: sa.Column[str] | sa.Column[int]) -> None:
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("issue_key", sa.Text(), nullable=False),
        *own,
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f(f"fk_{name}_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_edition_id"), name, ["edition_id"], unique=False)
    op.create_index(op.f(f"ix_{name}_issue_key"), name, ["issue_key"], unique=False)
