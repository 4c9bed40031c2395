"""What comes along with an address: trackers of others, short links, pages for examples, no encryption."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.targets.addresses import web_target
from newsletter_mailer.checks.written import WrittenLink, links
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_TRACKERS = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_[ce]id|mkt_tok|_hs(?:enc|mi)"
    r"|vero_id|oly_\w+_id|wickedid|trk|trk_\w+|ml_subscriber\w*|sib_\w+|pk_\w+|mtm_\w+"
)
_WRAPPERS = re.compile(  # links out of somebody's mailbox: they lead through that person's filter or a campaign's counter
    r"(?:^|\.)(?:safelinks\.protection\.outlook\.com|urldefense\.(?:com|proofpoint\.com)|list-manage\.com"
    r"|clicks\.\w+\.\w+|linkprotect\.cudasvc\.com|sendibt\d*\.com|sendibm\d*\.com|ct\.sendgrid\.net|click\.mailerlite\.com"
    r"|t\.co|lnks\.gd|mailchi\.mp|r\.mail\.\w+\.\w+|l\.facebook\.com|lm\.facebook\.com|deref-mail\.com)$"
)
_GOOGLE = re.compile(r"(?:^|\.)google\.\w+(?:\.\w+)?$")
_SHORTENERS = frozenset(
    (
        *("bit.ly", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rb.gy", "rebrand.ly"),
        *("shorturl.at", "urlz.fr", "lc.cx", "tiny.cc", "t.ly"),
    )
)
_EXAMPLES = re.compile(r"(?:^|\.)example(?:\.(?:com|org|net|edu))?$|(?:^|\.)exemple\.(?:fr|com|org)$")


def tracking(subject: Subject) -> Iterator[Finding]:
    """Parameters by which somebody counts who comes from where; some of them name the person who copied the link."""
    for link, _, query in _web(subject):
        known = sorted(name for name in query if _TRACKERS.fullmatch(name))
        if known:
            what = sentence("the address carries trackers: {names}", names=", ".join(known))
            hint = sentence("cut it off before them: readers reach the page all the same")
            yield Finding("link-tracking", Level.WARNING, what, hint, link.at, link.offset)


def wrapped(subject: Subject) -> Iterator[Finding]:
    """A link that was copied out of a mail: it leads through another's filter or counter, and dies with it."""
    for link, host, query in _web(subject):
        target = web_target(link)
        by_google = (
            bool(_GOOGLE.search(host)) and target is not None and target.path == "/url" and bool(query)
        )
        if _WRAPPERS.search(host) or by_google:
            what = sentence(
                "this link was copied out of a mail or a search: it leads through {host}", host=host
            )
            hint = sentence("open the page, and copy the address that the browser shows then")
            yield Finding("link-wrapped", Level.WARNING, what, hint, link.at, link.offset)


def shortened(subject: Subject) -> Iterator[Finding]:
    """A short link: readers do not see where it leads, and spam filters distrust it."""
    for link, host, _ in _web(subject):
        if host in _SHORTENERS:
            what = sentence("{host} hides where this link leads: spam filters count it", host=host)
            hint = sentence("write the address of the page itself")
            yield Finding("link-shortened", Level.WARNING, what, hint, link.at, link.offset)


def unencrypted(subject: Subject) -> Iterator[Finding]:
    """http:// where https:// is what sites offer."""
    for link, host, _ in _web(subject):
        if link.target.lower().startswith("http://"):
            what = sentence("the way to {host} is not encrypted", host=host)
            hint = sentence("try https:// in your browser, and write that if it works")
            yield Finding("link-http", Level.NOTE, what, hint, link.at, link.offset)


def example(subject: Subject) -> Iterator[Finding]:
    """Links to pages that exist for examples only, said once."""
    found = [link for link, host, _ in _web(subject) if _EXAMPLES.search(host)]
    if found:
        what = sentence("{count} links lead to pages that stand for examples", count=len(found))
        if len(found) == 1:
            what = sentence("this link leads to a page that stands for examples")
        hint = sentence("write the address that you mean")
        yield Finding("link-example", Level.WARNING, what, hint, found[0].at, found[0].offset)


def _web(subject: Subject) -> Iterator[tuple[WrittenLink, str, set[str]]]:
    """Links to the web with their host and the names of their parameters."""
    for link in links(subject.loaded.issue):
        target = web_target(link)
        if target is not None:
            names = {name.lower() for name, _ in parse_qsl(target.query, keep_blank_values=True)}
            yield link, target.hostname or "", names


CHECKS = (
    Check(("link-tracking",), tracking),
    Check(("link-wrapped",), wrapped),
    Check(("link-shortened",), shortened),
    Check(("link-http",), unencrypted),
    Check(("link-example",), example),
)
