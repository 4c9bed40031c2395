"""What keeps the readers' pages from being served, and a new key."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from newsletter_mailer.app import open_app
from newsletter_mailer.cli import newsletter
from newsletter_mailer.errors import SecretError, UsageError
from newsletter_mailer.tokens import sign, verify
from newsletter_mailer.web.listening import listening

SETTINGS = """\
identity: { name: R, address: 1 rue, email: r@example.org }
sender: { name: R, email: r@example.org }
smtp: { host: 127.0.0.1, security: none }
"""


def workspace(folder: Path, more: str = "") -> list[str]:
    (folder / "newsletter.yaml").write_text(SETTINGS + more, encoding="utf-8")
    return ["--project", str(folder), "--lang", "en"]


def test_without_an_address_nothing_is_served(tmp_path: Path) -> None:
    done = CliRunner().invoke(newsletter, [*workspace(tmp_path), "serve", "--port", "0"])

    assert isinstance(done.exception, UsageError)
    assert "public_url" in str(done.exception)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with listening(0) as other:
        port = other.getsockname()[1]
        options = workspace(tmp_path, "public_url: http://127.0.0.1:1\n")
        done = CliRunner().invoke(newsletter, [*options, "serve", "--port", str(port)])

    assert isinstance(done.exception, UsageError)
    assert "--port" in str(done.exception)


@pytest.mark.parametrize(("host", "told"), [("lettre.example.org", True), ("127.0.0.1:1", False)])
def test_an_address_without_certificate_is_told(tmp_path: Path, host: str, told: bool) -> None:
    with listening(0) as other:  # the port is taken: serving ends at once
        port = other.getsockname()[1]
        options = workspace(tmp_path, f"public_url: http://{host}\n")
        done = CliRunner().invoke(newsletter, [*options, "serve", "--port", str(port)])

    assert ("then write https:// in public_url" in done.output) is told


def test_a_missing_password_is_told_before_any_reader_asks(tmp_path: Path) -> None:
    settings = (
        SETTINGS.replace("security: none", "security: none, username: r") + "public_url: http://127.0.0.1:1\n"
    )
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")

    done = CliRunner().invoke(newsletter, ["--project", str(tmp_path), "serve", "--port", "0"])

    assert isinstance(done.exception, SecretError)


def test_a_new_key_signs_from_now_on_and_old_links_are_read(tmp_path: Path) -> None:
    options = workspace(tmp_path)
    with open_app(tmp_path) as app:
        before = app.secret
    old = sign(before, "unsubscribe", 7)

    done = CliRunner().invoke(newsletter, [*options, "secret", "rotate"])

    assert done.exit_code == 0
    assert "key 2" in done.output
    with open_app(tmp_path) as app:
        after = app.secret
    assert verify(after, "unsubscribe", old) == 7
    assert verify(before, "unsubscribe", sign(after, "unsubscribe", 7)) is None
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600


def test_an_address_that_this_machine_has_not_is_told() -> None:
    with pytest.raises(UsageError, match=r"this machine has no address “192\.0\.2\.1”"):
        listening(0, "192.0.2.1")
