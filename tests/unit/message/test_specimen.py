"""A copy to be looked at: as the reader would get it, marked, and without power."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from composer_desk import ISSUE, SETTINGS, workspace_in
from newsletter_mailer.actions import preview
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.specimen import DEAD_TOKEN, Specimen, specimen
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition

NOON = 1_793_600_000_000
LEA = Subscriber(1, "lea@example.org", "key", first_name="Léa", attributes={"role": "chair"})


def workspace_with(folder: Path, settings: str = SETTINGS, issue: str = ISSUE) -> tuple[Workspace, Edition]:
    file = workspace_in(folder)
    (folder / "newsletter.yaml").write_text(settings, encoding="utf-8")
    file.write_text(issue, encoding="utf-8")
    workspace = load_workspace(folder, environment={})
    edition = preview.proof(workspace, file).edition
    assert edition is not None
    return workspace, edition


def message(seen: Specimen) -> EmailMessage:
    parsed = message_from_bytes(seen.wire, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_list_has_one_name_in_the_page_the_text_and_the_mail(tmp_path: Path) -> None:
    issue = ISSUE.replace("Des nouvelles de novembre", '"Des nouvelles de {{ list.name }}"')
    workspace, edition = workspace_with(tmp_path, issue=issue.replace("Bonjour", "{{ list.name }} : bonjour"))

    seen = specimen(edition, workspace, reader=LEA, now=NOON, new_id="a1")

    assert seen.subject == "Des nouvelles de Réseau Exemple"
    assert "Réseau Exemple\u00a0: bonjour" in seen.text
    assert "Réseau Exemple\u00a0: bonjour" in seen.html
    assert message(seen)["Subject"] == "[TEST] Des nouvelles de Réseau Exemple"


def test_its_links_are_dead_and_its_message_id_is_the_one_given(tmp_path: Path) -> None:
    workspace, edition = workspace_with(tmp_path)

    seen = specimen(edition, workspace, reader=LEA, now=NOON, new_id="a1", to="chair@example.org")

    assert message(seen)["Message-ID"] == "<test.a1@example.org>"
    assert DEAD_TOKEN in message(seen)["List-Unsubscribe"]
    assert DEAD_TOKEN in seen.html
    assert "List-Unsubscribe-Post" not in message(seen)
    assert (message(seen)["To"], seen.envelope.rcpt_to) == ("chair@example.org", "chair@example.org")
    assert "Léa" in seen.html


def test_a_sender_of_a_domain_with_accents_is_written_as_dns_knows_it(tmp_path: Path) -> None:
    workspace, edition = workspace_with(
        tmp_path, SETTINGS.replace("lettre@example.org", "lettre@réseau.example")
    )

    seen = specimen(edition, workspace, reader=LEA, now=NOON, new_id="a1")

    assert seen.envelope.mail_from == "lettre@xn--rseau-bsa.example"
    assert message(seen)["Message-ID"] == "<test.a1@xn--rseau-bsa.example>"


def test_a_reader_for_whom_there_is_no_mail_is_told_in_a_sentence(tmp_path: Path) -> None:
    workspace, edition = workspace_with(tmp_path)
    nobody = Subscriber(1, "a\nb@example.org", "key")

    with pytest.raises(NewsletterError, match="cannot be written"):
        specimen(edition, workspace, reader=nobody, now=NOON, new_id="a1")


def test_fields_that_a_condition_cannot_compare_are_told_in_a_sentence(tmp_path: Path) -> None:
    workspace, edition = workspace_with(tmp_path)
    guarded = replace(
        edition, expressions=(*edition.expressions, "subscriber.role > 18"), fallbacks=(("role", ""),)
    )

    with pytest.raises(NewsletterError, match=r"the mail to lea@example\.org cannot be written: .*'>'"):
        specimen(guarded, workspace, reader=LEA, now=NOON, new_id="a1")
