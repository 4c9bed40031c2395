"""What mailbox providers ask of those who write to their people, and how we stand.

Read in November 2026; where each rule is from: docs/doctor.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter_mailer.model.health import Mark, Point, Rule, best, worst
from newsletter_mailer.wording import Sentence, sentence

_NAMES: Mapping[str, str | Sentence] = {
    "spf": "SPF",
    "dkim": "DKIM",
    "dmarc": "DMARC",
    "alignment": sentence("alignment"),
    "ptr": "PTR",
    "tls": "TLS",
    "mx": "MX",
    "one-click": "public_url",
    "sender": "sender.email",
}
_ALL = ("spf", "dkim", "dmarc", "alignment")


@dataclass(frozen=True, slots=True)
class _Asks:
    """A rule, and by which points it is judged."""

    what: Sentence
    needs: tuple[str, ...] = ()  #: points that must be fine
    one_of: tuple[str, ...] = ()  #: points of which one must be
    many_only: bool = False  #: asked of who sends much: not yet wrong for others
    hint: Sentence | None = None  #: what to do whatever the points say


_TABLE: tuple[tuple[str, tuple[_Asks, ...]], ...] = (
    (
        "Gmail",
        (
            _Asks(
                sentence("SPF or DKIM passes; none but Google’s servers write in the name of gmail.com"),
                ("sender",),
                ("spf", "dkim"),
            ),
            _Asks(
                sentence(
                    "from about 5,000 mails a day on: SPF, DKIM and DMARC, for the domain that readers see"
                ),
                _ALL,
                many_only=True,
            ),
            _Asks(
                sentence("the server’s name and address confirm each other, and lines are encrypted"),
                ("ptr", "tls"),
            ),
            _Asks(
                sentence("from about 5,000 mails a day on: one click unsubscribes"),
                ("one-click",),
                many_only=True,
            ),
            _Asks(
                sentence("fewer than 3 readers in 1,000 say “spam”, better fewer than 1"),
                hint=sentence("register your domain at postmaster.google.com: it shows the rate day by day"),
            ),
        ),
    ),
    (
        "Yahoo, AOL",
        (
            _Asks(
                sentence("SPF or DKIM passes; the server’s name and address confirm each other"),
                ("ptr",),
                ("spf", "dkim"),
            ),
            _Asks(sentence("many mails: SPF and DKIM, and DMARC passes"), _ALL, many_only=True),
        ),
    ),
    (
        "Outlook, Hotmail, Live",
        (
            _Asks(
                sentence("from 5,000 mails a day on: SPF, DKIM and DMARC, or all are refused (550 5.7.515)"),
                _ALL,
                many_only=True,
            ),
            _Asks(
                sentence("the sender’s address takes answers; the server’s address has a name"), ("mx", "ptr")
            ),
        ),
    ),
    (
        "Apple iCloud",
        (
            _Asks(
                sentence("SPF, DKIM and DMARC, and a server whose name and address confirm each other"),
                (*_ALL, "ptr"),
            ),
        ),
    ),
    (
        "Orange, Wanadoo",
        (
            _Asks(sentence("SPF, DKIM and DMARC all pass, however few the mails"), _ALL),
            _Asks(
                sentence("the server’s name and address confirm each other; lines are encrypted"),
                ("ptr", "tls"),
            ),
            _Asks(
                sentence(
                    "from 1,000 mails a day on: a Feedback-ID, an account at Signal Spam, a web site of the domain"
                ),
                hint=sentence("ask your provider, or register at signal-spam.fr if the server is yours"),
            ),
        ),
    ),
    (
        "La Poste",
        (
            _Asks(
                sentence("SPF or DKIM passes for the domain that readers see, else it is spam"),
                ("alignment",),
                ("spf", "dkim"),
            ),
        ),
    ),
    (
        "Free",
        (
            _Asks(
                sentence(
                    "the server’s name and address confirm each other; nobody writes on to addresses that are gone"
                ),
                ("ptr",),
            ),
        ),
    ),
    (
        "SFR",
        (
            _Asks(
                sentence("the server’s name and address confirm each other; each block lasts two hours"),
                ("ptr",),
            ),
        ),
    ),
)


def rules(points: tuple[Point, ...]) -> tuple[Rule, ...]:
    """Every provider's rules, judged by what the points say."""
    marks = {point.code: point.mark for point in points}
    if "sender" not in marks and "spf" in marks:
        marks["sender"] = Mark.FINE
    return tuple(_rule(provider, asked, marks) for provider, asks in _TABLE for asked in asks)


def _rule(provider: str, asked: _Asks, marks: Mapping[str, Mark]) -> Rule:
    needed = [marks.get(code, Mark.UNKNOWN) for code in asked.needs]
    ways = [marks.get(code, Mark.UNKNOWN) for code in asked.one_of]
    if not needed and not ways:
        return Rule(provider, asked.what, Mark.UNKNOWN, asked.hint)
    mark = worst(*needed, *([best(*ways)] if ways else []))
    if asked.many_only and mark is Mark.WRONG:
        mark = Mark.DOUBT
    to_mend = ", ".join(_to_mend(asked, marks)) if mark in (Mark.DOUBT, Mark.WRONG) else ""
    return Rule(
        provider, asked.what, mark, sentence("mend above: {names}", names=to_mend) if to_mend else None
    )


def _to_mend(asked: _Asks, marks: Mapping[str, Mark]) -> Iterator[str]:
    one_is_fine = any(marks.get(code) is Mark.FINE for code in asked.one_of)
    codes = asked.needs if one_is_fine else (*asked.one_of, *asked.needs)
    return (str(_NAMES[code]) for code in codes if marks.get(code) in (Mark.DOUBT, Mark.WRONG))
