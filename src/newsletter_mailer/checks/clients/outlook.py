"""What Outlook for Windows needs: it lays pages out with Word, by tables and whole pixels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from newsletter_mailer.checks.cascade import pixels
from newsletter_mailer.checks.page import Element, opened, page_of
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.whereabouts import written_at
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_NOTE = re.compile(r"<!--\[if|<!\[endif\]", re.IGNORECASE)
_TAG = re.compile(r"<(/?)(table|tr|td|div|v:[a-z]+)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>", re.IGNORECASE)
_VML_BUTTONS = ("v:roundrect", "v:rect")


def notes(subject: Subject) -> Iterator[Finding]:
    """Notes that end, and tables that end where Outlook reads them: one that does not takes the rest with it."""
    depth = 0
    torn = False
    for found in _NOTE.finditer(subject.html):
        depth += 1 if found.group().startswith("<!--") else -1
        torn = torn or depth not in (0, 1)
    if torn or depth:
        what = sentence(
            "a note for Outlook (<!--[if mso]>) does not end, or ends twice: it hides or shows too much"
        )
        yield Finding(
            "outlook-comments", Level.ERROR, what, sentence("each <!--[if …]> has its own <![endif]-->")
        )
        return
    left = Counter[str]()
    for closing, tag, empty in _TAG.findall(opened(subject.html)):
        left[tag.lower()] += 0 if empty else -1 if closing else 1
    uneven = [tag for tag, count in left.items() if count]
    if uneven:
        yield Finding(
            "outlook-comments",
            Level.ERROR,
            sentence("as Outlook reads it, <{tag}> is opened and closed unevenly", tag=uneven[0]),
            sentence("look at the notes <!--[if mso]> in the theme: what one opens, another must close"),
        )


def buttons(subject: Subject) -> Iterator[Finding]:
    """Outlook paints no ground behind a link: the cell around it has one, or VML draws the button."""
    page = page_of(opened(subject.html))
    for drawn in page.each(*_VML_BUTTONS):
        html = page.first("html")
        if not drawn.attributes.get("href") or html is None or "xmlns:v" not in html.attributes:
            yield _button(subject, drawn.words(), drawn.attributes.get("href", ""))
    for link in page_of(subject.html).each("a"):
        if _painted(link) and not _backed(link) and not any(page.each(*_VML_BUTTONS)):
            yield _button(subject, link.words(), link.attributes.get("href", ""))


def _painted(link: Element) -> bool:
    ground = link.own("background-color") or link.own("background")
    return ground not in ("", "none", "transparent") and "inline" in link.own("display") + "inline-block"


def _backed(link: Element) -> bool:
    cell = next((one for one in link.ancestors() if one.tag == "td"), None)
    return cell is not None and bool(cell.attributes.get("bgcolor") or cell.own("background-color"))


def _button(subject: Subject, words: str, target: str) -> Finding:
    return Finding(
        "outlook-button",
        Level.WARNING,
        sentence("Outlook does not draw the button “{words}”: it is bare text there", words=words[:60]),
        sentence(
            "give the cell around it the bgcolor too, as mj-button does, or draw it in VML with an href"
        ),
        at=written_at(subject, words) or written_at(subject, target),
    )


def picture_widths(subject: Subject) -> Iterator[Finding]:
    """Outlook shows a picture without whole pixels as large as its file."""
    for picture in page_of(subject.html).each("img"):
        if not picture.attributes.get("width", "").isdigit():
            yield Finding(
                "outlook-picture-width",
                Level.WARNING,
                sentence(
                    "the picture “{alt}” has no width in whole pixels: Outlook shows it as large as its file",
                    alt=picture.attributes.get("alt", "")[:60],
                ),
                sentence('write width="…" on <img>, a whole number'),
                at=written_at(subject, picture.attributes.get("alt", "")),
            )


def cell_widths(subject: Subject) -> Iterator[Finding]:
    """Cells that are wider together than what they stand in push the page apart."""
    for row in page_of(opened(subject.html)).each("tr"):
        widths = sum(_width(cell) for cell in row.children if cell.tag == "td")
        room = next((width for one in row.ancestors() if (width := _width(one))), 0.0)
        if room and widths > room + 1:
            words = row.words()
            yield Finding(
                "outlook-cell-width",
                Level.WARNING,
                sentence(
                    "cells of {widths} pixels stand in {room}: Outlook makes the page wider (“{words}”)",
                    widths=round(widths),
                    room=round(room),
                    words=words[:40],
                ),
                sentence("the widths of a row's columns add up to the width of the row at most"),
                at=written_at(subject, words),
            )


def _width(element: Element) -> float:
    """Whole pixels that are said; 0 where none are."""
    said = element.own("width") or element.attributes.get("width", "")
    return 0.0 if said.endswith("%") else pixels(said) or 0.0


CHECKS = (
    Check(("outlook-comments",), notes),
    Check(("outlook-button",), buttons),
    Check(("outlook-picture-width",), picture_widths),
    Check(("outlook-cell-width",), cell_widths),
)
