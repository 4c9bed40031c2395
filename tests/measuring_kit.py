"""Letters of a campaign that counts or measures, sent for real, and the pages that their links lead to."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dispatch_kit import SECRET
from newsletter_mailer.actions.dispatch import Tools, dispatch
from newsletter_mailer.actions.plan.linking import keep_links
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition, Place, Segment, Slot
from newsletter_mailer.store import audience, campaigns, confirmations
from newsletter_mailer.store.campaigns import Audience
from public_pages import LINKED, Answer, Serving, path_of, serving, with_list
from smtp_servers import ScriptedServer, account

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANN, BOB, CAT = "ann@example.org", "bob@example.org", "cat@example.org"
LETTER: Edition = replace(
    LINKED,
    html=(
        Segment(
            '<!DOCTYPE html><html><head><title>T</title></head><body><a href="https://example.org/a?x=1&amp;y=2">'
        ),
        Segment("Un lien</a> "),
        Segment('<a href="https://example.org/b"><img src="b.png" alt="Une image"></a>'),
        Segment('<a class="x" href="https://example.org/c" style="color:red">Bonjour '),
        Segment(Slot(0, Place.HTML_TEXT)),
        Segment('</a> <a href="mailto:a@example.org">écrire</a> <a class="action" href="'),
        Segment(Slot(1, Place.HTML_URL)),
        Segment('" style="margin:1px">partir</a></body></html>'),
    ),
    text=(Segment("Un lien : https://example.org/a?x=1&y=2\n"),),
    expressions=('subscriber.first_name or "vous"', "links.unsubscribe"),
    pictures=(),
)
_TOKEN = re.compile(r"[0-9a-f]{32,50}")


@dataclass
class Measured:
    """Letters that were sent, and the pages."""

    pages: Serving
    server: ScriptedServer
    clock: list[int]  #: what all see of the time

    def send(self, edition: Edition = LETTER, *, tokens: list[str] | None = None) -> Campaign:
        """A campaign to everybody, as the settings want it."""
        app = self.pages.app
        with app.database.transaction() as c:
            planned = campaigns.plan(
                c,
                edition,
                Audience(("lettre",)),
                now=self.clock[0],
                secret=SECRET,
                ledger_id=app.database.ledger_id,
                message_domain="example.org",
                mailable=mailable,
                list_name="Réseau Exemple",
                unsubscribe_mailbox="leave@example.org",
                web_base=self.pages.url,
                measuring=app.workspace.settings.privacy.measuring(self.pages.url),
            )
            keep_links(c, planned, edition)
        return self.resend(planned, tokens=tokens)

    def resend(self, campaign: Campaign, *, tokens: list[str] | None = None) -> Campaign:
        """What is due of it leaves."""
        app = self.pages.app
        at_work = Tools(
            app.database, app.workspace, account(self.server.port), SECRET, clock=lambda: self.clock[0]
        )
        if tokens is not None:
            at_work = replace(at_work, new_token=iter(tokens).__next__)
        return dispatch(at_work, campaign)

    def says(self, address: str, kind: ConsentKind) -> None:
        """What a reader says of being measured."""
        with self.pages.app.database.transaction() as c:
            reader = audience.subscriber(c, address)
            assert reader is not None
            confirmations.record_tracking(
                c, reader.recipient_key, kind, wording="w", source="test", now=self.clock[0]
            )

    def html(self, address: str) -> str:
        """The page of the last letter to that reader."""
        return self._part(address, "html")

    def text(self, address: str) -> str:
        """Its plain text."""
        return self._part(address, "plain")

    def _part(self, address: str, kind: str) -> str:
        data = next(one.data for one in reversed(self.server.messages) if one.rcpt_to == address)
        found = email.message_from_bytes(data, policy=email.policy.default).get_body((kind,))
        assert found is not None
        return str(found.get_content()).replace("\r\n", "\n")

    def links(self, address: str) -> list[str]:
        """Where its links lead."""
        return re.findall(r'<a [^>]*href="([^"]*)"', self.html(address))

    def pixels(self, address: str) -> list[str]:
        """Its pictures that are loaded from us."""
        return re.findall(r'<img src="([^"]*/o/[^"]*)"', self.html(address))

    def visit(self, link: str, method: str = "GET", agent: str = BROWSER) -> Answer:
        """A visitor at that link; what is to be kept of it is kept."""
        return self.pages.ask(path_of(link), method, headers={"User-Agent": agent})

    def settle(self) -> None:
        """Wait until the ledger knows of every visit: what is written after them is written."""
        for _ in range(2):  # the first may be in one transaction with what the next visits wait for
            self.pages.click("0")

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.pages.app.database.reading() as c:
            return [tuple(row) for row in c.execute(text(query), values)]

    def counts(self) -> dict[str, tuple[int, int]]:
        """People and machines by address."""
        rows = self.rows(
            "SELECT l.url, sum(k.people), sum(k.machines) FROM link_counts k JOIN links l ON l.id = k.link_id"
            " GROUP BY l.url"
        )
        return {str(url): (people, machines) for url, people, machines in rows}

    def kept(self) -> str:
        """All that is known of single readers' visits."""
        rows = [
            self.rows(f"SELECT * FROM {table}")
            for table in ("measured_clicks", "measured_opens", "last_opens")
        ]
        return repr(rows)


def alike(page: str) -> str:
    """A page without the tokens that are its reader's own."""
    return _TOKEN.sub("…", page)


@contextmanager
def measured(folder: Path, *, privacy: str = "") -> Iterator[Measured]:
    """Three readers of a list, and what newsletter.yaml says under `privacy`."""
    more = f"privacy: {{ {privacy} }}" if privacy else ""
    clock = [1_800_000_000_000]
    with (
        ScriptedServer() as server,
        serving(folder, smtp=server.port, more=more, now=lambda: clock[0]) as pages,
    ):
        with_list(pages, "lettre", [ANN, BOB, CAT])
        yield Measured(pages, server, clock)
