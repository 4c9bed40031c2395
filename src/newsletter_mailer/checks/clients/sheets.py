"""Style sheets that Gmail keeps, colours that Outlook reads, and nothing that is fetched or run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.page import Declaration, Page, page_of
from newsletter_mailer.checks.stylesheet import rules_of
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

GMAIL_KEEPS = 16_384  #: bytes of style sheets; it drops the rest
_SHORT = re.compile(r"#(?:[0-9a-fA-F]{3,4})(?![0-9a-fA-F\w-])")
_FETCHED = re.compile(r"@import\b|@font-face\b[^}]*url\(", re.IGNORECASE)
_RUNS = ("script", "iframe", "object", "embed", "form", "link", "base", "applet")


def size(subject: Subject) -> Iterator[Finding]:
    """More than Gmail keeps."""
    written = sum(len(sheet.encode()) for sheet, _ in page_of(subject.html).sheets)
    if written > GMAIL_KEEPS:
        yield Finding(
            "css-size",
            Level.ERROR,
            sentence(
                "the style sheets have {size} kB: Gmail keeps {most}, and telephones lose their layout",
                size=round(written / 1024),
                most=GMAIL_KEEPS // 1024,
            ),
            sentence("shorten screen.css of the theme"),
        )


def nested(subject: Subject) -> Iterator[Finding]:
    """Gmail drops everything after an at-rule in another."""
    for sheet, _ in page_of(subject.html).sheets:
        found = next((rule for rule in rules_of(sheet) if len(rule.around) > 1), None)
        if found:
            yield Finding(
                "css-nested",
                Level.WARNING,
                sentence(
                    "{inner} stands within {outer}: Gmail drops the whole style sheet",
                    inner=found.around[1],
                    outer=found.around[0],
                ),
                sentence("write one condition with “and” in screen.css of the theme"),
            )


def short_colours(subject: Subject) -> Iterator[Finding]:
    """Outlook reads #abc as another colour, or as black."""
    page = page_of(subject.html)
    found = sorted({short for text in _colours(page) for short in _SHORT.findall(text)})
    if found:
        yield Finding(
            "colour-digits",
            Level.WARNING,
            sentence("Outlook misreads colours with three digits: {colours}", colours=", ".join(found[:5])),
            sentence("write six: #abc is #aabbcc"),
        )


def _colours(page: Page) -> Iterator[str]:
    said: list[Declaration] = [one for element in page.each() for one in element.declared]
    said += (one for sheet, _ in page.sheets for rule in rules_of(sheet) for one in rule.declared)
    yield from (one.value for one in said if "url(" not in one.value)
    for element in page.each():
        yield from (element.attributes.get(name, "") for name in ("bgcolor", "color"))


def fetched(subject: Subject) -> Iterator[Finding]:
    """A page that fetches or runs something: mail programs throw it out, filters take it for an attack."""
    page = page_of(subject.html)
    names = sorted({f"<{element.tag}>" for element in page.each(*_RUNS)})
    names += sorted(
        {found.split()[0].lower() for sheet, _ in page.sheets for found in _FETCHED.findall(sheet)}
    )
    if names:
        yield Finding(
            "page-remote",
            Level.ERROR,
            sentence("the page fetches or runs something: {names}", names=", ".join(names)),
            sentence("leave it out: mail programs remove it, and filters take it for an attack"),
        )


CHECKS = (
    Check(("css-size",), size),
    Check(("css-nested",), nested),
    Check(("colour-digits",), short_colours),
    Check(("page-remote",), fetched),
)
