"""One person at a time, as the officer writes them down: added, suppressed, taken off a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.addresses import why_unmailable
from newsletter_mailer.model.audience import Basis, MailingList, NewSubscriber, SuppressionReason
from newsletter_mailer.store import audience, people
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.tokens import Secret, recipient_key
from newsletter_mailer.wording import sentence


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known of how somebody came to a list."""

    source: str  #: e.g. "membership form"
    basis: Basis | None = None  #: the list's without it
    asked_at: int | None = None  #: when they asked for it themselves, if they did: their own dated act
    wording: str = ""  #: what they were shown then


def end_of(day: date, *, zone: ZoneInfo, now: int) -> int:
    """The last moment of a day, and never one to come: milliseconds since 1970, UTC. Raises UsageError for a later day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    if midnight.timestamp() * 1000 > now:
        raise UsageError(sentence("{day} is still to come", day=day.isoformat()))
    return min(now, int((midnight + timedelta(days=1)).timestamp() * 1000) - 1)


def add(
    database: Database,
    person: NewSubscriber,
    slug: str,
    wish: Wish,
    *,
    secret: Secret,
    zone: ZoneInfo,
    now: int,
) -> tuple[MailingList, bool]:
    """Put a person on a list, confirmed; the list, and whether they were not on it yet.

    Who left, or wants no mail, comes back only by an act of their own that is later. Raises UsageError.
    """
    wrong = why_unmailable(person.address)
    if wrong is not None:
        raise UsageError(wrong)
    key = recipient_key(secret, person.address)
    with database.transaction() as connection:
        into = _list(connection, slug)
        _check_basis(into, wish)
        _check_wish(connection, key, into, wish, zone)
        number = people.put_down(connection, person, recipient_key=key, now=now)
        if wish.asked_at is None:
            basis = wish.basis or into.basis
            joined = people.join(
                connection, number, into, basis=basis, recipient_key=key, source=wish.source, now=now
            )
        else:
            joined = into.id not in people.reads(connection, number)
            said = {"wording": wish.wording, "source": wish.source}
            audience.rejoin(connection, number, into.id, now=wish.asked_at, **said)
    return into, joined


def suppress(
    database: Database, address: str, reason: SuppressionReason, *, source: str, secret: Secret, now: int
) -> None:
    """Never write to this address again, known or not. Raises UsageError for what is no address."""
    if "@" not in address.strip()[1:-1]:
        raise UsageError(sentence("“{address}” is not an e-mail address", address=address))
    key = recipient_key(secret, address)
    with database.transaction() as connection:
        if reason is SuppressionReason.STOP_EVERYTHING:
            audience.stop_everything(connection, key, now=now, source=source)
        else:
            audience.suppress(connection, key, reason=reason, now=now, source=source)


def unsubscribe(
    database: Database, address: str, slugs: tuple[str, ...], *, source: str, secret: Secret, now: int
) -> int:
    """Take a person off these lists, of all of theirs without any; how many that were. Raises UsageError."""
    key = recipient_key(secret, address)
    with database.transaction() as connection:
        numbers = [_list(connection, slug).id for slug in slugs]
        known = audience.subscriber(connection, address)
        if known is None and not slugs:
            raise UsageError(
                sentence("nobody has the address “{address}”", address=address),
                sentence("name the lists, so that no import puts it on them: --list"),
            )
        if known is not None and not slugs:
            numbers = people.reads(connection, known.id)
        return audience.unsubscribe_key(connection, key, numbers, now=now, source=source)


def _list(connection: Connection, slug: str) -> MailingList:
    found = audience.find_list(connection, slug)
    if found is None:
        raise UsageError(
            sentence("there is no list {slug}", slug=slug),
            sentence("make it with: newsletter lists add {slug}", slug=slug),
        )
    return found


def _check_basis(into: MailingList, wish: Wish) -> None:
    basis = wish.basis or into.basis
    if into.commercial and basis is Basis.LEGITIMATE_INTEREST_ASSOC and wish.asked_at is None:
        raise UsageError(
            sentence(
                "{list} is commercial: the association's legitimate interest is not enough", list=into.slug
            ),
            sentence("ask for their consent, and say when they gave it: --asked-on"),
        )


def _check_wish(connection: Connection, key: str, into: MailingList, wish: Wish, zone: ZoneInfo) -> None:
    """Whoever left or wants no mail has the last word, and a dead address stays dead."""
    never = people.suppressed(connection, key)
    if never is not None and never[0] != SuppressionReason.STOP_EVERYTHING.value:
        raise UsageError(
            sentence("this address is suppressed and never mailed"),
            sentence("see why with: newsletter subscribers show ADDRESS"),
        )
    left = people.left_at(connection, key, into.id)
    last_word = max(never[1] if never else 0, left or 0)
    if last_word and (wish.asked_at is None or wish.asked_at < last_word):
        raise UsageError(
            sentence(
                "they left on {day}", day=datetime.fromtimestamp(last_word / 1000, zone).date().isoformat()
            ),
            sentence("only an act of theirs brings them back: say when they asked for it, with --asked-on"),
        )
