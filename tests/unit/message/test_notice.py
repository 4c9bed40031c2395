"""A mail of the program's own is as strict as any other, and no autoresponder answers it."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.notice import notice
from strict_mail import Part, read_message, read_text

NOON = 1_796_122_800_000  # 2026-12-01 12:00 in Paris
SUBJECT = "[newsletter] 2026-12-noël\u00a0: terminé – 4\u202f806 envoyés, 6 refusés, 2 dans le doute"
TEXT = "Campagne 3\u00a0: terminé\n\n.un point au début\nFrom the start\n\n" + "très long " * 20


def workspace(name: str = "Réseau Exemple", email: str = "lettre@example.org") -> Workspace:
    settings = Settings(
        identity=Identity(name="R", address="1 rue", email="r@example.org"),
        sender=SenderSettings(name=name, email=email),
    )
    return Workspace(Path("/nowhere"), settings)


def read(to: str = "chair@example.org") -> Part:
    _, data = notice(workspace(), to, SUBJECT, TEXT, now=NOON, new_id="abc")
    return read_message(data)


def test_subject_and_text_arrive_as_they_were_written() -> None:
    mail = read()

    assert read_text(mail.headers["subject"]) == SUBJECT
    assert mail.content.decode().replace("\r\n", "\n") == TEXT.rstrip() + "\n"
    assert mail.media_type == "text/plain"


def test_it_is_told_apart_from_a_newsletter() -> None:
    mail = read()

    assert mail.headers["auto-submitted"] == "auto-generated"
    assert mail.headers["message-id"] == "<notice.abc@example.org>"
    assert mail.headers["date"] == "Tue, 01 Dec 2026 12:00:00 +0100"
    assert not [name for name in mail.headers if name.startswith("list-")]


def test_the_envelope_has_domains_as_they_stand_in_the_dns() -> None:
    envelope, _ = notice(workspace(), "chair@bücher.example", SUBJECT, TEXT, now=NOON, new_id="abc")

    assert (envelope.mail_from, envelope.rcpt_to) == ("lettre@example.org", "chair@xn--bcher-kva.example")


@pytest.mark.parametrize("to", ["süß@example.org", "a@b@example.org", "chair@example"])
def test_an_address_that_cannot_be_written_to_is_named(to: str) -> None:
    with pytest.raises(NewsletterError) as error:
        notice(workspace(), to, SUBJECT, TEXT, now=NOON, new_id="abc")

    assert to in str(error.value)
