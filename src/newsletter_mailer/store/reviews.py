"""Approvals and comments: what reviewers said, kept with the edition that they said it of."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from newsletter_mailer.model.edition import Edition, short_code
from newsletter_mailer.model.review import Approval, Comment
from newsletter_mailer.store.editions import edition_hash, edition_numbered, keep_edition, number_of
from newsletter_mailer.store.schema import approvals, editions, review_comments
from newsletter_mailer.tokens import Secret, sign

PURPOSE = "review"  #: of the token in that page's address, which names the row of an edition

_A, _R = approvals.c, review_comments.c


def approve(c: Connection, edition: Edition, *, reviewer: str, now: int) -> Approval:
    """Write down that this reviewer said yes to this edition. The same yes said twice is one."""
    hash_ = keep_edition(c, edition, now=now)
    for known in approvals_of(c, hash_):
        if known.reviewer == reviewer:
            return known
    given = Approval(hash_, short_code(hash_), reviewer, now)
    c.execute(
        insert(approvals).values(
            edition_id=number_of(c, hash_),
            issue_key=edition.issue_id,
            code=given.code,
            reviewer=reviewer,
            at=now,
        )
    )
    return given


def approvals_of(c: Connection, hash_: str) -> list[Approval]:
    """Who said yes to this very edition, in the order of time."""
    query = select(editions.c.hash, _A.code, _A.reviewer, _A.at).join_from(approvals, editions)
    return [Approval(*row) for row in c.execute(query.where(editions.c.hash == hash_).order_by(_A.id))]


def is_approved(c: Connection, edition: Edition) -> bool:
    """Whether anybody said yes to this very edition."""
    return bool(approvals_of(c, edition_hash(edition)))


def last_approval(c: Connection, issue_key: str) -> Approval | None:
    """The latest yes to any edition of the issue."""
    query = select(editions.c.hash, _A.code, _A.reviewer, _A.at).join_from(approvals, editions)
    row = c.execute(query.where(_A.issue_key == issue_key).order_by(_A.id.desc()).limit(1)).first()
    return Approval(*row) if row else None


def link(c: Connection, edition: Edition, *, url: str, secret: Secret) -> str:
    """The reviewers' page of an edition that the ledger has. url: the public address."""
    number = number_of(c, edition_hash(edition))
    assert number is not None
    return f"{url.rstrip('/')}/r/{sign(secret, PURPOSE, number)}"


def edition_of(c: Connection, number: int) -> Edition | None:
    """The edition of that row, None when there is none. Raises NewsletterError as `editions.edition` does."""
    known = c.scalar(select(editions.c.id).where(editions.c.id == number))
    return None if known is None else edition_numbered(c, number)


def comment(c: Connection, edition: Edition, said: Comment) -> None:
    """Write down what a reviewer remarked about this edition."""
    hash_ = keep_edition(c, edition, now=said.at)
    c.execute(
        insert(review_comments).values(
            edition_id=number_of(c, hash_),
            issue_key=edition.issue_id,
            block=said.block,
            about=said.about,
            text=said.text,
            reviewer=said.reviewer,
            at=said.at,
        )
    )


def comments_on(c: Connection, issue_key: str, *, most: int = 500) -> list[Comment]:
    """What was remarked about the issue in whatever edition, the newest last."""
    query = (
        select(editions.c.hash, _R.block, _R.about, _R.text, _R.reviewer, _R.at)
        .join_from(review_comments, editions)
        .where(_R.issue_key == issue_key)
        .order_by(_R.id.desc())
        .limit(most)
    )
    return [Comment(*row) for row in c.execute(query)][::-1]
