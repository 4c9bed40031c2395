"""The report of a campaign that measures those who agreed, and counts nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from measuring_kit import ANN, LETTER, measured
from newsletter_mailer.actions.plan.linking import keep_links
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.model.edition import Segment
from newsletter_mailer.store import corrections
from newsletter_mailer.store.reports.clicks import clicks
from newsletter_mailer.store.reports.clicks import measured as of_who_agreed


def test_links_are_no_number_of_all_readers_where_only_those_who_agreed_are_measured(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="measurement: consented") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        campaign = world.send()
        world.clock[0] += 3_600_000
        world.visit(next(link for link in world.links(ANN) if "/l/" in link))
        world.settle()

        with world.pages.app.database.reading() as c:
            found, told = clicks(c, campaign.id), of_who_agreed(c, campaign.id)

        assert found == ()
        assert told is not None
        assert world.counts() == {}
        assert (told.asked, told.clicked, told.machine_clicks) == (1, 1, 0)


def test_the_address_that_no_reader_sees_is_no_link_of_the_report(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="clicks: counted, measurement: consented") as world:
        campaign = world.send()

        with world.pages.app.database.reading() as c:
            found = clicks(c, campaign.id)

        assert [one.number for one in found or ()] == [1, 2, 3]


def test_clicks_in_the_copies_of_before_a_correction_are_not_lost(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="clicks: counted") as world:
        campaign = world.send()
        first, second, _ = (link for link in world.links(ANN) if "/l/" in link)
        mended = replace(
            LETTER,
            html=tuple(
                replace(one, content=one.content.replace("org/b", "org/mended"))
                if isinstance(one.content, str) and "org/b" in one.content
                else one
                for one in (Segment("<p>Erratum</p>"), *LETTER.html)
            ),
        )
        with world.pages.app.database.transaction() as c:
            corrections.correct(c, campaign.id, mended, now=world.clock[0])
            keep_links(c, campaign, mended)
        for link in (first, second, second):
            world.visit(link)
        world.settle()

        with world.pages.app.database.reading() as c:
            found = clicks(c, campaign.id)

        assert [(one.number, one.url, one.people) for one in found or ()] == [
            (1, "https://example.org/a?x=1&y=2", 1),
            (2, "https://example.org/mended", 0),
            (3, "https://example.org/c", 0),
            (0, "https://example.org/b", 2),
        ]
