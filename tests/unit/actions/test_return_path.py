"""A return path for each copy (VERP): what comes back says of whom, even when nothing of the letter came along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive_kit import SECRET, SETTINGS, workspace
from dispatch_kit import Clock, planned, tools
from inbox_kit import READERS, Office, deliver, maildir, office
from newsletter_mailer.actions.campaigns import log
from newsletter_mailer.actions.dispatch import dispatch
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import ConfigError
from newsletter_mailer.model.bounce import BounceClass
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import sign, signing_short, verify
from smtp_servers import ScriptedServer

WITH_MARKS = f"{SETTINGS}smtp: {{ host: 127.0.0.1, security: none, verp: true }}\n"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return maildir(tmp_path / "mail")


@pytest.fixture
def desk(tmp_path: Path, box: Path) -> Iterator[Office]:
    found = office(tmp_path / "ws", f"{{ maildir: {box} }}")
    yield found
    found.database.close()


def bare(to: str, *more: str) -> bytes:
    """A bounce that names neither the letter nor its reader."""
    rows = ("From: MAILER-DAEMON@mx.example.net", f"To: {to}", "Subject: Undelivered mail", *more)
    return ("\r\n".join(rows) + "\r\n\r\nThe mailbox does not exist. 550 5.1.1 user unknown\r\n").encode()


def mark(desk: Office, address: str, purpose: str = "bounce") -> str:
    with desk.database.reading() as c:
        number = c.exec_driver_sql("SELECT id FROM deliveries WHERE address = ?", (address,)).scalar_one()
    return signing_short(SECRET, purpose)(number)


def test_each_mail_leaves_with_a_return_path_of_its_own(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as database, ScriptedServer() as server:
        campaign = planned(database, list(READERS))
        at_work = tools(database, server.port, tmp_path, Clock())
        settings = workspace(tmp_path / "ws", WITH_MARKS).settings
        dispatch(replace(at_work, workspace=Workspace(tmp_path, settings)), campaign)
        heard = server.heard.decode()
        with database.reading() as c:
            numbers = {row[0]: row[1] for row in c.exec_driver_sql("SELECT address, id FROM deliveries")}

    pairs = re.findall(
        r"MAIL FROM:<lettre\+b([a-z2-7]{40})@example\.org>.*?RCPT TO:<([^>]+)>", heard, re.DOTALL
    )
    assert {address: verify(SECRET, "bounce", token) for token, address in pairs} == numbers
    assert heard.count("From: R <r@example.org>") == len(READERS)


def test_without_the_setting_the_return_path_is_the_sender(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as database, ScriptedServer() as server:
        dispatch(tools(database, server.port, tmp_path, Clock()), planned(database, list(READERS)))
        heard = server.heard

    assert heard.count(b"MAIL FROM:<r@example.org>") == len(READERS)


@pytest.mark.parametrize("field", ["To: {}", "Delivered-To: {}", "X-Original-To: {}", "Envelope-To: <{}>"])
def test_a_bounce_that_says_nothing_else_is_known_by_where_it_came_to(
    desk: Office, box: Path, field: str
) -> None:
    address = f"Lettre+B{mark(desk, 'ann@example.org').upper()}@example.org"
    deliver(box, "1.host", bare("undisclosed@example.org", field.format(address)))

    done = desk.fetch()

    assert (done.hard, done.suppressed, desk.suppressed()) == (1, 1, {"ann@example.org": "hard_bounce"})
    rows = {row.address: row.returned for row in log(desk.database, "1", status=None)}
    assert [one.bounce_class for one in rows["ann@example.org"]] == [BounceClass.HARD]


def test_a_return_path_that_is_not_signed_for_this_changes_nothing(desk: Office, box: Path) -> None:
    own = mark(desk, "ann@example.org")
    forged = (own[:-1] + ("a" if own[-1] != "a" else "b"), mark(desk, "ann@example.org", "view"), "a" * 40)
    for at, token in enumerate(forged):
        deliver(box, f"{at}.host", bare(f"lettre+b{token}@example.org"))

    done = desk.fetch()

    assert (done.unmatched, done.hard, desk.suppressed()) == (3, 0, {})


def test_a_return_path_and_a_letter_that_disagree_change_nothing(desk: Office, box: Path) -> None:
    token = mark(desk, "ann@example.org")
    deliver(
        box,
        "1.host",
        bare(f"lettre+b{token}@example.org", f"In-Reply-To: {desk.message_id('bob@example.org')}"),
    )

    done = desk.fetch()

    assert (done.unmatched, desk.suppressed()) == (1, {})


def test_the_short_token_is_the_long_one_in_fewer_letters() -> None:
    short = signing_short(SECRET, "bounce")(42)

    assert len(short) == 40
    assert verify(SECRET, "bounce", short) == verify(SECRET, "bounce", sign(SECRET, "bounce", 42)) == 42
    assert verify(SECRET, "unsubscribe", short) is None


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("lettre@elsewhere.example", "another domain"),
        ("lettre@notexample.org", "another domain"),
        (f"{'l' * 23}@example.org", "too long"),
        ("lettre@bounces.example.org", ""),
        (f"{'l' * 22}@EXAMPLE.org", ""),
    ],
)
def test_mails_return_to_the_senders_domain_and_to_an_address_that_has_room(
    tmp_path: Path, address: str, problem: str
) -> None:
    (tmp_path / "newsletter.yaml").write_text(
        f"{WITH_MARKS}inbox: {{ address: {address} }}\n", encoding="utf-8"
    )

    if problem:
        with pytest.raises(ConfigError, match=problem):
            load_workspace(tmp_path)
    else:
        assert load_workspace(tmp_path).settings.return_mailbox.casefold() == address.casefold()
