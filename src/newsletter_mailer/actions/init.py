"""A workspace is made: settings with explanations, a sample issue, and what git must not see."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.compose.schema import write_schema
from newsletter_mailer.config import SETTINGS_FILE, SenderSettings, shipped

SAMPLE = "exemple-tous-les-blocs"
IGNORED = "# what the program writes: addresses, the secret, journals\nvar/\n*.rejects.csv\n*.mbox\n"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a workspace must know from the start."""

    organisation: str = "Réseau Exemple"
    address: str = "1 place de l’Exemple, 31000 Toulouse"
    email: str = "lettre@example.org"
    smtp_host: str = "127.0.0.1"
    smtp_username: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written, and what was there before."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    issue: str


def is_address(typed: str) -> bool:
    """Whether the settings will take it as the address of the sender."""
    try:
        SenderSettings(name="-", email=typed)
    except ValueError:
        return False
    return True


def init(folder: Path, answers: Answers, *, language: str) -> Made:
    """Make the workspace; a file that is there already is kept. Never asks, never fetches."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    kept: list[Path] = []
    for path, text in (
        (folder / SETTINGS_FILE, _settings(answers, language)),
        (folder / ".gitignore", IGNORED),
    ):
        if path.exists():
            kept.append(path)
        else:
            path.write_text(text, encoding="utf-8")
            written.append(path)
    sample = folder / "issues" / SAMPLE
    if sample.exists():
        kept.append(sample)
    else:
        shutil.copytree(shipped("issues") / SAMPLE, sample)
        written.append(sample)
    write_schema(folder / "issues")
    return Made(tuple(written), tuple(kept), SAMPLE)


def _settings(answers: Answers, language: str) -> str:
    """newsletter.yaml; JSON strings are YAML strings, whatever was typed."""
    local = answers.smtp_host in ("127.0.0.1", "localhost", "::1")
    values = {
        "organisation": answers.organisation,
        "address": answers.address,
        "email": answers.email,
        "smtp_host": answers.smtp_host,
        "smtp_username": answers.smtp_username,
    }
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    port, security = ("1025", "none") if local else ("587", "starttls")
    template = (shipped("templates") / "workspace" / f"newsletter.{language}.yaml").read_text(
        encoding="utf-8"
    )
    return template.format(port=port, security=security, language=language, **quoted)
