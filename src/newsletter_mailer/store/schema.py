"""The tables of the ledger, one schema for SQLite and PostgreSQL. All times are milliseconds since 1970, UTC.

lists ──< subscriptions >── subscribers >── organisations     departures, suppressions: by fingerprint
issues ──< campaigns ──< batches ──< deliveries ──< attempts  editions: what messages are built from
                          (counts)    │ >── runs              events: appended, never overwritten
domain_pauses: per campaign, what a domain's replies led to     pace_uses: what left by which route, for its limits
consent_events: what readers said, by fingerprint               confirmations: asked for, and not confirmed yet
segments: named expressions                                     inbox_places ──< inbox_mails: what was read
bounces: what came back as mail about a delivery
approvals, review_comments: what reviewers said of an edition before it leaves
links ──< link_counts, open_counts: how often by day, of nobody in particular     trackers ──< measured_clicks,
measured_opens: of readers who agreed          last_opens: a day for each reader, overwritten
"""

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
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from newsletter_mailer.model.delivery import Status

HEAD = "0005"  #: the revision that these tables are; a test compares it with the migrations

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_Id = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER PRIMARY KEY is SQLite's own row number
_WORDS = ", ".join(f"'{status.value}'" for status in Status)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),  # ledger_id, secret_check
    Column("value", Text, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("address", Text, nullable=False),  # as typed
    Column("mailbox", Text, nullable=False, unique=True),  # normalised: by it a person is found
    Column("recipient_key", Text, nullable=False, unique=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("organisation_id", _Id, ForeignKey("organisations.id")),
    Column("attributes", Text, nullable=False),  # a JSON object of strings
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_act_at", BigInteger, nullable=False, server_default="0"),  # of their own: see consent.py
    sqlite_autoincrement=True,  # the number of a deleted reader never comes to mean another
)

lists = Table(
    "lists",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("commercial", Boolean, nullable=False),
    Column("source", Text, nullable=False),  # where its addresses come from, for those who ask
    Column("created_at", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False, server_default=""),  # what its mails are for
    Column("wording", Text, nullable=False, server_default=""),  # what a reader consents to, as it is shown
    Column("language", Text, nullable=False, server_default=""),
    Column("public", Boolean, nullable=False, server_default="0"),  # shown where readers subscribe
    sqlite_autoincrement=True,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscriber_id", _Id, ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", _Id, ForeignKey("lists.id"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("basis", Text, nullable=False, server_default=""),
    Index(None, "list_id", "status"),
    sqlite_with_rowid=False,
)

departures = Table(  # who had left a list when their row was deleted: no import brings them back
    "departures",
    metadata,
    Column("recipient_key", Text, primary_key=True),
    Column("list_id", _Id, ForeignKey("lists.id"), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("recipient_key", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

consent_events = Table(  # what readers said and were shown: triggers refuse every change
    "consent_events",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("recipient_key", Text, nullable=False, index=True),
    Column("list_id", _Id, ForeignKey("lists.id")),  # NULL: about every list
    Column("kind", Text, nullable=False),  # a word of ConsentKind
    Column("wording", Text, nullable=False),  # exactly as it was shown
    Column("basis", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

confirmations = Table(  # asked for on the public pages, and until then nobody's subscription
    "confirmations",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("address", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("recipient_key", Text, nullable=False, index=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("lists", Text, nullable=False),  # their numbers: "1,4"
    Column("wordings", Text, nullable=False),  # JSON: number of a list -> what was shown
    Column("tracking", Text, nullable=False),  # "granted", "refused", or "" when it was not asked
    Column("tracking_wording", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("mailed_at", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("confirmed_at", BigInteger),
    sqlite_autoincrement=True,  # a link of a forgotten request never comes to mean another
)

segments = Table(
    "segments",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("expression", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

inbox_places = Table(  # how far each mailbox was read
    "inbox_places",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mailbox", Text, nullable=False, unique=True),  # "imap:user@host/INBOX", "maildir:/path"
    Column("uidvalidity", BigInteger),
    Column("last_uid", BigInteger, nullable=False),
)

inbox_mails = Table(  # what was read already
    "inbox_mails",
    metadata,
    Column("place_id", _Id, ForeignKey("inbox_places.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("delivery_id", _Id),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

issues = Table(
    "issues",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # the `id:` of issue.yaml
)

editions = Table(
    "editions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),  # of the canonical content: see editions.py
    Column("format", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

tests = Table(
    "tests",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("edition_id", _Id, ForeignKey("editions.id"), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

approvals = Table(  # appended: each binds one reviewer to one edition
    "approvals",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("edition_id", _Id, ForeignKey("editions.id"), nullable=False, index=True),
    Column("issue_key", Text, nullable=False, index=True),
    Column("code", Text, nullable=False),  # the short code, as it was shown
    Column("reviewer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

review_comments = Table(
    "review_comments",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("edition_id", _Id, ForeignKey("editions.id"), nullable=False, index=True),
    Column("issue_key", Text, nullable=False, index=True),
    Column("block", Integer),  # its place in that edition, from 0; NULL: about the letter as a whole
    Column("about", Text, nullable=False),  # the block's first words then
    Column("text", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("issue_id", _Id, ForeignKey("issues.id"), nullable=False, index=True),
    Column("slug", Text, nullable=False, index=True),
    Column("edition_id", _Id, ForeignKey("editions.id"), nullable=False),  # the present one
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
    Column("campaign_id", _Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 0 for the canary
    Column("domain", Text, nullable=False),  # of all its readers; "" where small domains share it
    *(Column(status.value, Integer, nullable=False, server_default="0") for status in Status),
    *(CheckConstraint(f"{status.value} >= 0", name=status.value) for status in Status),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("id", _Id, primary_key=True),
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
    Column("id", _Id, primary_key=True),
    Column("campaign_id", _Id, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("issue_id", _Id, nullable=False),
    Column("edition_id", _Id, nullable=False),
    Column(
        "erratum", Integer
    ),  # NULL once it no longer stands for the issue: cancelled or skipped before it left
    Column("recipient_key", Text, nullable=False),
    Column(
        "subscriber_id", _Id
    ),  # NULL after `forget`; no foreign key, for deleting a reader must not scan millions
    Column("address", Text, nullable=False),
    Column("domain", Text, nullable=False),  # of the address, as it stands in the DNS: lower case, A-labels
    Column("lists", Text, nullable=False),  # numbers of the lists by which the reader is reached: "1,4"
    Column("message_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False),  # how many have begun; the number of the one now `sending`
    Column("run", _Id),  # who has it while `sending`
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
    Column("delivery_id", _Id, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run", _Id, nullable=False),
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
    Column("id", _Id, primary_key=True),
    Column("delivery_id", _Id, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

bounces = Table(  # what came back as mail about a delivery; appended, and emptied with its log
    "bounces",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("delivery_id", _Id, ForeignKey("deliveries.id"), nullable=False),
    Column("campaign_id", _Id, nullable=False),
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
    Column("campaign_id", _Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("until", BigInteger),  # NULL: the officer must say yes
    Column("why", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pace_uses = Table(
    "pace_uses",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("route", Text, nullable=False),  # host and user name
    Column("domain", Text, nullable=False),  # of the recipients
    Column("at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Index(None, "route", "at"),
)

links = Table(  # where an edition's links lead: what a followed link may redirect to, and nothing else
    "links",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("edition_id", _Id, ForeignKey("editions.id"), nullable=False),
    Column("number", Integer, nullable=False),  # its place in the page, from 1
    Column("url", Text, nullable=False),
    Column("label", Text, nullable=False),  # what readers see of it
    UniqueConstraint("edition_id", "number"),
)

link_counts = Table(  # neither who nor from where nor when in the day
    "link_counts",
    metadata,
    Column("campaign_id", _Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("link_id", _Id, ForeignKey("links.id"), primary_key=True),
    Column("day", Text, primary_key=True),  # YYYY-MM-DD, UTC
    Column("people", Integer, nullable=False),
    Column("machines", Integer, nullable=False),  # by what the request itself says
    sqlite_with_rowid=False,
)

open_counts = Table(  # the same picture for everybody
    "open_counts",
    metadata,
    Column("campaign_id", _Id, ForeignKey("campaigns.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("loads", Integer, nullable=False),
    sqlite_with_rowid=False,
)

trackers = Table(  # drawn by lot for a copy: says nothing by itself
    "trackers",
    metadata,
    Column("token", Text, primary_key=True),
    Column("edition_id", _Id, ForeignKey("editions.id"), nullable=False),
    Column(
        "delivery_id", _Id, ForeignKey("deliveries.id"), index=True
    ),  # NULL: nobody's any more, links lead on
    Column("purpose", Text, nullable=False),  # a word of Purpose
    sqlite_with_rowid=False,
)

measured_clicks = Table(
    "measured_clicks",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("delivery_id", _Id, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("link_id", _Id, ForeignKey("links.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("machine", Boolean, nullable=False),
    Column("why", Text, nullable=False),  # the rule's name, "" for people
)

measured_opens = Table(
    "measured_opens",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("delivery_id", _Id, ForeignKey("deliveries.id"), nullable=False, index=True),
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
