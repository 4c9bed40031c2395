"""Links that lead by us, and pictures: where they lead, and what is kept of whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch_kit import SECRET
from measuring_kit import ANN, BOB, BROWSER, CAT, Measured, measured
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.store import audience
from newsletter_mailer.tokens import recipient_key
from public_pages import path_of

A, B, C = "https://example.org/a?x=1&y=2", "https://example.org/b", "https://example.org/c"
COUNTED = "clicks: counted, opens: counted"
CONSENTED = "measurement: consented"


def by_us(world: Measured, address: str) -> list[str]:
    return [link for link in world.links(address) if "/l/" in link]


def test_a_counted_link_leads_where_the_letter_says_and_is_counted_by_day_without_anybody(
    tmp_path: Path,
) -> None:
    with measured(tmp_path, privacy=COUNTED) as world:
        world.send()
        first, second, third = by_us(world, ANN)

        answers = [world.visit(link) for link in (first, second, third, first)]
        world.visit(first, agent="python-requests/2.32")
        world.visit(world.pixels(BOB)[0])
        world.settle()

        assert [(one.status, one.headers["location"]) for one in answers] == [
            (302, A),
            (302, B),
            (302, C),
            (302, A),
        ]
        assert world.counts() == {A: (2, 1), B: (1, 0), C: (1, 0)}
        assert world.rows("SELECT sum(loads) FROM open_counts") == [(1,)]
        ledger = world.pages.everything()
        assert "python-requests" not in ledger
        assert BROWSER not in ledger
        assert "127.0.0.1" not in ledger.replace("http://127.0.0.1", "")  # of its own public address
        assert world.rows("SELECT count(*) FROM measured_clicks") == [(0,)]


def test_a_head_is_answered_like_a_get_and_kept_nowhere(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=f"{COUNTED}, {CONSENTED}") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        before = world.pages.everything()

        answers = [
            world.visit(link, "HEAD")
            for link in (by_us(world, BOB)[0], by_us(world, ANN)[0], *world.pixels(ANN), *world.pixels(BOB))
        ]
        world.settle()

        assert [one.status for one in answers] == [302, 302, 200, 200]
        assert answers[0].headers["location"] == answers[1].headers["location"] == A
        assert world.pages.everything() == before


@pytest.mark.parametrize(
    "path",
    [
        "/l/1/1-" + "0" * 34,
        "/l/1/1-" + "ff" * 17,
        "/l/1/99999999999999999999-" + "0" * 34,
        "/l/" + "0" * 32 + "/1",
        "/l/" + "0" * 32 + "/%2F%2Fevil.example",
        "/l/1/https:%2F%2Fevil.example-" + "0" * 34,
        "/l/x/y?url=https://evil.example",
        "/l/1/0",
    ],
)
def test_an_address_that_is_not_ours_goes_to_a_friendly_page_and_nowhere_else(
    tmp_path: Path, path: str
) -> None:
    with measured(tmp_path, privacy=f"{COUNTED}, {CONSENTED}") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()

        answer = world.pages.ask(path)

        assert answer.status == 404
        assert "location" not in answer.headers
        assert "evil" not in answer.text
        assert "lettres" in answer.text


def test_a_proof_is_of_its_own_campaign_and_link_alone(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=COUNTED) as world:
        world.send()
        first, second, _ = (path_of(link) for link in by_us(world, ANN))
        proof = first.rpartition("-")[2]

        answers = [
            world.pages.ask(f"{second.rpartition('-')[0]}-{proof}"),
            world.pages.ask(first.replace("/l/1/", "/l/2/")),
            world.pages.ask(f"/o/1-{proof}.gif"),
        ]
        world.settle()

        assert [one.status for one in answers] == [404, 404, 200]
        assert world.counts() == {}
        assert world.rows("SELECT * FROM open_counts") == []


def test_of_who_agreed_it_is_kept_what_they_opened_and_followed(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=f"{COUNTED}, {CONSENTED}") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        world.clock[0] += 3_600_000

        answer = world.visit(by_us(world, ANN)[1])
        world.visit(world.pixels(ANN)[0])
        world.visit(by_us(world, BOB)[1])
        world.settle()

        assert answer.headers["location"] == B
        assert world.rows(
            "SELECT d.address, l.url, k.machine, k.why FROM measured_clicks k JOIN deliveries d"
            " ON d.id = k.delivery_id JOIN links l ON l.id = k.link_id"
        ) == [(ANN, B, 0, "")]
        assert world.rows("SELECT count(*), min(machine) FROM measured_opens") == [(1, 0)]
        assert world.counts() == {B: (2, 0)}
        assert world.rows("SELECT sum(loads) FROM open_counts") == [(1,)]


def test_withdrawal_ends_what_letters_of_before_measure_and_their_links_lead_on(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=f"{COUNTED}, {CONSENTED}, hygiene: true") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        world.visit(by_us(world, ANN)[0])
        world.visit(world.pixels(ANN)[0])
        world.settle()
        kept = world.kept()

        (page,) = [link for link in world.links(ANN) if "/m/" in link]
        world.pages.send(path_of(page), do="no")
        before = world.pages.everything()
        answers = [world.visit(by_us(world, ANN)[0]), world.visit(world.pixels(ANN)[0])]
        world.settle()

        assert kept != "[[], [], []]"
        assert world.kept() == "[[], [], []]"
        assert world.pages.everything() == before
        assert [one.status for one in answers] == [302, 200]
        assert answers[0].headers["location"] == A
        assert answers[1].headers["content-type"] == "image/gif"


def test_hygiene_keeps_a_day_and_nothing_beside_it(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="hygiene: true") as world:
        world.says(BOB, ConsentKind.TRACKING_REFUSED)
        world.send()
        for _ in range(3):
            world.clock[0] += 86_400_000
            world.visit(world.pixels(ANN)[0])
            world.settle()

        days = world.rows("SELECT recipient_key, day FROM last_opens")

        key = world.rows("SELECT recipient_key FROM subscribers WHERE mailbox = :a", a=ANN)
        assert days == [(key[0][0], "2027-01-18")]
        assert world.rows("SELECT count(*) FROM measured_opens") == [(0,)]
        assert world.rows("SELECT count(*) FROM open_counts") == [(0,)]
        assert BROWSER not in world.pages.everything()


def test_a_letter_that_keeps_a_day_counts_its_pictures_like_any_other(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="opens: counted, hygiene: true") as world:
        world.says(BOB, ConsentKind.TRACKING_REFUSED)
        world.send()

        for picture in (*world.pixels(ANN), *world.pixels(BOB)):
            world.visit(picture)
        world.settle()

        assert world.pixels(BOB) == world.pixels(ANN)[:1]
        assert world.rows("SELECT sum(loads) FROM open_counts") == [(2,)]
        assert world.rows("SELECT count(*) FROM last_opens") == [(1,)]


def test_who_moves_takes_the_day_along_and_withdrawal_ends_it(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="hygiene: true") as world:
        world.send()
        world.visit(world.pixels(ANN)[0])
        world.settle()
        with world.pages.app.database.transaction() as c:
            reader = audience.subscriber(c, ANN)
            assert reader is not None
            audience.change_address(c, reader.id, "ann@new.example.org", secret=SECRET, now=world.clock[0])

        theirs = world.rows("SELECT day FROM last_opens JOIN subscribers USING (recipient_key)")
        world.says("ann@new.example.org", ConsentKind.TRACKING_REFUSED)

        assert theirs == [("2027-01-15",)]
        assert world.rows("SELECT * FROM last_opens") == []


def test_of_who_left_every_list_or_wants_no_mail_nothing_is_kept_any_more(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=f"{CONSENTED}, hygiene: true") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        with world.pages.app.database.transaction() as c:
            audience.stop_everything(c, recipient_key(SECRET, ANN), now=world.clock[0], source="test")
            bob, into = audience.subscriber(c, BOB), audience.find_list(c, "lettre")
            assert bob is not None
            assert into is not None
            audience.unsubscribe(c, bob.id, [into.id], now=world.clock[0], source="test")

        answer = world.visit(by_us(world, ANN)[0])
        for picture in (*world.pixels(ANN), *world.pixels(BOB)):
            world.visit(picture)
        world.settle()

        assert answer.headers["location"] == A
        assert world.kept() == "[[], [], []]"


def test_an_opened_letter_is_no_act_and_a_followed_link_is_one_unless_it_was_a_machine(
    tmp_path: Path,
) -> None:
    from newsletter_mailer.store import measuring

    with measured(tmp_path, privacy=CONSENTED) as world:
        for address in (ANN, BOB, CAT):
            world.says(address, ConsentKind.TRACKING_GRANTED)
        world.send()
        before = dict(world.rows("SELECT mailbox, last_act_at FROM subscribers"))
        world.clock[0] += 3_600_000

        world.visit(world.pixels(ANN)[0])
        world.visit(by_us(world, BOB)[0])
        for link in by_us(world, CAT):
            world.visit(link)
        world.settle()
        with world.pages.app.database.transaction() as c:
            measuring.bring_acts(c)

        after = dict(world.rows("SELECT mailbox, last_act_at FROM subscribers"))
        assert after == before | {BOB: world.clock[0]}
        assert set(world.rows("SELECT machine, why FROM measured_clicks")) == {(0, ""), (1, "links-together")}


def test_the_address_that_no_reader_sees_betrays_who_follows_it(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=CONSENTED) as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        world.clock[0] += 3_600_000
        unseen = by_us(world, ANN)[0].removesuffix("1") + "0"

        answer = world.visit(unseen)
        world.settle()

        assert unseen in world.html(ANN)
        assert unseen not in world.links(ANN)
        assert answer.status == 404
        assert world.rows("SELECT machine, why FROM measured_clicks") == [(1, "decoy-link")]


def test_a_scanner_that_follows_every_address_of_a_letter_changes_nothing_of_the_list(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=f"{COUNTED}, {CONSENTED}") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        tables = ("subscribers", "subscriptions", "suppressions", "consent_events", "departures")
        before = [world.rows(f"SELECT * FROM {table}") for table in tables]

        for link in (*world.links(ANN), *world.pixels(ANN)):
            if link.startswith(world.pages.url):
                world.visit(link, "HEAD")
                world.visit(link)
        world.settle()

        assert [world.rows(f"SELECT * FROM {table}") for table in tables] == before


def test_many_at_once_are_all_counted(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with measured(tmp_path, privacy=COUNTED) as world:
        world.send()
        link = by_us(world, ANN)[0]

        with ThreadPoolExecutor(8) as visitors:
            list(visitors.map(world.visit, [link] * 200))
        world.settle()

        assert world.counts() == {A: (200, 0)}
