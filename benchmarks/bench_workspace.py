"""A workspace with a planned campaign, put back before each run; of `send.py`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench_runs import HERE, MOST_S, SIZE, Run, found

GREETING = (
    "Bonjour {{ subscriber.first_name or 'à toutes et à tous' }}, l’assemblée de "
    "{{ organisation.name or 'votre association' }} se tient en décembre. "
)
WORDS = "Le bureau en parle avant, et les pouvoirs sont joints. "
BLOCKS = """\
  - type: text
    text: |
      Voici [l’ordre du jour](https://www.example.org/ordre-du-jour) et les comptes de l’année.
"""
ISSUE = """\
id: bench-000001
title: Banc d’essai
subject: "La lettre de {{ subscriber.first_name or 'tous' }}"
date: 2026-11-01
language: fr
blocks:
  - type: masthead
    title: Réseau Exemple
%s  - type: text
    text: |
      %s
  - type: footer
"""
FIRST_NAMES = ("Zoé", "Anne", "Noël", "Camille")
NOTHING: Mapping[str, str] = {}


class Bench:
    """A workspace, its readers, and the campaign to all of them."""

    def __init__(self, folder: Path, readers: int) -> None:
        self.folder = folder / "workspace"
        self.readers = readers
        self.message = self.folder / "rendered" / "message.eml"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            "NEWSLETTER_SMTP__HOST": "127.0.0.1",
            "NEWSLETTER_SMTP__SECURITY": "none",
            "NEWSLETTER_SMTP__PROFILE": "unlimited",
        }
        self._unplanned, self.planned = folder / "unplanned", folder / "planned"
        folder.mkdir(exist_ok=True)
        self._newsletter("init", str(self.folder), project=False)
        self._write_issue()
        self._import()
        shutil.copytree(self.folder / "var", self._unplanned)
        self.plan()
        shutil.copytree(self.folder / "var", self.planned)

    def plan(self) -> Run:
        """Plan the campaign, from the start."""
        self._put_back(self._unplanned)
        return self._sender("plan")

    def bare(self) -> Run:
        """The rows of the planned campaign, copied by one statement into tables and indices like ours."""
        return self._sender("bare", "--ledger", str(self.planned / "newsletter.db"))

    def ours(self, port: int, connections: int = 10, **settings: str) -> Run:
        """Our own sender on the campaign as it was planned."""
        self._put_back(self.planned)
        return self._sender("ours", environment=_settings(port, connections, settings))

    def resume(self, port: int) -> Run:
        """The command `newsletter resume`, whole."""
        self._put_back(self.planned)
        return self._sender("resume", environment=_settings(port, 10, NOTHING))

    def _put_back(self, kept: Path) -> None:
        shutil.rmtree(self.folder / "var")
        shutil.copytree(kept, self.folder / "var")
        (self.folder / "issues" / "bench" / "sent.json").unlink(missing_ok=True)

    def _newsletter(self, *arguments: str, project: bool = True) -> None:
        where = ["--project", str(self.folder)] if project else []
        command = [sys.executable, "-m", "newsletter_mailer", "--no-input", "--lang", "en", *where]
        self._run([*command, *arguments], NOTHING)

    def _sender(self, *arguments: str, environment: Mapping[str, str] = NOTHING) -> Run:
        command = [sys.executable, str(HERE / "senders.py"), *arguments, "--workspace", str(self.folder)]
        return found(self._run(command, environment))

    def _run(self, command: list[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            command,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=MOST_S,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr or done.stdout}")
        return done.stdout

    def _write_issue(self) -> None:
        issue = self.folder / "issues" / "bench" / "issue.yaml"
        issue.parent.mkdir(parents=True)
        words = SIZE // 10
        for _ in range(8):  # a paragraph as long as it takes
            text = GREETING + WORDS * (words // len(WORDS)) + WORDS[: words % len(WORDS)]
            issue.write_text(ISSUE % (BLOCKS * 8, text), encoding="utf-8")
            self._newsletter("render", "bench", "-o", str(self.folder / "rendered"))
            size = self.message.stat().st_size
            if abs(size - SIZE) < SIZE * 0.01:
                return
            words = max(1, words + round((SIZE - size) / 2.2))  # in the text and in the page
        raise SystemExit(f"no issue of {SIZE} bytes: {size}")

    def _import(self) -> None:
        rows = (
            f"reader{n}@domain{n % 40}.example.org;{FIRST_NAMES[n % 4]};Lectrice{n};Association {n}"
            for n in range(self.readers)
        )
        people = self.folder / "people.csv"
        with people.open("w", encoding="utf-8") as file:
            file.write("email;prénom;nom;organisation\n")
            file.writelines(f"{row}\n" for row in rows)
        self._newsletter("subscribers", "import", str(people), "--list", "all")
        people.unlink()


def _settings(port: int, connections: int, more: Mapping[str, str]) -> dict[str, str]:
    settings = {"port": str(port), "connections": str(connections), **more}
    return {f"NEWSLETTER_SMTP__{name.upper()}": value for name, value in settings.items()}
