"""Mails to sign, of every kind, and a second implementation (dkimpy) that judges the signatures."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from message_samples import (
    BY_MAIL,
    CALENDAR,
    NASTY,
    NOON,
    ON_THE_WEB,
    PICTURE,
    edition,
    french,
    reader,
    slot,
)
from newsletter_mailer.message.dkim import Signer, dns_record
from newsletter_mailer.message.mime import Copy, MessageTemplate
from newsletter_mailer.model.edition import Place, Segment

AT = 1_700_000_000  #: long ago: verifiers refuse signatures of the future
_WHITE = (" ", "  ", "\t", " \t ", "\r\n ", "\r\n\t", " \r\n  ")
_BREAKS = ("\r\n", "\r\n", "\r\n", " \r\n", "\t\r\n", "\r\n\r\n", "\r\n.\r\n", "\r\n..\r\n", "\r\n. \r\n")
_SOME_HEADERS = (
    "Cc: carl@example.org, Cora <cora@example.org>",
    "Reply-To: answer@example.org",
    "Sender: office@example.org",
    "Feedback-ID: 12:members:news:example",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "List-Id: Members <members.example.org>",
    "List-Help: <https://example.org/help>",
    "List-Help: <mailto:help@example.org>",
    "List-Unsubscribe: <https://example.org/u/abc>,\r\n <mailto:leave@example.org?subject=abc>",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    "Received: from a.example.org by b.example.org; Mon, 23 Nov 2026 12:00:05 +0100",
    "Return-Path: <bounces@example.org>",
    "X-Empty:",
    "X-Long: " + "word " * 180,
    "Precedence: bulk",
)


def written_by_hand(chance: random.Random) -> bytes:
    """A mail with headers in any order, spelling and folding, and a body of any shape; lines end with CRLF."""
    to = f",{chance.choice(_WHITE)}".join(f"reader{n}@example.org" for n in range(chance.randint(1, 60)))
    subject = chance.choice(_WHITE).join(
        chance.choices(["Été", "News", "of", "=?utf-8?q?d=C3=A9c?=", "x" * 80], k=5)
    )
    rows = [
        "From: =?utf-8?q?R=C3=A9seau?= <news@example.org>",
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Mon, 23 Nov 2026 12:00:05 +0100",
        f"Message-ID: <{chance.randrange(10**9)}@example.org>",
        *chance.sample(_SOME_HEADERS, k=chance.randint(0, len(_SOME_HEADERS))),
    ]
    chance.shuffle(rows)
    head = "\r\n".join(_respelled(chance, row) for row in rows)
    words = chance.choices(
        ["lettre", "d’hiver", ".", "..", "=20", "  ", "\t", "From", "x" * 70, ""], k=chance.randint(0, 60)
    )
    body = "".join(word + chance.choice((" ", *_BREAKS)) for word in words)
    return f"{head}\r\n\r\n{body}{chance.choice(_BREAKS) if words else ''}".encode()


def _respelled(chance: random.Random, row: str) -> str:
    name, _, value = row.partition(":")
    spelled = chance.choice((name, name, name.lower(), name.upper()))
    white = chance.choice(("", " ", " ", "  ", "\t"))
    return f"{spelled}:{white}{value.strip()}"


def written_by_us(chance: random.Random) -> bytes:
    """A copy as a dispatch builds it: names, subjects and values of any kind, with pictures and a calendar or not."""
    pictures = (PICTURE,) if chance.random() < 0.3 else ()
    attachments = (CALENDAR,) if chance.random() < 0.3 else ()
    of = edition(
        subject=(Segment(french(chance)), slot(0, Place.HEADER)),
        text=(
            Segment(f"{french(chance)}\n\n.{french(chance)}\n"),
            slot(0, Place.PLAIN),
            Segment("\n" * chance.randint(1, 5)),
        ),
        pictures=pictures,
        attachments=attachments,
    )
    on = replace(chance.choice((BY_MAIL, ON_THE_WEB)), list_name=french(chance, 4))
    subscriber = reader(
        chance.randrange(1000), first_name=chance.choice(("", french(chance, 3))), last_name="Ñandú  L’Été"
    )
    copy = Copy(
        subscriber.address, f"<{chance.randrange(10**9)}@example.org>", NOON - timedelta(days=2), "abc"
    )
    return MessageTemplate(of, on).build(subscriber, copy)[1]


def nasty_mails() -> list[bytes]:
    """A copy for each value that somebody may have typed to do harm."""
    copy = Copy("reader1@example.org", "<1@example.org>", NOON, "abc")
    of = edition(subject=(Segment("Bonjour"),))
    template = MessageTemplate(of, ON_THE_WEB)
    mails = []
    for value in NASTY:
        try:
            mails.append(template.build(reader(first_name=value), copy)[1])
        except ValueError:
            continue  # cannot stand in a header: nobody gets that mail
    return mails


def lookup(signer: Signer) -> Callable[..., bytes]:
    """The DNS, knowing that signer's key and nothing else."""
    return published({f"news1._domainkey.{signer.domain}.": signer.key})


def published(keys: dict[str, RSAPrivateKey]) -> Callable[..., bytes]:
    """A DNS that knows these keys."""

    def answer(name: bytes | str, timeout: float = 5) -> bytes:
        asked = name.decode() if isinstance(name, bytes) else name
        return dns_record(keys[asked]).encode()

    return answer


def verified(signer: Signer, message: bytes) -> bool:
    """Whether a stranger believes that signature."""
    return bool(dkim.verify(message, dnsfunc=lookup(signer)))
