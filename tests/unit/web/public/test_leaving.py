"""Unsubscribing over HTTP: one click, no question, and nothing by looking."""

from __future__ import annotations

import base64
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dispatch_kit import SECRET
from newsletter_mailer.message.specimen import DEAD_TOKEN
from newsletter_mailer.tokens import sign
from newsletter_mailer.web.public import site
from public_pages import LINKED, ONE_CLICK, Serving, delivery_to, sent_to, serving, with_list

BOUNDARY = "----here"
MULTIPART = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{BOUNDARY}--\r\n'
).encode()
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("leaving"), base="/lettres") as running:
        yield running


@pytest.fixture
def letter(pages: Serving, request: pytest.FixtureRequest) -> str:
    """A list of its own for the test, and a letter to Ann and Bob; the list's slug."""
    slug = "".join(letter for letter in request.node.name.lower() if letter.isalnum())[-40:]
    with_list(pages, slug, [ANN, BOB])
    sent_to(pages, slug, edition=replace(LINKED, issue_id=f"i-{slug}"))
    return slug


def token_of(pages: Serving, address: str) -> str:
    return pages.token("unsubscribe", delivery_to(pages, address))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        (f"multipart/form-data; boundary={BOUNDARY}", MULTIPART),
    ],
)
def test_one_click_unsubscribes_in_both_encodings_without_cookie_and_without_redirect(
    pages: Serving, letter: str, kind: str, body: bytes
) -> None:
    token = token_of(pages, ANN)

    first = pages.ask(f"/u/{token}", "POST", body, {"Content-Type": kind})
    second = pages.ask(f"/u/{token}", "POST", body, {"Content-Type": kind})

    assert first.status == second.status == 200
    assert first.body == second.body
    assert not {"location", "set-cookie"} & set(first.headers)
    assert pages.status_of(ANN)[letter] == "unsubscribed"
    assert pages.status_of(BOB)[letter] == "confirmed"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_whoever_looks_changes_nothing(pages: Serving, letter: str, method: str) -> None:
    delivery = delivery_to(pages, ANN)
    before = pages.everything()

    for purpose, path in (
        ("unsubscribe", "u"),
        ("preferences", "p"),
        ("view", "v"),
        ("confirm", "c"),
        ("person", "p"),
    ):
        pages.ask(f"/{path}/{pages.token(purpose, delivery)}", method)

    assert pages.everything() == before
    assert pages.status_of(ANN)[letter] == "confirmed"


def test_valid_used_and_forged_links_look_the_same_and_answer_the_same(pages: Serving, letter: str) -> None:
    valid, used = token_of(pages, ANN), token_of(pages, BOB)
    forged = "01" + "0" * 15 + "1" + "ab" * 16
    pages.click(used)

    looks = [pages.ask(f"/u/{token}") for token in (valid, used, forged, "x")]
    clicks = [pages.click(token) for token in (valid, used, forged, "x")]

    for answers in (looks, clicks):
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        assert len({tuple(sorted(set(answer.headers) - {"date"})) for answer in answers}) == 1


def test_a_token_of_another_purpose_reader_or_secret_never_acts(pages: Serving, letter: str) -> None:
    delivery = delivery_to(pages, ANN)
    wrong = [
        pages.token(purpose, delivery) for purpose in ("preferences", "view", "confirm", "person", "click")
    ]
    wrong.append(sign(type(SECRET)(b"z" * 32), "unsubscribe", delivery))
    letters = "0123456789abcdef"
    right, chance = pages.token("unsubscribe", delivery), random.Random(1)
    wrong += [
        right[:place] + chance.choice(letters.replace(right[place], "")) + right[place + 1 :]
        for place in range(len(right))
    ]
    wrong += [
        base64.b32encode(bytes([1]) + delivery.to_bytes(8, "big") + chance.randbytes(16)).decode()
        for _ in range(20)
    ]
    before = pages.everything()

    for token in wrong:
        assert pages.click(token).status == 200

    assert pages.everything() == before


