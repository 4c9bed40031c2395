"""Readers, their lists, what they said, and what came from them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from newsletter_mailer.store.schema.base import Id, metadata

organisations = Table(
    "organisations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", Text, nullable=False),  # as typed
    Column("mailbox", Text, nullable=False, unique=True),  # normalised: by it a person is found
    Column("recipient_key", Text, nullable=False, unique=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("organisation_id", Id, ForeignKey("organisations.id")),
    Column("attributes", Text, nullable=False),  # a JSON object of strings
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_act_at", BigInteger, nullable=False, server_default="0"),  # of their own: see consent.py
    sqlite_autoincrement=True,  # the number of a deleted reader never comes to mean another
)

lists = Table(
    "lists",
    metadata,
    Column("id", Id, primary_key=True),
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
    Column("subscriber_id", Id, ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", Id, ForeignKey("lists.id"), primary_key=True),
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
    Column("list_id", Id, ForeignKey("lists.id"), primary_key=True),
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
    Column("id", Id, primary_key=True),
    Column("recipient_key", Text, nullable=False, index=True),
    Column("list_id", Id, ForeignKey("lists.id")),  # NULL: about every list
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
    Column("id", Id, primary_key=True),
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
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("expression", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

inbox_places = Table(  # how far each mailbox was read
    "inbox_places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mailbox", Text, nullable=False, unique=True),  # "imap:user@host/INBOX", "maildir:/path"
    Column("uidvalidity", BigInteger),
    Column("last_uid", BigInteger, nullable=False),
)

inbox_mails = Table(  # what was read already
    "inbox_mails",
    metadata,
    Column("place_id", Id, ForeignKey("inbox_places.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("delivery_id", Id),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
