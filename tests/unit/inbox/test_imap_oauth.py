"""A mailbox that opens for a provider's permission alone: Dovecot, and an authorisation server on this machine."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive_kit import SECRET
from authorisation_server import CLIENT_ID, AuthorisationServer, Clock
from imap_server import DOVECOT, USER, ImapServer, imap_server
from inbox_kit import Office, mail, office
from newsletter_mailer.actions.secret import check_inbox, set_oauth
from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import write_private
from newsletter_mailer.errors import LoginRefused
from newsletter_mailer.smtp.oauth.asking import NoPermission

pytestmark = pytest.mark.skipif(DOVECOT is None, reason="no Dovecot here: make setup-system")


@pytest.fixture(scope="module")
def provider() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        running.user = USER
        yield running


@pytest.fixture(scope="module")
def server(provider: AuthorisationServer) -> Iterator[ImapServer]:
    with imap_server(tokens=provider.url) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, server: ImapServer, provider: AuthorisationServer) -> Iterator[Office]:
    of = provider.provider()
    urls = f"authorise_url: '{of.authorise_url}', token_url: '{of.token_url}'"
    oauth = f"{{ provider: microsoft, client_id: {CLIENT_ID}, {urls} }}"
    where = f"host: localhost, port: {server.port}, username: {USER}, ca_file: {server.ca_file}"
    found = office(tmp_path, f"{{ {where}, oauth: {oauth} }}")
    yield found
    found.database.close()


def run(desk: Office, *arguments: str) -> Result:
    return CliRunner().invoke(newsletter, ["--project", str(desk.workspace.root), "--lang", "en", *arguments])


def permit(desk: Office) -> None:
    clock = Clock(now=4_000_000_000_000)
    set_oauth(desk.workspace, lambda *_: None, purpose="read", clock=clock, sleep=clock.sleep)


def test_the_permission_to_read_is_asked_for_kept_and_opens_the_mailbox(
    desk: Office, server: ImapServer, provider: AuthorisationServer
) -> None:
    server.deliver(mail("Bonjour"), desk.leave("ann@example.org"))

    permit(desk)
    done = desk.fetch()

    kept = desk.workspace.var / "oauth-inbox-token.json"
    assert (done.read, done.left, done.other) == (2, 1, 1)
    assert "IMAP.AccessAsUser.All" in provider.asked("/device")[-1]["scope"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not (desk.workspace.var / "oauth-token.json").exists()
    permission = check_inbox(desk.workspace)
    assert permission is not None
    assert permission.file == "var/oauth-inbox-token.json"


def test_the_officer_asks_for_it_and_sees_that_it_is_there(
    desk: Office, provider: AuthorisationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(provider.device, "interval", 0)
    write_private(desk.workspace.var / "secret", SECRET.written().encode())

    missing = run(desk, "secret", "check")
    asked = run(desk, "secret", "set", "oauth", "--inbox", "--no-open")
    there = run(desk, "secret", "check")
    fetched = run(desk, "inbox", "fetch")

    assert missing.exit_code != 0
    assert "newsletter inbox fetch" in asked.output
    assert "var/oauth-inbox-token.json" in there.output
    assert [done.exit_code for done in (asked, there, fetched)] == [0, 0, 0]


def test_a_permission_that_runs_out_is_renewed(desk: Office, provider: AuthorisationServer) -> None:
    permit(desk)
    kept = desk.workspace.var / "oauth-inbox-token.json"
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "expires_at": 0}))

    desk.fetch()

    assert provider.asked()[-1]["grant_type"] == "refresh_token"


def test_without_a_permission_the_way_to_it_is_told(desk: Office) -> None:
    with pytest.raises(NoPermission) as fetched:
        desk.fetch()
    with pytest.raises(NoPermission) as checked:
        check_inbox(desk.workspace)

    assert str(fetched.value.hint) == "run: newsletter secret set oauth --inbox"
    assert str(checked.value.hint) == "run: newsletter secret set oauth --inbox"


def test_a_permission_that_the_mailbox_refuses_is_told(desk: Office, provider: AuthorisationServer) -> None:
    permit(desk)
    provider.given += 1  # what was given is the newest no more

    with pytest.raises(LoginRefused) as refused:
        desk.fetch()

    assert "newsletter secret set oauth --inbox" in str(refused.value.hint)
    assert "access-" not in str(refused.value)
