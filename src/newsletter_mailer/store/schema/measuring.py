"""What is counted of nobody in particular, and of readers who agreed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text

from newsletter_mailer.store.schema.base import Id, metadata

link_counts = Table(  # neither who nor from where nor when in the day
    "link_counts",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("link_id", Id, ForeignKey("links.id"), primary_key=True),
    Column("day", Text, primary_key=True),  # YYYY-MM-DD, UTC
    Column("people", Integer, nullable=False),
    Column("machines", Integer, nullable=False),  # by what the request itself says
    sqlite_with_rowid=False,
)

open_counts = Table(  # the same picture for everybody
    "open_counts",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("loads", Integer, nullable=False),
    sqlite_with_rowid=False,
)

trackers = Table(  # drawn by lot for a copy: says nothing by itself
    "trackers",
    metadata,
    Column("token", Text, primary_key=True),
    Column("edition_id", Id, ForeignKey("editions.id"), nullable=False),
    Column(
        "delivery_id", Id, ForeignKey("deliveries.id"), index=True
    ),  # NULL: nobody's any more, links lead on
    Column("purpose", Text, nullable=False),  # a word of Purpose
    sqlite_with_rowid=False,
)

measured_clicks = Table(
    "measured_clicks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Id, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("link_id", Id, ForeignKey("links.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("machine", Boolean, nullable=False),
    Column("why", Text, nullable=False),  # the rule's name, "" for people
)

measured_opens = Table(
    "measured_opens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Id, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("machine", Boolean, nullable=False),
    Column("why", Text, nullable=False),
)

last_opens = Table(  # to find who no longer reads; overwritten, and nothing beside it
    "last_opens",
    metadata,
    Column("recipient_key", Text, primary_key=True),
    Column("day", Text, nullable=False),
    sqlite_with_rowid=False,
)
