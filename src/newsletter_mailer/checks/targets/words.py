"""The words of links: heard alone, one after the other, they say where each leads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import links
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

GENERIC = frozenset(
    (
        *(
            "ici",
            "cliquez ici",
            "cliquer ici",
            "clic ici",
            "par ici",
            "là",
            "lien",
            "ce lien",
            "suivre ce lien",
        ),
        *(
            "lire",
            "lire la suite",
            "la suite",
            "suite",
            "en savoir plus",
            "plus d'infos",
            "plus d'informations",
        ),
        *(
            "plus",
            "voir",
            "voir plus",
            "découvrir",
            "accéder",
            "télécharger",
            "article",
            "page",
            "site",
            "détails",
        ),
        *("here", "click here", "this link", "link", "read", "read more", "more", "learn more", "see more"),
        *("details", "download", "go", "this page", "website", "site internet", "site web"),
    )
)  #: words that say nothing when they stand alone
_NOT_WORDS = re.compile(r"[^\w' ]+")


def generic(subject: Subject) -> Iterator[Finding]:
    """“cliquez ici”: who hears or skims the links of a page learns nothing."""
    for link in links(subject.loaded.issue):
        if _plain(link.words) in GENERIC:
            what = sentence("a link that says “{words}” does not tell where it leads", words=link.words)
            hint = sentence("let it say what comes: “Read the programme of the congress”")
            yield Finding("link-words", Level.WARNING, what, hint, link.at, link.offset)


def ambiguous(subject: Subject) -> Iterator[Finding]:
    """Two links with the same words that lead to different pages."""
    seen: dict[str, str] = {}
    for link in links(subject.loaded.issue):
        words, target = _plain(link.words), link.target.rstrip("/")
        if words and words not in GENERIC and seen.setdefault(words, target) != target:
            what = sentence("“{words}” led to another page before", words=link.words)
            hint = sentence("give them words of their own, or the same address")
            yield Finding("link-ambiguous", Level.WARNING, what, hint, link.at, link.offset)


def _plain(words: str) -> str:
    return " ".join(_NOT_WORDS.sub(" ", words.replace("’", "'").casefold()).split())


CHECKS = (
    Check(("link-words",), generic),
    Check(("link-ambiguous",), ambiguous),
)
