"""What a screen reader must know before it begins: the language, the direction, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.page import Element, page_of
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence


def language(subject: Subject) -> Iterator[Finding]:
    """Language and direction stand on the page, and on what webmail keeps of it: it throws <html> away."""
    page = page_of(subject.html)
    body = page.first("body")
    wrapper = next(body.children, None) if body else None
    for element, place in ((page.first("html"), "<html>"), (wrapper, "<body>")):
        if not _says_language(element, subject.loaded.issue.language):
            yield Finding(
                "page-language",
                Level.ERROR,
                sentence(
                    "screen readers are not told in which language the page is written (in {place})",
                    place=place,
                ),
                sentence(
                    'layout.mjml of the theme: <mjml lang="{language}" dir="ltr">',
                    language=subject.loaded.issue.language,
                ),
                at=("language",),
            )


def _says_language(element: Element | None, wanted: str) -> bool:
    return (
        element is not None
        and element.attributes.get("lang", "").lower().split("-")[0] == wanted[:2].lower()
        and element.attributes.get("dir") in ("ltr", "rtl")
    )


def title(subject: Subject) -> Iterator[Finding]:
    """A page without a title is announced as "untitled"."""
    element = page_of(subject.html).first("title")
    if element is None or not "".join(one for one in element.inside if isinstance(one, str)).strip():
        yield Finding(
            "page-title",
            Level.ERROR,
            sentence("the page has no title: screen readers and the archive have nothing to call it by"),
            sentence("layout.mjml of the theme: <mj-title>"),
            at=("title",),
        )


CHECKS = (Check(("page-language",), language), Check(("page-title",), title))
