"""Nobody but the browser that was given the token speaks to the composer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from composer_desk import Composing, composing, workspace_in


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composing]:
    folder = tmp_path_factory.mktemp("guarded")
    workspace_in(folder)
    with composing(folder) as running:
        yield running


ROUTES = (
    "/",
    "/issues",
    "/issues/essai",
    "/issues/essai/state",
    "/issues/essai/preview",
    "/issues/essai/html",
    "/api/issues",
    "/api/readers",
    "/api/events",
    "/static/composer.js",
    "/static/composer.css",
    "/nowhere",
)


@pytest.mark.parametrize("path", ROUTES)
def test_without_the_token_no_route_answers(desk: Composing, path: str) -> None:
    answer = desk.ask(path)

    assert answer.status == 403
    assert "essai" not in answer.text


@pytest.mark.parametrize("path", [*ROUTES[1:-4], "/static/composer.js"])
def test_a_wrong_cookie_is_refused(desk: Composing, path: str) -> None:
    name = desk.cookie().partition("=")[0]

    answer = desk.ask(path, {"Cookie": f"{name}=guess"})

    assert answer.status == 403


@pytest.mark.parametrize("token", ["guess", "%00", "%C3%A9", "a" * 5000])
def test_a_wrong_token_is_refused_and_gets_no_cookie(desk: Composing, token: str) -> None:
    answer = desk.ask(f"/?token={token}")

    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_the_token_becomes_a_cookie_out_of_reach_and_leaves_the_address(desk: Composing) -> None:
    answer = desk.ask(desk.url.removeprefix(desk.base))

    assert answer.status == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert desk.url.partition("token=")[2].lower() not in cookie


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.org",
        "evil.example.org:{port}",
        "127.0.0.1",
        "127.0.0.1.nip.io:{port}",
        "[::1]:{port}",
        "",
    ],
)
def test_another_host_name_is_refused_even_with_the_cookie(desk: Composing, host: str) -> None:
    headers = {"Host": host.format(port=desk.port), "Cookie": desk.cookie()}

    assert desk.ask("/issues/essai/state", headers).status in (400, 403)
    assert desk.ask(desk.url.removeprefix(desk.base), {"Host": headers["Host"]}).status in (400, 403)


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}"])
def test_the_loopback_is_known_by_both_its_names(desk: Composing, host: str) -> None:
    headers = {"Host": host.format(port=desk.port), "Cookie": desk.cookie()}

    assert desk.ask("/issues/essai/state", headers).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example.org", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"]
)
def test_a_page_of_another_origin_is_refused_even_with_the_cookie(desk: Composing, origin: str) -> None:
    headers = {"Origin": origin.format(port=desk.port), "Cookie": desk.cookie()}

    assert desk.ask("/issues/essai/state", headers).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_another_site_began_is_refused_even_with_the_cookie(
    desk: Composing, site: str
) -> None:
    headers = {"Sec-Fetch-Site": site, "Cookie": desk.cookie()}

    assert desk.ask("/issues/essai/preview", headers).status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed_over_http(desk: Composing, method: str) -> None:
    answer = desk.ask("/issues/essai/state", {"Cookie": desk.cookie(), "Content-Length": "0"}, method)

    assert answer.status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/issues/..%2f..%2fnewsletter.yaml/state",
        "/issues/autre/state",
        "/static/../page.py",
        "/static/%2e%2e/page.py",
    ],
)
def test_no_path_leads_out_of_what_is_shown(desk: Composing, path: str) -> None:
    assert desk.ask(path, {"Cookie": desk.cookie()}).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/issues",
        "/issues/essai",
        "/issues/essai/state",
        "/issues/essai/preview",
        "/static/composer.js",
        "/nowhere",
    ],
)
def test_every_answer_is_kept_from_caches_frames_and_guesses(desk: Composing, path: str) -> None:
    headers = desk.ask(path, {"Cookie": desk.cookie()}).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_the_page_runs_only_its_own_scripts(desk: Composing) -> None:
    policy = desk.ask("/issues/essai", {"Cookie": desk.cookie()}).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_mail_is_served_under_a_policy_that_runs_and_fetches_nothing(desk: Composing) -> None:
    policy = desk.ask("/issues/essai/preview", {"Cookie": desk.cookie()}).headers["content-security-policy"]

    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline';")
    assert policy.endswith(
        "sandbox allow-same-origin"
    )  # so that a click on it reaches the form; nothing else
    assert "script-src" not in policy


def test_it_listens_on_the_loopback_only(desk: Composing) -> None:
    assert desk.url.startswith("http://127.0.0.1:")


def test_looking_at_an_issue_makes_no_ledger(desk: Composing) -> None:
    cookie = {"Cookie": desk.cookie()}

    assert desk.ask("/api/readers?q=a", cookie).json() == []
    assert desk.ask("/issues/essai/state?as=7", cookie).json()["reader"]["id"] == 0
    assert not Path(desk.app.workspace.var).exists()
