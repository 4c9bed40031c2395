"""Logins at a real server: aiosmtpd, with the server's half of SCRAM-SHA-256 and of XOAUTH2."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.smtp import MISSING, AuthResult

from newsletter_mailer.errors import LoginRefused, ServerUnreachable, Stopped
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.smtp.connection import open_connection
from newsletter_mailer.smtp.oauth.asking import NoPermission
from newsletter_mailer.smtp.pool import send_all
from newsletter_mailer.wording import sentence
from program import AnyPort
from smtp_servers import HANG_UP, ScriptedServer, Tray, account, letters

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

PASSWORD = "correct, horse=battery"
TOKEN = "ya29.correct"
SALT = b"salt of the server"


class Handler:
    """Knows ann by SCRAM's keys, not by her password, and by her token."""

    def __init__(self) -> None:
        self.ways: list[str] = []
        self.answers: list[object] = []  #: what the client said to challenges
        self.lies = False  #: the proof is wrong
        self.skips = False  #: and there is none at all
        self.mails = 0

    async def handle_AUTH(self, _server: Any, _session: Any, _envelope: Any, args: list[str]) -> Any:  # noqa: N802
        self.ways.append(args[0])
        return MISSING

    async def handle_MAIL(self, *_: Any) -> str:  # noqa: N802
        self.mails += 1
        return "250 ok"

    async def auth_SCRAM__SHA__256(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), SALT, 4096)
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        bare = base64.b64decode(args[1]).removeprefix(b"n,,")
        nonce = bare.rpartition(b"r=")[2] + b"0123"
        first = b"r=" + nonce + b",s=" + base64.b64encode(SALT) + b",i=4096"
        final = await server.challenge_auth(first)
        without, _, proof = final.rpartition(b",p=")
        talk = b",".join([bare, first, without])
        mask = hmac.digest(stored, talk, "sha256")
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), mask, strict=True))
        if not self.lies and hashlib.sha256(key).digest() != stored:
            return AuthResult(success=False, handled=False)
        if not self.skips:
            proof = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), talk, "sha256")
            said = await server.challenge_auth(b"v=" + base64.b64encode(bytes(32) if self.lies else proof))
            self.answers.append(said)
            if said is MISSING:
                return AuthResult(success=False)
        return AuthResult(success=True)

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        if base64.b64decode(args[1]) == f"user=ann\1auth=Bearer {TOKEN}\1\1".encode():
            return AuthResult(success=True)
        self.answers.append(
            await server.challenge_auth('{"status":"401","scope":"https://mail.google.com/"}')
        )
        return AuthResult(success=False, handled=False)


@contextmanager
def _server(handler: Handler) -> Iterator[int]:
    controller = AnyPort(handler, hostname="127.0.0.1", port=0, auth_required=True, auth_require_tls=False)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _log_in(to: Account) -> None:
    async def log_in() -> None:
        connection = await open_connection(to)
        await connection.close()

    asyncio.run(log_in())


def _ann(port: int, *, password: str = PASSWORD, token: str = "") -> Account:
    to = account(port, username="ann", password="" if token else password)
    return replace(to, access_token=lambda: token) if token else to


def test_scram_is_used_before_plain_and_succeeds() -> None:
    handler = Handler()

    with _server(handler) as port:
        _log_in(_ann(port))

    assert handler.ways == ["SCRAM-SHA-256"]
    assert handler.answers == [b""]


def test_a_wrong_password_is_tried_once_and_not_by_another_way() -> None:
    handler = Handler()

    with _server(handler) as port, pytest.raises(LoginRefused, match="535"):
        _log_in(_ann(port, password="wrong"))

    assert handler.ways == ["SCRAM-SHA-256"]


@pytest.mark.parametrize("others", ["PLAIN LOGIN", "LOGIN"])
def test_scram_refused_before_its_challenge_was_not_tried_and_another_way_is(others: str) -> None:
    replies = ["535 5.7.8 no mechanism available"] + ([] if "PLAIN" in others else ["334 ", "334 "])

    with ScriptedServer({"AUTH": replies}, offers=(f"AUTH SCRAM-SHA-256 {others}",)) as server:
        _log_in(_ann(server.port))

    ways = [line.split()[1] for line in server.talks[0].lines if line.startswith("AUTH")]
    assert ways == ["SCRAM-SHA-256", others.split()[0]]


def test_scram_alone_refused_before_its_challenge_is_a_refused_login() -> None:
    offers = ("AUTH SCRAM-SHA-256",)

    with (
        ScriptedServer({"AUTH": "504 5.5.4 no"}, offers=offers) as server,
        pytest.raises(LoginRefused, match="504"),
    ):
        _log_in(_ann(server.port))

    assert len(server.talks[0].lines) == 2


def test_a_server_with_a_wrong_signature_hears_nothing_more() -> None:
    handler = Handler()
    handler.lies = True

    with _server(handler) as port, pytest.raises(LoginRefused, match="does not know the password either"):
        _log_in(_ann(port))

    assert handler.answers == [MISSING]
    assert (handler.ways, handler.mails) == (["SCRAM-SHA-256"], 0)


