"""Who writes, and how to answer: LCEN and GDPR, on the page and in the plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from newsletter_mailer.checks.amounts import Several
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.compose.theme import load_labels
from newsletter_mailer.message.specimen import DEAD_TOKEN
from newsletter_mailer.model.blocks import Footer
from newsletter_mailer.model.finding import Finding, Level, Path
from newsletter_mailer.wording import Sentence, sentence

_MARKUP = re.compile(r"<(style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]+>", re.DOTALL | re.IGNORECASE)
_LETTERS = re.compile(r"\w+")
_THEME = sentence("the theme's footer left it out: add it to its blocks/footer.mjml and blocks/footer.txt")


def identity(subject: Subject) -> Iterator[Finding]:
    """Name, postal address and e-mail address of who sends it."""
    said = subject.workspace.settings.identity
    yield from _missing(
        subject,
        "law-identity",
        {
            sentence("the name of your organisation"): said.name,
            sentence("its postal address"): said.address,
            sentence("its e-mail address"): said.email,
        },
    )


def reason(subject: Subject) -> Iterator[Finding]:
    """Why the reader gets the mail."""
    footer = subject.loaded.issue.blocks[-1]
    own = footer.reason if isinstance(footer, Footer) else None
    if own is not None and "{{" in own:
        return  # each reader's own: what it says stands between the tags
    words = own or load_labels(subject.workspace, subject.loaded.issue.language)["reason"]
    yield from _missing(subject, "law-reason", {sentence("why readers get this mail"): words})


def unsubscribe(subject: Subject) -> Iterator[Finding]:
    """How it ends: a link on the page and an address in the plain text."""
    in_page = re.search(rf'<a\s[^>]*href="[^"]*{DEAD_TOKEN}', subject.html)
    for there, where in (
        (in_page, sentence("the page")),
        (DEAD_TOKEN in subject.text, sentence("the plain text")),
    ):
        if not there:
            what = sentence("{where} has no way to unsubscribe", where=where)
            yield Finding("law-unsubscribe", Level.ERROR, what, _THEME, _foot(subject))


def publisher(subject: Subject) -> Iterator[Finding]:
    """Who answers for what is published, and who hosts the pages."""
    settings = subject.workspace.settings
    if not settings.identity.publisher:
        what = sentence("nobody answers for what is published: newsletter.yaml has no identity.publisher")
        hint = sentence("write the name of your legal representative, usually the president")
        yield Finding("law-publisher", Level.WARNING, what, hint, _foot(subject))
    else:
        answers = {sentence("who answers for it"): settings.identity.publisher}
        yield from _missing(subject, "law-publisher", answers)
    if settings.public_url and not settings.identity.host:
        what = sentence("your pages do not say who hosts them: newsletter.yaml has no identity.host")
        hint = sentence("write name, address and telephone number of your provider")
        yield Finding("law-host", Level.WARNING, what, hint, _foot(subject))


def privacy(subject: Subject) -> Iterator[Finding]:
    """Where readers learn what is kept of them."""
    url = subject.workspace.settings.privacy.url
    if not url:
        what = sentence("readers do not learn what is kept of them: newsletter.yaml has no privacy.url")
        hint = sentence("write the address of the page on your site that says so")
        yield Finding("law-privacy", Level.WARNING, what, hint, _foot(subject))
    elif html.escape(url) not in subject.html or url not in subject.text.replace("\n", ""):
        what = sentence("the link to what is kept of readers is not in the mail")
        yield Finding("law-privacy", Level.WARNING, what, _THEME, _foot(subject))


def example(subject: Subject) -> Iterator[Finding]:
    """The identity of the sample workspace."""
    settings = subject.workspace.settings
    if re.search(r"@(?:[\w-]+\.)*example\.(?:org|com|net)$", settings.sender.email):
        what = sentence(
            "the mail comes from {address}, an address for examples", address=settings.sender.email
        )
        hint = sentence("write your own under sender and identity in newsletter.yaml")
        yield Finding("law-example", Level.WARNING, what, hint)


def _missing(subject: Subject, code: str, wanted: Mapping[Sentence, str]) -> Iterator[Finding]:
    """What the page and the plain text do not say, each in one finding."""
    for where, words in (
        (sentence("the page"), html.unescape(_MARKUP.sub(" ", subject.html))),
        (sentence("the plain text"), subject.text),
    ):
        said = _squeezed(words)
        missing = [what for what, expected in wanted.items() if _squeezed(expected) not in said]
        if missing:
            told = sentence("{where} does not say {what}", where=where, what=Several(tuple(missing)))
            yield Finding(code, Level.ERROR, told, _THEME, _foot(subject))


def _squeezed(words: str) -> str:
    """Letters and digits only: typography and line ends change what stands between them."""
    return "".join(_LETTERS.findall(words)).casefold()


def _foot(subject: Subject) -> Path:
    return ("blocks", len(subject.loaded.issue.blocks) - 1)


CHECKS = (
    Check(("law-identity",), identity),
    Check(("law-reason",), reason),
    Check(("law-unsubscribe",), unsubscribe),
    Check(("law-publisher", "law-host"), publisher),
    Check(("law-privacy",), privacy),
    Check(("law-example",), example),
)
