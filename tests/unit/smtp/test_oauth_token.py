"""The permission is kept for its owner alone and renewed before it runs out."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authorisation_server import CLIENT_ID, AuthorisationServer, Clock
from newsletter_mailer.errors import SecretError, ServerUnreachable
from newsletter_mailer.smtp.oauth.asking import NoPermission
from newsletter_mailer.smtp.oauth.token import MARGIN_MS, AccessToken, Token, clock, load, store


@pytest.fixture
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        yield running


@pytest.fixture
def time() -> Clock:
    return Clock()


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


def test_the_clock_is_the_time_of_day() -> None:
    assert clock() > 1_700_000_000_000
