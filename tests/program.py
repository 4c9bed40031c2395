"""The real program as a subprocess, and a real mail server that keeps what it receives."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter_mailer.cli import newsletter

NOTHING: Mapping[str, str] = MappingProxyType({})
ISSUE_YAML = """\
id: {id}
title: Un numéro
subject: "Été : l'essentiel pour {{{{ subscriber.first_name or 'vous' }}}}"
date: 2026-11-01
language: fr
blocks:
  - type: masthead
    title: Réseau Exemple
  - type: text
    text: |
      Bonjour {{{{ subscriber.first_name or "à toutes et à tous" }}}}, voici la lettre.
  - type: footer
"""


class Postbox:
    """Keeps what an aiosmtpd server received; answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.answer_times = 1_000_000
        self.hold_at = 0  #: keeps the reply to the message of that number back, until `let_go`; 0 = none

    def let_go(self) -> None:
        """Give every reply that is held back, and hold none any more."""
        self.hold_at = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.answers and self.answer_times:
            self.answer_times -= 1
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append((envelope.rcpt_tos[0], content))
        while 0 < self.hold_at <= len(self.received):
            await asyncio.sleep(0.01)
        return "250 2.0.0 queued"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.received]

    def message_to(self, address: str) -> Message:
        return next(message_from_bytes(raw) for to, raw in self.received if to == address)


class AnyPort(Controller):
    """On a free port: aiosmtpd would knock at port 0 to see whether it is open."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Newsletter:
    """The command line in a workspace of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            "NEWSLETTER_SMTP__HOST": "127.0.0.1",
            "NEWSLETTER_SMTP__PORT": str(port),
            "NEWSLETTER_SMTP__SECURITY": "none",
            "NEWSLETTER_SMTP__CONNECTIONS": "1",  # so that a test knows who comes next
            "COLUMNS": "140",
            "LANG": "en_GB.UTF-8",
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "newsletter_mailer", *self._words(*arguments)]

    def _words(self, *arguments: str) -> list[str]:
        return ["--project", str(self.folder), "--lang", "en", *arguments]

    def run(
        self,
        *arguments: str,
        code: int = 0,
        typed: str | None = None,
        environment: Mapping[str, str] = NOTHING,
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments),
            env={**self.environment, **environment},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def start(self, *arguments: str, stderr: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), env=self.environment, stdout=subprocess.PIPE, stderr=stderr, text=True
        )

    def on_list(self, slug: str, addresses: Sequence[str]) -> None:
        """These readers, imported by the same command within this process: what is given needs no program of its own."""
        arguments = self._words("subscribers", "import", str(self.people(addresses)), "--list", slug)
        with _environment(self.environment):
            copy_context().run(newsletter.main, arguments, standalone_mode=False)

    def issue(self, slug: str, text: str | None = None) -> Path:
        path = self.folder / "issues" / slug / "issue.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text or ISSUE_YAML.format(id=f"{slug}-000001"), encoding="utf-8")
        return path

    def people(self, addresses: Sequence[str], name: str = "people.csv") -> Path:
        path = self.folder / name
        rows = [f"{address};{address.partition('@')[0].title()}" for address in addresses]
        path.write_text("email;prénom\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return path


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables and no others, for the length of a `with`."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
