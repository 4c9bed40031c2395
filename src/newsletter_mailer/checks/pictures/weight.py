"""What pictures weigh, and whether they are as sharp as screens are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from newsletter_mailer.checks.amounts import Amount
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import pictures
from newsletter_mailer.compose.picture_paths import picture_file
from newsletter_mailer.compose.pictures import PictureInfo, inspect
from newsletter_mailer.model.edition import Picture
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

HEAVY = 250_000  #: bytes of one picture as it is mailed, already fitted to its place
HEAVY_TOGETHER, TOO_HEAVY_TOGETHER = 1_000_000, 5_000_000
SHARP = 1.5  #: own pixels for each that is shown; telephones have two or three

_IMAGE = re.compile(r"<img\s[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'\b(src|width)="([^"]*)"')


def weight(subject: Subject) -> Iterator[Finding]:
    """One picture that takes longer to arrive than all the rest."""
    sent = _sent(subject)
    for at, path, _ in _files(subject):
        heaviest = max((len(one.data) for one in sent if Path(one.filename).stem == path.stem), default=0)
        if heaviest > HEAVY:
            what = sentence("{name} weighs {size} kB in the mail", name=path.name, size=_kilobytes(heaviest))
            hint = sentence(
                "below {most} kB it arrives at once: save a photograph as JPEG, a drawing with fewer colours",
                most=_kilobytes(HEAVY),
            )
            yield Finding("picture-weight", Level.WARNING, what, hint, at)


def weight_together(subject: Subject) -> Iterator[Finding]:
    """All pictures together make the mail too heavy for small mailboxes and slow lines."""
    together = sum(len(one.data) for one in _sent(subject))
    if together > HEAVY_TOGETHER:
        what = sentence("the pictures weigh {size} kB together", size=_kilobytes(together))
        hint = sentence(
            "below {most} kB every mailbox takes it: leave some out", most=_kilobytes(HEAVY_TOGETHER)
        )
        level = Level.ERROR if together > TOO_HEAVY_TOGETHER else Level.WARNING
        yield Finding("pictures-weight", level, what, hint, ("blocks",))


def sharpness(subject: Subject) -> Iterator[Finding]:
    """A picture with too few pixels for its place: it looks soft on a telephone."""
    widths = _shown_widths(subject)
    for at, path, info in _files(subject):
        shown = widths.get(path.stem, 0)
        if shown >= 100 and info.width < SHARP * shown:
            what = sentence(
                "{name} is {own} pixels wide and shown at {shown}: it looks soft on most screens",
                name=path.name,
                own=info.width,
                shown=shown,
            )
            hint = sentence("save it {wanted} pixels wide", wanted=2 * shown)
            yield Finding("picture-soft", Level.WARNING, what, hint, at)


def animation(subject: Subject) -> Iterator[Finding]:
    """A picture that moves."""
    for at, path, info in _files(subject):
        if info.animated:
            what = sentence("{name} moves: Outlook shows its first picture only", name=path.name)
            hint = sentence(
                "let the first one say everything; nothing may flash, nor move for longer than 5 seconds"
            )
            yield Finding("picture-moves", Level.NOTE, what, hint, at)


def _files(subject: Subject) -> Iterator[tuple[tuple[str | int, ...], Path, PictureInfo]]:
    find = partial(picture_file, subject.workspace.root, subject.loaded.folder)
    for written in pictures(subject.loaded.issue):
        path = find(written.picture.src)
        yield (*written.at, "src"), path, inspect(path)


def _sent(subject: Subject) -> tuple[Picture, ...]:
    return subject.composition.edition.pictures or subject.composition.hosted


def _shown_widths(subject: Subject) -> dict[str, int]:
    """The widest place of each picture on the page, by the name of its file without its ending."""
    names = {f"cid:{one.cid}": Path(one.filename).stem for one in _sent(subject)}
    widths: dict[str, int] = {}
    for tag in _IMAGE.findall(subject.html):
        said = dict(_ATTRIBUTE.findall(tag))
        name, width = names.get(said.get("src", "")), said.get("width", "")
        if name and width.isdigit():
            widths[name] = max(widths.get(name, 0), int(width))
    return widths


def _kilobytes(size: int) -> Amount:
    return Amount(round(size / 1000))


CHECKS = (
    Check(("picture-weight",), weight),
    Check(("pictures-weight",), weight_together),
    Check(("picture-soft",), sharpness),
    Check(("picture-moves",), animation),
)
