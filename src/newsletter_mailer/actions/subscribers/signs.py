"""The signs by which a table tells who is written to and who is not: a word, a date, a yes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from newsletter_mailer.actions.subscribers import spoken
from newsletter_mailer.actions.subscribers.headings import STATUS, plain
from newsletter_mailer.model.audience import Arrival

_WORDS = {
    Arrival.MEMBER: "subscribed, active, enabled, confirmed, opted in, opt in, abonné, abonnée, inscrit, inscrite, actif",
    Arrival.LEFT: (
        "unsubscribed, unsubscribe, opted out, opt out, optout, désabonné, désabonnée, désinscrit, désinscrite,"
        " desabonne, desinscrit"
    ),
    Arrival.BOUNCED: "bounced, bounce, cleaned, hard bounce, hard bounced, hardbounce",
    Arrival.COMPLAINED: "complained, complaint, spam complaint, junk, spam, abuse",
    Arrival.BLOCKED: "blocklisted, blacklisted, blocked, stop everything",
    Arrival.BARRED: "manual",
    Arrival.UNASKED: (
        "unconfirmed, pending, nonsubscribed, non subscribed, not subscribed, disabled, none, transactional,"
        " archived, deleted, removed, silent"
    ),
}
_ARRIVALS = {word: arrival for arrival, words in _WORDS.items() for word in words.split(", ")}
_STATUS = frozenset(
    ("status", "statut", "subscription status", "email status", "newsletter status", "subscriber status")
)
_DATED = {
    Arrival.LEFT: (
        "unsub time, unsubscribed, unsubscribed at, unsubscribe date, unsubscribed date, date unsubscribe,"
        " date unsubscribed, unsubscription date, unsubscribed on, opt out, opted out, optout, désabonné, désinscrit,"
        " désabonnement, désinscription, date de désabonnement, date de désinscription, désinscrit le, désabonné le"
    ),
    Arrival.BOUNCED: "clean time, bounced, bounced at, bounce date, hard bounce, hard bounced, hard bounced at",
    Arrival.COMPLAINED: "complained, complained at, spam complaint, marked as spam, complaint date",
    Arrival.BLOCKED: (
        "blocklisted, blacklisted, email blocklisted, email blacklisted, emailblocklisted, emailblacklisted"
    ),
}
_DATES = {heading: arrival for arrival, names in _DATED.items() for heading in names.split(", ")}
_OUR_LISTS = "newsletter lists"
_NO = frozenset(("", "0", "no", "non", "n", "false", "faux", "none", "null", "nil", "n/a", "[]", "{}"))
_STRICTEST = (  # of several signs, the first of these holds
    *(Arrival.COMPLAINED, Arrival.BARRED, Arrival.BOUNCED, Arrival.BLOCKED, Arrival.LEFT, Arrival.UNASKED),
    Arrival.MEMBER,
)


class Sign(NamedTuple):
    """A column that tells."""

    place: int
    heading: str
    read: Callable[[str], Arrival | None]  #: what a cell says; None for a word that nobody knows


def arrival_of(word: str) -> Arrival | None:
    """What a word says, e.g. "unsubscribed"; None when nobody knows."""
    return _ARRIVALS.get(plain(word))


def strictest(arrivals: Collection[Arrival]) -> Arrival:
    """What holds of several things that are said."""
    return min(arrivals, key=_STRICTEST.index, default=Arrival.MEMBER)


def signs(
    header: Sequence[str],
    columns: Sequence[str | None],
    also: Collection[str],
    *,
    every_word: bool,
    own_words: bool = False,
    into: str = "",
) -> tuple[Sign, ...]:
    """The columns of a table that tell. columns: what each was told or guessed to be.

    also: headings that may tell though they are something else besides: a field of the workspace, or ignored.
    every_word: a status that is empty or unknown is no member's, and a program's words are all there are.
    own_words: the table is nobody's export, and says it as people do. into: the list that they join.
    """
    found = []
    for place, (heading, field) in enumerate(zip(header, columns, strict=True)):
        name = plain(heading)
        told = field == STATUS
        if not (told or field is None or name in also):
            continue
        kept = (
            field is not None and not told
        )  # as something else besides: its other words say nothing of this
        if told or name in _STATUS or (own_words and spoken.tells_status(heading)):
            found.append(Sign(place, heading, arrival_of if every_word else _worded(kept=kept, told=told)))
        elif name in _DATES:
            found.append(Sign(place, heading, _dated(_DATES[name])))
        elif name == _OUR_LISTS:
            found.append(Sign(place, heading, _left(into)))
        elif own_words and spoken.tells_leaving(heading):
            found.append(Sign(place, heading, _dated(Arrival.LEFT)))
        elif own_words and spoken.tells_reading(heading):
            found.append(Sign(place, heading, _yes_or_no(kept=kept)))
    return tuple(found)


def _worded(*, kept: bool, told: bool) -> Callable[[str], Arrival | None]:
    def read(cell: str) -> Arrival | None:
        if told and not cell.strip():
            return None
        known = arrival_of(cell)
        if known in (None, Arrival.BARRED):  # "manual" is anything but ours
            known = spoken.status(cell)
        return known or (Arrival.MEMBER if kept else None)

    return read


def _yes_or_no(*, kept: bool) -> Callable[[str], Arrival | None]:
    def read(cell: str) -> Arrival | None:
        known = arrival_of(cell)
        if known in (None, Arrival.BARRED, Arrival.UNASKED):  # "none" is a no here
            known = spoken.reading(cell) or known
        return (None if known is Arrival.BARRED else known) or (Arrival.MEMBER if kept else None)

    return read


def _left(into: str) -> Callable[[str], Arrival]:
    """Of our own export, where somebody who reads one list may have left another."""

    def read(cell: str) -> Arrival:
        return Arrival.LEFT if f"left:{into}" in cell.split() else Arrival.MEMBER

    return read


def _dated(arrival: Arrival) -> Callable[[str], Arrival]:
    """Of a column that says it of whoever has a date there, a yes, or the name of what they were struck from."""

    def read(cell: str) -> Arrival:
        word = plain(cell)
        nothing = word in _NO or word.startswith("0000 ") or ("sms" in word and "email" not in word)
        return Arrival.MEMBER if nothing else arrival

    return read
