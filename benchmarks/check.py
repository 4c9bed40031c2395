"""What the whole control sheet costs for an issue of 30 blocks and 5,000 readers, beside building their 5,000 messages.

Run: python benchmarks/check.py. Both sides take turns in one process, so a busy machine slows both; the figures are
medians of processor time. The spam filter is left out: it is another program, and takes its second once.
"""

from __future__ import annotations

import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from newsletter_mailer.actions.check import findings, look
from newsletter_mailer.compose.load import LoadedIssue, load_issue
from newsletter_mailer.compose.pipeline import Composition, compose
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import letterhead, message_template
from newsletter_mailer.message.mime import Copy
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.store import audience
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.reached import everyone
from newsletter_mailer.tokens import Secret

ROOT = Path(__file__).resolve().parents[1]
BLOCKS, READERS, TURNS = 30, 5_000, 5
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)
LIST = "members"
HEAD = """\
id: bench-2026-11
title: Banc
subject: '{{ subscriber.first_name or "Bonjour" }}, la lettre'
date: 2026-11-23
blocks:
"""
BLOCK = """\
  - type: article
    title: Le jardin numéro {number}
    text: |
      Bonjour {{{{ subscriber.first_name or "à vous" }}}}, l'équipe numéro {number} vous invite le lundi 30 novembre à
      [sa fête](https://jardin.fr/{number}) : des semis, des tailles, un repas et de la musique. Inscrivez-vous
      avant le 28 novembre, en répondant à cette lettre.
    button: {{ label: "Voir le jardin {number}", link: "https://jardin.fr/jardins/{number}" }}
"""


def workspace_in(folder: Path) -> tuple[Workspace, Path]:
    """A workspace with one long issue."""
    shutil.copy(ROOT / "newsletter.yaml", folder)
    path = folder / "issues" / "bench" / "issue.yaml"
    path.parent.mkdir(parents=True)
    blocks = "".join(BLOCK.format(number=number) for number in range(BLOCKS - 1))
    path.write_text(f"{HEAD}{blocks}  - type: footer\n", encoding="utf-8")
    return load_workspace(folder, {}), path


def people(database: Database) -> None:
    """Readers, every second one with a name."""
    rows = [
        NewSubscriber(
            f"reader{number}@example.org", "Zoé" if number % 2 else "", organisation=f"Association {number}"
        )
        for number in range(READERS)
    ]
    with database.transaction() as c:
        into = audience.add_list(c, LIST, name="Members", basis=Basis.CONSENT, now=NOW_MS, source="bench")
        audience.import_rows(c, rows, into=into, secret=Secret(bytes(32)), source="bench", now=NOW_MS)


def build_all(database: Database, workspace: Workspace, composition: Composition) -> int:
    """The messages of all readers, from the ledger to the bytes; as many as were made."""
    template = message_template(composition.edition, letterhead(workspace, LIST))
    edition = composition.edition
    made = 0
    with database.reading() as c:
        for _, reader in everyone(
            c, Audience((LIST,)), issue_id=edition.issue_id, mailable=mailable, known=True
        ):
            if reader is not None:
                copy = Copy(
                    reader.address, f"<{reader.id}.bench@example.org>", NOW, f"aeaaaaaaaaaaa{reader.id:030d}"
                )
                made += bool(template.build(reader, copy))
    return made


def median_s(sides: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median processor seconds of each side, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(TURNS):
        for name, work in sides.items():
            begun = time.process_time()
            work()
            times[name].append(time.process_time() - begun)
    return {name: statistics.median(found) for name, found in times.items()}


def sides_of(
    workspace: Workspace, path: Path, database: Database, loaded: LoadedIssue, composition: Composition
) -> dict[str, Callable[[], object]]:
    """What is measured against what."""

    def sheet() -> object:
        new_id = secrets.token_hex(8)
        return look(workspace, path, database=database, lists=(LIST,), now=NOW_MS, new_id=new_id, slow=False)

    def panel() -> object:
        return findings(workspace, loaded, composition, now=NOW_MS, new_id=secrets.token_hex(8))

    return {
        "sheet": sheet,
        "messages": lambda: build_all(database, workspace, composition),
        "panel": panel,
        "compose": lambda: compose(loaded, workspace),
    }


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, path = workspace_in(Path(folder))
        loaded = load_issue(workspace, path)
        with Database(workspace.database_url) as database:
            people(database)
            took = median_s(sides_of(workspace, path, database, loaded, compose(loaded, workspace)))
    ms = {name: 1000 * seconds for name, seconds in took.items()}
    print(f"{BLOCKS} blocks, {READERS:,} readers; processor time, medians of {TURNS}")
    print(f"the whole sheet        {ms['sheet']:8.0f} ms")
    print(
        f"building the messages  {ms['messages']:8.0f} ms   sheet / messages = {ms['sheet'] / ms['messages']:.2f}"
    )
    print(f"the composer's panel   {ms['panel']:8.0f} ms   composing the issue: {ms['compose']:.0f} ms")


if __name__ == "__main__":
    main()
