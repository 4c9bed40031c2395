"""The files that go along with an issue: looked at before they are trusted, and told to the readers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.compose.beside import Astray, file_beside, meant_file, visible
from newsletter_mailer.compose.calendar import FILENAME as CALENDAR
from newsletter_mailer.compose.typography import NO_BREAK
from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.model.edition import Attachment
from newsletter_mailer.model.issue import AttachedFile
from newsletter_mailer.wording import Sentence, sentence

MOST_BYTES = 5_000_000  #: of all together; many servers take no mail above 10 MB, and base64 adds a third
LINK_RATHER = 1_000_000  #: bytes from which a link serves everybody better
LONGEST_NAME = 120  # characters


class FileRefused(NewsletterError):
    """A file that cannot go along with a mail."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file that mailboxes take and readers can open."""

    name: str  #: as readers know it
    media_type: str
    fits: Callable[[bytes], bool]  #: whether a file begins, or is built, as one of that type


@dataclass(frozen=True, slots=True)
class Told:
    """An attached file as a template tells it."""

    title: str
    filename: str
    kind: str  #: "PDF"
    size: str  #: "240 ko"


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(starts)


def _document(folder: str) -> Callable[[bytes], bool]:
    """A document of an office suite: a zip archive with that entry in it, and without macros."""

    def fits(data: bytes) -> bool:
        try:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            return False
        inside = any(name.startswith(folder) for name in names)
        return inside and not any(_is_macro(name.lower()) for name in names)

    return fits


def _is_macro(name: str) -> bool:
    return name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/"))


def _is_text(data: bytes) -> bool:
    return b"\0" not in data


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS: Mapping[str, Kind] = {
    ".pdf": Kind("PDF", "application/pdf", _begins(b"%PDF-")),
    ".docx": Kind("Word", f"{_OFFICE}wordprocessingml.document", _document("word/")),
    ".xlsx": Kind("Excel", f"{_OFFICE}spreadsheetml.sheet", _document("xl/")),
    ".pptx": Kind("PowerPoint", f"{_OFFICE}presentationml.presentation", _document("ppt/")),
    ".odt": Kind("OpenDocument", f"{_OPEN}text", _document("content.xml")),
    ".ods": Kind("OpenDocument", f"{_OPEN}spreadsheet", _document("content.xml")),
    ".odp": Kind("OpenDocument", f"{_OPEN}presentation", _document("content.xml")),
    ".png": Kind("PNG", "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ".jpg": Kind("JPEG", "image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": Kind("JPEG", "image/jpeg", _begins(b"\xff\xd8\xff")),
    ".ics": Kind("iCalendar", "text/calendar; charset=utf-8", _begins(b"BEGIN:VCALENDAR")),
    ".csv": Kind("CSV", "text/csv", _is_text),
    ".txt": Kind("TXT", "text/plain", _is_text),
}


def attached(root: Path, folder: Path, name: str) -> Attachment:
    """The file of that name, as it goes along. Raises FileRefused."""
    path = _path(root, folder, name.strip())
    written = Path(name.strip()).name  # behind it may be a link to a file of another name
    shown, kind = visible(written), KINDS.get(Path(written).suffix.lower())
    if kind is None:
        what = sentence("a file such as “{name}” does not go along: mailboxes refuse it", name=shown)
        raise FileRefused(what, sentence("save it as PDF, or put it on your web site and write a link"))
    if len(written) > LONGEST_NAME:
        what = sentence("the name “{name}…” is too long", name=shown)
        raise FileRefused(what, sentence("at most {most} characters fit", most=LONGEST_NAME))
    data = _read(path)
    if not kind.fits(data):
        what = sentence("“{name}” is not what its name says, is damaged, or holds macros", name=shown)
        raise FileRefused(what, sentence("save it anew, best as PDF"))
    return Attachment(written, kind.media_type, data)


def attached_problem(root: Path, folder: Path, name: str) -> FileRefused | None:
    """What is wrong with a file, None when it can go along."""
    try:
        attached(root, folder, name)
    except FileRefused as refusal:
        return refusal
    return None


def together_problem(root: Path, folder: Path, names: list[str]) -> tuple[int, FileRefused] | None:
    """What is wrong with files that are fine one by one, and the number of the one to mend."""
    known, size = {CALENDAR}, 0
    for number, name in enumerate(names):
        try:
            file = attached(root, folder, name)
        except FileRefused:
            continue  # told already
        if file.filename.lower() in known:
            what = sentence("two attached files have the name “{name}”", name=visible(file.filename))
            return number, FileRefused(what, sentence("rename one of them: many mail programs keep only one"))
        known.add(file.filename.lower())
        size += len(file.data)
        if size > MOST_BYTES:
            what = sentence(
                "the attached files are larger than {most} MB together", most=MOST_BYTES // 1_000_000
            )
            return number, FileRefused(what, LINK_INSTEAD)
    return None


LINK_INSTEAD: Sentence = sentence("put it on your web site, and write a link or a button instead")


def told(file: AttachedFile, attachment: Attachment, language: str) -> Told:
    """What the mail says of the file; its title ready to be printed."""
    kind = KINDS[Path(attachment.filename).suffix.lower()]
    title = file.title or Path(attachment.filename).stem.replace("_", " ")
    return Told(title, attachment.filename, kind.name, size_in_words(len(attachment.data), language))


def size_in_words(count: int, language: str) -> str:
    """Bytes as people of the language write them: "240 ko", "1,2 Mo", "240 kB"."""
    french = language.startswith("fr")
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))}{NO_BREAK}{'ko' if french else 'kB'}"
    number = f"{count / 1_000_000:.1f}"
    return f"{number.replace('.', ',')}{NO_BREAK}Mo" if french else f"{number}{NO_BREAK}MB"


def _path(root: Path, folder: Path, name: str) -> Path:
    found = file_beside(root, folder, name)
    if isinstance(found, Path):
        return found
    if found is Astray.MISSING:
        what = sentence("there is no file “{name}”", name=visible(name))
        raise FileRefused(what, meant_file(root, folder, name, tuple(KINDS)))
    if found is Astray.BACKSLASH:
        what = sentence("“{src}” is written with \\", src=visible(name))
        raise FileRefused(
            what, sentence("write files/name.pdf, with /, for a file in the folder of the issue")
        )
    if found is Astray.NETWORK:
        what = sentence("“{name}” is not a file: nothing is fetched from the network", name=visible(name))
        raise FileRefused(what, sentence("a link stands in a text or in a button"))
    what = sentence("the file “{name}” is outside of the workspace", name=visible(name))
    raise FileRefused(what, sentence("copy it into the folder of the issue, and write files/name.pdf"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = system_reason(error)
        raise FileRefused(
            sentence("the file “{name}” cannot be read: {reason}", name=visible(path.name), reason=reason)
        ) from error
    if not data:
        raise FileRefused(sentence("the file “{name}” is empty", name=visible(path.name)))
    if len(data) > MOST_BYTES:
        what = sentence(
            "the file “{name}” is larger than {most} MB",
            name=visible(path.name),
            most=MOST_BYTES // 1_000_000,
        )
        raise FileRefused(what, LINK_INSTEAD)
    return data
