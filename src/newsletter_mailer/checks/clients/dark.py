"""Whether the page has dark colours of its own, or leaves them to the invention of mail programs."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.page import Page, page_of
from newsletter_mailer.checks.stylesheet import Rule, rules_of
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_COLOURS = frozenset(("color", "background", "background-color", "border-color"))


def _rules(page: Page) -> Iterator[Rule]:
    for sheet, _ in page.sheets:
        yield from rules_of(sheet)


def _is_dark(rule: Rule) -> bool:
    return any("prefers-color-scheme" in head and "dark" in head for head in rule.around)


def scheme(subject: Subject) -> Iterator[Finding]:
    """Without the word Apple Mail and others turn the colours round by themselves."""
    said = {
        meta.attributes.get("name", "").lower(): meta.attributes.get("content", "")
        for meta in page_of(subject.html).each("meta")
    }
    if not {"light", "dark"} <= set(said.get("color-scheme", "").split()):
        yield Finding(
            "dark-scheme",
            Level.WARNING,
            sentence(
                "the page does not say that it knows dark screens: some programs invert its colours by themselves"
            ),
            sentence('layout.mjml of the theme: <meta name="color-scheme" content="light dark">'),
        )


def night(subject: Subject) -> Iterator[Finding]:
    """Dark colours that are there, win over the style attributes, and are said to Outlook too."""
    rules = list(_rules(page_of(subject.html)))
    dark = [rule for rule in rules if _is_dark(rule)]
    if not dark:
        yield Finding(
            "dark-colours",
            Level.WARNING,
            sentence("the page has no colours of its own for dark screens"),
            sentence("screen.css of the theme: @media (prefers-color-scheme: dark)"),
        )
        return
    weak = [one for rule in dark for one in rule.declared if one.name in _COLOURS and not one.important]
    if weak:
        yield Finding(
            "dark-important",
            Level.WARNING,
            sentence(
                "colours for dark screens lose against the light ones in the style attributes (×{count})",
                count=len(weak),
            ),
            sentence("screen.css of the theme: write !important after each of them"),
        )
    if not any("[data-ogs" in selector for rule in rules for selector in rule.selectors):
        yield Finding(
            "dark-outlook",
            Level.WARNING,
            sentence("the dark colours are not said to Outlook: it makes up its own"),
            sentence("screen.css of the theme: the same rules again with [data-ogsc] before them"),
        )


CHECKS = (Check(("dark-scheme",), scheme), Check(("dark-colours", "dark-important", "dark-outlook"), night))
