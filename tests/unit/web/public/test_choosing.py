"""The preference page and the letter in the browser, over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest

from dispatch_kit import NOON, SECRET
from newsletter_mailer.model.audience import NewSubscriber, SuppressionReason
from newsletter_mailer.store import audience
from newsletter_mailer.tokens import recipient_key
from newsletter_mailer.wording import in_language, say
from program import AnyPort, Postbox
from public_pages import LINKED, Serving, delivery_to, sent_to, serving, with_list

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Serving]:
    """Ann and Bob are on a public list and on a closed one; both were sent a letter."""
    with serving(tmp_path, base="/lettres") as running:
        with_list(running, "lettre", [ANN, BOB], name="La Lettre", purpose="Chaque mois, la vie du réseau.")
        with_list(running, "bureau", [ANN, BOB], name="Le Bureau", public=False)
        with_list(running, "dates", [], name="Les Dates")
        with_list(running, "caché", [], name="Liste cachée", public=False)
        sent_to(running, "lettre")
        yield running


def page_of(pages: Serving, address: str) -> str:
    return f"/p/{pages.token('preferences', delivery_to(pages, address))}"


def own_page_of(pages: Serving, address: str) -> str:
    """The link to which a mail of its own leads."""
    [(number,)] = pages.rows("SELECT id FROM subscribers WHERE mailbox = :a", a=address)
    return f"/p/{pages.token('person', number)}"


def boxes(html: str) -> dict[str, bool]:
    """The lists of the page, by name, and whether they are ticked."""
    found = re.findall(r'name="list"[^>]*?( checked)?>\s*<label[^>]*>([^<]*)</label>', html)
    return {name: bool(checked) for checked, name in found}


def test_the_page_shows_the_readers_own_and_the_public_lists(pages: Serving) -> None:
    answer = pages.ask(page_of(pages, ANN))

    assert answer.status == 200
    assert boxes(answer.text) == {"La Lettre": True, "Le Bureau": True, "Les Dates": False}
    assert ANN in answer.text
    assert BOB not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_choices_hold_and_are_proved(pages: Serving) -> None:
    page = page_of(pages, ANN)

    saved = pages.send(page, do="save", list=[2, 3], language="en", tracking="yes")

    assert 'role="status">Your choices are saved.' in saved.text
    assert boxes(saved.text) == {"La Lettre": False, "Le Bureau": True, "Les Dates": True}
    assert pages.status_of(ANN) == {"lettre": "unsubscribed", "bureau": "confirmed", "dates": "confirmed"}
    assert pages.status_of(BOB) == {"lettre": "confirmed", "bureau": "confirmed"}
    events = pages.rows(
        "SELECT kind, list_id, wording != '' FROM consent_events WHERE source = 'preference page' ORDER BY id"
    )
    assert events == [("unsubscribed", 1, 0), ("confirmed", 3, 1), ("tracking_granted", None, 1)]
    assert pages.rows(
        "SELECT language, last_act_at > created_at FROM subscribers WHERE mailbox = :a", a=ANN
    ) == [("en", 1)]


def test_saving_twice_proves_once_and_a_consent_is_taken_back_as_easily(pages: Serving) -> None:
    page = page_of(pages, ANN)
    kinds = "SELECT kind FROM consent_events WHERE source = 'preference page' ORDER BY id"

    for _ in range(2):
        pages.send(page, do="save", list=[1, 2], language="fr", tracking="yes")
    pages.send(page, do="save", list=[1, 2], language="fr")

    assert pages.rows(kinds) == [("tracking_granted",), ("tracking_refused",)]


def test_what_is_agreed_to_is_kept_in_the_language_of_the_page(pages: Serving) -> None:
    wordings = (
        "SELECT wording FROM consent_events WHERE source = 'preference page' AND list_id = 3 ORDER BY id"
    )
    page = page_of(pages, ANN)

    french = pages.ask(page)
    pages.send(page, do="save", list=[1, 3], language="fr")
    pages.send(page, do="save", list=[1], language="en")
    english = pages.send(page, do="save", list=[1, 3], language="en")

    shown = [word for (word,) in pages.rows(wordings) if word]
    assert '<html lang="fr">' in french.text
    assert '<html lang="en">' in english.text
    assert shown[1] in unescape(english.text)
    with in_language("fr"):
        assert shown[0] == say(
            "I agree to receive “{name}” from {association} by e-mail.",
            name="Les Dates",
            association="Réseau Exemple",
        )


def test_nobody_joins_a_list_that_is_not_offered_to_them(pages: Serving) -> None:
    pages.send(page_of(pages, ANN), do="save", list=[1, 2, 4, 99, "x", "²"], language="xx")

    assert set(pages.status_of(ANN)) == {"lettre", "bureau"}


def test_stop_everything_ends_every_tie_and_a_choice_brings_back(pages: Serving) -> None:
    page = page_of(pages, ANN)

    stopped = pages.send(page, do="stop")
    ties = pages.status_of(ANN)
    reasons = pages.rows("SELECT reason FROM suppressions")
    back = pages.send(page, do="save", list=[1], language="fr")

    assert boxes(stopped.text) == {"La Lettre": False, "Le Bureau": False, "Les Dates": False}
    assert set(ties.values()) == {"unsubscribed"}
    assert reasons == [("stop_everything",)]
    assert boxes(back.text)["La Lettre"]
    assert pages.rows("SELECT reason FROM suppressions") == []


def test_a_dead_address_is_told_and_stays_suppressed(pages: Serving) -> None:
    with pages.app.database.transaction() as c:
        audience.suppress(c, recipient_key(SECRET, ANN), reason=SuppressionReason.HARD_BOUNCE, now=NOON)

    shown = pages.send(page_of(pages, ANN) + "?lang=en", do="save", list=[1, 3], language="fr")

    assert "We have stopped writing to this address" in shown.text
    assert pages.rows("SELECT reason FROM suppressions") == [("hard_bounce",)]


def test_a_reader_takes_their_data_along(pages: Serving) -> None:
    answer = pages.send(own_page_of(pages, ANN), do="export")

    data = json.loads(answer.body)
    assert answer.headers["content-disposition"] == 'attachment; filename="mes-donnees.json"'
    assert data["address"] == ANN
    assert {one["list"] for one in data["subscriptions"]} == {"lettre", "bureau"}
    assert BOB not in answer.text


@pytest.mark.parametrize("button", ["export", "erase", "erase-now"])
def test_the_link_of_a_letter_that_was_passed_on_hands_out_and_erases_nothing(
    tmp_path: Path, button: str, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    postbox = Postbox()
    server = AnyPort(postbox, hostname="127.0.0.1", port=0)
    server.start()
    try:
        with serving(tmp_path, smtp=server.port) as pages:
            with_list(pages, "lettre", [ANN, BOB])
            sent_to(pages, "lettre")

            answers = [pages.send(page_of(pages, ANN) + "?lang=en", do=button) for _ in range(2)]
            wait_until(lambda: bool(postbox.received))
            text = str(message_from_bytes(postbox.received[0][1], policy=policy.default).get_content())
            link = re.search(r"/p/[0-9a-f]+", text)

            assert all("Look into your mailbox" in answer.text for answer in answers)
            assert pages.rows("SELECT count(*) FROM subscribers") == [(2,)]
            assert link
            assert json.loads(pages.send(link.group(), do="export").body)["address"] == ANN
    finally:
        server.stop()
    assert postbox.addresses == [ANN]


def test_erasing_asks_once_more_and_leaves_no_word_of_the_reader(pages: Serving) -> None:
    page = own_page_of(pages, ANN)
    before = pages.everything()

    asked = pages.send(page + "?lang=en", do="erase")
    unchanged = pages.everything() == before
    erased = pages.send(page + "?lang=en", do="erase-now")
    after = pages.send(page + "?lang=en", do="save", list=[1])

    assert "Erase your data?" in asked.text
    assert unchanged
    assert "Your data are erased" in erased.text
    assert ANN not in pages.everything()
    assert BOB in pages.everything()
    assert after.status == 404


def test_who_is_erased_is_not_brought_back_by_an_import(pages: Serving) -> None:
    pages.send(own_page_of(pages, ANN), do="erase-now")

    with pages.app.database.transaction() as c:
        into = audience.find_list(c, "lettre")
        assert into
        audience.import_rows(c, [NewSubscriber(ANN)], into=into, secret=SECRET, source="again", now=NOON)

    assert "confirmed" not in pages.status_of(ANN).values()


def test_a_link_of_another_purpose_shows_nobody(pages: Serving) -> None:
    delivery = delivery_to(pages, ANN)
    wrong = [pages.token(purpose, delivery) for purpose in ("unsubscribe", "view", "confirm")]
    before = pages.everything()

    answers = [
        pages.send(f"/p/{token}", do="erase-now") for token in (*wrong, "x", pages.token("person", 99))
    ]
    looks = [
        pages.ask(f"/v/{pages.token(purpose, delivery)}")
        for purpose in ("unsubscribe", "preferences", "person")
    ]

    assert {answer.status for answer in (*answers, *looks)} == {404}
    assert len({answer.body for answer in (*answers, *looks)}) == 1
    assert pages.everything() == before


def test_the_letter_in_the_browser_is_the_readers_own_with_its_pictures(pages: Serving) -> None:
    with pages.app.database.transaction() as c:
        people = [NewSubscriber(ANN, first_name="Ann <b>")]
        into = audience.find_list(c, "lettre")
        assert into
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=NOON)
    delivery = delivery_to(pages, ANN)

    answer = pages.ask(f"/v/{pages.token('view', delivery)}")

    picture = re.search(r'src="/lettres(/pictures/[^"]+)"', answer.text)
    assert "Bonjour Ann &lt;b&gt;" in answer.text
    assert "partir choisir" in answer.text  # the page is passed on to others: nothing in it acts for Ann
    assert not re.search(r"[0-9a-f]{50}|invalid|<a ", answer.text)
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self' 'unsafe-inline'"
    )
    assert picture
    assert pages.ask(picture[1]).body == LINKED.pictures[0].data
    assert pages.ask("/pictures/nothing.png").status == 404


def test_the_letter_of_who_was_erased_is_no_more(pages: Serving) -> None:
    delivery = delivery_to(pages, ANN)
    pages.send(own_page_of(pages, ANN), do="erase-now")

    assert pages.ask(f"/v/{pages.token('view', delivery)}").status == 404


def test_a_letter_that_was_corrected_is_shown_as_each_reader_got_it(pages: Serving) -> None:
    first = delivery_to(pages, ANN)
    sent_to(pages, "bureau", edition=replace(LINKED, issue_id="other", html=LINKED.html[:3]))
    second = delivery_to(pages, ANN)

    assert "choisir" in pages.ask(f"/v/{pages.token('view', first)}").text
    assert "choisir" not in pages.ask(f"/v/{pages.token('view', second)}").text


def mark_of(html: str) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]+)"', html)
    assert found
    return found.group(1)


def test_words_that_changed_while_the_page_was_open_are_shown_before_they_are_agreed_to(
    pages: Serving,
) -> None:
    page = page_of(pages, ANN) + "?lang=en"
    old = mark_of(pages.ask(page).text)
    with pages.app.database.transaction() as c:
        audience.edit_list(c, 3, wording="J’accepte les dates et les offres.")
    wordings = "SELECT wording FROM consent_events WHERE source = 'preference page' AND kind = 'confirmed'"

    again = pages.send(page, do="save", list=[2, 3], language="fr", shown=old)
    before, left = pages.rows(wordings), pages.status_of(ANN)
    saved = pages.send(page, do="save", list=[2, 3], language="fr", shown=mark_of(again.text))

    assert "What you agree to has changed meanwhile." in again.text
    assert "J’accepte les dates et les offres." in again.text
    assert before == []
    assert left == {"lettre": "unsubscribed", "bureau": "confirmed"}  # who leaves has left all the same
    assert "Your choices are saved." in saved.text
    assert pages.rows(wordings) == [("J’accepte les dates et les offres.",)]
    assert pages.status_of(ANN)["dates"] == "confirmed"


def test_measuring_is_not_agreed_to_in_words_that_were_not_shown(pages: Serving) -> None:
    page = page_of(pages, ANN)

    pages.send(page, do="save", list=[1, 2], language="fr", tracking="yes", shown="0" * 16)

    assert pages.rows("SELECT count(*) FROM consent_events WHERE kind LIKE 'tracking%'") == [(0,)]
