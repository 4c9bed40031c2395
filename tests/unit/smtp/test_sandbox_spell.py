"""A spell of bad weather is counted, and ends."""

from __future__ import annotations

import pytest

from newsletter_mailer.smtp.sandbox import NOTHING, At, Fault, Moment, Script, Then
from newsletter_mailer.smtp.sandbox.spell import Did, Spell

REFUSAL = Fault(At.RCPT, "550 5.1.1 nobody of that name")


def messages(spell: Spell, count: int) -> list[Fault | None]:
    """What comes of so many messages at RCPT."""
    found = []
    for number in range(1, count + 1):
        spell.fault(Moment(At.MAIL, 1, number))
        found.append(spell.fault(Moment(At.RCPT, 1, number, "ann@example.org")))
    return found


def test_it_ends_after_so_many_messages() -> None:
    spell = Spell(Script(REFUSAL), most=2)

    found = messages(spell, 4)

    assert found == [REFUSAL, REFUSAL, None, None]
    assert spell.counts[Did.REFUSED] == 2


def test_it_ends_when_it_is_told_to() -> None:
    spell = Spell(Script(REFUSAL), most=100)
    messages(spell, 1)

    spell.clear()

    assert messages(spell, 2) == [None, None]
    assert spell.counts[Did.REFUSED] == 1


@pytest.mark.parametrize(
    ("fault", "did"),
    [
        (REFUSAL, Did.REFUSED),
        (Fault(At.RCPT, "450 4.2.1 mailbox busy"), Did.DEFERRED),
        (Fault(At.RCPT, "421 4.3.2 closing", Then.HANG_UP), Did.HUNG_UP),
        (Fault(At.RCPT, NOTHING, Then.RESET), Did.HUNG_UP),
        (Fault(At.RCPT, seconds=0.02), Did.LATE),
    ],
)
def test_what_it_did_is_counted_by_what_the_client_is_left_with(fault: Fault, did: Did) -> None:
    spell = Spell(Script(fault), most=10)

    messages(spell, 3)

    assert {what: count for what, count in spell.counts.items() if count} == {did: 3}
