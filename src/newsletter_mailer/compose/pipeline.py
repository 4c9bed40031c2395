"""From an issue to an edition, once for all readers.

issue -> marks for merge tags -> Jinja2 -> MJML -> mrml -> premailer -> segments and slots   (HTML)
      -> marks for merge tags -> Jinja2 -> 72 columns                -> segments and slots   (text)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from newsletter_mailer.compose import inline, mjml, plaintext
from newsletter_mailer.compose.album import Album
from newsletter_mailer.compose.attached import attached, told
from newsletter_mailer.compose.calendar import FILENAME, calendar_file
from newsletter_mailer.compose.load import LoadedIssue
from newsletter_mailer.compose.merge import Marks, split_html, split_plain
from newsletter_mailer.compose.picture_paths import picture_file
from newsletter_mailer.compose.texts import prepared
from newsletter_mailer.compose.theme import load_labels, load_tokens
from newsletter_mailer.compose.vocabulary import FILTERS, Vocabulary, gap_above, levels
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.blocks import AnyBlock, ButtonBlock, Masthead
from newsletter_mailer.model.edition import Attachment, Edition, Picture, Place, Sender
from newsletter_mailer.templating import Render, theme_templates

Write = Callable[..., str]  #: a template's name and its values to its text


@dataclass(frozen=True, slots=True)
class Composition:
    """An edition, and the MJML it came from."""

    edition: Edition
    mjml: str
    hosted: tuple[Picture, ...] = ()  #: the pictures that must stand under `picture_base`, by file name


@dataclass(frozen=True, slots=True)
class _Page:
    mjml: str
    html: str
    text: str


def compose(
    loaded: LoadedIssue,
    workspace: Workspace,
    *,
    picture_base: str | None = None,
    landmark: Callable[[int], str] | None = None,
) -> Composition:
    """The issue rendered for everyone; nothing is fetched, and the same files give the same edition.

    picture_base: address under which pictures are hosted; without it they are embedded. landmark: HTML to stand
    before the block of that number, for a preview that knows its blocks; a mail has none. Raises NewsletterError
    for a theme that cannot be used.
    """
    calendar = calendar_file(loaded.issue, workspace.zone)
    files = [attached(workspace.root, loaded.folder, file.file) for file in loaded.issue.attachments]
    words = _vocabulary(loaded, workspace, picture_base, calendar, files)
    page = _page(words, _writer(workspace, words), landmark or _no_landmark)
    pictures = words.album.pictures
    embedded, hosted = (pictures, ()) if picture_base is None else ((), pictures)
    attachments = (*([calendar] if calendar else []), *files)
    edition = _edition(loaded, workspace, words, page=page, pictures=embedded, attachments=attachments)
    return Composition(edition, page.mjml, hosted)


def _vocabulary(
    loaded: LoadedIssue,
    workspace: Workspace,
    picture_base: str | None,
    calendar: Attachment | None,
    files: Sequence[Attachment],
) -> Vocabulary:
    settings, language = workspace.settings, loaded.issue.language
    marks = Marks.of(loaded.document.text)
    issue = prepared(loaded.issue, marks, language)
    find = partial(picture_file, workspace.root, loaded.folder)
    return Vocabulary(
        issue=issue,
        tokens=load_tokens(workspace),
        labels=load_labels(workspace, language),
        settings=settings,
        marks=marks,
        album=Album(find, domain=settings.sender.email.rpartition("@")[2], base=picture_base),
        links=plaintext.LinkList(marks),
        calendar=FILENAME if calendar else "",
        attached=tuple(
            told(said, file, language) for said, file in zip(issue.attachments, files, strict=True)
        ),
    )


def _writer(workspace: Workspace, words: Vocabulary) -> Write:
    render, names = _templates(workspace.theme_folders), words.names()
    return lambda name, **values: render(name, {**names, **values})


@lru_cache(maxsize=4)
def _templates(folders: tuple[Path, ...]) -> Render:
    """A theme's templates, compiled once for all compositions of a process."""
    return theme_templates(folders, FILTERS)


