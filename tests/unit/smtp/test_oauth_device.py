"""A code is typed into a browser somewhere, and the provider is asked until it was (RFC 8628)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from authorisation_server import CLIENT_ID, AuthorisationServer, Clock
from newsletter_mailer.errors import ServerUnreachable
from newsletter_mailer.smtp.oauth.asking import NoPermission
from newsletter_mailer.smtp.oauth.device import Prompt, ask_by_code
from newsletter_mailer.smtp.oauth.token import Token

PENDING = (400, {"error": "authorization_pending"})
SLOW_DOWN = (400, {"error": "slow_down"})


@pytest.fixture
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        yield running


@pytest.fixture
def time() -> Clock:
    return Clock()


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
