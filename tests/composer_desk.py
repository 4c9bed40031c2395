"""A workspace with one issue, and the composer at work on it in a thread of the test."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from newsletter_mailer.actions.preview import issue_path
from newsletter_mailer.app import App, open_app
from newsletter_mailer.web.composer.server import prepare
from newsletter_mailer.web.listening import listening

REPOSITORY = Path(__file__).parents[1]
PICTURE = REPOSITORY / "issues" / "2021-07-coorace-occitanie" / "pictures" / "pandemie.png"

SETTINGS = """\
identity:
  name: Réseau Exemple
  address: 1 place de l'Exemple, 31000 Toulouse
  email: lettre@example.org
sender: { name: Réseau Exemple, email: lettre@example.org }
smtp: { host: 127.0.0.1, security: none }
"""

ISSUE = """\
id: essai-2026-11
title: La lettre d'essai
subject: Des nouvelles de novembre
preheader: Trois rendez-vous et un atelier.
date: 2026-11-02
blocks:
  - type: masthead
    title: La lettre
  - type: image
    src: picture.png
    alt: Des plantes qui poussent
  - type: text
    text: |
      Bonjour {{ subscriber.first_name or "à toutes et à tous" }}, [lisez ceci](https://away.example.org/page).
  - type: footer
"""

PEOPLE = "email,first_name\nlea@example.org,Léa\nmarc@example.org,Marc\n"


def workspace_in(folder: Path) -> Path:
    """Settings and the issue `essai`; the path of its issue.yaml."""
    issue = folder / "issues" / "essai"
    issue.mkdir(parents=True)
    (folder / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")
    (issue / "issue.yaml").write_text(ISSUE, encoding="utf-8")
    shutil.copy(PICTURE, issue / "picture.png")
    return issue / "issue.yaml"


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]  #: names in lower case
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Composing:
    """A running composer and its doorbell."""

    url: str  #: with the token
    app: App
    file: Path  #: issue.yaml

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def edit(self, old: str, new: str) -> None:
        """Save the issue with one thing changed."""
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    def cookie(self) -> str:
        """What a browser holds after it opened the address with the token."""
        answer = self.ask(self.url.removeprefix(self.base))
        return answer.headers["set-cookie"].partition(";")[0]

    def ask(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """One request, with no more headers than given."""
        line = self._line()
        try:
            line.putrequest(method, path, skip_host="Host" in (headers or {}))
            for name, value in (headers or {}).items():
                line.putheader(name, value)
            line.endheaders()
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode("utf-8", errors="replace"))
        finally:
            line.close()

    def send(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """What a page of ours posts: an object as JSON, bytes as they are; its own headers unless others are given."""
        given = {"Cookie": self.cookie(), "Origin": self.base, "Content-Type": "application/json"}
        line = self._line()
        try:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            wanted = {name: value for name, value in {**given, **(headers or {})}.items() if value}
            line.request("POST", path, raw, wanted)
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode("utf-8", errors="replace"))
        finally:
            line.close()

    def _line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


@contextmanager
def composing(folder: Path, issue: str | None = "essai", *, port: int = 0) -> Iterator[Composing]:
    """The composer on that workspace, stopped at the end."""
    file = folder / "issues" / "essai" / "issue.yaml"
    with open_app(folder) as app, listening(port) as listener:
        first = issue_path(app.workspace, issue) if issue else None
        server, url = prepare(app, first, listener)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Composing(url, app, file)
        finally:
            server.should_exit = True
            thread.join(120)
            assert not thread.is_alive()
