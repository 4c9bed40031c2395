"""One question to a provider, and what its answers are taken for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from authorisation_server import AuthorisationServer
from newsletter_mailer.config import OAuthSettings
from newsletter_mailer.errors import ServerUnreachable
from newsletter_mailer.smtp.oauth.asking import Refused, ask
from newsletter_mailer.smtp.oauth.provider import provider_of
from smtp_servers import free_port


@pytest.fixture
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        yield running


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
