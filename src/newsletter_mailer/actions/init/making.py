"""A workspace is made: settings with explanations, a sample issue, and what git must not see."""

from __future__ import annotations

import json
import re
import shutil
from codecs import BOM_UTF8
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from newsletter_mailer.actions.init.answers import Answers, changes, present_answers
from newsletter_mailer.compose.schema import write_schema
from newsletter_mailer.config import SETTINGS_FILE, shipped
from newsletter_mailer.store.places import unsafe_place
from newsletter_mailer.wording import Sentence, in_language, say, sentence
from newsletter_mailer.yamlio.patching import apply
from newsletter_mailer.yamlio.reader import read

SAMPLE = "exemple-tous-les-blocs"
SAMPLES = {"fr": SAMPLE, "en": "sample-every-block"}  #: the issue of a new workspace, by its language
IGNORED = """\
# what the program writes: addresses, the secret, journals
var/
*.rejects.csv
*.mbox
report*.html
report*.pdf
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written, and what was there before."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    issue: str
    changed: tuple[str, ...] = ()  #: settings that were there and say something else now
    ledger: Sentence | None = None  #: said when the ledger does not stand in the workspace


def init(folder: Path, answers: Answers | None, *, language: str) -> Made:
    """Make the workspace, or write new answers into the settings that it has. Never asks, never fetches.

    Files that are there already are kept, and of newsletter.yaml everything but what is answered otherwise.
    answers: None for those of a sample, which change nothing that is there. Raises ConfigError and EditRefused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settled = (folder / SETTINGS_FILE).exists()
    changed = _rewritten(folder, answers) if settled and answers else ()
    elsewhere, said = ("", None) if settled else _ledger(folder, language)
    written: list[Path] = []
    kept: list[Path] = []
    for path, text in (
        (folder / SETTINGS_FILE, _settings(answers or Answers(), language) + elsewhere),
        (folder / ".gitignore", IGNORED),
    ):
        if path.exists():
            kept.append(path)
        else:
            path.write_text(text, encoding="utf-8")
            written.append(path)
    sample = folder / "issues" / SAMPLES[language]
    if sample.exists():
        kept.append(sample)
    else:
        _write_sample(sample, language)
        written.append(sample)
    write_schema(folder / "issues")
    return Made(tuple(written), tuple(kept), sample.name, changed, said)


def _write_sample(sample: Path, language: str) -> None:
    """The issue with every block; its pictures are the same in every language."""
    shutil.copytree(shipped("issues") / SAMPLE, sample)
    words = shipped("templates") / "workspace" / f"sample.{language}.yaml"
    if words.is_file():
        shutil.copyfile(words, sample / "issue.yaml")


def _rewritten(folder: Path, answers: Answers) -> tuple[str, ...]:
    """Write what was answered otherwise into the file, comments and all else kept; the settings that changed."""
    edits = changes(present_answers(folder) or answers, answers)
    if not edits:
        return ()
    path = folder / SETTINGS_FILE
    raw = path.read_bytes()
    text = apply(read(raw, SETTINGS_FILE), edits)
    replaced = path.with_name(f".{path.name}.new")
    replaced.write_bytes((BOM_UTF8 if raw.startswith(BOM_UTF8) else b"") + text.encode())
    shutil.copymode(path, replaced)
    replaced.replace(path)
    return tuple(".".join(map(str, edit.path)) for edit in edits)


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
    account = answers.account
    values = {
        "organisation": answers.organisation,
        "address": answers.address,
        "email": answers.email,
        "smtp_host": account.host,
        "smtp_username": answers.username,
    }
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    template = (shipped("templates") / "workspace" / f"newsletter.{language}.yaml").read_text(
        encoding="utf-8"
    )
    testers = json.dumps(answers.test_readers, ensure_ascii=False)
    return template.format(
        port=account.port,
        security=account.security,
        profile=account.profile or "ovh",
        no_profile="" if account.profile else "# ",
        test_readers=testers if answers.test_readers else f"[{answers.email}]",
        no_readers="" if answers.test_readers else "# ",
        language=language,
        **quoted,
    )
