"""What a reviewer sees of an edition, and what is done with what they say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from newsletter_mailer.actions.reviewing.approving import one_line
from newsletter_mailer.compose.calendar import without_merge_tags
from newsletter_mailer.compose.landmarks import LANDMARK, as_mailed, landmark
from newsletter_mailer.compose.lights import Light, shown, with_pictures
from newsletter_mailer.compose.load import ISSUE_FILE, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import specimen
from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.edition import Edition, short_code
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.model.review import LONGEST_COMMENT, LONGEST_NAME, Approval, Comment
from newsletter_mailer.store import reviews
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.editions import edition_hash

MOST_COMMENTS = 300  #: about one issue; more is no review
_LONGEST_WORDS = 70  # of a block, by which people know it


@dataclass(frozen=True, slots=True)
class Section:
    """A block of the letter that can be commented on."""

    number: int  #: its place in the issue, from 0
    words: str  #: its title, or its first words
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An edition as its reviewers see it."""

    edition: Edition
    code: str
    sections: tuple[Section, ...]  #: those that have words; none when the issue was changed since
    comments: tuple[Comment, ...]  #: about the letter as a whole
    approvals: tuple[Approval, ...]
    changed: bool  #: the issue is not the same any more


class Reviews:
    """The editions that have a page for reviewers."""

    def __init__(self, database: Database, workspace: Workspace) -> None:
        self._database = database
        self._workspace = workspace

    def look(self, number: int) -> Reviewed | None:
        """The edition of that row of the ledger, and what was said of it; None when there is none."""
        with self._database.reading() as connection:
            edition = reviews.edition_of(connection, number)
            if edition is None:
                return None
            given = tuple(reviews.approvals_of(connection, edition_hash(edition)))
            said = reviews.comments_on(connection, edition.issue_id)
        hash_ = edition_hash(edition)
        own = [comment for comment in said if comment.edition == hash_]
        issue, _ = self._issue(edition)
        sections = tuple(_sections(issue, own)) if issue else ()
        placed = {section.number for section in sections}
        rest = tuple(comment for comment in own if comment.block not in placed)
        return Reviewed(edition, short_code(hash_), sections, rest, given, issue is None)

    def letter(self, number: int, *, now: int) -> str | None:
        """The page of that edition for a sample reader, its blocks named by anchors; None when there is none."""
        with self._database.reading() as connection:
            edition = reviews.edition_of(connection, number)
        if edition is None:
            return None
        _, marked = self._issue(edition)
        reader = sample_subscriber(edition.language)
        seen = specimen(marked, self._workspace, reader=reader, now=now, new_id="review")
        page = LANDMARK.sub(r'<a id="block-\1"></a>', seen.html)
        return shown(with_pictures(page, edition), Light(desk="#ffffff"))

    def _issue(self, edition: Edition) -> tuple[Issue | None, Edition]:
        """The issue that the edition was made of, and its page with landmarks; without them when it was changed since."""
        path = self._workspace.issues / edition.slug / ISSUE_FILE
        try:
            loaded = load_issue(self._workspace, path)
            marked = compose(loaded, self._workspace, landmark=landmark).edition
        except (NewsletterError, OSError):
            return None, edition
        same = edition_hash(as_mailed(marked)) == edition_hash(edition)
        return (loaded.issue, marked) if same else (None, edition)


def remark(
    c: Connection, number: int, *, block: int | None, about: str, text: str, by: str, now: int
) -> bool:
    """Write down what somebody said; False when they said nothing, gave no name, or there is no room for more."""
    edition = reviews.edition_of(c, number)
    words, name = _kept(text), one_line(by, LONGEST_NAME)
    if edition is None or not words or not name:
        return False
    if len(reviews.comments_on(c, edition.issue_id)) >= MOST_COMMENTS:
        return False
    reviews.comment(c, edition, Comment("", block, about[:_LONGEST_WORDS], words, name, now))
    return True


def say_yes(c: Connection, number: int, *, by: str, now: int) -> bool:
    """Write down that somebody approves the edition of that row; False when they gave no name."""
    edition, name = reviews.edition_of(c, number), one_line(by, LONGEST_NAME)
    if edition is None or not name:
        return False
    reviews.approve(c, edition, reviewer=name, now=now)
    return True


def _kept(text: str) -> str:
    lines = (one_line(line, LONGEST_COMMENT) for line in text.splitlines())
    return "\n".join(lines).strip()[:LONGEST_COMMENT].rstrip()


def _sections(issue: Issue, said: list[Comment]) -> list[Section]:
    about = partial(_about, said)
    named = [(number, _words_of(block)) for number, block in enumerate(issue.blocks)]
    return [Section(number, words, about(number)) for number, words in named if words]


def _about(said: list[Comment], number: int) -> tuple[Comment, ...]:
    return tuple(comment for comment in said if comment.block == number)


def _words_of(block: AnyBlock) -> str:
    """By what a reader knows the block: "" for one that says nothing, such as a line."""
    for field in ("title", "label", "alt", "name", "text", "reason"):
        words = getattr(block, field, None)
        if words and isinstance(words, str):
            plain = without_merge_tags(words.replace("*", "").replace("#", "")).replace(" ,", ",")
            line = one_line(plain, 10 * _LONGEST_WORDS)
            return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1].rstrip()}…"
    return ""
