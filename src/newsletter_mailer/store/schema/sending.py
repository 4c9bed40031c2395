"""Campaigns, and what became of every recipient."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.schema.base import Id, metadata

_WORDS = ", ".join(f"'{status.value}'" for status in Status)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issues.id"), nullable=False, index=True),
    Column("slug", Text, nullable=False, index=True),
    Column("edition_id", Id, ForeignKey("editions.id"), nullable=False),  # the present one
    Column("editions", Text, nullable=False),  # all that it had, in their order: "3,7"
    Column("erratum", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("audience", Text, nullable=False),  # JSON: lists, exclude: slugs; segment: name, expression
    Column("head_count", Text, nullable=False),  # JSON: the fields of HeadCount
    Column("web_base", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("list_name", Text, nullable=False),
    Column("unsubscribe_mailbox", Text, nullable=False),
    Column("canary", Integer, nullable=False),  # how many of batch 0 go first, alone; 0 for none
    Column("canary_wait", Integer, nullable=False),  # milliseconds from the last of them to the rest
    Column("canary_done_at", BigInteger),  # when the rest was let go
    Column("scheduled_at", BigInteger),  # nothing leaves before
    Column("expires_at", BigInteger),  # nothing leaves after
    Column("rate", Integer),  # an hour; NULL as the profile says
    Column("held_why", Text, nullable=False),  # "" unless held
    Column("again_at", BigInteger),  # of one that waits, or that the worker stopped: the next try
    Column("clicks", Boolean, nullable=False, server_default="0"),  # links are counted, of all readers alike
    Column("opens", Boolean, nullable=False, server_default="0"),  # so are loads of its picture
    Column("measured", Boolean, nullable=False, server_default="0"),  # more is known of those who agreed
    Column("hygiene", Boolean, nullable=False, server_default="0"),  # the day of a reader's last open is kept
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

batches = Table(  # what is claimed together; its counters are the truth about its deliveries
    "batches",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 0 for the canary
    Column("domain", Text, nullable=False),  # of all its readers; "" where small domains share it
    *(Column(status.value, Integer, nullable=False, server_default="0") for status in Status),
    *(CheckConstraint(f"{status.value} >= 0", name=status.value) for status in Status),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("host", Text, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("journal", Text, nullable=False),  # a file name, in the folder of journals
    Column("started_at", BigInteger, nullable=False),
    Column("heartbeat_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("campaign_id", Id, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("issue_id", Id, nullable=False),
    Column("edition_id", Id, nullable=False),
    Column(
        "erratum", Integer
    ),  # NULL once it no longer stands for the issue: cancelled or skipped before it left
    Column("recipient_key", Text, nullable=False),
    Column(
        "subscriber_id", Id
    ),  # NULL after `forget`; no foreign key, for deleting a reader must not scan millions
    Column("address", Text, nullable=False),
    Column("domain", Text, nullable=False),  # of the address, as it stands in the DNS: lower case, A-labels
    Column("lists", Text, nullable=False),  # numbers of the lists by which the reader is reached: "1,4"
    Column("message_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False),  # how many have begun; the number of the one now `sending`
    Column("run", Id),  # who has it while `sending`
    Column("due_at", BigInteger),  # only while `deferred`
    Column("note", Text, nullable=False),  # why it was skipped, or given up before any reply
    Column("planned_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    CheckConstraint(f"status IN ({_WORDS})", name="status"),
    ForeignKeyConstraint(["campaign_id", "batch"], ["batches.campaign_id", "batches.number"]),
    UniqueConstraint("issue_id", "recipient_key", "erratum"),  # nobody gets an issue twice
    Index(None, "campaign_id", "batch"),
    Index(None, "issue_id", "subscriber_id"),  # who has the issue, whatever their address is now
)

_DUE = deliveries.c.due_at.is_not(None)

Index(
    "ix_deliveries_due",
    deliveries.c.campaign_id,
    deliveries.c.due_at,
    deliveries.c.domain,  # those of closed domains are passed over in the index itself
    sqlite_where=_DUE,
    postgresql_where=_DUE,
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", Id, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run", Id, nullable=False),
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),  # what the reply means, a word of ReplyClass; "" for none
    Column("verb", Text, nullable=False),
    Column("code", Integer),
    Column("reply", Text, nullable=False),  # the server's words
    Column("detail", Text, nullable=False),  # what is known when there are none
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Id, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

bounces = Table(  # what came back as mail about a delivery; appended, and emptied with its log
    "bounces",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Id, ForeignKey("deliveries.id"), nullable=False),
    Column("campaign_id", Id, nullable=False),
    Column("recipient_key", Text, nullable=False, index=True),  # of the address that was written to
    Column("kind", Text, nullable=False),  # a word of Kind
    Column("bounce_class", Text, nullable=False),  # a word of BounceClass
    Column("category", Text, nullable=False),  # a word of Category, "" for a notice without one
    Column("status", Text, nullable=False),
    Column("code", Integer),
    Column("reason", Text, nullable=False),  # the server's words
    Column("rule", Text, nullable=False),
    Column("mail", Text, nullable=False),  # its hash, by which the original is found: see originals.py
    Column("kept", Boolean, nullable=False),  # whether the original is
    Column("at", BigInteger, nullable=False),  # when it was written, as it says itself
    Column("read_at", BigInteger, nullable=False),
    UniqueConstraint("delivery_id", "mail"),  # a mail that is met again says nothing new
    Index(None, "campaign_id", "category"),
)

domain_pauses = Table(  # what is not written to for now
    "domain_pauses",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("until", BigInteger),  # NULL: the officer must say yes
    Column("why", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pace_uses = Table(
    "pace_uses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("route", Text, nullable=False),  # host and user name
    Column("domain", Text, nullable=False),  # of the recipients
    Column("at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Index(None, "route", "at"),
)
