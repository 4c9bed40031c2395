"""A workspace whose readers' pages are served by a thread of the test, and visitors that ask them over HTTP."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import text

from dispatch_kit import EDITION, SECRET
from newsletter_mailer.app import App, clock, open_app
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition, Picture, Place, Segment, Slot
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.tokens import sign
from newsletter_mailer.web.listening import listening
from newsletter_mailer.web.officer.door import Door
from newsletter_mailer.web.public.server import public_pages, server_of

FORM = "application/x-www-form-urlencoded"
THEN = 1_700_000_000_000  #: before any test ran
ONE_CLICK = b"List-Unsubscribe=One-Click"
SETTINGS = """\
identity:
  name: Réseau Exemple
  address: |
    1 place de l'Exemple
    31000 Toulouse
  phone: 05 00 00 00 00
  email: lettre@example.org
  publisher: la présidente du réseau
  host: Hébergeur Exemple, 2 rue de l'Exemple, 31000 Toulouse, 05 00 00 00 01
language: fr
sender: {{ name: Réseau Exemple, email: lettre@example.org }}
smtp: {{ host: 127.0.0.1, port: {smtp}, security: none }}
public_url: {url}
{more}
"""
LINKED: Edition = replace(
    EDITION,
    html=(
        Segment("<!DOCTYPE html><html><head><title>T</title></head><body><p>Bonjour "),
        Segment(Slot(0, Place.HTML_TEXT)),
        Segment('</p><img src="cid:p1@example.org" alt="Une image"><a href="'),
        Segment(Slot(1, Place.HTML_URL)),
        Segment('">partir</a> <a href="'),
        Segment(Slot(2, Place.HTML_URL)),
        Segment('">choisir</a></body></html>'),
    ),
    expressions=('subscriber.first_name or "vous"', "links.unsubscribe", "links.preferences"),
    pictures=(Picture("p1@example.org", "p.png", "image/png", b"\x89PNG not really"),),
)


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]  #: names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Serving:
    """The pages at work."""

    app: App
    port: int
    base: str
    troubles: list[NewsletterError] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base}"

    def ask(
        self, path: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One visitor's request, with no more headers than given."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, f"{self.base}{path}", body=body or None, headers=dict(headers or {}))
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            line.close()

    def send(self, path: str, /, **fields: Any) -> Answer:
        """A form of ours, filled in; a list is several fields of one name."""
        return self.ask(path, "POST", urlencode(fields, doseq=True).encode(), {"Content-Type": FORM})

    def click(self, token: str) -> Answer:
        """What a mail program sends when its reader presses “unsubscribe”."""
        return self.ask(f"/u/{token}", "POST", ONE_CLICK, {"Content-Type": FORM})

    def token(self, purpose: str, number: int) -> str:
        return sign(SECRET, purpose, number)

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """What stands in the ledger."""
        with self.app.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def status_of(self, address: str) -> dict[str, str]:
        """The reader's ties by list."""
        rows = self.rows(
            "SELECT l.slug, t.status FROM subscriptions t JOIN lists l ON l.id = t.list_id"
            " JOIN subscribers s ON s.id = t.subscriber_id WHERE s.mailbox = :address",
            address=address,
        )
        return {str(slug): str(status) for slug, status in rows}

    def everything(self) -> str:
        """The whole ledger as text: what has not changed is the same."""
        with self.app.database.reading() as connection:
            raw: Any = connection.connection.driver_connection
            return "\n".join(raw.iterdump())


@contextmanager
def serving(
    folder: Path,
    *,
    smtp: int = 1,
    base: str = "",
    more: str = "",
    now: Callable[[], int] = clock,
    door: Door | None = None,
) -> Iterator[Serving]:
    """The pages of a new workspace, stopped at the end.

    base: path of the public address; more: settings; door: to the officer's pages.
    """
    (folder / "var").mkdir(parents=True, exist_ok=True)
    secret = folder / "var" / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(SECRET.written())
    with listening(0) as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}{base}"
        (folder / "newsletter.yaml").write_text(
            SETTINGS.format(smtp=smtp, url=url, more=more), encoding="utf-8"
        )
        troubles: list[NewsletterError] = []
        with open_app(folder) as app, public_pages(app, troubles.append, now=now, door=door) as pages:
            server = server_of(pages, app.workspace)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield Serving(app, port, base, troubles)
            finally:
                server.should_exit = True
                thread.join(20)
                assert not thread.is_alive()


def with_list(serving: Serving, slug: str, addresses: list[str], *, public: bool = True, **more: Any) -> int:
    """A list with these readers; its number."""
    with serving.app.database.transaction() as c:
        into = audience.add_list(
            c,
            slug,
            **{
                "name": slug.title(),
                "basis": Basis.CONSENT,
                "now": THEN,
                "source": "test",
                "public": public,
                **more,
            },
        )
        people = [NewSubscriber(address) for address in addresses]
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=THEN)
    return into.id


def sent_to(serving: Serving, *slugs: str, edition: Edition = LINKED, now: int = THEN) -> Campaign:
    """A campaign to these lists, planned."""
    with serving.app.database.transaction() as c:
        return campaigns.plan(
            c,
            edition,
            Audience(slugs),
            now=now,
            secret=SECRET,
            ledger_id=serving.app.database.ledger_id,
            message_domain="example.org",
            mailable=mailable,
            list_name="Réseau Exemple",
            unsubscribe_mailbox="leave@example.org",
            web_base=serving.url,
        )


def delivery_to(serving: Serving, address: str) -> int:
    """The number of the last delivery to that reader."""
    return int(serving.rows("SELECT max(id) FROM deliveries WHERE address = :a", a=address)[0][0])


def path_of(link: str, base: str = "") -> str:
    """A link of a mail as the visitor of these pages asks for it."""
    return urlsplit(link).path.removeprefix(base)
