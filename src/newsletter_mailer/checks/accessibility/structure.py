"""How a screen reader finds its way: headings in order, tables that are only layout, pictures in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from newsletter_mailer.checks.cascade import seen
from newsletter_mailer.checks.page import Element, opened, page_of
from newsletter_mailer.checks.stylesheet import Screen
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.whereabouts import written_at
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def headings(subject: Subject) -> Iterator[Finding]:
    """One h1, and no level left out: headings are what people jump by."""
    found = [
        one.element for one in seen(subject.html, Screen()) if one.look.shown and one.element.tag in _HEADINGS
    ]
    first = [heading for heading in found if heading.tag == "h1"]
    if len(first) != 1:
        yield Finding(
            "heading-first",
            Level.WARNING,
            sentence("the page has {count} main headings (h1) instead of one", count=len(first)),
            sentence("the masthead's title is the main heading; the others are one level below"),
            at=written_at(subject, first[1].words()) if len(first) > 1 else (),
        )
    for above, below in pairwise(found):
        if int(below.tag[1]) - int(above.tag[1]) > 1:
            yield _skips(subject, above, below)


def _skips(subject: Subject, above: Element, below: Element) -> Finding:
    words = below.words()
    return Finding(
        "heading-order",
        Level.WARNING,
        sentence(
            "the heading “{words}” skips a level: {below} comes after {above}",
            words=words[:60],
            below=below.tag,
            above=above.tag,
        ),
        sentence("in Markdown take one # less"),
        at=written_at(subject, words),
    )


def layout_tables(subject: Subject) -> Iterator[Finding]:
    """A table that only lays out is announced as data, cell by cell, unless it says that it is none."""
    tables = [
        table
        for table in page_of(opened(subject.html)).each("table")
        if table.attributes.get("role") not in ("presentation", "none") and not any(table.each("th"))
    ]
    if tables:
        words = next((words for table in tables if (words := table.words())), "")
        yield Finding(
            "table-role",
            Level.ERROR,
            sentence(
                "screen readers announce tables that only lay out as tables of data (×{count})",
                count=len(tables),
            ),
            sentence('write role="presentation" on each <table>'),
            at=written_at(subject, words),
        )


def pictures_in_words(subject: Subject) -> Iterator[Finding]:
    """Without the attribute a screen reader reads the file's name aloud."""
    for picture in page_of(subject.html).each("img"):
        if "alt" not in picture.attributes:
            yield Finding(
                "img-alt",
                Level.ERROR,
                sentence("a picture on the page has no alt: screen readers read the name of its file aloud"),
                sentence('write what it shows, or alt="" when it says nothing'),
                at=written_at(subject, picture.attributes.get("src", "")),
            )


CHECKS = (
    Check(("heading-first", "heading-order"), headings),
    Check(("table-role",), layout_tables),
    Check(("img-alt",), pictures_in_words),
)
