"""Word documents (.docx) as HTML. The only module that knows mammoth."""

from __future__ import annotations

import base64
import io
import re
import zlib
from typing import Any
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile, ZipInfo

from newsletter_mailer.actions.importing_text.pieces import Loss, Notes
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import sentence

_MOST_UNPACKED = 300 << 20  # bytes of all parts together; pictures hardly shrink, and text is never so long
_LARGEST_XML = 40 << 20
_MOST_TAGS = 300_000  # in all parts: a page of a text has about 2,000, and reading 100,000 takes seconds
_CHUNK = 1 << 20
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote:fresh
p[style-name='Intense Quote'] => blockquote:fresh
p[style-name='Titre 1'] => h1:fresh
p[style-name='Titre 2'] => h2:fresh
p[style-name='Titre 3'] => h3:fresh
p[style-name='Titre 4'] => h4:fresh
"""
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # marks of its encoding, and white space
_IGNORED = re.compile(r"unrecogni[sz]ed element was ignored: (\S+)")
_DAMAGE = (  # whatever a damaged archive or XML leads to
    BadZipFile,
    ExpatError,
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
_DRAWN = ("w:object", "w:pict", "mc:AlternateContent", "m:oMath", "m:oMathPara", "c:chart", "dgm:relIds")


def is_word(data: bytes) -> bool:
    """Whether it is a Word document of our time."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (BadZipFile, ValueError):
        return False


def page_of(data: bytes, notes: Notes) -> str:
    """The document as HTML, its pictures in it. Raises UsageError for a damaged or swollen one."""
    import mammoth

    _check_sizes(data)
    picture = mammoth.images.img_element(_picture)
    try:
        made = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=picture)
    except _DAMAGE as error:
        raise _damaged() from error
    for message in made.messages:
        found = _IGNORED.search(message.message)
        if found and found[1].startswith(_DRAWN):
            notes.lost[Loss.DRAWING] += 1
    return str(made.value)


def _picture(image: Any) -> dict[str, str]:
    """Where the picture stands; one that is outside the document is not opened, one that is gone is told."""
    try:
        with image.open() as file:
            letters = base64.b64encode(file.read()).decode("ascii")
    except (ValueError, KeyError, OSError):  # mammoth refuses with a ValueError
        return {"src": image.alt_text or str(sentence("without a name"))}
    return {"src": f"data:{image.content_type or ''};base64,{letters}"}


def _check_sizes(data: bytes) -> None:
    """A small file may unpack to one that fills the memory, or that takes hours to read."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            xml = [part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))]
            if sum(part.file_size for part in parts) > _MOST_UNPACKED or max(xml, default=0) > _LARGEST_XML:
                raise _swollen()
            tags = 0
            for part in parts:
                tags += _tags(archive, part)
                if tags > _MOST_TAGS:
                    raise _swollen()
    except _DAMAGE as error:
        raise _damaged() from error


def _tags(archive: ZipFile, part: ZipInfo) -> int:
    """Of a part that is XML by its first bytes; its name may say anything."""
    with archive.open(part) as file:
        chunk = file.read(_CHUNK)
        if not chunk.lstrip(_BEFORE_XML).startswith(b"<"):
            return 0
        tags = 0
        while chunk and tags <= _MOST_TAGS:
            tags += chunk.count(b"<")
            chunk = file.read(_CHUNK)
        return tags


def _swollen() -> UsageError:
    return UsageError(
        sentence("this document unpacks to more than any text is long"),
        sentence("open it in Word, copy what you need, and paste it here"),
    )


def _damaged() -> UsageError:
    return UsageError(
        sentence("this Word document is damaged"),
        sentence("open it in Word and save it again as .docx, or copy its text and paste it here"),
    )
