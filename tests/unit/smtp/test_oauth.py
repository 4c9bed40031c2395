"""Permission instead of a password, asked for at an authorisation server on this machine."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from authorisation_server import CLIENT_ID, AuthorisationServer, Clock
from newsletter_mailer.config import OAuthSettings
from newsletter_mailer.errors import SecretError, ServerUnreachable
from newsletter_mailer.smtp.oauth.asking import NoPermission, Refused, ask
from newsletter_mailer.smtp.oauth.browser import ask_in_browser
from newsletter_mailer.smtp.oauth.device import Prompt, ask_by_code
from newsletter_mailer.smtp.oauth.provider import Provider, provider_of
from newsletter_mailer.smtp.oauth.token import MARGIN_MS, AccessToken, Token, clock, load, store
from smtp_servers import free_port

PENDING = (400, {"error": "authorization_pending"})
SLOW_DOWN = (400, {"error": "slow_down"})


@pytest.fixture
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        yield running


@pytest.fixture
def time() -> Clock:
    return Clock()


# -- device code (RFC 8628) ---------------------------------------------------------------------------------------


def _by_code(
    server: AuthorisationServer, time: Clock, shown: list[Prompt], *, client_secret: str = ""
) -> Token:
    provider = server.provider(client_secret=client_secret)
    return ask_by_code(provider, shown.append, clock=time, sleep=time.sleep)


def test_a_code_is_shown_and_asked_after_until_it_was_typed(server: AuthorisationServer, time: Clock) -> None:
    shown: list[Prompt] = []
    server.answers = [PENDING, PENDING]

    token = _by_code(server, time, shown)

    assert shown == [Prompt(f"{server.url}/activate", "ABCD-EFGH")]
    assert time.slept == [5, 5, 5]
    assert token == Token("access-1", "refresh-1", time.now + 3_600_000)
    assert server.asked("/device") == [{"client_id": CLIENT_ID, "scope": "send"}]
    assert server.asked()[0] == {
        "client_id": CLIENT_ID,
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": "device-secret",
    }


def test_slow_down_and_a_server_in_trouble_are_asked_less_often(
    server: AuthorisationServer, time: Clock
) -> None:
    server.answers = [SLOW_DOWN, SLOW_DOWN, (503, b"<html>"), (429, {}), (400, {"error": "server_error"})]

    token = _by_code(server, time, [])

    assert token.access == "access-1"
    assert time.slept == [5, 10, 15, 30, 60, 60]


def test_without_an_interval_it_is_five_seconds(server: AuthorisationServer, time: Clock) -> None:
    server.device = {"verification_uri": "https://example.org/device", "expires_in": "soon", "interval": None}

    _by_code(server, time, [])

    assert time.slept == [5]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "refused in the browser"),
        ("authorization_declined", "refused in the browser"),
        ("expired_token", "ran out before anybody typed it"),
        ("unauthorized_client", "unauthorized_client: not this one"),
    ],
)
def test_a_no_ends_the_asking(server: AuthorisationServer, time: Clock, error: str, said: str) -> None:
    server.answers = [PENDING, (400, {"error": error, "error_description": "not this one"})]

    with pytest.raises(NoPermission, match=said) as refused:
        _by_code(server, time, [])

    assert len(server.asked()) == 2
    assert refused.value.exit_code == 4
    assert "newsletter secret set oauth" in str(refused.value)


def test_a_code_that_ran_out_is_not_asked_after_any_more(server: AuthorisationServer, time: Clock) -> None:
    server.device["expires_in"] = 12
    server.answers = [PENDING] * 9

    with pytest.raises(NoPermission, match="ran out"):
        _by_code(server, time, [])

    assert time.slept == [5, 5, 5]
    assert len(server.asked()) == 2


def test_an_application_that_nobody_knows_is_told_at_once(server: AuthorisationServer, time: Clock) -> None:
    server.device["error"] = "invalid_client"

    with pytest.raises(NoPermission, match="gives no permission: invalid_client"):
        _by_code(server, time, [], client_secret="s3cret")

    assert server.asked("/device")[0]["client_secret"] == "s3cret"
    assert time.slept == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "http://example.org/"},
        {"verification_uri": None, "verification_url": "https://example.org/\x1b[31m"},
        {"user_code": "A\x1b[2J"},
        {"user_code": ""},
        {"device_code": ""},
    ],
)
def test_nothing_strange_is_shown_or_opened(
    server: AuthorisationServer, time: Clock, wrong: dict[str, Any]
) -> None:
    shown: list[Prompt] = []
    server.device |= wrong

    with pytest.raises(ServerUnreachable, match="no answer of use"):
        _by_code(server, time, shown)

    assert shown == []


# -- in the browser (RFC 8252, PKCE) ------------------------------------------------------------------------------


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
            with closing(build_opener(ProxyHandler({})).open(url, timeout=10)) as response:
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


# -- keeping and renewing -----------------------------------------------------------------------------------------


def _kept(server: AuthorisationServer, folder: Path, *, expires_at: int, refresh: str = "refresh-0") -> Path:
    path = folder / "var" / "oauth-token.json"
    store(Token("access-0", refresh, expires_at), server.provider(), path)
    return path


def test_the_token_is_kept_for_its_owner_alone(server: AuthorisationServer, tmp_path: Path) -> None:
    path = _kept(server, tmp_path, expires_at=5)
    again = _kept(server, tmp_path, expires_at=7)

    assert stat.S_IMODE(again.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["oauth-token.json"]
    assert load(server.provider(), path) == Token("access-0", "refresh-0", 7)
    assert "access-0" not in repr(load(server.provider(), path))


def test_a_token_that_cannot_be_put_in_place_leaves_nothing_behind(
    server: AuthorisationServer, tmp_path: Path
) -> None:
    path = tmp_path / "var" / "oauth-token.json"
    path.mkdir(parents=True)

    with pytest.raises(OSError):
        store(Token("access-0", "refresh-0", 0), server.provider(), path)

    assert list(path.parent.iterdir()) == [path]


def test_a_fresh_token_is_used_as_it_is(server: AuthorisationServer, tmp_path: Path, time: Clock) -> None:
    path = _kept(server, tmp_path, expires_at=time.now + MARGIN_MS + 1)

    assert AccessToken(server.provider(), path, clock=time)() == "access-0"
    assert server.forms == []


def test_a_token_about_to_run_out_is_renewed_and_kept(
    server: AuthorisationServer, tmp_path: Path, time: Clock
) -> None:
    path = _kept(server, tmp_path, expires_at=time.now + MARGIN_MS)
    source = AccessToken(server.provider(client_secret="s3cret"), path, clock=time)

    assert [source(), source()] == ["access-1", "access-1"]

    assert server.asked() == [
        {
            "client_id": CLIENT_ID,
            "client_secret": "s3cret",
            "grant_type": "refresh_token",
            "refresh_token": "refresh-0",
            "scope": "send",
        }
    ]
    assert load(server.provider(), path) == Token("access-1", "refresh-1", time.now + 3_600_000)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_connections_renew_once(server: AuthorisationServer, tmp_path: Path, time: Clock) -> None:
    source = AccessToken(server.provider(), _kept(server, tmp_path, expires_at=0), clock=time)
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(source())) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert got == ["access-1"] * 8
    assert len(server.asked()) == 1


def test_what_renews_is_kept_when_nothing_new_comes(
    server: AuthorisationServer, tmp_path: Path, time: Clock
) -> None:
    path = _kept(server, tmp_path, expires_at=0)
    server.answers = [(200, {"access_token": "next", "token_type": "bearer", "expires_in": "60"})]

    AccessToken(server.provider(), path, clock=time)()

    assert load(server.provider(), path) == Token("next", "refresh-0", time.now + 60_000)


@pytest.mark.parametrize(
    ("told", "lasts"), [(None, 1800), ("soon", 1800), (1e400, 1800), (-5, 0), (10**30, 10 * 365 * 86_400)]
)
def test_an_end_that_cannot_be_is_not_believed(
    server: AuthorisationServer, tmp_path: Path, time: Clock, told: object, lasts: int
) -> None:
    path = _kept(server, tmp_path, expires_at=0)
    server.expires_in = told

    AccessToken(server.provider(), path, clock=time)()

    token = load(server.provider(), path)
    assert token is not None
    assert token.expires_at == time.now + lasts * 1000


def test_a_permission_that_was_withdrawn_is_told_without_the_token(
    server: AuthorisationServer, tmp_path: Path, time: Clock
) -> None:
    path = _kept(server, tmp_path, expires_at=0)
    server.renews = False

    with pytest.raises(NoPermission, match="does not renew the permission: invalid_grant") as refused:
        AccessToken(server.provider(), path, clock=time)()

    assert str(refused.value).count("\n") == 0
    assert "refresh-0" not in str(refused.value)
    assert "newsletter secret set oauth" in str(refused.value)
    assert load(server.provider(), path) == Token("access-0", "refresh-0", 0)


def test_without_a_permission_or_its_renewal_it_must_be_asked_for(
    server: AuthorisationServer, tmp_path: Path, time: Clock
) -> None:
    with pytest.raises(NoPermission, match="there is no permission"):
        AccessToken(server.provider(), tmp_path / "none.json", clock=time)()
    with pytest.raises(NoPermission, match="has run out"):
        AccessToken(server.provider(), _kept(server, tmp_path, expires_at=0, refresh=""), clock=time)()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"access": "a"}', "[" * 100_000])
def test_a_file_that_holds_no_token_is_told(server: AuthorisationServer, tmp_path: Path, text: str) -> None:
    path = tmp_path / "oauth-token.json"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)

    with pytest.raises(NoPermission, match="does not hold a permission"):
        load(server.provider(), path)


def test_a_token_that_others_can_read_or_of_another_application_is_refused(
    server: AuthorisationServer, tmp_path: Path
) -> None:
    path = _kept(server, tmp_path, expires_at=0)

    with pytest.raises(NoPermission, match="another application"):
        load(server.provider("google"), path)
    path.chmod(0o644)
    with pytest.raises(SecretError, match="can be read by others"):
        load(server.provider(), path)


# -- one question -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, []),
        (200, b"[" * 100_000),
        (404, {"title": "no"}),
        (400, {"error": 7}),
        (500, {"error": "invalid_grant"}),
        (400, {"error": "temporarily_unavailable"}),
    ],
)
def test_an_answer_of_no_use_may_be_better_later(
    server: AuthorisationServer, answer: tuple[int, Any]
) -> None:
    server.answers = [answer]

    with pytest.raises(ServerUnreachable, match=r"no answer of use \(HTTP"):
        ask(f"{server.url}/token", {"code": "x"})


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": ""},
        {"access_token": "é"},
        {"access_token": "a\x01b"},
        {"access_token": 7},
        {"access_token": "a", "token_type": "mac"},
    ],
)
def test_a_token_that_is_none_is_not_used(
    server: AuthorisationServer, tmp_path: Path, time: Clock, answer: dict[str, Any]
) -> None:
    server.answers = [(200, answer)]

    with pytest.raises(ServerUnreachable, match="no answer of use"):
        AccessToken(server.provider(), _kept(server, tmp_path, expires_at=0), clock=time)()


def test_a_form_with_secrets_follows_nobody_elsewhere(server: AuthorisationServer) -> None:
    with pytest.raises(ServerUnreachable, match="HTTP 307"):
        ask(f"{server.url}/elsewhere", {"refresh_token": "refresh-0"})

    assert server.asked() == []


def test_words_of_the_provider_are_short_plain_and_without_our_secrets(server: AuthorisationServer) -> None:
    server.answers = [(400, {"error": "no", "error_description": "s3cret\x1b[31m\r\n" + "x" * 999})]

    with pytest.raises(Refused) as refused:
        ask(f"{server.url}/token", {"client_secret": "s3cret"})

    assert refused.value.words.startswith("no: … [31m xxx")
    assert len(refused.value.words) <= 300


def test_nobody_there_is_told() -> None:
    with free_port() as port:
        pass

    with pytest.raises(ServerUnreachable, match=r"no connection to 127\.0\.0\.1:"):
        ask(f"http://127.0.0.1:{port}/token", {})


# -- providers ----------------------------------------------------------------------------------------------------


def test_microsoft_and_google_have_their_addresses() -> None:
    settings = OAuthSettings(provider="microsoft", client_id="abc", tenant="example.org")

    microsoft = provider_of(settings, "")
    google = provider_of(OAuthSettings(provider="google", client_id="abc"), "s3cret")

    assert microsoft.authorise_url == "https://login.microsoftonline.com/example.org/oauth2/v2.0/devicecode"
    assert microsoft.token_url == "https://login.microsoftonline.com/example.org/oauth2/v2.0/token"
    assert "SMTP.Send offline_access" in microsoft.scope
    assert (google.host, google.scope) == ("oauth2.googleapis.com", "https://mail.google.com/")
    assert "s3cret" not in repr(google)


def test_the_settings_may_name_other_addresses() -> None:
    settings = OAuthSettings(
        provider="google",
        client_id="abc",
        authorise_url="https://example.org/a",
        token_url="http://127.0.0.1:8/t",
        scope="send",
    )

    provider = provider_of(settings, "")

    assert (provider.authorise_url, provider.token_url, provider.scope) == (
        "https://example.org/a",
        "http://127.0.0.1:8/t",
        "send",
    )


def test_the_clock_is_the_time_of_day() -> None:
    assert clock() > 1_700_000_000_000
