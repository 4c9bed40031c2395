"""Readers are asked whether their reading may be measured: standards §5.3, T6."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dispatch_kit import SECRET
from measuring_kit import ANN, BOB, CAT, Measured, measured
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.scenarios.asking import Asked, ask_about_measuring
from newsletter_mailer.store.asking import SIX_MONTHS
from newsletter_mailer.wording import in_language
from public_pages import path_of
from smtp_servers import account
from worker_kit import mails_to

WORDS = "measures whether I open its letters"


def ask(world: Measured) -> Asked:
    app = world.pages.app
    with in_language("en"):
        return ask_about_measuring(
            app.workspace,
            app.database,
            account(world.server.port),
            SECRET,
            ["lettre"],
            clock=lambda: world.clock[0],
        )


def page_in(world: Measured, address: str) -> str:
    """Where the last mail to that reader asks for an answer."""
    [link] = re.findall(r"http\S+/m/[0-9a-f]+", mails_to(world.server, address)[-1].get_content())
    return path_of(link)


def said(world: Measured) -> list[tuple[str, int, bool]]:
    rows = world.rows("SELECT kind, at, wording FROM consent_events WHERE kind LIKE 'tracking%' ORDER BY id")
    return [(kind, at, WORDS in wording or "mesure" in wording) for kind, at, wording in rows]


def test_the_mail_that_asks_is_plain_text_without_any_picture(tmp_path: Path) -> None:
    with measured(tmp_path) as world:
        asked = ask(world)

        assert (asked.asked, asked.refused, asked.left) == (3, (), 0)
        for mail in mails_to(world.server, ANN):
            assert mail.get_content_type() == "text/plain"
            assert "<img" not in mail.get_content()
            assert "six mois" in mail.get_content() or "six months" in mail.get_content()


def test_looking_at_its_page_says_nothing_and_the_button_says_yes_with_its_words_and_time(
    tmp_path: Path,
) -> None:
    with measured(tmp_path) as world:
        ask(world)
        path = page_in(world, ANN)
        before = said(world)

        shown = world.pages.ask(path)
        world.pages.ask(path, "HEAD")
        looked = said(world)
        world.clock[0] += 1000
        mark = re.findall(r'name="shown" value="([0-9a-f]+)"', shown.text)[0]
        world.pages.send(path, do="yes", shown=mark)

        assert looked == before
        assert said(world)[len(before) :] == [("tracking_granted", world.clock[0], True)]


def test_words_that_changed_since_the_page_was_seen_are_not_agreed_to(tmp_path: Path) -> None:
    with measured(tmp_path) as world:
        ask(world)

        answer = world.pages.send(page_in(world, ANN), do="yes", shown="0" * 16)

        assert answer.status == 200
        assert "tracking_granted" not in [kind for kind, _, _ in said(world)]


def test_a_no_is_remembered_for_six_months_and_so_is_silence(tmp_path: Path) -> None:
    with measured(tmp_path) as world:
        first = ask(world)
        world.clock[0] += 1000
        world.pages.send(page_in(world, ANN), do="no")
        mark = re.findall(r'name="shown" value="([0-9a-f]+)"', world.pages.ask(page_in(world, CAT)).text)[0]
        world.pages.send(page_in(world, CAT), do="yes", shown=mark)

        world.clock[0] += SIX_MONTHS - 2000
        too_soon = ask(world)
        world.clock[0] += 1000
        silent = ask(world)
        world.clock[0] += 1000
        refused = ask(world)

        assert [one.asked for one in (first, too_soon, silent, refused)] == [3, 0, 1, 1]
        assert [len(mails_to(world.server, one)) for one in (ANN, BOB, CAT)] == [2, 2, 1]


def test_the_link_of_a_letter_may_take_back_and_not_agree_for_letters_are_passed_on(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="measurement: consented") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        world.send()
        (link,) = [link for link in world.links(ANN) if "/m/" in link]
        path = path_of(link)

        granted = world.pages.ask(path)
        world.clock[0] += 1
        world.pages.send(path, do="no")
        refused = world.pages.ask(path)
        mark = re.findall(r'name="shown" value="([0-9a-f]+)"', refused.text)[0]
        world.clock[0] += 1
        world.pages.send(path, do="yes", shown=mark)

        assert 'value="no"' in granted.text
        assert 'value="yes"' not in granted.text + refused.text
        assert [kind for kind, _, _ in said(world)] == ["tracking_granted", "tracking_refused"]


@pytest.mark.parametrize("token", ["x", "0" * 50, "ff" * 25])
def test_a_forged_link_finds_nobody(tmp_path: Path, token: str) -> None:
    with measured(tmp_path) as world:
        answers = [world.pages.ask(f"/m/{token}"), world.pages.send(f"/m/{token}", do="yes")]

        assert [one.status for one in answers] == [404, 404]
        assert said(world) == []


def test_nobody_is_asked_when_nobody_could_answer(tmp_path: Path) -> None:
    with measured(tmp_path) as world:
        app = world.pages.app
        settings = app.workspace.settings.model_copy(update={"public_url": None})
        app.workspace = type(app.workspace)(app.workspace.root, settings)

        with pytest.raises(NewsletterError, match="serve"):
            ask(world)

        assert world.server.messages == []
