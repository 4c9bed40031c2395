"""From an issue to an edition, once for all readers.

issue -> marks for merge tags -> Jinja2 -> MJML -> mrml -> premailer -> segments and slots   (HTML)
      -> marks for merge tags -> Jinja2 -> 72 columns                -> segments and slots   (text)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from newsletter_mailer.compose import inline, mjml, plaintext
from newsletter_mailer.compose.album import Album
from newsletter_mailer.compose.calendar import FILENAME, calendar_file
from newsletter_mailer.compose.load import LoadedIssue
from newsletter_mailer.compose.merge import Marks, split_html, split_plain
from newsletter_mailer.compose.texts import prepared
from newsletter_mailer.compose.theme import load_labels, load_tokens
from newsletter_mailer.compose.vocabulary import Vocabulary, levels
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.blocks import Block, Masthead
from newsletter_mailer.model.edition import Attachment, Edition, Picture, Place, Sender
from newsletter_mailer.templating import theme_environment

Render = Callable[[str, dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Composition:
    """An edition, and the MJML it came from."""

    edition: Edition
    mjml: str
    hosted: tuple[Picture, ...] = ()  #: the pictures that must stand under `picture_base`, by file name


def compose(loaded: LoadedIssue, workspace: Workspace, *, picture_base: str | None = None) -> Composition:
    """The issue rendered for everyone; nothing is fetched, and the same files give the same edition.

    picture_base: address under which pictures are hosted; without it they are embedded. Raises NewsletterError
    for a theme that cannot be used.
    """
    attachment = calendar_file(loaded.issue, workspace.zone)
    words = _vocabulary(loaded, workspace, picture_base, attachment)
    render = _renderer(workspace, words)
    source = _mjml(words, render)
    html = inline.inline(mjml.to_html(source), render("inline.css", {}))
    text = _text(words, render)
    edition = _edition(loaded, workspace, words, html=html, text=text)
    pictures = words.album.pictures
    edition = replace(
        edition,
        pictures=pictures if picture_base is None else (),
        attachments=(attachment,) if attachment else (),
    )
    return Composition(edition, source, pictures if picture_base is not None else ())


def _vocabulary(
    loaded: LoadedIssue, workspace: Workspace, picture_base: str | None, attachment: Attachment | None
) -> Vocabulary:
    issue, settings = loaded.issue, workspace.settings
    marks = Marks.of(loaded.document.text)
    album = Album(
        _finder(loaded.folder, workspace), domain=settings.sender.email.rpartition("@")[2], base=picture_base
    )
    return Vocabulary(
        issue=prepared(issue, marks, issue.language),
        tokens=load_tokens(workspace),
        labels=load_labels(workspace, issue.language),
        settings=settings,
        marks=marks,
        album=album,
        links=plaintext.LinkList(),
        calendar=FILENAME if attachment else "",
    )


def _finder(folder: Path, workspace: Workspace) -> Callable[[str], Path]:
    """Where a picture's `src` leads; `load_issue` has seen that it stays inside the workspace."""
    return lambda src: workspace.root / src.lstrip("/") if src.startswith("/") else folder / src


def _renderer(workspace: Workspace, words: Vocabulary) -> Render:
    environment = theme_environment(workspace.theme_folders, words.filters())
    environment.globals.update(words.names())
    return lambda name, values: environment.get_template(name).render(values)


def _blocks(words: Vocabulary) -> Iterator[tuple[Block, dict[str, Any]]]:
    """Each block with what its templates are given."""
    body = words.issue.blocks
    for number, (block, level) in enumerate(zip(body, levels(body), strict=True)):
        yield (
            block,
            {
                "block": block,
                "level": level,
                "first": number == 0,
                "before": body[number - 1].type if number else "",
            },
        )


def _mjml(words: Vocabulary, render: Render) -> str:
    parts = [
        _spanned(block, render(f"blocks/{block.type}.mjml", given), words.marks)
        for block, given in _blocks(words)
    ]
    headed = any(isinstance(block, Masthead) for block in words.issue.blocks)
    styles = render("screen.css", {})
    return render(
        "layout.mjml", {"body": Markup("\n".join(parts)), "styles": Markup(styles), "headed": headed}
    )  # noqa: S704


def _spanned(block: Block, source: str, marks: Marks) -> str:
    """Whole sections between the marks of their condition; between sections mrml leaves raw text where it stands."""
    if block.when is None:
        return source
    begin, end = marks.begin(block.when), marks.end(block.when)
    return f"<mj-raw>{begin}</mj-raw>\n{source}\n<mj-raw>{end}</mj-raw>"


def _text(words: Vocabulary, render: Render) -> str:
    parts = []
    for block, given in _blocks(words):
        said = plaintext.tidied(render(f"blocks/{block.type}.txt", given))
        said = "\n\n".join(part for part in (said, words.links.listed()) if part)
        if said and block.when is not None:
            parts.append(f"{words.marks.begin(block.when)}{said}\n\n{words.marks.end(block.when)}")
        elif said:
            parts.append(f"{said}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _edition(
    loaded: LoadedIssue, workspace: Workspace, words: Vocabulary, *, html: str, text: str
) -> Edition:
    settings, marks = workspace.settings, words.marks
    sender = settings.sender
    subject = words.issue.subject.replace(
        "\u202f", "\u00a0"
    )  # some telephones draw a box for the narrow space
    segments = {
        "subject": split_plain(subject, marks, Place.HEADER),
        "html": split_html(html, marks),
        "text": split_plain(text, marks, Place.PLAIN),
    }
    return Edition(
        issue_id=loaded.issue.id,
        slug=loaded.folder.name,
        title=loaded.issue.title,
        language=loaded.issue.language,
        sender=Sender(sender.name, sender.email, sender.reply_to or ""),
        expressions=tuple(marks.expressions),
        conditions=tuple(marks.conditions),
        fallbacks=tuple(sorted(settings.subscriber_fields.items())),
        **segments,
    )
