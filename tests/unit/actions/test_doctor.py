"""The record of the DKIM key: made once, shown in both forms, and the mails that it makes believable."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from issue_files import workspace_at
from newsletter_mailer.actions.doctor.signing import dkim_record, make_key
from newsletter_mailer.config import Workspace
from newsletter_mailer.config.settings import DkimSettings
from newsletter_mailer.errors import SecretError, UsageError
from newsletter_mailer.message.letterhead import signer
from signed_mail import AT, verified

LETTER = b"From: lettre@example.org\r\nSubject: News\r\n\r\nGood morning.\r\n"


def signing(root: Path, *, domain: str = "example.org", key_file: str = "var/dkim.pem") -> Workspace:
    """A workspace whose mails are to be signed; there is no key yet."""
    workspace = workspace_at(root)
    dkim = DkimSettings(domain=domain, selector="news1", key_file=key_file)
    smtp = workspace.settings.smtp.model_copy(update={"dkim": dkim})
    return replace(workspace, settings=workspace.settings.model_copy(update={"smtp": smtp}))


def test_a_key_is_made_for_its_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    workspace = signing(tmp_path)

    made = make_key(workspace)
    first = (tmp_path / "var" / "dkim.pem").read_bytes()
    again = make_key(workspace)

    assert (made, again) == (True, False)
    assert (tmp_path / "var" / "dkim.pem").read_bytes() == first
    assert (tmp_path / "var" / "dkim.pem").stat().st_mode & 0o777 == 0o600


def test_the_record_is_shown_as_forms_and_as_zone_files_want_it(tmp_path: Path) -> None:
    workspace = signing(tmp_path)
    make_key(workspace)

    record = dkim_record(workspace)

    assert record is not None
    assert (record.dns.name, record.bits, record.warnings) == ("news1._domainkey.example.org", 2048, ())
    assert record.key_file == "var/dkim.pem"
    assert all(len(string) <= 255 for string in record.dns.strings)
    shown = re.fullmatch(
        r'news1\._domainkey\.example\.org\. IN TXT \( "([^"]+)" "([^"]+)" \)', record.dns.zone_line
    )
    assert shown is not None
    assert shown[1] + shown[2] == record.dns.text


def test_what_is_published_makes_the_mails_believable(tmp_path: Path) -> None:
    workspace = signing(tmp_path, key_file=str(tmp_path / "elsewhere" / "key.pem"))
    make_key(workspace)

    by = signer(workspace)

    assert by is not None
    assert verified(by, by.sign(LETTER, at=AT) + LETTER)


def test_a_key_of_another_domain_than_the_senders_is_warned_about(tmp_path: Path) -> None:
    workspace = signing(tmp_path, domain="example.com")
    make_key(workspace)

    record = dkim_record(workspace)

    assert record is not None
    assert [str(warning) for warning in record.warnings] == [
        "mail comes from example.org but is signed for example.com: such a signature may count for nothing"
    ]


def test_without_the_setting_nothing_is_signed_and_no_key_is_made(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)

    assert signer(workspace) is None
    assert dkim_record(workspace) is None
    with pytest.raises(UsageError, match=r"domain: example\.org, selector: news1") as refused:
        make_key(workspace)
    assert refused.value.exit_code == 2


def test_a_setting_without_a_key_stops_whoever_would_send(tmp_path: Path) -> None:
    workspace = signing(tmp_path)

    with pytest.raises(SecretError, match="no DKIM key"):
        signer(workspace)
    with pytest.raises(SecretError, match="no DKIM key"):
        dkim_record(workspace)
