"""What is sent: issues, their editions, and what reviewers said of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from newsletter_mailer.store.schema.base import Id, metadata

issues = Table(
    "issues",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # the `id:` of issue.yaml
)

editions = Table(
    "editions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),  # of the canonical content: see editions.py
    Column("format", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

tests = Table(
    "tests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("edition_id", Id, ForeignKey("editions.id"), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

approvals = Table(  # appended: each binds one reviewer to one edition
    "approvals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("edition_id", Id, ForeignKey("editions.id"), nullable=False, index=True),
    Column("issue_key", Text, nullable=False, index=True),
    Column("code", Text, nullable=False),  # the short code, as it was shown
    Column("reviewer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

review_comments = Table(
    "review_comments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("edition_id", Id, ForeignKey("editions.id"), nullable=False, index=True),
    Column("issue_key", Text, nullable=False, index=True),
    Column("block", Integer),  # its place in that edition, from 0; NULL: about the letter as a whole
    Column("about", Text, nullable=False),  # the block's first words then
    Column("text", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

links = Table(  # where an edition's links lead: what a followed link may redirect to, and nothing else
    "links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("edition_id", Id, ForeignKey("editions.id"), nullable=False),
    Column("number", Integer, nullable=False),  # its place in the page, from 1
    Column("url", Text, nullable=False),
    Column("label", Text, nullable=False),  # what readers see of it
    UniqueConstraint("edition_id", "number"),
)
