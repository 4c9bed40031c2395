"""A mail to ourselves: waited for, and what the server that took it says of its origin, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from newsletter_mailer.inbox.authentication import Result, Verdicts, verdicts
from newsletter_mailer.inbox.dates import moment
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.inbox.mailbox import Mark as Place
from newsletter_mailer.inbox.parts import Fields, first, split_head
from newsletter_mailer.model.audience import related
from newsletter_mailer.model.health import Mark, Point
from newsletter_mailer.wording import Sentence, sentence

WAITS_S = (2, 3, 5, 10, 10, 15, 15, 30, 30)  #: seconds before each look into the mailbox
_CLOCKS = 300_000  # ms by which ours and the server's may differ
_ONLINE = sentence("`newsletter doctor --online` shows the line to publish")
_AGAIN = sentence("try again in an hour")
_MEANS: dict[str, dict[str, tuple[Mark, Sentence, Sentence | None]]] = {
    "spf": {
        "pass": (
            Mark.FINE,
            sentence("SPF passes: {domain} lets the server send that delivered the mail"),
            None,
        ),
        "fail": (
            Mark.WRONG,
            sentence("SPF fails: {domain} does not let the server send that delivered the mail"),
            _ONLINE,
        ),
        "none": (Mark.WRONG, sentence("there is no SPF record for {domain}"), _ONLINE),
        "neutral": (Mark.DOUBT, sentence("SPF says neither yes nor no for {domain}"), _ONLINE),
        "permerror": (Mark.WRONG, sentence("the SPF record of {domain} counts as broken"), _ONLINE),
        "temperror": (Mark.UNKNOWN, sentence("the SPF record of {domain} could not be read"), _AGAIN),
    },
    "dkim": {
        "pass": (
            Mark.FINE,
            sentence("DKIM passes: the mail is signed for {domain} and came unchanged"),
            None,
        ),
        "fail": (
            Mark.WRONG,
            sentence("DKIM fails: the signature for {domain} does not fit the mail, or the published key"),
            sentence(
                "`newsletter doctor --online` compares the keys; else something on the way changes your mails"
            ),
        ),
        "none": (
            Mark.WRONG,
            sentence("nobody signed the mail (DKIM)"),
            sentence("switch DKIM on at your provider, or sign here: smtp.dkim"),
        ),
        "permerror": (Mark.WRONG, sentence("the DKIM key of {domain} cannot be used"), _ONLINE),
        "temperror": (Mark.UNKNOWN, sentence("the DKIM key of {domain} could not be read"), _AGAIN),
    },
    "dmarc": {
        "pass": (Mark.FINE, sentence("DMARC passes: the mail is believed to be from {domain}"), None),
        "fail": (
            Mark.WRONG,
            sentence("DMARC fails: neither SPF nor DKIM speaks for {domain}"),
            sentence(
                "mend SPF or DKIM, for the domain that readers see; `newsletter doctor --online` shows how"
            ),
        ),
        "none": (Mark.WRONG, sentence("there is no DMARC record for {domain}"), _ONLINE),
        "permerror": (Mark.WRONG, sentence("the DMARC record of {domain} cannot be used"), _ONLINE),
        "temperror": (Mark.UNKNOWN, sentence("the DMARC record of {domain} could not be read"), _AGAIN),
    },
}
_SAME = {"softfail": "fail", "hardfail": "fail", "policy": "fail", "bestguesspass": "none"}


def wait_for(
    opened: Callable[[], AbstractContextManager[Mailbox]],
    words: str,
    *,
    now: int,
    sleep: Callable[[float], object],
    waits: Sequence[float] = WAITS_S,
) -> bytes | None:
    """The head of the mail that holds these words, None when it did not come. Raises InboxUnreadable.

    now: milliseconds since 1970, UTC, when it was sent.
    """
    day = dt.datetime.fromtimestamp(now / 1000, dt.UTC).date() - dt.timedelta(days=1)
    last, keys = 0, set[str]()
    for seconds in waits:
        sleep(seconds)
        with opened() as mailbox:
            for found in mailbox.since(Place(mailbox.uidvalidity, last, keys, day)):
                if words.encode() in found.head:
                    return found.head
                last = max(last, found.uid)
                keys = keys | {found.key}
    return None


def explain(head: bytes, *, arrived: int | None = None) -> Iterator[Point]:
    """What the head of a mail of ours says of its way. arrived: when it was seen, to compare the clocks."""
    fields, _ = split_head(head.replace(b"\r\n", b"\n") + b"\n\n")
    author = first(fields, "from").rpartition("@")[2].strip("> \t").lower()
    said = verdicts(fields)
    if said is None or not any(said.of(method) for method in _MEANS):
        yield Point(
            "authentication",
            Mark.UNKNOWN,
            sentence("the server that took the mail says nothing of its origin, as within one house"),
            sentence(
                "send a test to an address elsewhere, save what arrives as a file, then: newsletter doctor --explain FILE"
            ),
        )
    else:
        yield from _explained(said, author)
    if arrived is not None and (differing := _clocks(fields, arrived)):
        yield differing


def _explained(said: Verdicts, author: str) -> Iterator[Point]:
    yield Point(
        "authentication",
        Mark.FINE,
        sentence("so says {server}:", server=said.by)
        if said.by
        else sentence("so says the server that took the mail:"),
    )
    for method in ("spf", "dkim", "dmarc"):
        if results := said.of(method):
            yield _point(method, min(results, key=lambda one: _rank(one, author)), author)


def _rank(result: Result, author: str) -> tuple[bool, bool]:
    """Of several signatures, one that passes counts, before others that of the author's own domain."""
    return result.result != "pass", not related(result.domain, author)


def _point(method: str, result: Result, author: str) -> Point:
    domain = result.domain or author
    if method == "dkim" and result.result == "pass" and not related(domain, author):
        return Point(
            method,
            Mark.DOUBT,
            sentence(
                "DKIM passes, but for {domain}: it does not speak for {author}", domain=domain, author=author
            ),
            sentence("have your provider sign for {author}, or sign here: smtp.dkim", author=author),
        )
    known = _MEANS[method].get(_SAME.get(result.result, result.result))
    if known is None:
        what = sentence("{method}: {result}", method=method.upper(), result=result.result)
        return Point(method, Mark.UNKNOWN, what)
    mark, what, hint = known
    return Point(method, mark, Sentence(what.template, {"domain": domain}), hint)


def _clocks(fields: Fields, arrived: int) -> Point | None:
    """That our clock and that of the server that took the mail differ."""
    theirs = moment(first(fields, "received").rpartition(";")[2])
    if not theirs or abs(arrived - theirs) <= _CLOCKS:
        return None
    return Point(
        "clock",
        Mark.DOUBT,
        sentence(
            "this computer's clock says {ours}, that of the server {theirs}",
            ours=_shown(arrived),
            theirs=_shown(theirs),
        ),
        sentence("set the clock, best by itself over the network"),
    )


def _shown(milliseconds: int) -> str:
    return f"{dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC):%Y-%m-%d %H:%M} UTC"
