"""One suite on every server we can have: the same mails arrive, in the same order, with the same outcomes."""

from __future__ import annotations

import getpass
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from newsletter_mailer.errors import LoginRefused
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp.account import Account, Security
from newsletter_mailer.smtp.pool import send_all, send_one
from newsletter_mailer.smtp.sandbox import Sandbox
from smtp_servers import (
    PIPELINING,
    Certificates,
    ScriptedServer,
    Tray,
    account,
    certificates,
    free_port,
    letters,
    readers,
    wait_for_port,
)

SMTP_SINK = Path("/usr/sbin/smtp-sink")
DATA = (
    b"Subject: h\r\nX: .\r\n\r\n.leading dot\r\n..two\r\n.\r\nMAIL FROM:<evil@example.org>\r\n"
    + b"x" * 900
    + b"\r\n"
)
REFUSED, DEFERRED = "gone@example.org", "full@example.org"
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Standing:
    """A server that is up, and what has arrived there: reader and message."""

    port: int
    arrived: Callable[[], list[tuple[str, bytes]]]


def _free_port() -> int:
    with free_port() as port:
        return port


class _Handler:
    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address == REFUSED:
            return "550 5.1.1 no such user"
        if address == DEFERRED:
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.arrived.append((envelope.rcpt_tos[0], envelope.original_content))
        return "250 ok"


@contextmanager
def _aiosmtpd(**options: Any) -> Iterator[Standing]:
    handler = _Handler()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    try:
        yield Standing(controller.port, lambda: handler.arrived)
    finally:
        controller.stop()


@contextmanager
def _sandbox() -> Iterator[Standing]:
    with Sandbox() as sandbox:
        sandbox.answer(REFUSED, "550 5.1.1 no such user")
        sandbox.answer(DEFERRED, "452 4.2.2 mailbox full")
        yield Standing(sandbox.port, lambda: [(arrived.rcpt_to, arrived.data) for arrived in sandbox.arrived])


@contextmanager
def _scripted(offers: tuple[str, ...]) -> Iterator[Standing]:
    # The readers below stand third and fourth in every list.
    rcpt = ["250 ok", "250 ok", "550 5.1.1 no such user", "452 4.2.2 mailbox full"]
    data = ["354 go", "354 go"] + (["503 no", "503 no"] if "PIPELINING" in offers else [])
    with ScriptedServer({"RCPT": rcpt, "DATA": data}, offers=offers) as server:
        yield Standing(server.port, lambda: [(message.rcpt_to, message.data) for message in server.messages])


@pytest.fixture(params=["sandbox", "aiosmtpd", "pipelining", "one by one"])
def standing(request: pytest.FixtureRequest) -> Iterator[Standing]:
    servers: dict[str, Callable[[], AbstractContextManager[Standing]]] = {
        "sandbox": _sandbox,
        "aiosmtpd": _aiosmtpd,
        "pipelining": lambda: _scripted(PIPELINING),
        "one by one": lambda: _scripted(("8BITMIME",)),
    }
    with servers[request.param]() as up:
        yield up


def test_the_same_mails_arrive_with_the_same_outcomes(standing: Standing) -> None:
    first, second, *rest = readers(6)
    tray = Tray(letters(first, second, REFUSED, DEFERRED, *rest, data=DATA))

    send_all(tray, account(standing.port))

    accepted = [first, second, *rest]
    assert standing.arrived() == [(reader, DATA) for reader in accepted]
    assert tray.events == [
        (first, Event.ACCEPTED),
        (second, Event.ACCEPTED),
        (REFUSED, Event.REFUSED),
        (DEFERRED, Event.DEFERRED),
        *((reader, Event.ACCEPTED) for reader in rest),
    ]
    assert tray.dots == accepted


# -- Postfix's smtp-sink ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not SMTP_SINK.exists(), reason="Postfix's smtp-sink is not installed")
@pytest.mark.parametrize("options", [(), ("-p",)], ids=["pipelining", "one by one"])
def test_smtp_sink_receives_two_hundred_messages(options: tuple[str, ...], tmp_path: Path) -> None:
    port, tray = _free_port(), Tray(letters(*readers(200), data=DATA))
    dump = tmp_path / "dump"

    with subprocess.Popen(
        [SMTP_SINK, "-u", getpass.getuser(), *options, "-D", str(dump), f"127.0.0.1:{port}", "10"],
        stdout=subprocess.DEVNULL,
    ) as sink:
        wait_for_port(port)
        send_all(tray, account(port))
        sink.terminate()

    text = dump.read_bytes()
    assert [event for _, event in tray.events] == [Event.ACCEPTED] * 200
    assert re.findall(rb"(?m)^X-Rcpt-Args: <(.*?)>", text) == [reader.encode() for reader in readers(200)]
    assert text.count(b"\n.leading dot\n..two\n.\nMAIL FROM:<evil@example.org>\n") == 200


# -- aiosmtpd with TLS and logins ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def _account(port: int, security: Security, certified: Certificates, *, password: str = PASSWORD) -> Account:
    return account(port, security, username="ann", password=password, ca_file=certified.ca_file)


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]], ids=["PLAIN", "LOGIN"])
def test_starttls_and_a_login_at_aiosmtpd(excluded: list[str], certified: Certificates) -> None:
    with _aiosmtpd(
        tls_context=certified.good,
        require_starttls=True,
        auth_required=True,
        authenticator=_authenticate,
        auth_exclude_mechanism=excluded,
    ) as server:
        outcome = send_one(
            _account(server.port, "starttls", certified), letters("ann@example.org", data=DATA)[0]
        )

        assert outcome.event is Event.ACCEPTED
        assert server.arrived() == [("ann@example.org", DATA)]


def test_a_wrong_password_at_aiosmtpd_is_a_refused_login(certified: Certificates) -> None:
    tray = Tray(letters("ann@example.org"))

    with (
        _aiosmtpd(
            tls_context=certified.good, require_starttls=True, auth_required=True, authenticator=_authenticate
        ) as server,
        pytest.raises(LoginRefused),
    ):
        send_all(tray, _account(server.port, "starttls", certified, password="wrong"))

    assert tray.events == [("ann@example.org", Event.RELEASED)]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_no_login_where_aiosmtpd_wants_one_is_a_refused_login(certified: Certificates) -> None:
    with (
        _aiosmtpd(auth_required=True, auth_require_tls=False, authenticator=_authenticate) as server,
        pytest.raises(LoginRefused, match="530"),
    ):
        send_one(account(server.port), letters("ann@example.org")[0])
