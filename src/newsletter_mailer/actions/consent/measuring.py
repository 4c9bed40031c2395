"""The page on which a reader says whether their reading may be measured: looking at it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.actions.consent.joining import tracking_wording, words_shown
from newsletter_mailer.actions.consent.links import SignedLinks
from newsletter_mailer.actions.consent.preferences import Speaks
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.store import choices, confirmations, consent
from newsletter_mailer.store.database import Connection
from newsletter_mailer.wording import in_language

SOURCE = "page about measuring"


@dataclass(frozen=True, slots=True)
class Question:
    """What the page shows."""

    key: str  #: the reader's fingerprint
    said: bool | None  #: what they said last; None: nothing yet
    may_agree: bool  #: not by the link of a letter, for letters are passed on
    wording: str
    language: str

    @property
    def shown(self) -> str:
        """A mark of these words: what is kept as proof is what the reader saw."""
        return words_shown([self.wording])


def question(
    connection: Connection, links: SignedLinks, token: str, *, association: str, speaks: Speaks
) -> Question | None:
    """What to ask the reader whom the link belongs to; None for any other link."""
    asked = links.number("measure", token)
    number = asked or choices.reader_of(connection, links.number("withdraw", token))
    found = choices.choices(connection, number) if number else None
    if found is None:
        return None
    language = speaks(found.subscriber.language)
    with in_language(language):
        wording = tracking_wording(association)
    return Question(found.subscriber.recipient_key, found.tracking, bool(asked), wording, language)


def answer(connection: Connection, asked: Question, *, agrees: bool, shown: str, now: int) -> bool:
    """Keep what the reader says; False when they agreed to other words than stand there, or may not agree here."""
    if agrees and (shown != asked.shown or not asked.may_agree):
        return False
    kind = ConsentKind.TRACKING_GRANTED if agrees else ConsentKind.TRACKING_REFUSED
    confirmations.record_tracking(connection, asked.key, kind, wording=asked.wording, source=SOURCE, now=now)
    consent.acted(connection, asked.key, now=now)
    return True
