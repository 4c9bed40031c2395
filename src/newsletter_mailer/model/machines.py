"""By what machines betray themselves that open mails and follow links before any reader does, or in their stead.

A rule alone may be wrong, so that each has a weight, and from two on it was a machine. Used for readers who agreed to
be measured, and for what a single request says of itself; no address of a visitor is looked at, and no agent is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from newsletter_mailer.model.measuring import DECOY
from newsletter_mailer.wording import Sentence, sentence

ENOUGH = 2  #: from this weight on it was a machine
AT_ONCE_MS = 5_000
TOGETHER_MS = 2_000
TOGETHER = 3  #: links
_PROGRAM = re.compile(
    r"^$|python|curl|wget|java/|okhttp|go-http|libwww|httpclient|axios|node|ruby|perl|php|scrapy|headless|phantomjs"
    r"|\b(bot|crawler|spider)\b|[a-z]bot\b|safelinks|barracuda|proofpoint|mimecast|forti",
    re.IGNORECASE,
)
_PROXY = re.compile(r"GoogleImageProxy|YahooMailProxy|ggpht", re.IGNORECASE)


class Rule(Enum):
    """The name under which a rule is kept with what it marked."""

    DECOY = "decoy-link"
    PROGRAM = "program"
    PROXY = "picture-proxy"
    APPLE = "apple-privacy"
    HEAD_FIRST = "head-first"
    TOGETHER = "links-together"
    AT_ONCE = "at-once"

    @property
    def seen_at_once(self) -> bool:
        """Whether the request itself shows it; the others are judged by what else became of the mail."""
        return self not in _LATER


@dataclass(frozen=True, slots=True)
class Told:
    """A rule as people read it."""

    weight: int
    says: Sentence


RULES: dict[Rule, Told] = {
    Rule.DECOY: Told(2, sentence("It followed an address that stands in the mail where no reader sees it.")),
    Rule.PROGRAM: Told(2, sentence("It calls itself a program, or nothing at all, and no browser.")),
    Rule.PROXY: Told(
        2, sentence("Gmail or Yahoo fetched the picture for the reader, perhaps long before they looked.")
    ),
    Rule.APPLE: Told(
        2, sentence("Apple's mail privacy fetched the picture, as it does of every mail, read or not.")
    ),
    Rule.TOGETHER: Told(2, sentence("Three links or more of one mail were followed within two seconds.")),
    Rule.AT_ONCE: Told(1, sentence("It came within five seconds of the mail server's taking the mail.")),
    Rule.HEAD_FIRST: Told(1, sentence("It had asked for the address without wanting to see the page.")),
}


class Visit(NamedTuple):
    """A link that was followed, or a mail that was opened."""

    at: int  #: milliseconds since 1970, UTC
    link: int | None  #: its number, DECOY for the one that no reader sees; None: the mail was opened
    signs: frozenset[Rule] = frozenset()  #: what was seen of it when it came


def signs_of(agent: str, *, opened: bool) -> Iterator[Rule]:
    """What a request says of itself. agent: what it calls itself, which is not kept. opened: it wants the picture."""
    if opened and _PROXY.search(agent):
        yield Rule.PROXY
    elif opened and agent.strip() == "Mozilla/5.0":
        yield Rule.APPLE
    elif _PROGRAM.search(agent) or (not opened and not agent.startswith("Mozilla/")):
        yield Rule.PROGRAM


def judged(visit: Visit, others: Sequence[Visit], *, accepted_at: int | None) -> frozenset[Rule]:
    """The rules that speak against a visit, given all of the same copy.

    accepted_at: when the mail server took the mail; None as long as that is not known, for then it just has.
    """
    seen = (visit, others, accepted_at)
    return visit.signs | {rule for rule, holds in _LATER.items() if holds(*seen)}


def is_machine(rules: Collection[Rule]) -> bool:
    """Whether they are enough."""
    return sum(RULES[rule].weight for rule in rules) >= ENOUGH


def _decoy(visit: Visit, _others: Sequence[Visit], _accepted_at: int | None) -> bool:
    return visit.link == DECOY


def _together(visit: Visit, others: Sequence[Visit], _accepted_at: int | None) -> bool:
    """Whether any two seconds with this visit in them hold enough different links."""
    if visit.link is None:
        return False
    near = sorted(
        (one.at, one.link)
        for one in (visit, *others)
        if one.link is not None and abs(one.at - visit.at) <= TOGETHER_MS
    )
    return any(
        len({link for at, link in near if begin <= at <= begin + TOGETHER_MS}) >= TOGETHER
        for begin in {at for at, _ in near if at <= visit.at}
    )


def _at_once(visit: Visit, _others: Sequence[Visit], accepted_at: int | None) -> bool:
    return accepted_at is None or visit.at - accepted_at <= AT_ONCE_MS


_Holds = Callable[[Visit, Sequence[Visit], int | None], bool]
_LATER: dict[Rule, _Holds] = {Rule.DECOY: _decoy, Rule.TOGETHER: _together, Rule.AT_ONCE: _at_once}
