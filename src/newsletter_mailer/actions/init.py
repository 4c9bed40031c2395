"""A workspace is made: settings with explanations, a sample issue, and what git must not see."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from newsletter_mailer.compose.schema import write_schema
from newsletter_mailer.config import SETTINGS_FILE, SenderSettings, shipped
from newsletter_mailer.store.places import unsafe_place
from newsletter_mailer.wording import Sentence, in_language, say, sentence

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
    ledger: Sentence | None = None  #: said when the ledger does not stand in the workspace


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
    elsewhere, said = ("", None) if (folder / SETTINGS_FILE).exists() else _ledger(folder, language)
    for path, text in (
        (folder / SETTINGS_FILE, _settings(answers, language) + elsewhere),
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
    return Made(tuple(written), tuple(kept), SAMPLE, said)


def _ledger(folder: Path, language: str) -> tuple[str, Sentence | None]:
    """What newsletter.yaml says of the ledger's place, and what is said of it: nothing where it may be in the workspace."""
    why = unsafe_place(folder)
    if why is None:
        return "", None
    place = _own_disk(folder)
    if unsafe_place(place):
        return "", sentence(
            "{why}: the ledger must not be there. Write into newsletter.yaml where on this computer’s own disk it is "
            "to stand, as `database.url`",
            why=why,
        )
    with in_language(language):
        comment = say("the ledger stands on this computer’s own disk: not every place is safe for it")
    url = json.dumps(f"sqlite:///{place.as_posix()}", ensure_ascii=False)
    said = sentence(
        "{why}: the ledger will therefore be {place}, as newsletter.yaml says; remember it in your backups",
        why=why,
        place=place,
    )
    return f"\n# {comment}\ndatabase:\n  url: {url}\n", said


def _own_disk(folder: Path) -> Path:
    """A place for this workspace's ledger among the user's data, where no ledger has stood yet."""
    from platformdirs import user_data_path

    path = folder.resolve()
    word = re.sub(r"[^a-z0-9]+", "-", path.name.lower()).strip("-") or "newsletter"
    name = f"{word[:40]}-{sha256(str(path).encode(errors='surrogateescape')).hexdigest()[:8]}"
    ledgers = user_data_path("newsletter-mailer", appauthor=False)
    tries = (ledgers / (f"{name}-{number}" if number > 1 else name) for number in range(1, 1000))
    return next(place for place in tries if not place.exists()) / "newsletter.db"


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