def test_a_hundred_clicks_at_once_all_count(pages: Serving) -> None:
    addresses = [f"reader{number}@crowd.example" for number in range(100)]
    with_list(pages, "crowd", addresses)
    sent_to(pages, "crowd", edition=replace(LINKED, issue_id="crowd"))
    tokens = [token_of(pages, address) for address in addresses]
    statuses: list[int] = []
    crowd = [
        threading.Thread(target=lambda token=token: statuses.append(pages.click(token).status))
        for token in tokens
    ]

    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    of_list = "list_id = (SELECT id FROM lists WHERE slug = 'crowd')"
    assert statuses == [200] * 100
    for table, word in (("subscriptions", "status"), ("consent_events", "kind")):
        counted = f"SELECT count(*) FROM {table} WHERE {of_list} AND {word} = 'unsubscribed'"
        assert pages.rows(counted) == [(100,)]


@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_click_whose_body_never_comes_counts_all_the_same(
    pages: Serving,
    letter: str,
    hangs_up: bool,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    monkeypatch.setattr(site, "BODY_S", 30.0 if hangs_up else 0.1)
    head = f"POST /lettres/u/{token_of(pages, ANN)} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n"

    with socket.create_connection(("127.0.0.1", pages.port), timeout=30) as line:
        line.sendall(head.encode() + b"List-Uns")
        answer = b"" if hangs_up else line.recv(1000)

    wait_until(lambda: pages.status_of(ANN)[letter] == "unsubscribed")
    assert answer.startswith(b"" if hangs_up else b"HTTP/1.1 200 ")


def test_a_form_that_comes_too_slowly_is_not_waited_for(
    pages: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "BODY_S", 0.1)

    with socket.create_connection(("127.0.0.1", pages.port), timeout=30) as line:
        line.sendall(b"POST /lettres/subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\naddr")
        answer = line.recv(1000)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_the_link_of_a_test_says_so_and_does_nothing(pages: Serving) -> None:
    look, click = pages.ask(f"/u/{DEAD_TOKEN}"), pages.click(DEAD_TOKEN)

    assert "test" in look.text
    assert look.body == click.body


def test_a_key_that_was_added_while_the_pages_run_is_known(pages: Serving, letter: str) -> None:
    delivery = delivery_to(pages, ANN)
    old = pages.token("unsubscribe", delivery_to(pages, BOB))
    pages.app.add_signing_key()
    new = sign(pages.app.read_secret_again(), "unsubscribe", delivery)

    pages.click(new)
    pages.click(old)

    assert new != pages.token("unsubscribe", delivery)
    assert pages.status_of(ANN)[letter] == pages.status_of(BOB)[letter] == "unsubscribed"


def test_answers_speak_the_language_of_the_browser(pages: Serving) -> None:
    french = pages.ask("/u/x", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"})
    english = pages.ask("/u/x", headers={"Accept-Language": "de, en-GB;q=0.8, fr;q=0.2"})
    asked = pages.ask("/u/x?lang=en", headers={"Accept-Language": "fr"})

    assert '<html lang="fr">' in french.text
    assert '<html lang="en">' in english.text
    assert asked.body == english.body
    assert '<html lang="fr">' in pages.ask("/u/x").text  # the workspace's own


def test_every_answer_keeps_to_itself(pages: Serving) -> None:
    for path in (
        "/u/x",
        "/p/x",
        "/v/x",
        "/c/x",
        "/subscribe",
        "/subscribe/form",
        "/",
        "/nothing",
        "/health",
        "/pages.css",
    ):
        headers = pages.ask(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert "server" not in headers
        assert ("frame-ancestors 'none'" in headers["content-security-policy"]) is (path != "/subscribe/form")


def test_the_pages_tell_whose_ledger_they_are_of_with_and_without_the_path_of_their_address(
    pages: Serving,
) -> None:
    with_path = pages.ask("/health")
    pages.base = ""
    without = pages.ask("/health")
    pages.base = "/lettres"

    assert with_path.text == without.text == f'{{"ledger":"{pages.app.database.ledger_id}"}}'
