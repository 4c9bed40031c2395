"""Gmail shows the first 102,400 bytes of a page and cuts off the rest, with the link to unsubscribe."""

from __future__ import annotations

import math
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.edition import CLOSE_TO_CLIPPED, GMAIL_SHOWS
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence


def clipped(page_bytes: int) -> Iterator[Finding]:
    """What is to be said of a page of that size, decoded and with a reader's own words in it."""
    size, most = math.ceil(page_bytes / 1000), GMAIL_SHOWS // 1000
    hint = sentence("shorten the longest texts, and link to the web site instead")
    if page_bytes > GMAIL_SHOWS:
        yield Finding(
            "gmail-clipped",
            Level.ERROR,
            sentence(
                "Gmail cuts the letter off: its page has {size} kB, {most} are shown, and the way to unsubscribe is not",
                size=size,
                most=most,
            ),
            hint,
        )
    elif page_bytes > CLOSE_TO_CLIPPED:
        yield Finding(
            "gmail-nearly-clipped",
            Level.WARNING,
            sentence("the page has {size} kB; Gmail cuts off what is beyond {most}", size=size, most=most),
            hint,
        )


def clipping(subject: Subject) -> Iterator[Finding]:
    """The page of a reader whose fields are all filled."""
    return clipped(len(subject.html.encode()))


CHECKS = (Check(("gmail-clipped", "gmail-nearly-clipped"), clipping),)
