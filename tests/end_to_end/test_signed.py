"""A test mail is signed where the settings say so, and a stranger believes it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import dkim

from newsletter_mailer.message.dkim import read_key
from program import Newsletter, Postbox
from signed_mail import published

SIGNING = {"domain": "example.org", "selector": "news1", "key_file": "var/dkim.pem"}
ENVIRONMENT = {"NEWSLETTER_SMTP__DKIM": json.dumps(SIGNING), "NEWSLETTER_SENDER__EMAIL": "lettre@example.org"}


def test_a_test_mail_arrives_signed(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.run("doctor", "--make-key", environment=ENVIRONMENT)

    newsletter.run("test", "2026-11", "--to", "ann@example.org", environment=ENVIRONMENT)

    key = read_key(Path(newsletter.folder) / "var" / "dkim.pem")
    ((_, arrived),) = postbox.received
    assert arrived.startswith(b"DKIM-Signature: ")
    assert dkim.verify(arrived, dnsfunc=published({"news1._domainkey.example.org.": key}))


def test_a_notice_to_the_officer_is_signed_too(newsletter: Newsletter, postbox: Postbox) -> None:
    environment = {**ENVIRONMENT, "NEWSLETTER_NOTIFY": '["chair@example.org"]'}
    newsletter.run("doctor", "--make-key", environment=environment)
    newsletter.on_list("members", ["ann@example.org"])
    confirmed = ("--list", "members", "--yes", "--expect", "1")
    newsletter.run("dispatch", "2026-11", *confirmed, "--at", "2199-12-01 09:00", environment=environment)
    with sqlite3.connect(newsletter.folder / "var" / "newsletter.db") as ledger:
        ledger.execute("UPDATE campaigns SET scheduled_at = created_at")
    ledger.close()

    newsletter.run("worker", "--once", environment=environment)

    key = read_key(Path(newsletter.folder) / "var" / "dkim.pem")
    (_, (to, arrived)) = postbox.received
    assert to == "chair@example.org"
    assert dkim.verify(arrived, dnsfunc=published({"news1._domainkey.example.org.": key}))


def test_without_a_key_nothing_leaves(newsletter: Newsletter, postbox: Postbox) -> None:
    said = newsletter.run("test", "2026-11", "--to", "ann@example.org", environment=ENVIRONMENT, code=4)

    assert "newsletter doctor --make-key" in said.stderr
    assert postbox.received == []
