"""Whether the text part says what the page says, and the mail is light enough for every mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.cascade import seen
from newsletter_mailer.checks.stylesheet import Screen
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.whereabouts import written_at
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

MOST_MISSING = 0.05  #: share of the page's words
HEAVY, TOO_HEAVY = 2_000_000, 10_000_000  #: bytes on the wire; many servers of small houses refuse the latter
_WORD = re.compile(r"\w+")


def words(subject: Subject) -> Iterator[Finding]:
    """The same words in both parts: filters compare them, and some readers see the text only."""
    said = set(_WORD.findall(subject.text.lower()))
    missing: list[str] = []
    count = 0
    for one in seen(subject.html, Screen()):
        if one.look.shown and one.look.size > 1 and one.element.attributes.get("aria-hidden") != "true":
            direct = "".join(text for text in one.element.inside if isinstance(text, str))
            found = _WORD.findall(direct.lower())
            count += len(found)
            missing += (word for word in found if word not in said)
    if missing and len(missing) > MOST_MISSING * count:
        yield Finding(
            "text-parity",
            Level.WARNING,
            sentence(
                "the text part lacks {share} of the page's words, “{word}” among them",
                share=f"{round(100 * len(missing) / count)} %",
                word=missing[0],
            ),
            sentence("the theme's blocks/*.txt say what its blocks/*.mjml say"),
            at=written_at(subject, missing[0]),
        )


def links(subject: Subject) -> Iterator[Finding]:
    """Every place that the page leads to is named in the text."""
    for one in seen(subject.html, Screen()):
        target = one.element.attributes.get("href", "") if one.element.tag == "a" and one.look.shown else ""
        bare = target.removeprefix("mailto:")
        if bare and not target.startswith(("tel:", "#")) and bare not in subject.text:
            yield Finding(
                "text-links",
                Level.WARNING,
                sentence("the text part does not name {target}, where the page leads", target=target[:80]),
                sentence("the theme's blocks/*.txt name every link of its blocks/*.mjml"),
                at=written_at(subject, target),
            )


def weight(subject: Subject) -> Iterator[Finding]:
    """The whole mail, pictures and files in it, as it goes over the wire."""
    size = len(subject.message)
    if size > HEAVY:
        yield Finding(
            "message-size",
            Level.ERROR if size > TOO_HEAVY else Level.WARNING,
            sentence("the whole mail has {size} MB", size=round(size / 1_000_000)),
            sentence("make the pictures smaller, and link to files instead of attaching them"),
        )


CHECKS = (Check(("text-parity",), words), Check(("text-links",), links), Check(("message-size",), weight))
