"""What is said of pictures to those who do not see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import pictures
from newsletter_mailer.checks.written import texts as texts_of
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

LONGEST_ALT = 150  #: characters; a screen reader says it in one breath
FEWEST_WORDS = 50  #: that a mail with pictures should say in letters

_NAME = re.compile(
    r"(?:(?:img|dsc\w?|pxl|photo|image|picture|capture|screenshot|scan|logo|banner|sans titre|untitled|whatsapp image)"
    r"[\s_-]*\d*[\s_-]*\d*|.*\.(?:jpe?g|png|gif|webp))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def alternative(subject: Subject) -> Iterator[Finding]:
    """An alternative text that is a file's name, or a whole story."""
    for written in pictures(subject.loaded.issue):
        said = written.picture.alt or ""
        at = (*written.at, "alt")
        if _NAME.fullmatch(said.strip()):
            what = sentence("“{words}” tells nothing of the picture", words=said)
            hint = sentence(
                "say what it shows, as on the telephone; or `decorative: true` if it says nothing"
            )
            yield Finding("alt-words", Level.WARNING, what, hint, at)
        elif len(said) > LONGEST_ALT:
            what = sentence("this alternative text has {count} characters", count=len(said))
            hint = sentence(
                "say it in {most}, and the rest in the text: words that stand in a picture are lost to many readers",
                most=LONGEST_ALT,
            )
            yield Finding("alt-length", Level.WARNING, what, hint, at)


def nothing_but_pictures(subject: Subject) -> Iterator[Finding]:
    """A poster sent as a picture: unseen by whoever blocks pictures, and by spam filters taken for spam."""
    issue = subject.loaded.issue
    shown = [written for written in pictures(issue) if written.at[-1] not in ("logo", "logo_dark")]
    words = sum(
        len(_WORD.findall(text.words))
        for text in texts_of(issue)
        if len(text.at) > 1 and text.at[-1] not in ("alt", "credit")
    )
    if shown and words < FEWEST_WORDS:
        what = sentence("there are few words beside the pictures: {count}", count=words)
        hint = sentence(
            "write what the pictures say: half of the readers see none, and spam filters read letters"
        )
        yield Finding("picture-only", Level.WARNING, what, hint, (*shown[0].at, "src"))


CHECKS = (
    Check(("alt-words", "alt-length"), alternative),
    Check(("picture-only",), nothing_but_pictures),
)
