"""What is pressed: links that say where they lead, are seen to be links, and are large enough for a finger."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.cascade import Seen, seen
from newsletter_mailer.checks.page import Element
from newsletter_mailer.checks.stylesheet import Screen
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.whereabouts import written_at
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

LEAST_TARGET = 44.0  #: CSS pixels, WCAG 2.1, 2.5.5
_FONT_LINE = 1.2  # height of a line where nothing says it


def _links(subject: Subject, screen: Screen) -> Iterator[Seen]:
    for one in seen(subject.html, screen):
        if one.look.shown and one.element.tag == "a" and one.element.attributes.get("href"):
            yield one


def name_of(link: Element) -> str:
    """What a screen reader calls it."""
    alts = " ".join(picture.attributes.get("alt", "") for picture in link.each("img"))
    said = (link.attributes.get("aria-label", ""), link.words(), alts, link.attributes.get("title", ""))
    return next((name.strip() for name in said if name.strip()), "")


def names(subject: Subject) -> Iterator[Finding]:
    """A link without words is read aloud as its address."""
    for one in _links(subject, Screen()):
        if not name_of(one.element):
            target = one.element.attributes["href"]
            yield Finding(
                "link-name",
                Level.ERROR,
                sentence(
                    "the link to {target} has no words: screen readers spell its address", target=target[:80]
                ),
                sentence("give the link a text, or its picture an alt that says where it leads"),
                at=written_at(subject, target),
            )


def underlines(subject: Subject) -> Iterator[Finding]:
    """A link that is told by its colour alone is none for those who do not see it."""
    for one in _links(subject, Screen()):
        words = one.element.words()
        if (
            words
            and not one.look.underlined
            and not _like_a_button(one)
            and not _underlined_inside(one.element)
        ):
            yield Finding(
                "link-underline",
                Level.WARNING,
                sentence(
                    "the link “{words}” is not underlined: only its colour says that it is one",
                    words=words[:60],
                ),
                sentence("underline it, or give it the shape of a button"),
                at=written_at(subject, words),
            )


def _like_a_button(one: Seen) -> bool:
    """Whether a ground or a frame of its own sets it apart."""
    around = one.element.parent
    boxes = [one.element] if around is None else [one.element, around]
    return any(
        box.own(name) not in ("", "none", "0", "transparent")
        for box in boxes
        for name in ("border", "border-radius")
    ) or any(box.attributes.get("bgcolor") for box in boxes)


def _underlined_inside(link: Element) -> bool:
    return any("underline" in inner.own("text-decoration") for inner in link.each())


def targets(subject: Subject) -> Iterator[Finding]:
    """Links that stand alone, such as buttons; those within a sentence are as high as its line."""
    for one in _links(subject, Screen(width=375)):
        if one.declared.get("display") not in ("block", "inline-block") or any(one.element.each("img")):
            continue
        line = one.look.line or one.look.size * _FONT_LINE
        height = line + one.length("padding-top") + one.length("padding-bottom")
        if height < LEAST_TARGET - 0.5:
            words = one.element.words()
            yield Finding(
                "target-size",
                Level.WARNING,
                sentence(
                    "“{words}” is {height} pixels high: hard to hit with a finger",
                    words=words[:40],
                    height=round(height),
                ),
                sentence(
                    "more padding in inline.css of the theme: {least} pixels in all",
                    least=round(LEAST_TARGET),
                ),
                at=written_at(subject, words),
            )


CHECKS = (
    Check(("link-name",), names),
    Check(("link-underline",), underlines),
    Check(("target-size",), targets),
)
