"""What the composer shows: an issue composed anew after a save, and seen through a reader's eyes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from newsletter_mailer.compose.landmarks import as_mailed, landmark
from newsletter_mailer.compose.lights import Light as Light
from newsletter_mailer.compose.lights import clipped, with_pictures
from newsletter_mailer.compose.lights import shown as shown
from newsletter_mailer.compose.load import LoadedIssue, find_issue, load_issue, slugs
from newsletter_mailer.compose.pipeline import Composition, compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, NewsletterError, Problem, UsageError, system_reason
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import specimen
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Sender
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.templating import merge_tags
from newsletter_mailer.wording import say, sentence
from newsletter_mailer.yamlio.reader import LONGEST_FILE, read

SNIPPET = 140  #: characters that the widest inbox lines show after the subject

_WORD = re.compile(r"[^\W_]+(?:[’'.,-][^\W_]+)*")
_TARGET = re.compile(r"(?:https?://|mailto:|tel:)\S+")
_FILLER = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u2007\ufeff]+")  # what a preheader is padded with


@dataclass(frozen=True, slots=True)
class Proof:
    """An issue as it was just composed; without an edition there is something to mend."""

    edition: Edition | None  #: the very one that dispatch would plan
    problems: tuple[Problem, ...] = ()
    shown: Edition | None = None  #: the same with landmarks, for `preview` only: no mail is made of it
    loaded: LoadedIssue | None = None
    composition: Composition | None = None  #: of that edition, for the checks


@dataclass(frozen=True, slots=True)
class Preview:
    """What one reader would get."""

    html: str  #: the page with pictures as data: URIs, and `<!--block 3-->` before each block
    mail_html: str  #: the page as it is mailed, pictures by Content-ID
    clipped_html: str  #: as far as Gmail shows it, pictures inside
    text: str
    subject: str
    preheader: str  #: what an inbox shows after the subject, at most 140 characters
    sender: Sender
    html_bytes: int  #: of the page as mailed, decoded: what Gmail counts
    message_bytes: int  #: of the whole mail on the wire
    words: int  #: in the text part, addresses of links not counted


@dataclass(frozen=True, slots=True)
class IssueSummary:
    """An issue to choose, told from the head of its file."""

    slug: str
    path: Path
    title: str
    subject: str
    date: dt.date | None


def issue_path(workspace: Workspace, name: str) -> Path:
    """The issue.yaml that a slug, a folder or a path means. Raises UsageError."""
    return find_issue(workspace, name)


def issues(workspace: Workspace) -> list[IssueSummary]:
    """The workspace's issues, newest first; one that cannot be read stands first, for it needs a hand."""
    found = [_summary(workspace, slug, path) for slug, path in _paths(workspace)]
    return sorted(found, key=lambda issue: (issue.date or dt.date.max, issue.slug), reverse=True)


def _paths(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Every issue that a command would take too: a link that leads out of the workspace is none."""
    for slug in slugs(workspace):
        with suppress(UsageError):
            yield slug, find_issue(workspace, slug)


def listed_issue(workspace: Workspace, slug: str) -> Path | None:
    """The issue.yaml of that slug, if it is one of the workspace's."""
    return next((path for each, path in _paths(workspace) if each == slug), None)


def _summary(workspace: Workspace, slug: str, path: Path) -> IssueSummary:
    head: dict[str, Any] = {}
    try:
        with path.open("rb") as file:
            data = read(file.read(LONGEST_FILE + 1), workspace.display(path)).data
        head = data if isinstance(data, dict) else {}
    except (FileProblems, OSError):
        pass  # the issue can be chosen all the same, and its own page says what is wrong
    subject = _for_nobody(str(head.get("subject") or ""))
    return IssueSummary(slug, path, str(head.get("title") or slug), subject, _date(head.get("date")))


def _for_nobody(text: str) -> str:
    """The text with an ellipsis where each reader has words of their own."""
    shown, at = [], 0
    for tag in merge_tags(text):
        shown.append(text[at : tag.start] + "…")
        at = tag.end
    return "".join([*shown, text[at:]])


def _date(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def proof(workspace: Workspace, path: Path) -> Proof:
    """Compose the issue in that issue.yaml; what is wrong with it is returned, not raised."""
    try:
        loaded = load_issue(workspace, path)
        composition = compose(loaded, workspace, landmark=landmark)
        shown = composition.edition
        mailed = as_mailed(shown)
        return Proof(mailed, (), shown, loaded, replace(composition, edition=mailed))
    except FileProblems as error:
        return Proof(None, error.problems)
    except NewsletterError as error:
        return Proof(None, (Problem(workspace.display(path), 0, 0, error.what, error.hint),))
    except OSError as error:
        what = sentence("cannot be read: {reason}", reason=system_reason(error))
        return Proof(None, (Problem(workspace.display(path), 0, 0, what),))


def preview(shown: Edition, workspace: Workspace, *, reader: Subscriber, now: int, new_id: str) -> Preview:
    """The edition as that reader would get it at that moment (ms since 1970); its own links are dead ones.

    new_id: part of the Message-ID. Raises NewsletterError when the mail cannot be written, e.g. for a sender's
    address.
    """
    seen = specimen(as_mailed(shown), workspace, reader=reader, now=now, new_id=new_id)
    page = specimen(shown, workspace, reader=reader, now=now, new_id=new_id).html
    cut = clipped(seen.html, say("[Message clipped] View entire message"))
    return Preview(
        html=with_pictures(page, shown),
        mail_html=seen.html,
        clipped_html=with_pictures(cut or seen.html, shown),
        text=seen.text,
        subject=seen.subject,
        preheader=_snippet(seen.html),
        sender=shown.sender,
        html_bytes=len(seen.html.encode()),
        message_bytes=len(seen.wire),
        words=sum(1 for _ in _WORD.finditer(_TARGET.sub("", seen.text))),
    )


def readers(database: Database, query: str, *, limit: int = 20) -> list[Subscriber]:
    """Readers of any list whose address or name holds the query, for choosing whose eyes to look through."""
    with database.reading() as connection:
        return audience.find_readers(connection, query, limit=limit)


def reader(database: Database | None, subscriber_id: int, *, language: str) -> Subscriber:
    """The subscriber with that id; a sample reader of that language when there is none (any more)."""
    if database is None or subscriber_id <= 0:
        return sample_subscriber(language)
    with database.reading() as connection:
        return audience.subscriber(connection, subscriber_id) or sample_subscriber(language)


def _snippet(html: str) -> str:
    """The first words of the page, as an inbox shows them: the preheader, and what follows when that is short."""
    parser = _BodyText()
    parser.feed(html)
    return _FILLER.sub(" ", " ".join(parser.words())).strip()[:SNIPPET].rstrip()


class _BodyText(HTMLParser):
    """The text of a page's body, whether shown or hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[str] = []
        self._silent = 1  #: depth of elements whose text is no reading matter; 1 until the body begins

    def words(self) -> Iterator[str]:
        """The runs of text, in order."""
        yield from self._found

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own signature
        """The body begins, or a style sheet."""
        self._silent += {"body": -1, "style": 1, "script": 1}.get(tag, 0)

    def handle_endtag(self, tag: str) -> None:
        """A style sheet ends."""
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        """A run of text."""
        if not self._silent:
            self._found.append(data)