def test_a_server_that_says_yes_without_a_signature_is_not_believed() -> None:
    handler = Handler()
    handler.skips = True

    with _server(handler) as port, pytest.raises(LoginRefused, match="does not prove"):
        _log_in(_ann(port))

    assert handler.mails == 0


def test_a_yes_after_we_broke_off_is_not_believed() -> None:
    first = base64.b64encode(b"r=somebody-elses,s=c2FsdA==,i=4096").decode()

    with (
        ScriptedServer({"AUTH": [f"334 {first}", "235 welcome"]}, offers=("AUTH SCRAM-SHA-256",)) as server,
        pytest.raises(LoginRefused, match="somebody else's question"),
    ):
        _log_in(_ann(server.port))

    assert server.talks[0].lines[2:] == ["*"]


def test_the_line_may_be_cut_in_the_middle_of_scram() -> None:
    with (
        ScriptedServer({"AUTH": HANG_UP}, offers=("AUTH SCRAM-SHA-256 PLAIN",)) as server,
        pytest.raises(ServerUnreachable),
    ):
        _log_in(_ann(server.port))

    assert len(server.talks[0].lines) == 2


def test_a_token_logs_in() -> None:
    handler = Handler()

    with _server(handler) as port:
        _log_in(_ann(port, token=TOKEN))

    assert (handler.ways, handler.answers) == (["XOAUTH2"], [])


def test_a_refused_token_is_told_with_what_the_server_said_in_json() -> None:
    handler = Handler()

    with _server(handler) as port, pytest.raises(LoginRefused) as refused:
        _log_in(_ann(port, token="ya29.stale"))

    assert handler.answers == [b""]
    assert "535 5.7.8" in str(refused.value)
    assert "(status 401, scope https://mail.google.com/)" in str(refused.value)
    assert "newsletter secret set oauth" in str(refused.value)
    assert "ya29" not in str(refused.value)


def test_the_challenge_of_xoauth2_is_answered_with_an_empty_line() -> None:
    challenge = base64.b64encode(b'{"status":"400"}').decode()
    replies = [f"334 {challenge}", "535 5.7.8 no"]

    with (
        ScriptedServer({"AUTH": replies}, offers=("AUTH XOAUTH2 PLAIN",)) as server,
        pytest.raises(LoginRefused, match=r"535 5\.7\.8 no \(status 400\)"),
    ):
        _log_in(_ann(server.port, token=TOKEN))

    assert server.talks[0].lines[-1] == ""
    assert server.talks[0].heard.endswith(b"\r\n\r\n")


def test_a_server_that_repeats_the_token_is_not_quoted() -> None:
    with (
        ScriptedServer({"AUTH": f"535 no {TOKEN}"}, offers=("AUTH XOAUTH2",)) as server,
        pytest.raises(LoginRefused, match="535 no …"),
    ):
        _log_in(_ann(server.port, token=TOKEN))


def test_a_server_that_cannot_check_a_token_now_may_later() -> None:
    with (
        ScriptedServer({"AUTH": "454 4.7.0 try later"}, offers=("AUTH XOAUTH2",)) as server,
        pytest.raises(Stopped, match=r"454 4\.7\.0 try later"),
    ):
        _log_in(_ann(server.port, token=TOKEN))


def test_without_a_token_nothing_is_said_to_log_in() -> None:
    def none() -> str:
        raise NoPermission(sentence("no"))

    with ScriptedServer(offers=("AUTH XOAUTH2 PLAIN",)) as server, pytest.raises(NoPermission):
        _log_in(replace(_ann(server.port, token=TOKEN), access_token=none))

    assert [line.partition(" ")[0] for line in server.talks[0].lines] == ["EHLO"]


def test_a_permission_that_ends_in_mid_run_stops_it_and_nobody_is_lost() -> None:
    def withdrawn() -> str:
        raise NoPermission(sentence("the permission was withdrawn"))

    tray = Tray(letters("ann@example.org"))
    with ScriptedServer(offers=("AUTH XOAUTH2",)) as server, pytest.raises(NoPermission, match="withdrawn"):
        send_all(tray, replace(_ann(server.port, token=TOKEN), access_token=withdrawn))

    assert tray.events == [("ann@example.org", Event.RELEASED)]


def test_each_connection_logs_in_with_the_token_of_that_moment() -> None:
    tokens = iter(["ya29.first", "ya29.second"])
    tray = Tray(letters("ann@example.org", "bob@example.org"))
    with ScriptedServer(offers=("AUTH XOAUTH2",), close_after=1) as server:
        send_all(tray, replace(_ann(server.port, token=TOKEN), access_token=lambda: next(tokens)))

    said = [base64.b64decode(talk.lines[1].split()[-1]) for talk in server.talks]
    assert said == [b"user=ann\1auth=Bearer ya29.%b\1\1" % word for word in (b"first", b"second")]
    assert [message.rcpt_to for message in server.messages] == ["ann@example.org", "bob@example.org"]
