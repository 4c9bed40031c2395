"""The program against servers as they are met: with certificates and logins, Postfix's sink, a dead port."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from program import AnyPort, Newsletter, Postbox
from smtp_servers import Certificates, ScriptedServer, certificates, free_port, wait_for_port

SINK = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secure_port(postbox: Postbox, certified: Certificates) -> Iterator[int]:
    """A server that wants STARTTLS and a login."""

    def authenticate(
        _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    controller = AnyPort(
        postbox,
        hostname="127.0.0.1",
        port=0,
        tls_context=certified.good,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def secure(port: int, ca_file: str, password: str = PASSWORD) -> dict[str, str]:
    return {
        "NEWSLETTER_SMTP__PORT": str(port),
        "NEWSLETTER_SMTP__SECURITY": "starttls",
        "NEWSLETTER_SMTP__USERNAME": "letter@example.org",
        "NEWSLETTER_SMTP__PASSWORD": password,
        "NEWSLETTER_SMTP__CA_FILE": ca_file,
    }


def test_a_dispatch_over_starttls_with_a_login(
    newsletter: Newsletter, postbox: Postbox, secure_port: int, certified: Certificates
) -> None:
    newsletter.on_list("adherents", ["ann@example.org"])

    newsletter.run(
        "dispatch",
        "2026-11",
        "--list",
        "adherents",
        "--yes",
        "--expect",
        "1",
        environment=secure(secure_port, certified.ca_file),
    )

    assert postbox.addresses == ["ann@example.org"]


def test_a_refused_login_stops_with_a_sentence_and_leaves_everybody_queued(
    newsletter: Newsletter, postbox: Postbox, secure_port: int, certified: Certificates
) -> None:
    newsletter.on_list("adherents", ["ann@example.org"])
    wrong = secure(secure_port, certified.ca_file, password="wrong")

    said = newsletter.run(
        "dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "1", code=4, environment=wrong
    )

    status = json.loads(newsletter.run("--json", "status", "2026-11").stdout)
    assert (status["state"], status["counts"]["queued"]) == ("stopped", 1)
    assert PASSWORD not in said.stderr
    assert "wrong" not in said.stderr.lower().replace("wrong password", "")
    newsletter.run("resume", "2026-11", environment=secure(secure_port, certified.ca_file))
    assert postbox.addresses == ["ann@example.org"]


def test_a_server_that_cannot_prove_its_name_gets_no_mail(
    newsletter: Newsletter, certified: Certificates
) -> None:
    newsletter.on_list("adherents", ["ann@example.org"])

    with ScriptedServer(offers=("STARTTLS",), starttls=certified.wrong_name) as server:
        newsletter.run(
            "dispatch",
            "2026-11",
            "--list",
            "adherents",
            "--yes",
            "--expect",
            "1",
            code=75,
            environment=secure(server.port, certified.ca_file),
        )

    assert server.messages == []
    assert b"MAIL" not in server.heard
    assert b"AUTH" not in server.heard


def test_a_dead_server_is_named_and_nobody_is_lost(newsletter: Newsletter) -> None:
    newsletter.on_list("adherents", ["ann@example.org"])

    with free_port() as port:
        said = newsletter.run(
            "dispatch",
            "2026-11",
            "--list",
            "adherents",
            "--yes",
            "--expect",
            "1",
            code=75,
            environment={"NEWSLETTER_SMTP__PORT": str(port)},
        )

    assert str(port) in said.stderr
    assert json.loads(newsletter.run("--json", "status", "2026-11").stdout)["counts"]["queued"] == 1


def test_a_server_beyond_this_machine_without_encryption_is_refused(newsletter: Newsletter) -> None:
    said = newsletter.run(
        "test",
        "2026-11",
        "--to",
        "ann@example.org",
        code=1,
        environment={"NEWSLETTER_SMTP__HOST": "mail.example.org"},
    )

    assert "encryption" in said.stderr


@pytest.mark.skipif(SINK is None, reason="Postfix's smtp-sink is not installed (make setup-system)")
def test_five_hundred_readers_arrive_at_postfix_each_once(newsletter: Newsletter, tmp_path: Path) -> None:
    readers = [f"reader{number}@example.org" for number in range(500)]
    newsletter.on_list("adherents", readers)
    dump = tmp_path / "dump"
    assert SINK is not None

    with free_port() as port:
        pass
    sink = subprocess.Popen([SINK, "-u", getpass.getuser(), "-D", str(dump), f"127.0.0.1:{port}", "10"])
    try:
        wait_for_port(port)
        confirmed = ("--yes", "--expect", "500")
        newsletter.run(
            "dispatch",
            "2026-11",
            "--list",
            "adherents",
            *confirmed,
            environment={"NEWSLETTER_SMTP__PORT": str(port)},
        )
    finally:
        sink.terminate()
        sink.wait(timeout=120)

    arrived = re.findall(r"(?m)^X-Rcpt-Args: <(.*?)>", dump.read_text(encoding="utf-8", errors="replace"))
    assert Counter(arrived) == Counter(readers)
