"""What a reader chooses: lists, language, whether their reading may be measured, or no mail at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from newsletter_mailer.actions.consent.joining import tracking_wording, wording_of, words_shown
from newsletter_mailer.actions.consent.links import NOBODY, SignedLinks
from newsletter_mailer.model.audience import ConsentKind, MailingList, Subscriber, SuppressionReason
from newsletter_mailer.store import audience, choices, confirmations, consent
from newsletter_mailer.store.choices import Choices
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.list_rows import uncounted
from newsletter_mailer.wording import in_language

SOURCE = "preference page"
Speaks = Callable[[str], str]
"""The language in which a reader sees the page, given the one that is known of them, or ""."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A list on the page."""

    list: MailingList
    wording: str
    on: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the page of a reader shows."""

    subscriber: Subscriber
    offers: tuple[Offer, ...]
    tracking: bool  #: granted
    tracking_wording: str
    language: str  #: of the page, and of the words that the reader agrees to
    stopped: bool  #: wants no mail at all
    dead: bool  #: the address bounced, or complained: only the officer can mend that

    @property
    def shown(self) -> str:
        """A mark of the words on the page: what is kept as proof is what the reader saw."""
        said = [f"{offer.list.id} {offer.wording}" for offer in self.offers]
        return words_shown([*said, self.tracking_wording])


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader sent."""

    lists: frozenset[int]
    language: str
    tracking: bool
    shown: str = ""  #: the mark of the page on which it was made


def is_own(links: SignedLinks, token: str) -> bool:
    """Whether the link came into the reader's own mailbox alone; that of a letter may have been passed on with it."""
    return links.number("person", token) != NOBODY


def reader_behind(connection: Connection, links: SignedLinks, token: str) -> int:
    """The reader whom a link of a letter, or of a page of ours, belongs to; NOBODY for any other token."""
    delivery = links.number("preferences", token)
    person = links.number("person", token)
    return person or (choices.reader_of(connection, delivery) or NOBODY)


def preferences(
    connection: Connection, subscriber_id: int, *, association: str, speaks: Speaks
) -> Preferences | None:
    """What holds for a reader now; None when there is no such reader (any more)."""
    found = choices.choices(connection, subscriber_id)
    if found is None:
        return None
    stopped = SuppressionReason.STOP_EVERYTHING.value
    language = speaks(found.subscriber.language)
    with in_language(language):
        return Preferences(
            found.subscriber,
            _offers(connection, found, association),
            found.tracking or False,
            tracking_wording(association),
            language,
            stopped=found.suppressed == stopped,
            dead=found.suppressed not in ("", stopped),
        )


def _offers(connection: Connection, found: Choices, association: str) -> tuple[Offer, ...]:
    """The public lists, and those that the reader is or was on."""
    tied = uncounted(connection, list(found.ties))
    known = {one.id: one for one in (*choices.public_lists(connection), *tied)}
    reached = found.suppressed != SuppressionReason.STOP_EVERYTHING.value
    offers = (
        Offer(one, wording_of(one, association), reached and found.ties.get(one.id, False))
        for one in known.values()
    )
    return tuple(sorted(offers, key=lambda offer: offer.list.name.casefold()))


def choose(
    connection: Connection, subscriber_id: int, wish: Wish, *, association: str, speaks: Speaks, now: int
) -> bool:
    """Do as the reader wishes, in one transaction.

    False when there is no such reader, or when other words stand there than they saw: then they leave what they
    wanted to leave, and agree to nothing.
    """
    before = preferences(connection, subscriber_id, association=association, speaks=speaks)
    if before is None:
        return False
    seen = wish.shown in ("", before.shown)
    if not seen:
        wish = _without_consent(wish, before)
    key = before.subscriber.recipient_key
    left = [offer.list.id for offer in before.offers if offer.on and offer.list.id not in wish.lists]
    audience.unsubscribe(connection, subscriber_id, left, now=now, source=SOURCE)
    for offer in before.offers:
        if offer.list.id in wish.lists and not offer.on:
            audience.rejoin(
                connection, subscriber_id, offer.list.id, now=now, wording=offer.wording, source=SOURCE
            )
    if wish.language and wish.language != before.subscriber.language:
        choices.speak(connection, subscriber_id, wish.language, now=now)
    if wish.tracking != before.tracking:
        kind = ConsentKind.TRACKING_GRANTED if wish.tracking else ConsentKind.TRACKING_REFUSED
        said = before.tracking_wording
        confirmations.record_tracking(connection, key, kind, wording=said, source=SOURCE, now=now)
    consent.acted(connection, key, now=now)
    return seen


def _without_consent(wish: Wish, before: Preferences) -> Wish:
    still = frozenset(offer.list.id for offer in before.offers if offer.on)
    return replace(wish, lists=wish.lists & still, tracking=wish.tracking and before.tracking)


def stop(connection: Connection, subscriber_id: int, *, now: int) -> bool:
    """No mail of any list any more; False when there is no such reader."""
    found = audience.subscriber(connection, subscriber_id)
    if found is None:
        return False
    audience.stop_everything(connection, found.recipient_key, now=now, source=SOURCE)
    return True


def wish_of(fields: Mapping[str, list[str]], languages: tuple[str, ...]) -> Wish:
    """The form's fields as a wish; what makes no sense is passed over."""
    numbers = {
        int(value)
        for value in fields.get("list", ())
        if value.isascii() and value.isdigit() and len(value) < 16
    }
    language = (fields.get("language") or [""])[0]
    spoken = language if language in languages else ""
    shown = (fields.get("shown") or [""])[0]
    return Wish(frozenset(numbers), spoken, tracking="tracking" in fields, shown=shown)
