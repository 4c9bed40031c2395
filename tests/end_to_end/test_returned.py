"""What a real mail server sends back of a letter, fetched from a real mailbox: the ledger is right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imap_server import DOVECOT, PASSWORD, USER, ImapServer, imap_server
from postfix_server import POSTFIX, postfix
from program import Newsletter, Postbox

REFUSED = {
    "gone@example.com": "550 5.1.1 <gone@example.com>: Recipient address rejected: User unknown",
    "full@example.com": "452 4.2.2 The mailbox of full@example.com is full",
    "strict@example.com": "550 5.7.1 Message rejected as spam by content filtering",
}
PLEASED = "ann@example.com"


@pytest.fixture
def mailbox() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


@pytest.fixture
def provider(postbox: Postbox, smtp_port: int, mailbox: ImapServer) -> Iterator[int]:
    """Takes every mail, and learns only then what the readers' server says."""
    postbox.answers = dict(REFUSED)
    with postfix(next_port=smtp_port, mailboxes=mailbox.folder) as port:
        yield port


@pytest.mark.parametrize("verp", [False, True])
@pytest.mark.skipif(
    not POSTFIX or not DOVECOT, reason="needs Postfix and Dovecot, and root: make setup-system"
)
def test_what_comes_back_of_a_letter_reaches_the_ledger(
    newsletter: Newsletter,
    postbox: Postbox,
    provider: int,
    mailbox: ImapServer,
    wait_until: Callable[[Callable[[], bool]], None],
    verp: bool,
) -> None:
    newsletter.environment |= _settings(provider, mailbox) | {"NEWSLETTER_SMTP__VERP": str(verp).lower()}
    newsletter.on_list("adherents", [PLEASED, *REFUSED])

    newsletter.run("dispatch", "2026-11", "--list", "adherents", "--yes", "--expect", "4", "--without-inbox")
    new = mailbox.folder / "mail" / "new"
    wait_until(
        lambda: new.is_dir() and len(list(new.iterdir())) == len(REFUSED) and PLEASED in postbox.addresses
    )
    marked = [b"lettre+b" in path.read_bytes() for path in new.iterdir()]
    fetched = json.loads(newsletter.run("--json", "inbox", "fetch").stdout)
    rows = [json.loads(row) for row in newsletter.run("log", "1", "--format", "jsonl").stdout.splitlines()]
    again = json.loads(newsletter.run("--json", "inbox", "fetch").stdout)

    returned = {row["address"]: [(one["class"], one["category"]) for one in row["returned"]] for row in rows}
    assert {row["status"] for row in rows} == {"sent"}
    assert returned == {
        PLEASED: [],
        "gone@example.com": [("hard", "gone")],
        "full@example.com": [("soft", "full")],
        "strict@example.com": [("policy", "filtered")],
    }
    assert marked == [verp] * len(REFUSED)
    assert (fetched["read"], fetched["suppressed"], again["read"]) == (3, 1, 0)
    assert [fault["domain"] for fault in fetched["faults"]] == ["example.com"]
    assert all(Path(one["original"]).stat().st_mode & 0o77 == 0 for row in rows for one in row["returned"])
    proposal = newsletter.run("--json", "dispatch", _another(newsletter), "--list", "adherents", "--dry-run")
    assert json.loads(proposal.stdout)["head_count"]["suppressed"] == 1


def _settings(provider: int, mailbox: ImapServer) -> dict[str, str]:
    return {
        "NEWSLETTER_SMTP__PORT": str(provider),
        "NEWSLETTER_SENDER__EMAIL": "lettre@example.org",
        "NEWSLETTER_INBOX__HOST": "localhost",
        "NEWSLETTER_INBOX__PORT": str(mailbox.port),
        "NEWSLETTER_INBOX__USERNAME": USER,
        "NEWSLETTER_INBOX__PASSWORD": PASSWORD,
        "NEWSLETTER_INBOX__CA_FILE": str(mailbox.ca_file),
    }


def _another(newsletter: Newsletter) -> str:
    newsletter.issue("2026-12")
    return "2026-12"
