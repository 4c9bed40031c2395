"""What a text is, told by its first bytes, and what becomes of it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from newsletter_mailer.actions.importing_text.arranging import arranged
from newsletter_mailer.actions.importing_text.page import pieces, title_of
from newsletter_mailer.actions.importing_text.pieces import Found, Loss, Notes, too_long
from newsletter_mailer.actions.importing_text.runs import apart
from newsletter_mailer.actions.importing_text.word import is_word, page_of
from newsletter_mailer.compose.markdown import as_page
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.templating import KnownNames, known_names
from newsletter_mailer.wording import Sentence, sentence

LARGEST = 25 << 20  #: bytes of a text with its pictures
MOST_BLOCKS = 300  #: an issue has at most 500
_LONGEST_TEXT = 2 << 20  # characters of HTML, without pictures
_LONGEST_MARKDOWN = 300_000  # characters likewise: 150 pages
_HTML = re.compile(
    r"<!doctype html|<(html|body|p|div|h[1-6]|table|ul|ol|span|section|article|meta|br)[\s>/]", re.I
)
_PICTURE_DATA = re.compile(r"data:[\w/+.-]*;base64,[\w+/=%\s]+")
_OTHERS = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\xd0\xcf\x11\xe0": "Word 97–2003 (.doc)",
    b"PK\x03\x04": ".zip, .odt",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A text as blocks to arrange. A picture's file is named `import:` and its number until it is put somewhere."""

    title: str  #: "" when it says none
    blocks: tuple[dict[str, Any], ...]
    pictures: tuple[Found, ...]
    left_out: tuple[Sentence, ...]  #: what could not be taken over, or not as it was


def take(workspace: Workspace, name: str, data: bytes) -> Taken:
    """The blocks of a Word document, Markdown or HTML. name: of the file, "" for what was pasted.

    Raises UsageError for what is none of these, is damaged, too large or without any words.
    """
    if len(data) > LARGEST:
        raise UsageError(
            sentence("this text has more than {most} MB", most=LARGEST >> 20),
            sentence("take its pictures out and add them one by one"),
        )
    notes = Notes()
    page = page_of(data, notes) if is_word(data) else _page(name, data)
    title, blocks = arranged(pieces(page, notes))
    known = known_names(workspace.settings.subscriber_fields)
    safe = [_without_braces(block, known, notes) for block in blocks]
    if not safe:
        raise UsageError(
            sentence("no words were found in it"), sentence("paste the text itself, or save it as .docx")
        )
    if len(safe) > MOST_BLOCKS:
        raise UsageError(
            sentence("it has {count} parts: no mail is that long", count=len(safe)),
            sentence("take over a part of it"),
        )
    title = _without_braces({"": title or title_of(page)}, known, notes)[""]
    return Taken(title, tuple(safe), tuple(notes.pictures), notes.told())


def _page(name: str, data: bytes) -> str:
    """The text as HTML: as it stands, or from Markdown."""
    for begins, kind in _OTHERS.items():
        if data.startswith(begins):
            raise UsageError(
                sentence("{kind} cannot be read here", kind=kind),
                sentence("save the text as .docx, Markdown or HTML, or copy it and paste it here"),
            )
    text = _decoded(data)
    suffix = PurePath(name).suffix.lower()
    is_html = suffix in (".html", ".htm", ".xhtml") or (
        suffix not in (".md", ".markdown", ".txt") and _HTML.search(text[:20_000])
    )
    if len(_PICTURE_DATA.sub("", text)) > (_LONGEST_TEXT if is_html else _LONGEST_MARKDOWN):
        raise too_long()
    return text if is_html else as_page(text)


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else what Windows wrote for decades."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _without_braces(part: Any, known: KnownNames, notes: Notes) -> Any:
    """The block with every text's double braces taken apart that make no merge tag here."""
    if isinstance(part, dict):
        return {key: _without_braces(value, known, notes) for key, value in part.items()}
    if not isinstance(part, str) or (changed := apart(part, known)) is None:
        return part
    notes.lost[Loss.BRACES] += 1
    return changed
