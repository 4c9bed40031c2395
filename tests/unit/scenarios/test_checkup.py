"""The doctor's visit to a whole workspace, and a mail that goes around once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatch_kit import Clock
from dns_server import DnsServer, dns_server
from imap_server import DOVECOT, PASSWORD, USER, imap_server
from inbox_kit import deliver, maildir
from issue_files import SETTINGS
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.health import Chapter, Mark, Sheet
from newsletter_mailer.scenarios.checkup import Round, checkup, explained, write_to_ourselves
from newsletter_mailer.store.database import Database
from smtp_servers import ScriptedServer

NOW = 1_795_000_000_000
BELIEVED = (
    b"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=monclub.asso.fr;"
    b" dkim=pass header.d=monclub.asso.fr; dmarc=pass header.from=monclub.asso.fr\r\n"
)


@pytest.fixture(scope="module")
def dns() -> Iterator[DnsServer]:
    with dns_server() as running:
        yield running


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


def workspace(root: Path, port: int, *more: str, sender: str = "lettre@monclub.asso.fr") -> Workspace:
    settings = SETTINGS.replace("lettre@example.org", sender).replace(
        "port: 1025", f"port: {port}, profile: ovh"
    )
    (root / "newsletter.yaml").write_text("\n".join((settings, *more)), encoding="utf-8")
    return load_workspace(root, {})


def visit(of: Workspace, dns: DnsServer | None = None) -> Sheet:
    opened: list[Database] = []

    def ledger() -> Database:
        opened.append(Database(of.database_url))
        return opened[-1]

    environment = {"NEWSLETTER_DNS": dns.address} if dns else {}
    try:
        return checkup(of, ledger, online=dns is not None, now=NOW, environment=environment)
    finally:
        for database in opened:
            database.close()


def around(
    of: Workspace,
    receive: Callable[[], object],
    clock: Clock | None = None,
    environment: dict[str, str] | None = None,
) -> Chapter:
    """The mail goes around; `receive` is what the receiving house does meanwhile."""
    shows = clock or Clock(NOW)

    def sleep(seconds: float) -> None:
        shows.now += int(seconds * 1000)
        receive()

    by = Round(shows, "abcdef0123456789", sleep, waits=(2, 3))
    return write_to_ourselves(of, by, environment=environment or {})


def test_online_the_domain_and_the_providers_are_judged(
    tmp_path: Path, server: ScriptedServer, dns: DnsServer
) -> None:
    sheet = visit(workspace(tmp_path, server.port), dns)

    found = {point.code: point.mark for point in sheet.points}
    assert {code: found[code] for code in ("mx", "spf", "dmarc", "alignment", "ptr")} == {
        "mx": Mark.FINE,
        "spf": Mark.FINE,
        "dmarc": Mark.FINE,
        "alignment": Mark.FINE,
        "ptr": Mark.UNKNOWN,
    }
    assert {rule.provider for rule in sheet.rules} >= {"Gmail", "Orange, Wanadoo"}
    assert sheet.mark is Mark.DOUBT


def test_offline_nothing_is_asked_of_the_dns(tmp_path: Path, server: ScriptedServer, dns: DnsServer) -> None:
    before = len(dns.asked)

    sheet = visit(workspace(tmp_path, server.port))

    assert len(dns.asked) == before
    assert sheet.rules == ()
    assert "spf" not in {point.code for point in sheet.points}


def test_an_address_of_everybodys_is_not_looked_up(
    tmp_path: Path, server: ScriptedServer, dns: DnsServer
) -> None:
    sheet = visit(workspace(tmp_path, server.port, sender="club@gmail.com"), dns)

    codes = {point.code: point.mark for point in sheet.points}
    assert codes["sender"] is Mark.WRONG
    assert "spf" not in codes
    assert next(rule.mark for rule in sheet.rules if rule.provider == "Gmail") is Mark.WRONG


def test_a_mail_goes_around_and_is_explained(tmp_path: Path, server: ScriptedServer) -> None:
    folder = maildir(tmp_path / "mail")
    of = workspace(tmp_path, server.port, "inbox: { maildir: mail }")

    def receive() -> None:
        deliver(folder, "1", BELIEVED + server.messages[0].data)

    chapter = around(of, receive)

    assert [(point.code, point.mark) for point in chapter.points] == [
        (code, Mark.FINE) for code in ("arrival", "authentication", "spf", "dkim", "dmarc")
    ]
    assert "came after 2 s" in str(chapter.points[0].what)
    assert server.messages[0].rcpt_to == "lettre@monclub.asso.fr"
    assert b"Auto-Submitted: auto-generated" in server.messages[0].data


def test_a_mail_that_does_not_come_back_says_where_to_look(tmp_path: Path, server: ScriptedServer) -> None:
    maildir(tmp_path / "mail")
    of = workspace(tmp_path, server.port, "inbox: { maildir: mail, address: retours@monclub.asso.fr }")

    [point] = around(of, lambda: None).points

    assert point.mark is Mark.WRONG
    assert "retours@monclub.asso.fr left, but did not come into the mailbox within 5 s" in str(point.what)
    assert "spam" in str(point.hint)


def test_a_mail_that_cannot_leave_says_why(tmp_path: Path) -> None:
    maildir(tmp_path / "mail")
    with ScriptedServer({"RCPT": "550 5.1.1 nobody here"}) as refusing:
        of = workspace(tmp_path, refusing.port, "inbox: { maildir: mail }")
        [point] = around(of, lambda: None).points

    assert point.mark is Mark.WRONG
    assert "550 5.1.1 nobody here" in str(point.what)


def test_without_a_mailbox_another_way_is_shown(tmp_path: Path, server: ScriptedServer) -> None:
    with pytest.raises(UsageError, match="--explain FILE"):
        around(workspace(tmp_path, server.port), lambda: None)
    assert server.messages == []


@pytest.mark.skipif(DOVECOT is None, reason="no Dovecot here: make setup-system")
def test_the_mail_is_found_on_a_real_server_and_left_as_it_is(tmp_path: Path, server: ScriptedServer) -> None:
    with imap_server() as there:
        inbox = (
            f"host: localhost, port: {there.port}, username: {USER}, ca_file: {there.ca_file}, after: delete"
        )
        of = workspace(tmp_path, server.port, f"inbox: {{ {inbox} }}")
        password = {"NEWSLETTER_INBOX__PASSWORD": PASSWORD}
        there.deliver(b"Subject: another\r\n\r\nHello\r\n", at=NOW // 1000)

        chapter = around(
            of,
            lambda: there.deliver(BELIEVED + server.messages[0].data, at=NOW // 1000),
            environment=password,
        )
        flags = there.flags()
        sheet = checkup(of, lambda: Database(of.database_url), online=False, now=NOW, environment=password)

    assert chapter.points[0].mark is Mark.FINE
    assert flags == [b"", b""]
    assert {point.code: point.mark for point in sheet.points}["inbox"] is Mark.FINE


def test_a_saved_mail_is_explained_whatever_its_line_ends() -> None:
    mail = BELIEVED + b"From: lettre@monclub.asso.fr\r\n\r\nSubject: of the body\r\n"

    marks = [[point.mark for point in explained(raw).points] for raw in (mail, mail.replace(b"\r\n", b"\n"))]

    assert marks == [[Mark.FINE] * 4] * 2
