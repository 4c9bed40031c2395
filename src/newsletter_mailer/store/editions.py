"""Editions as rows: what a message is built from, kept under the hash of its content."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, text

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.edition import (
    FORMAT,
    Attachment,
    Edition,
    Picture,
    Place,
    Segment,
    Sender,
    Slot,
)
from newsletter_mailer.store.schema import editions, tests
from newsletter_mailer.wording import sentence

_KEEP = text(
    "INSERT INTO editions (hash, format, content, created_at) VALUES (:hash, :format, :content, :now)"
    " ON CONFLICT DO NOTHING"
)


def edition_hash(edition: Edition) -> str:
    """SHA-256 of everything readers can see, pictures included: 64 hexadecimal digits."""
    return hashlib.sha256(_content(edition)).hexdigest()


def keep_edition(c: Connection, edition: Edition, *, now: int) -> str:
    """Make sure that the ledger has this edition, and give its hash."""
    content = _content(edition)
    hash_ = hashlib.sha256(content).hexdigest()
    if number_of(c, hash_) is None:
        c.execute(
            _KEEP, {"hash": hash_, "format": edition.format, "content": zlib.compress(content), "now": now}
        )
    return hash_


def number_of(c: Connection, hash_: str) -> int | None:
    """The row of an edition, by which deliveries name it."""
    return c.scalar(select(editions.c.id).where(editions.c.hash == hash_))


def edition(c: Connection, hash_: str) -> Edition:
    """The edition kept under that hash. Raises NewsletterError when only a newer version of the program can read it."""
    return _read(c, editions.c.hash == hash_)


def edition_numbered(c: Connection, number: int) -> Edition:
    """The edition of that row. Raises NewsletterError as `edition` does."""
    return _read(c, editions.c.id == number)


def content_hash(c: Connection, hash_: str) -> str:
    """SHA-256 of what is kept under that hash: the same, unless somebody changed it. "" when nothing is kept."""
    content = c.scalar(select(editions.c.content).where(editions.c.hash == hash_))
    try:
        return hashlib.sha256(zlib.decompress(content)).hexdigest() if content else ""
    except zlib.error:
        return ""


def _read(c: Connection, wanted: ColumnElement[bool]) -> Edition:
    row = c.execute(select(editions.c.format, editions.c.content).where(wanted)).one()
    if row.format > FORMAT:
        raise NewsletterError(
            sentence("this edition was composed by a newer version of the program"),
            sentence("install the newer version again: pip install --upgrade newsletter-mailer"),
        )
    return _edition(json.loads(zlib.decompress(row.content)))


def record_test(c: Connection, edition: Edition, *, address: str, now: int, reply: str) -> None:
    """Note that this edition was sent as a test, to whom, and what the server said."""
    number = number_of(c, keep_edition(c, edition, now=now))
    c.execute(insert(tests).values(edition_id=number, address=address, reply=reply, at=now))


def was_tested(c: Connection, hash_: str) -> bool:
    """Whether somebody was sent this very edition as a test."""
    query = (
        select(tests.c.id).join(editions, editions.c.id == tests.c.edition_id).where(editions.c.hash == hash_)
    )
    return c.scalar(query.limit(1)) is not None


def last_test(c: Connection, issue_id: str) -> tuple[str, int] | None:
    """The edition of the issue that was last sent as a test, by its hash, and when; None when none was."""
    newest = func.max(tests.c.at).label("at")
    query = select(editions.c.hash, editions.c.format, editions.c.content, newest)
    query = query.join(tests, editions.c.id == tests.c.edition_id).group_by(editions.c.id)
    for row in c.execute(query.order_by(newest.desc())):  # the issue's id is in the content only
        if row.format <= FORMAT and json.loads(zlib.decompress(row.content))["issue_id"] == issue_id:
            return row.hash, row.at
    return None


def _content(edition: Edition) -> bytes:
    shape = {
        "format": edition.format,
        "issue_id": edition.issue_id,
        "slug": edition.slug,
        "title": edition.title,
        "language": edition.language,
        "sender": [edition.sender.name, edition.sender.email, edition.sender.reply_to],
        "subject": [_row(segment) for segment in edition.subject],
        "html": [_row(segment) for segment in edition.html],
        "text": [_row(segment) for segment in edition.text],
        "expressions": edition.expressions,
        "conditions": edition.conditions,
        "fallbacks": edition.fallbacks,
        "pictures": [[p.cid, p.filename, p.media_type, _letters(p.data)] for p in edition.pictures],
        "attachments": [[a.filename, a.media_type, _letters(a.data)] for a in edition.attachments],
    }
    return json.dumps(shape, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _edition(shape: dict[str, Any]) -> Edition:
    return Edition(
        issue_id=shape["issue_id"],
        slug=shape["slug"],
        title=shape["title"],
        language=shape["language"],
        sender=Sender(*shape["sender"]),
        subject=tuple(_segment(*row) for row in shape["subject"]),
        html=tuple(_segment(*row) for row in shape["html"]),
        text=tuple(_segment(*row) for row in shape["text"]),
        expressions=tuple(shape["expressions"]),
        conditions=tuple(shape["conditions"]),
        fallbacks=tuple((name, value) for name, value in shape["fallbacks"]),
        pictures=tuple(Picture(c, f, m, base64.b64decode(data)) for c, f, m, data in shape["pictures"]),
        attachments=tuple(Attachment(f, m, base64.b64decode(data)) for f, m, data in shape["attachments"]),
        format=shape["format"],
    )


def _row(segment: Segment) -> list[str | int | None]:
    content = segment.content
    if isinstance(content, Slot):
        return [segment.when, content.expression, content.place.value]
    return [segment.when, content]


def _segment(when: int | None, content: str | int, place: str = "") -> Segment:
    return Segment(Slot(content, Place(place)) if isinstance(content, int) else content, when)


def _letters(data: bytes) -> str:
    return base64.b64encode(data).decode()
