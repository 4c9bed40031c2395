"""An edition comes out of the ledger as it went in, under the hash of what readers see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.edition import FORMAT, Attachment, Edition, Picture, Place, Segment, Sender, Slot
from newsletter_mailer.store import campaigns
from unit.store.ledger_kit import NOON, Bench, an_edition

FULL = replace(
    an_edition(),
    subject=(Segment("À "), Segment(Slot(0, Place.HEADER), 0), Segment("")),
    html=tuple(Segment(Slot(1, place)) for place in Place),
    fallbacks=(("first_name", "à toutes et à tous"), ("department", "")),
    pictures=(Picture("p1@example.org", "é.png", "image/png", bytes(range(256))),),
    attachments=(Attachment("agenda.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR"),),
)


@pytest.mark.parametrize("edition", [an_edition(), FULL])
def test_an_edition_comes_back_as_it_was(bench: Bench, edition: Edition) -> None:
    with bench.database.transaction() as c:
        kept = campaigns.keep_edition(c, edition, now=NOON)
        again = campaigns.keep_edition(c, edition, now=NOON + 1)

    with bench.database.reading() as c:
        assert campaigns.edition(c, kept) == edition
    assert kept == again == campaigns.edition_hash(edition)
    assert len(kept) == 64


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, title="Décembre"),
        replace(FULL, sender=Sender("A", "b@example.org")),
        replace(FULL, html=(*FULL.html, Segment("x"))),
        replace(FULL, pictures=(replace(FULL.pictures[0], data=b"x"),)),
        replace(FULL, conditions=()),
    ],
)
def test_whatever_readers_may_see_changes_the_hash(other: Edition) -> None:
    assert campaigns.edition_hash(other) != campaigns.edition_hash(FULL)


def test_an_edition_of_a_newer_program_is_not_guessed_at(bench: Bench) -> None:
    with bench.database.transaction() as c:
        kept = campaigns.keep_edition(c, replace(FULL, format=FORMAT + 1), now=NOON)

    with bench.database.reading() as c, pytest.raises(NewsletterError, match="newer version"):
        campaigns.edition(c, kept)


def test_a_test_is_remembered_for_that_very_edition(bench: Bench) -> None:
    with bench.database.transaction() as c:
        campaigns.record_test(c, FULL, address="ann@example.org", now=NOON, reply="250 ok")

    with bench.database.reading() as c:
        assert campaigns.was_tested(c, campaigns.edition_hash(FULL))
        assert not campaigns.was_tested(c, campaigns.edition_hash(an_edition()))
