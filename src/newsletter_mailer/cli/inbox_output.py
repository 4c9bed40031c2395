"""What the new mails of a mailbox came to, in words."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter_mailer.cli.output import number
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter_mailer.actions.inbox import Doubt, Fetched
    from newsletter_mailer.cli.output import Face
    from newsletter_mailer.model.faults import Fault

_MOST = 10  # lines of one kind
_MOST_BY_HAND = 20  # each is somebody's wish, but anybody can write a thousand mails


def fetched(face: Face, done: Fetched) -> None:
    """Everything, for who asked."""
    face.data(left(done.left))
    for line in _numbers(done):
        face.talk(line)
    by_hand(face, done)
    for line in (*_held(done.held), *_faults(done.faults)):
        face.talk(line, style="yellow")
    for mail in done.strange[:_MOST]:
        face.talk(say("! nobody understands: {mail}", mail=mail), style="yellow")


def in_passing(face: Face, done: Fetched) -> None:
    """What matters to who only wants to send."""
    if done.left:
        face.talk(left(done.left))
    for line in _gone(done):
        face.talk(line)
    by_hand(face, done)
    for line in (*_held(done.held), *_faults(done.faults)):
        face.talk(line, style="yellow")


def notable(done: Fetched) -> Iterator[str]:
    """What a worker says of it: nothing, when nothing of weight came."""
    if done.left:
        yield left(done.left)
    yield from _gone(done)
    yield from _held(done.held)
    yield from _faults(done.faults)


def left(count: int) -> str:
    """How many have left."""
    return say_many(
        "{count} reader has left by mail.", "{count} readers have left by mail.", count, count=number(count)
    )


def _held(found: Sequence[Doubt]) -> Iterator[str]:
    """Which domains' words are doubted, and what to do."""
    for one in found[:_MOST]:
        yield say(
            "! {count} addresses at {domain} came back as unknown: the list looks wrong, so nothing more goes there and "
            "nobody of it is suppressed before your yes (look at them: newsletter log {id}; if they are gone indeed: "
            "newsletter resume {id} --yes)",
            count=number(one.unknown),
            domain=one.domain,
            id=one.campaign,
        )


def _faults(found: Sequence[Fault]) -> Iterator[str]:
    """What houses hold against us, each with its remedy."""
    from newsletter_mailer.model.faults import remedy

    for fault in found[:_MOST]:
        what, hint = remedy(fault)
        yield f"! {what} ({hint})"


def by_hand(face: Face, done: Fetched) -> None:
    """Who cannot be taken off by a program: anybody can write an address into a mail."""
    for address in done.by_hand[:_MOST_BY_HAND]:
        if address and shlex.quote(address) == address and not address.startswith("-"):
            said = say(
                "! {address} asks to leave, without our link. If you believe it: "
                "newsletter subscribers unsubscribe {address}",
                address=address,
            )
        else:  # in a command to be copied it could be a command itself
            said = say(
                "! {address} asks to leave, without our link: look at the mail.", address=address or "?"
            )
        face.talk(said, style="yellow")
    more = len(done.by_hand) - _MOST_BY_HAND
    if more > 0:
        text = say_many(
            "! {count} more mail asks to leave without our link: look into the mailbox.",
            "! {count} more mails ask to leave without our link: look into the mailbox.",
            more,
            count=number(more),
        )
        face.talk(text, style="yellow")


def _numbers(done: Fetched) -> Iterator[str]:
    """The same in numbers, without those that are nothing."""
    yield from _gone(done)
    yield from _came_back(done)
    yield from _without_effect(done)


def _gone(done: Fetched) -> Iterator[str]:
    count = done.suppressed
    if count:
        yield say_many(
            "{count} reader is never written to again: the address is gone, or they complained.",
            "{count} readers are never written to again: the addresses are gone, or they complained.",
            count,
            count=number(count),
        )


def _came_back(done: Fetched) -> Iterator[str]:
    bounces = done.hard + done.soft + done.policy + done.unclear
    if bounces:
        yield say(
            "Came back: {hard} address gone, {soft} mailbox full or out of order, {policy} refused because of us, "
            "{unclear} unclear.",
            hard=number(done.hard),
            soft=number(done.soft),
            policy=number(done.policy),
            unclear=number(done.unclear),
        )
    if done.complaints:
        yield say_many(
            "{count} complaint.", "{count} complaints.", done.complaints, count=number(done.complaints)
        )
    if done.automatic:
        yield say_many(
            "{count} automatic answer.",
            "{count} automatic answers.",
            done.automatic,
            count=number(done.automatic),
        )
    if done.delayed or done.delivered:
        yield say(
            "Notices: {delayed} mails are late, {delivered} arrived.",
            delayed=number(done.delayed),
            delivered=number(done.delivered),
        )


def _without_effect(done: Fetched) -> Iterator[str]:
    if done.again:
        yield say_many(
            "{count} mail of somebody who had left before.",
            "{count} mails of people who had left before.",
            done.again,
            count=number(done.again),
        )
    if done.invalid:
        yield say_many(
            "{count} mail with a link that is not ours, or that of a test: nobody left.",
            "{count} mails with a link that is not ours, or that of a test: nobody left.",
            done.invalid,
            count=number(done.invalid),
        )
    if done.unmatched:
        yield say_many(
            "{count} mail says that it is about a letter, and does not prove that it is ours: nothing changes.",
            "{count} mails say that they are about a letter, and do not prove that it is ours: nothing changes.",
            done.unmatched,
            count=number(done.unmatched),
        )
    if done.other:
        yield say_many(
            "{count} other mail was left untouched.",
            "{count} other mails were left untouched.",
            done.other,
            count=number(done.other),
        )
