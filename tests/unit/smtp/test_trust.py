"""Without a verified certificate nothing but EHLO and STARTTLS leaves."""

from __future__ import annotations

import base64
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter_mailer.errors import LoginRefused, NewsletterError, ServerUnreachable, Stopped
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp import trust
from newsletter_mailer.smtp.account import Account, Security
from newsletter_mailer.smtp.pool import send_all, send_one
from smtp_servers import (
    HANG_UP,
    QUICK,
    Certificates,
    ScriptedServer,
    Tray,
    account,
    certificates,
    letters,
)

ANN, BOB = "ann@example.org", "bob@example.org"
PASSWORD = "correct horse battery"
OFFERS = ("STARTTLS", "PIPELINING", "AUTH PLAIN LOGIN")
HARMLESS = {"EHLO client.example.org", "STARTTLS"}


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def _account(server: ScriptedServer, security: Security, certified: Certificates) -> Account:
    return account(
        server.port, security, username="ann@example.org", password=PASSWORD, ca_file=certified.ca_file
    )


def _server(security: Security, context: ssl.SSLContext, **replies: str | list[str]) -> ScriptedServer:
    if security == "tls":
        return ScriptedServer(replies, offers=OFFERS[1:], tls=context)
    return ScriptedServer(replies, offers=OFFERS, starttls=context)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_message_goes_through_verified_tls_and_a_login(security: Security, certified: Certificates) -> None:
    tray = Tray(letters(ANN, BOB))

    with _server(security, certified.good) as server:
        send_all(tray, _account(server, security, certified))

    assert tray.events == [(ANN, Event.ACCEPTED), (BOB, Event.ACCEPTED)]
    (talk,) = server.talks
    assert b"AUTH" not in talk.in_clear
    assert [line.partition(" ")[0] for line in talk.lines].count("AUTH") == 1
    assert talk.lines.count("EHLO client.example.org") == (1 if security == "tls" else 2)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    "kind, words",  # noqa: PT006
    [
        ("expired", "not valid today"),
        ("wrong_name", "not for the name 127.0.0.1"),
        ("stranger", "nobody this computer trusts"),
    ],
)
def test_a_certificate_that_does_not_hold_sends_nothing(
    security: Security, kind: str, words: str, certified: Certificates
) -> None:
    tray = Tray(letters(ANN, BOB))

    with (
        _server(security, getattr(certified, kind)) as server,
        pytest.raises(ServerUnreachable, match=words) as refused,
    ):
        send_all(tray, _account(server, security, certified))

    assert refused.value.hint is not None
    assert tray.events == [(ANN, Event.RELEASED)]
    assert {line for talk in server.talks for line in talk.lines} <= HARMLESS
    assert len(server.talks) == 1


def test_the_systems_authorities_do_not_know_ours(certified: Certificates) -> None:
    with _server("tls", certified.good) as server, pytest.raises(ServerUnreachable, match="trusts"):
        send_one(account(server.port, "tls"), letters(ANN)[0])


def test_a_stripped_starttls_sends_nothing(certified: Certificates) -> None:
    tray = Tray(letters(ANN))

    with ScriptedServer(offers=OFFERS[1:]) as server, pytest.raises(ServerUnreachable, match="STARTTLS"):
        send_all(tray, _account(server, "starttls", certified))

    assert {line for talk in server.talks for line in talk.lines} == {"EHLO client.example.org"}
    assert tray.events == [(ANN, Event.RELEASED)]


@pytest.mark.parametrize("reply", ["454 not now", "502 what"])
def test_a_refused_starttls_sends_nothing(reply: str, certified: Certificates) -> None:
    with (
        _server("starttls", certified.good, STARTTLS=reply) as server,
        pytest.raises(ServerUnreachable, match=reply),
    ):
        send_one(_account(server, "starttls", certified), letters(ANN)[0])

    assert {line for talk in server.talks for line in talk.lines} == HARMLESS


def test_replies_injected_before_tls_are_ignored(certified: Certificates) -> None:
    injected = "220 go\r\n250-evil.example.org\r\n250 AUTH PLAIN\r\n235 welcome"

    with _server("starttls", certified.good, STARTTLS=injected) as server:
        outcome = send_one(_account(server, "starttls", certified), letters(ANN)[0])

    assert outcome.event is Event.ACCEPTED
    assert outcome.reply is not None
    assert outcome.reply.text == "queued"
    assert b"AUTH" not in server.talks[0].in_clear


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_speaks_no_tls_is_unreachable(security: Security, certified: Certificates) -> None:
    impatient = replace(QUICK, handshake=0.5, connect=0.5)

    with (
        ScriptedServer({"STARTTLS": "220 go\r\n220 but I cannot"}, offers=OFFERS) as server,
        pytest.raises(ServerUnreachable, match="TLS"),
    ):
        send_one(replace(_account(server, security, certified), timeouts=impatient), letters(ANN)[0])

    assert PASSWORD.encode() not in server.heard