def _no_landmark(_number: int) -> str:
    return ""


def _page(words: Vocabulary, write: Write, landmark: Callable[[int], str]) -> _Page:
    source = _mjml(words, write, landmark)
    html = inline.inline(mjml.to_html(source), write("inline.css"))
    return _Page(source, html, _text(words, write))


def _blocks(words: Vocabulary) -> Iterator[tuple[AnyBlock, dict[str, Any]]]:
    """Each block with what its templates are given besides the vocabulary."""
    body = words.issue.blocks
    before = ["", *(block.type for block in body)]
    for number, (block, level) in enumerate(zip(body, levels(body), strict=True)):
        given = {"block": block, "level": level, "before": before[number]}
        yield block, given | {"gap_above": bool(words.attached) or gap_above(body[:number])}


def _mjml(words: Vocabulary, write: Write, landmark: Callable[[int], str]) -> str:
    parts = [
        _marked(landmark(number), _spanned(block, write(f"blocks/{block.type}.mjml", **given), words.marks))
        for number, (block, given) in enumerate(_blocks(words))
    ]
    if words.attached:
        parts.insert(-1, write("attached.mjml"))  # before the footer
    body = Markup("\n".join(parts))  # noqa: S704  # templates have escaped what they print
    styles = Markup(write("screen.css"))  # noqa: S704
    headed = any(isinstance(block, Masthead) for block in words.issue.blocks)
    return write("layout.mjml", body=body, styles=styles, headed=headed)


def _marked(landmark: str, source: str) -> str:
    return f"{_raw(landmark)}\n{source}" if landmark else source


def _raw(html: str) -> str:
    """HTML between sections: there, mrml leaves it as it is."""
    return f"<mj-raw>{html}</mj-raw>"


def _spanned(block: AnyBlock, source: str, marks: Marks) -> str:
    """Whole sections between the marks of their condition."""
    for condition in _conditions(block, marks):
        source = f"{_raw(marks.begin(condition))}\n{source}\n{_raw(marks.end(condition))}"
    return source


def _conditions(block: AnyBlock, marks: Marks) -> list[str]:
    """What must be true of a reader who gets the block: what `when:` says, and that its button leads somewhere."""
    leads = marks.leads(block.link) if isinstance(block, ButtonBlock) else None
    return [condition for condition in (leads, block.when) if condition is not None]


def _text(words: Vocabulary, write: Write) -> str:
    parts = []
    for block, given in _blocks(words):
        said = plaintext.tidied(write(f"blocks/{block.type}.txt", **given))
        said = (said + words.links.listed()).lstrip("\n")
        if said:
            said += "\n\n"
            for condition in _conditions(block, words.marks):
                said = words.marks.spanned(condition, said)
            parts.append(said)
    if words.attached:
        parts.insert(-1, plaintext.tidied(write("attached.txt")) + "\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _edition(
    loaded: LoadedIssue,
    workspace: Workspace,
    words: Vocabulary,
    *,
    page: _Page,
    pictures: tuple[Picture, ...],
    attachments: tuple[Attachment, ...],
) -> Edition:
    settings, marks = workspace.settings, words.marks
    sender = settings.sender
    subject = words.issue.subject.replace(
        "\u202f", "\u00a0"
    )  # some telephones draw a box for the narrow space
    return Edition(
        issue_id=loaded.issue.id,
        slug=loaded.folder.name,
        title=loaded.issue.title,
        language=loaded.issue.language,
        sender=Sender(sender.name, sender.email, sender.reply_to or ""),
        subject=split_plain(subject, marks, Place.HEADER),
        html=split_html(page.html, marks),
        text=split_plain(page.text, marks, Place.PLAIN),
        expressions=tuple(marks.expressions),
        conditions=tuple(marks.conditions),
        fallbacks=tuple(sorted(settings.subscriber_fields.items())),
        pictures=pictures,
        attachments=attachments,
    )
