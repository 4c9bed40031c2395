"""`newsletter secret`, as it is typed, and a test mail that leaves with the permission it got."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from authorisation_server import AuthorisationServer
from program import Newsletter
from smtp_servers import ScriptedServer

SETTINGS = """\
identity: { name: Nous, address: 1 rue de l'Exemple, email: contact@example.org }
sender: { name: Nous, email: lettre@example.org }
smtp:
  username: lettre@example.org
  oauth: { provider: microsoft, client_id: an-app, authorise_url: "URL/device", token_url: "URL/token" }
"""


@pytest.fixture
def authority() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as running:
        running.device["interval"] = 0
        yield running


def _workspace(folder: Path, authority: AuthorisationServer, port: int) -> Newsletter:
    (folder / "newsletter.yaml").write_text(SETTINGS.replace("URL", authority.url), encoding="utf-8")
    newsletter = Newsletter(folder, port)
    newsletter.environment |= {"DISPLAY": "", "WAYLAND_DISPLAY": ""}  # nobody's browser opens
    return newsletter


def _secrets_in(done: subprocess.CompletedProcess[str]) -> list[str]:
    said = done.stdout + done.stderr
    return [secret for secret in ("access-1", "refresh-1", "device-secret") if secret in said]


def test_the_permission_is_asked_for_told_and_used(authority: AuthorisationServer, tmp_path: Path) -> None:
    authority.answers = [(400, {"error": "authorization_pending"})]
    with ScriptedServer(offers=("AUTH XOAUTH2 PLAIN", "8BITMIME")) as server:
        newsletter = _workspace(tmp_path, authority, server.port)
        newsletter.issue("2026-11")

        before = newsletter.run("secret", "check", code=4)
        asked = newsletter.run("secret", "set", "oauth")
        told = newsletter.run("secret", "check")
        as_json = newsletter.run("--json", "secret", "check")
        newsletter.run("test", "2026-11", "--to", "ann@example.org")

    assert "newsletter secret set oauth" in before.stderr
    assert asked.stdout.splitlines() == [f"{authority.url}/activate", "ABCD-EFGH"]
    assert "it renews itself" in told.stdout
    assert _secrets_in(asked) == _secrets_in(told) == _secrets_in(as_json) == []
    assert json.loads(as_json.stdout)["oauth"]["file"] == "var/oauth-token.json"
    assert json.loads(as_json.stdout)["missing"] is False
    assert [message.rcpt_to for message in server.messages] == ["ann@example.org"]
    assert b"AUTH XOAUTH2 " in server.heard
    assert len(authority.asked()) == 2


def test_a_permission_that_was_refused_ends_with_a_sentence(
    authority: AuthorisationServer, tmp_path: Path
) -> None:
    authority.answers = [(400, {"error": "access_denied", "error_description": "device-secret"})]
    newsletter = _workspace(tmp_path, authority, 1)

    done = newsletter.run("secret", "set", "oauth", "--no-open", code=4)

    assert "the permission was refused in the browser" in done.stderr
    assert _secrets_in(done) == []
    assert not (tmp_path / "var" / "oauth-token.json").exists()


def test_a_password_or_a_permission_that_ends_is_told(authority: AuthorisationServer, tmp_path: Path) -> None:
    newsletter = _workspace(tmp_path, authority, 1)
    authority.renews = False
    newsletter.run("secret", "set", "oauth")

    assert "it ends at 20" in newsletter.run("secret", "check").stdout

    text = SETTINGS.partition("  oauth")[0]
    (tmp_path / "newsletter.yaml").write_text(text, encoding="utf-8")
    with_password = {"NEWSLETTER_SMTP__PASSWORD": "s3cret"}
    told = newsletter.run("secret", "check", environment=with_password)
    assert told.stdout == "The password for “lettre@example.org” is in NEWSLETTER_SMTP__PASSWORD.\n"
    assert "no password" in newsletter.run("secret", "check", code=4).stderr

    (tmp_path / "newsletter.yaml").write_text(text.partition("smtp:")[0], encoding="utf-8")
    assert "nothing logs in" in newsletter.run("secret", "check").stdout
