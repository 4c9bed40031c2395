"""Subscribing: what the form says becomes a request, and the reader's own click makes it a subscription."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter_mailer.message.addresses import why_unmailable
from newsletter_mailer.model.audience import MailingList
from newsletter_mailer.store import choices, confirmations
from newsletter_mailer.store.confirmations import Confirmed, Request
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.tokens import Secret, recipient_key
from newsletter_mailer.wording import Sentence, in_language, say, sentence

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody typed; nothing of it is believed yet."""

    address: str = ""
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    lists: frozenset[str] = frozenset()  #: slugs
    tracking: bool = False
    honeypot: str = ""  #: a field that people do not see: who fills it in is a program


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form's sender is told: mistakes of their own, or the same as everybody."""

    mistakes: Mapping[str, Sentence] = field(default_factory=dict)  #: by field
    request: Request | None = None  #: None also for programs, who are told the same


def public_lists(database: Database) -> list[MailingList]:
    """The lists that anybody may subscribe to, by their names."""
    with database.reading() as connection:
        found = choices.public_lists(connection)
    return sorted(found, key=lambda one: one.name.casefold())


def wording_of(one: MailingList, association: str) -> str:
    """What a reader agrees to, in the words of the list or, where it has none, in ours."""
    if one.wording:
        return one.wording
    return say(
        "I agree to receive “{name}” from {association} by e-mail.", name=one.name, association=association
    )


def tracking_wording(association: str) -> str:
    """What a reader agrees to who lets their reading be measured."""
    return say(
        "I agree that {association} measures whether I open its letters and which links I follow, to make them better.",
        association=association,
    )


def words_shown(words: Iterable[str]) -> str:
    """A mark of the words on a form: sent with it, it tells whether its reader saw those that are kept as proof."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def answer_to(
    form: Form, lists: Sequence[MailingList], *, association: str, ask_tracking: bool, secret: Secret
) -> Answer:
    """The mistakes of a form, or the request that it makes. lists: those that stood on it."""
    mistakes: dict[str, Sentence] = {}
    address = form.address.strip()
    if why_unmailable(address) is not None:
        mistakes["address"] = sentence("This is not an e-mail address. Write it like name@example.org.")
    named = bool(form.lists) or len(lists) > 1  # never one that the reader did not see instead of another
    chosen = [one for one in lists if one.slug in form.lists] if named else list(lists)
    if not chosen:
        mistakes["lists"] = sentence("Choose at least one letter.")
    for name in ("first_name", "last_name"):
        if not _is_name(getattr(form, name)):
            mistakes[name] = sentence("Write at most {count} letters on one line.", count=LONGEST_NAME)
    if mistakes or form.honeypot:
        return Answer(mistakes)
    with in_language(form.language):
        wordings = {one.id: wording_of(one, association) for one in chosen}
        measured = tracking_wording(association) if ask_tracking else ""
    request = Request(
        address=address,
        recipient_key=recipient_key(secret, address),
        wordings=wordings,
        first_name=form.first_name.strip(),
        last_name=form.last_name.strip(),
        language=form.language,
        tracking=("granted" if form.tracking else "refused") if ask_tracking else "",
        tracking_wording=measured,
    )
    return Answer(request=request)


def _is_name(value: str) -> bool:
    return len(value) <= LONGEST_NAME and (value.isprintable() or not value)


def ask(connection: Connection, request: Request, *, now: int) -> bool:
    """Keep a request; whether a mail is to leave for it."""
    return confirmations.ask(connection, request, now=now)


def confirm(connection: Connection, confirmation_id: int, *, now: int) -> Confirmed | None:
    """The reader's click on the button: they are subscribed. None for a request that is no more."""
    return confirmations.confirm(connection, confirmation_id, now=now)
