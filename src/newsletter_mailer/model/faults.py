"""Mails that came back because of us: no reader loses anything by it, and somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter_mailer.model.replies import Reply, Verb, meaning
from newsletter_mailer.model.reply_table import Cause, ReplyClass
from newsletter_mailer.model.stops import stop_sentence
from newsletter_mailer.wording import Sentence, sentence

_TOLD = (Cause.AUTHENTICATION, Cause.REPUTATION, Cause.CONTENT, Cause.MALFORMED, Cause.SIZE)


@dataclass(frozen=True, slots=True)
class Fault:
    """A filter's word on the sender or the message."""

    domain: str  #: of the reader whose house said it
    code: int | None
    status: str
    reason: str  #: its words


def remedy(fault: Fault) -> tuple[Sentence, Sentence]:
    """What the house has against us, ending in its own words, and what to do about it."""
    reply = Reply(fault.code or (400 if fault.status.startswith("4") else 550), fault.reason)
    said = meaning(reply, Verb.DOT)
    if said.kind is ReplyClass.SLOW or said.cause is Cause.QUOTA:
        return (
            sentence(
                "{host} took no more: too much came at once: {words}", host=fault.domain, words=fault.reason
            ),
            sentence("send more slowly: `dispatch --rate N/h`, or set `smtp.profile`"),
        )
    if said.cause in _TOLD:
        what, hint = stop_sentence(reply, Verb.DOT, fault.domain)
        return Sentence(what.template, {**what.values, "words": fault.reason}), hint
    return (
        sentence(
            "{host} refuses the mail, and not because of the reader: {words}",
            host=fault.domain,
            words=fault.reason,
        ),
        sentence("ask your mail provider, with these words"),
    )


def different(faults: Iterable[Fault]) -> list[Fault]:
    """One for each house and remedy, in their order: a thousand refusals are one fault."""
    found: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        found.setdefault((fault.domain, remedy(fault)[1].template), fault)
    return list(found.values())