def test_a_server_that_hangs_up_in_the_handshake_is_unreachable(certified: Certificates) -> None:
    with (
        ScriptedServer({"STARTTLS": HANG_UP}, offers=OFFERS) as server,
        pytest.raises(ServerUnreachable),
    ):
        send_one(_account(server, "starttls", certified), letters(ANN)[0])


def test_an_old_tls_is_refused(certified: Certificates) -> None:
    assert (
        trust.context(account(465, "tls", ca_file=certified.ca_file)).minimum_version
        == ssl.TLSVersion.TLSv1_2
    )
    assert trust.context(account(465, "tls")).verify_mode == ssl.CERT_REQUIRED
    assert trust.context(account(465, "tls")).check_hostname


def test_an_authority_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")

    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ServerUnreachable, match=name):
            trust.context(account(465, "tls", ca_file=str(tmp_path / name)))


def test_a_certificate_refused_for_another_reason_is_told_in_openssls_words() -> None:
    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = 23, "certificate revoked"

    assert "certificate revoked" in str(trust.failed(account(465, "tls"), error))


# -- logging in --------------------------------------------------------------------------------------------


def test_a_refused_login_is_tried_once_and_stops_the_run(certified: Certificates) -> None:
    tray = Tray(letters(ANN, BOB))
    reply = f"535 5.7.8 no such user or password {PASSWORD}"

    with _server("tls", certified.good, AUTH=reply) as server, pytest.raises(LoginRefused) as refused:
        send_all(tray, _account(server, "tls", certified))

    assert tray.events == [(ANN, Event.RELEASED)]
    assert [line for talk in server.talks for line in talk.lines if line.startswith("AUTH")] != []
    assert len(server.talks) == 1
    assert sum(line.startswith("AUTH") for line in server.talks[0].lines) == 1
    assert "535 5.7.8" in str(refused.value)
    assert PASSWORD not in str(refused.value) + repr(refused.value)


@pytest.mark.parametrize("echo", ["AUTH PLAIN {0}", "421 what is {0}", "535 no {0}", "454 not now {0}"])
def test_a_server_that_repeats_what_it_heard_is_quoted_without_the_password(
    echo: str, certified: Certificates
) -> None:
    secret = base64.b64encode(f"\0ann@example.org\0{PASSWORD}".encode()).decode()

    with (
        _server("tls", certified.good, AUTH=echo.format(secret)) as server,
        pytest.raises(NewsletterError) as refused,
    ):
        send_one(_account(server, "tls", certified), letters(ANN)[0])

    assert secret[:20] not in repr(refused.value) + str(refused.value)


@pytest.mark.parametrize("reply", ["454 4.7.0 try later", "421 4.7.0 busy"])
def test_a_login_that_cannot_be_checked_just_now_stops_the_run_for_now(
    reply: str, certified: Certificates
) -> None:
    tray = Tray(letters(ANN))

    with _server("tls", certified.good, AUTH=reply) as server, pytest.raises(Stopped, match=reply):
        send_all(tray, _account(server, "tls", certified))

    assert tray.events == [(ANN, Event.RELEASED)]
    assert len(server.talks) == 1


def test_login_in_three_steps_works_over_tls(certified: Certificates) -> None:
    asks = ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 welcome"]

    with ScriptedServer({"AUTH": asks}, offers=("AUTH LOGIN",), tls=certified.good) as server:
        outcome = send_one(_account(server, "tls", certified), letters(ANN)[0])

    assert outcome.event is Event.ACCEPTED


def test_a_server_without_login_is_said(certified: Certificates) -> None:
    with (
        ScriptedServer(offers=(), tls=certified.good) as server,
        pytest.raises(LoginRefused, match="offers no login"),
    ):
        send_one(_account(server, "tls", certified), letters(ANN)[0])


def test_on_this_machine_a_login_needs_no_tls() -> None:
    with ScriptedServer(offers=("AUTH PLAIN",)) as server:
        outcome = send_one(account(server.port, username="ann", password=PASSWORD), letters(ANN)[0])

    assert outcome.event is Event.ACCEPTED
