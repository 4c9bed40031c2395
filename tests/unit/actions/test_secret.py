"""What the program logs in with: asked for, kept, told, and used."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from authorisation_server import AuthorisationServer, Clock
from issue_files import SETTINGS
from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.secret import Login, Permission, check, missing, set_oauth
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import ConfigError, SecretError, UsageError
from newsletter_mailer.smtp.oauth.asking import NoPermission

FILE = "var/oauth-token.json"


@pytest.fixture
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        yield running


def _workspace(root: Path, smtp: str = "") -> Workspace:
    text = SETTINGS.replace("security: none", f"security: none{smtp}")
    (root / "newsletter.yaml").write_text(text, encoding="utf-8")
    return load_workspace(root, {})


def _with_oauth(root: Path, server: AuthorisationServer, provider: str = "microsoft") -> Workspace:
    client = "client_id: an-app, client_secret_file: google-secret"
    urls = f"authorise_url: '{server.provider(provider).authorise_url}', token_url: '{server.url}/token'"
    secret = root / "google-secret"
    secret.touch(mode=0o600)
    secret.write_text("s3cret\n", encoding="utf-8")
    return _workspace(root, f", username: ann, oauth: {{ provider: {provider}, {client}, {urls} }}")


def test_the_permission_is_asked_for_kept_and_used_for_the_login(
    server: AuthorisationServer, tmp_path: Path
) -> None:
    workspace, clock = _with_oauth(tmp_path, server), Clock(now=4_000_000_000_000)
    shown: list[tuple[str, str]] = []

    got = set_oauth(workspace, lambda url, code: shown.append((url, code)), clock=clock, sleep=clock.sleep)
    account = account_of(workspace, {"NEWSLETTER_SMTP__PASSWORD": "not used"})

    assert shown == [(f"{server.url}/activate", "ABCD-EFGH")]
    assert got == Permission(server.url.removeprefix("http://"), FILE, clock.now + 3_600_000, renews=True)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert account.access_token is not None
    assert (account.access_token(), account.password) == ("access-1", "")
    assert "access-1" not in repr(account)
    assert check(workspace, {}) == Login("ann", by_oauth=True, password_in="", permission=got)


def test_google_is_asked_in_the_browser_with_what_it_gave_beside_the_client_id(
    server: AuthorisationServer, tmp_path: Path
) -> None:
    from threading import Thread
    from urllib.request import ProxyHandler, build_opener

    workspace, clock = _with_oauth(tmp_path, server, "google"), Clock()
    threads: list[Thread] = []

    def agree(url: str, code: str) -> None:
        def visit() -> None:
            build_opener(ProxyHandler({})).open(url, timeout=60).close()

        assert code == ""
        threads.append(Thread(target=visit))
        threads[0].start()

    set_oauth(workspace, agree, clock=clock, sleep=clock.sleep)
    threads[0].join(10)

    assert server.asked()[0]["client_secret"] == "s3cret"
    assert server.asked()[0]["client_id"] == "an-app"
    assert json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["provider"] == "google"


def test_without_settings_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no `smtp\.oauth`"):
        set_oauth(_workspace(tmp_path), lambda *_: None, clock=Clock(), sleep=Clock().sleep)


def test_no_login_begins_without_the_permission_even_where_there_is_a_password(
    server: AuthorisationServer, tmp_path: Path
) -> None:
    workspace = _with_oauth(tmp_path, server)
    environment = {"NEWSLETTER_SMTP__PASSWORD": "s3cret"}

    with pytest.raises(NoPermission, match="there is no permission of 127"):
        account_of(workspace, environment)

    login = check(workspace, environment)
    assert (login.missing, login.permission, login.password_in) == (True, None, "NEWSLETTER_SMTP__PASSWORD")
    assert "newsletter secret set oauth" in str(missing(login))
    assert server.forms == []


def test_a_password_is_told_by_its_place(tmp_path: Path) -> None:
    nobody = _workspace(tmp_path)
    ann = _workspace(tmp_path, ", username: ann, password_file: pw")
    (tmp_path / "pw").touch(mode=0o600)
    empty = check(ann, {})
    (tmp_path / "pw").write_text("s3cret\n", encoding="utf-8")

    assert check(nobody, {}) == Login("", by_oauth=False, password_in="", permission=None)
    assert not check(nobody, {}).missing
    assert empty.missing
    assert "no password for “ann”" in str(missing(empty))
    assert (check(ann, {}).password_in, check(ann, {}).missing) == ("pw", False)
    assert check(ann, {"NEWSLETTER_SMTP__PASSWORD": "x"}).password_in == "NEWSLETTER_SMTP__PASSWORD"
    assert account_of(ann, {}).access_token is None


def test_a_client_secret_that_others_can_read_is_refused(server: AuthorisationServer, tmp_path: Path) -> None:
    workspace = _with_oauth(tmp_path, server)
    (tmp_path / "google-secret").chmod(0o640)

    with pytest.raises(SecretError, match="can be read by others"):
        check(workspace, {})


@pytest.mark.parametrize(
    ("oauth", "said"),
    [
        ("provider: google, client_id: a", "needs the mailbox"),
        ("provider: yahoo, client_id: a", "there are: microsoft, google"),
        ("provider: google", "“client_id” is missing"),
        ("provider: microsoft, client_id: a, tenant: a/b", "domain or its number"),
        ("provider: google, client_id: a, token_url: 'http://example.org/'", "begins with https://"),
        ("provider: google, client_id: a, authorise_url: 'http://127.0.0.1.example.org/'", "https://"),
        ("provider: google, client_id: a, client_secret: s3cret", "unknown field “client_secret”"),
    ],
)
def test_settings_that_cannot_work_are_told(tmp_path: Path, oauth: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        _workspace(tmp_path, f", oauth: {{ {oauth} }}")

    assert said in str(refused.value)
