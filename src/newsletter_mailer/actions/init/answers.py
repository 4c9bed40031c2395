"""What a workspace must know from the start, as it was answered, and as newsletter.yaml says it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter_mailer.actions.init.accounts import OWN_MACHINE, MailAccount
from newsletter_mailer.config import SETTINGS_FILE, SenderSettings, load_workspace
from newsletter_mailer.yamlio.edits import Edit, Op

_PROFILE = ("smtp", "profile")


@dataclass(frozen=True, slots=True)
class Answers:
    """The first settings."""

    organisation: str = "Réseau Exemple"
    address: str = "1 place de l’Exemple, 31000 Toulouse"
    email: str = "lettre@example.org"
    account: MailAccount = OWN_MACHINE
    username: str = ""
    test_readers: tuple[str, ...] = ()


def is_address(typed: str) -> bool:
    """Whether the settings will take it as the address of the sender."""
    try:
        SenderSettings(name="-", email=typed)
    except ValueError:
        return False
    return True


def present_answers(folder: Path) -> Answers | None:
    """What the workspace's settings say; None where there are none yet. Raises ConfigError."""
    if not (folder / SETTINGS_FILE).exists():
        return None
    settings = load_workspace(folder, {}).settings
    smtp = settings.smtp
    return Answers(
        organisation=settings.sender.name,
        address=settings.identity.address,
        email=settings.sender.email,
        account=MailAccount("", smtp.host, smtp.port, smtp.security, smtp.profile),
        username=smtp.username,
        test_readers=settings.test_readers,
    )


def changes(before: Answers, after: Answers) -> list[Edit]:
    """What to write into newsletter.yaml so that it says the new answers."""
    return [
        Edit(Op.REMOVE, path) if path == _PROFILE and not new else Edit(Op.SET, path, new)
        for (path, old), (_, new) in zip(_values(before), _values(after), strict=True)
        if old != new
    ]


def _values(answers: Answers) -> Iterator[tuple[tuple[str, ...], Any]]:
    account = answers.account
    yield ("identity", "name"), answers.organisation
    yield ("identity", "address"), answers.address
    yield ("identity", "email"), answers.email
    yield ("sender", "name"), answers.organisation
    yield ("sender", "email"), answers.email
    yield ("smtp", "host"), account.host
    yield ("smtp", "port"), account.port
    yield ("smtp", "security"), account.security
    yield _PROFILE, account.profile
    yield ("smtp", "username"), answers.username
    yield ("test_readers",), list(answers.test_readers)
