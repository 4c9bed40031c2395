"""The browser comes back to this machine with what only we can redeem (RFC 8252, PKCE)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from authorisation_server import CLIENT_ID, AuthorisationServer, Clock
from newsletter_mailer.smtp.oauth.asking import NoPermission
from newsletter_mailer.smtp.oauth.browser import ask_in_browser
from newsletter_mailer.smtp.oauth.provider import Provider
from newsletter_mailer.smtp.oauth.token import Token


@pytest.fixture
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        yield running


class Browser:
    """A person's browser, in a thread of its own: opens the address, and can be led astray first."""

    def __init__(self, *visits: str, goes_on: bool = True, **changed: str) -> None:
        self.visits = (
            visits  #: paths and queries that somebody else has it open first, at the address to come back to
        )
        self.goes_on = goes_on
        self.changed = changed
        self.statuses: list[int] = []
        self.pages: list[str] = []
        self.thread: threading.Thread | None = None

    def open(self, url: str) -> None:
        self.thread = threading.Thread(target=self._go, args=(url,))
        self.thread.start()

    def _go(self, url: str) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        for visit in self.visits:
            self._get(asked["redirect_uri"].rstrip("/") + visit.format(state=asked["state"]))
        for name, value in self.changed.items():
            url = url.replace(asked[name], value)
        if self.goes_on:
            self._get(url)

    def _get(self, url: str) -> None:
        try:
            with closing(build_opener(ProxyHandler({})).open(url, timeout=60)) as response:
                self.statuses.append(response.status)
                self.pages.append(response.read().decode())
        except HTTPError as error:
            with error:
                self.statuses.append(error.code)
                self.pages.append(error.read().decode())


def _in_browser(server: AuthorisationServer, browser: Browser, *, client_secret: str = "") -> Token:
    provider = server.provider("google", client_secret=client_secret)
    try:
        return ask_in_browser(provider, browser.open, clock=Clock(), patience_s=20)
    finally:
        assert browser.thread is not None
        browser.thread.join(10)


def test_the_browser_comes_back_with_a_code_that_only_we_can_redeem(server: AuthorisationServer) -> None:
    browser = Browser()

    token = _in_browser(server, browser, client_secret="s3cret")

    asked, redeemed = server.asked("/authorise")[0], server.asked()[0]
    assert (token.access, token.refresh) == ("access-1", "refresh-1")
    assert (asked["access_type"], asked["prompt"], asked["scope"]) == ("offline", "consent", "send")
    assert redeemed["client_secret"] == "s3cret"
    assert "s3cret" not in json.dumps(asked)
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert 43 <= len(redeemed["code_verifier"]) <= 128
    assert browser.statuses == [200]
    assert "Done." in browser.pages[0]


def test_who_does_not_know_the_state_brings_nothing(server: AuthorisationServer) -> None:
    browser = Browser(
        "/?code=stolen&state=wrong", "/?code=stolen", "/favicon.ico", "/x?code=no&state={state}"
    )

    token = _in_browser(server, browser)

    assert token.access == "access-1"
    assert browser.statuses == [400, 400, 400, 400, 200]
    assert [form["code"] for form in server.asked()] == ["code-1"]


def test_a_code_that_was_asked_for_with_another_verifier_is_worth_nothing(
    server: AuthorisationServer,
) -> None:
    browser = Browser(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")

    with pytest.raises(NoPermission, match="gives no permission: invalid_grant"):
        _in_browser(server, browser)

    assert server.given == 0


def test_a_no_in_the_browser_is_told(server: AuthorisationServer) -> None:
    browser = Browser("/?error=access_denied%1b&state={state}", goes_on=False)

    with pytest.raises(NoPermission, match="gives no permission: access_denied"):
        _in_browser(server, browser)

    assert server.forms == []


def test_nobody_is_waited_for_for_ever(server: AuthorisationServer) -> None:
    with pytest.raises(NoPermission, match="in time"):
        ask_in_browser(server.provider("google"), lambda _: None, clock=Clock(), patience_s=0.01)


def test_an_address_with_fields_of_its_own_keeps_them(server: AuthorisationServer) -> None:
    provider = server.provider("google")
    other = Provider("google", CLIENT_ID, "https://example.org/a?hd=b", provider.token_url, "send")
    shown: list[str] = []

    with pytest.raises(NoPermission):
        ask_in_browser(other, shown.append, clock=Clock(), patience_s=0.01)

    assert shown[0].startswith("https://example.org/a?hd=b&client_id=")
