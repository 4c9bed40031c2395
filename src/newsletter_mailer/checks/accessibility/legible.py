"""Whether what is written can be read: its colours on what lies behind, by day and by night, and its size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from newsletter_mailer.checks.cascade import Look, Seen, against, seen
from newsletter_mailer.checks.colours import Colour, contrast
from newsletter_mailer.checks.numbers import OneDecimal
from newsletter_mailer.checks.stylesheet import Screen
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.whereabouts import written_at
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import Sentence, sentence

LEAST_CONTRAST, LEAST_OF_LARGE = 4.5, 3.0  #: WCAG 2.1, 1.4.3
LARGE, LARGE_BOLD = 24.0, 18.66  #: CSS pixels from which a text is large there
LEAST_SIZE = 14.0  #: CSS pixels
_SPACER = 2.0  # CSS pixels of what is not there to be read
_BLANK = "\u00a0\u200a\u200b\u200c\u034f\u00ad\ufeff"


def _texts(subject: Subject, screen: Screen) -> Iterator[tuple[Seen, str]]:
    """What is read on the page, with the words by which it is known: texts, and pictures where they are blocked."""
    for one in seen(subject.html, screen):
        if not one.look.shown or one.look.size <= _SPACER:
            continue
        direct = "".join(text for text in one.element.inside if isinstance(text, str))
        if one.element.tag == "img":
            direct = one.element.attributes.get("alt", "")
        words = " ".join(direct.translate(dict.fromkeys(map(ord, _BLANK), " ")).split())
        if words:
            yield one, words


def contrasts(subject: Subject, *, dark: bool) -> Iterator[Finding]:
    """Each pair of colours that is read with trouble, once."""
    found: dict[tuple[Colour, Colour, float], list[str]] = {}
    for one, words in _texts(subject, Screen(dark=dark)):
        ink, ground = against(one.look), one.look.ground
        if ink and ground and contrast(ink, ground) < LEAST_CONTRAST:
            found.setdefault((ink, ground, _needed(one.look)), []).append(words)
    for (ink, ground, needed), texts in found.items():
        ratio = contrast(ink, ground)
        yield Finding(
            "contrast-dark" if dark else "contrast-light",
            Level.ERROR if ratio < needed else Level.WARNING,
            _hard_to_read(texts, ink, ground, ratio=ratio, dark=dark),
            sentence(
                "change one of the two in tokens.yaml of the theme, {section}: {least} is needed",
                section="dark" if dark else "colours",
                least=OneDecimal(LEAST_CONTRAST),
            ),
            at=written_at(subject, texts[0]),
        )


def _hard_to_read(texts: list[str], ink: Colour, ground: Colour, *, ratio: float, dark: bool) -> Sentence:
    said = {
        "words": texts[0][:40],
        "ink": ink,
        "ground": ground,
        "ratio": OneDecimal(ratio),
        "count": len(texts),
    }
    if dark:
        return sentence(
            "on dark screens “{words}” is hard to read: {ink} on {ground} has a contrast of {ratio} (×{count})",
            **said,
        )
    return sentence(
        "“{words}” is hard to read: {ink} on {ground} has a contrast of {ratio} (×{count})", **said
    )


def _needed(look: Look) -> float:
    return LEAST_OF_LARGE if look.size >= (LARGE_BOLD if look.bold else LARGE) else LEAST_CONTRAST


def sizes(subject: Subject) -> Iterator[Finding]:
    """Text that must be held close to the eyes, on a computer or on a telephone."""
    small: dict[float, list[str]] = {}
    for screen in (Screen(), Screen(width=375)):
        for one, words in _texts(subject, screen):
            if one.look.size < LEAST_SIZE:
                small.setdefault(one.look.size, []).append(words)
    for size, texts in sorted(small.items()):
        yield Finding(
            "text-size",
            Level.WARNING,
            sentence(
                "“{words}” is written very small: {size} pixels", words=texts[0][:40], size=OneDecimal(size)
            ),
            sentence(
                "{least} pixels are the least that most people read without effort", least=round(LEAST_SIZE)
            ),
            at=written_at(subject, texts[0]),
        )


CHECKS = (
    Check(("contrast-light",), partial(contrasts, dark=False)),
    Check(("contrast-dark",), partial(contrasts, dark=True)),
    Check(("text-size",), sizes),
)
