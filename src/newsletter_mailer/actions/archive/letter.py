"""An edition as anybody may see it: no reader's own words, no link that acts for one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from newsletter_mailer.compose.calendar import FILENAME as CALENDAR
from newsletter_mailer.compose.typography import typeset_line
from newsletter_mailer.message.links import NOWHERE, without_ways_out
from newsletter_mailer.message.slots import Filler, Links, Reader
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Attachment, Edition, Picture

_SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_PREHEADER = re.compile(r'<div class="preheader[^"]*"[^>]*>(.*?)</div>', re.DOTALL)
_NOTE = re.compile(r'(<p [^>]*class="note ours"[^>]*>[^<]*?)\b([\w.-]+\.ics)')
_ATTACHED = re.compile(r'(<span class="file-name"[^>]*>)([^<]*)(</span>)')
_WIDE = re.compile(r'<img [^>]*src="cid:([^"]+)"[^>]*\swidth="(\d+)"')
_TAG = re.compile(r"<[^>]*>")
_LEAD_WIDTH, _TEASER = 240, 240
_PARAGRAPH = 60  # letters: shorter lines of the text part are titles


@dataclass(frozen=True, slots=True)
class Letter:
    """What the archive shows of an edition."""

    title: str
    language: str
    html: str  #: the whole page, its pictures under `../pictures/`
    teaser: str  #: a sentence or two
    picture: str  #: file name of the first large one, "" without any
    calendar: bytes  #: the dates of its agendas, b"" without any


def letter(edition: Edition, hash_: str, list_name: str) -> Letter:
    """The edition for nobody: merge tags say what stands in for a value that is not known.

    Raises ValueError when it cannot be shown without a reader.
    """
    nobody = Subscriber(0, "", "", language=edition.language)
    seen = Reader(nobody, list_name=list_name, links=Links(unsubscribe=NOWHERE))
    filler = Filler(edition)
    mail = filler.html(seen)
    calendars = [file.data for file in edition.attachments if file.filename == CALENDAR]
    return Letter(
        title=typeset_line(edition.title, edition.language),
        language=edition.language,
        html=_with_files(without_ways_out(mail), edition, hash_),
        teaser=_teaser(mail, filler.text(seen)),
        picture=_lead(mail, edition, hash_),
        calendar=calendars[0] if calendars else b"",
    )


def file_names(edition: Edition, hash_: str) -> dict[str, tuple[bytes, str]]:
    """The edition's pictures and attached files by their names in the archive, with media types."""
    files = {
        picture_name(hash_, number, picture): (picture.data, picture.media_type)
        for number, picture in enumerate(edition.pictures, start=1)
    }
    for number, file in enumerate(edition.attachments):
        files[attached_name(hash_, number, file)] = (file.data, file.media_type)
    return files


def picture_name(hash_: str, number: int, picture: Picture) -> str:
    """A name that nobody can guess who does not know the edition, and that means these bytes for ever."""
    return f"{hash_[:20]}-{number}.{_SUFFIX.get(picture.media_type, 'bin')}"


def attached_name(hash_: str, number: int, file: Attachment) -> str:
    """The same for an attached file; its own name, as far as every web server knows its letters, is what is saved."""
    if file.filename == CALENDAR:
        return f"{hash_[:20]}-{CALENDAR}"
    name = Path(file.filename)
    plain = unicodedata.normalize("NFKD", name.stem).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40]
    return f"{hash_[:20]}-{number}-{words or 'file'}{name.suffix.lower()}"


def _with_files(html: str, edition: Edition, hash_: str) -> str:
    for number, picture in enumerate(edition.pictures, start=1):
        html = html.replace(f"cid:{picture.cid}", f"../pictures/{picture_name(hash_, number, picture)}")
    names = {file.filename: attached_name(hash_, n, file) for n, file in enumerate(edition.attachments)}
    html = _ATTACHED.sub(lambda found: _linked(found, names), html)
    return _NOTE.sub(rf'\1<a href="../pictures/{hash_[:20]}-\2">\2</a>', html)


def _linked(found: re.Match[str], names: dict[str, str]) -> str:
    """The name of an attached file as a link to it."""
    name = names.get(unescape(found[2]))
    link = f'<a href="../pictures/{escape(name)}">{found[2]}</a>' if name else found[2]
    return f"{found[1]}{link}{found[3]}"


def _teaser(html: str, text: str) -> str:
    """What inboxes showed after the subject; without it the first sentences of the text."""
    found = _PREHEADER.search(html)
    said = " ".join(unescape(_TAG.sub("", found[1])).replace("\u034f", "").split()) if found else ""
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    said = said or next((part for part in paragraphs if len(part) >= _PARAGRAPH), "")
    if len(said) <= _TEASER:
        return said
    return said[:_TEASER].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _lead(html: str, edition: Edition, hash_: str) -> str:
    """The first picture that is large enough to stand for the issue."""
    wide = {cid for cid, width in _WIDE.findall(html) if int(width) >= _LEAD_WIDTH}
    shown = [cid for cid, _ in _WIDE.findall(html) if cid in wide]
    for number, picture in enumerate(edition.pictures, start=1):
        if shown and picture.cid == shown[0]:
            return picture_name(hash_, number, picture)
    return ""
