"""Links that lead by us: redirects a second, counted or measured, beside a bare Starlette handler that keeps nothing.

Run: python benchmarks/redirects.py [--seconds 3] [--turns 5]. Fifty clients keep their connections and follow links without
a pause; the servers take turns. Everything runs on this machine: the clients cost time too, and the same for all.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from time import perf_counter, time

from bench_runs import HERE
from one_click import CLIENTS, started
from sqlalchemy import text

from newsletter_mailer.message.following import links_of
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, ConsentKind, NewSubscriber
from newsletter_mailer.model.edition import Edition, Segment, Sender
from newsletter_mailer.model.measuring import Measuring
from newsletter_mailer.store import audience, campaigns, confirmations, links
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.editions import edition_hash
from newsletter_mailer.tokens import Secret, seal

READERS = 20_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDITION = Edition(
    issue_id="bench-000001",
    slug="bench",
    title="T",
    language="fr",
    sender=Sender("R", "r@example.org"),
    subject=(Segment("S"),),
    html=tuple(Segment(f'<a href="https://example.org/{number}">{number}</a>') for number in range(20)),
    text=(Segment("T"),),
)


class Letters:
    """A ledger with a campaign, every reader of which agreed; and the addresses in its letters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "workspace"
        self.environment = {**os.environ, "NEWSLETTER_PUBLIC_URL": "http://127.0.0.1:1"}
        made = [sys.executable, "-m", "newsletter_mailer", "--no-input", "init", str(self.folder)]
        run(made, env=self.environment, capture_output=True, check=True)
        self._secret = Secret(os.urandom(32))
        kept = self.folder / "var" / "secret"
        kept.parent.mkdir(exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(self._secret.written())
        self._url = f"sqlite:///{self.folder / 'var' / 'newsletter.db'}"
        now = round(time() * 1000)
        with Database(self._url) as ledger:
            ledger.check_secret(self._secret)
            self._plan(ledger, now)

    def _plan(self, ledger: Database, now: int) -> None:
        people = [NewSubscriber(f"reader{number}@example.org") for number in range(READERS)]
        with ledger.transaction() as c:
            into = audience.add_list(c, "all", name="A", basis=Basis.CONSENT, now=now, source="bench")
            audience.import_rows(c, people, into=into, secret=self._secret, source="bench", now=now)
            planned = campaigns.plan(
                c,
                EDITION,
                Audience(("all",)),
                now=now,
                secret=self._secret,
                ledger_id=ledger.ledger_id,
                message_domain="example.org",
                mailable=mailable,
                list_name="R",
                unsubscribe_mailbox="r@example.org",
                web_base="http://127.0.0.1:1",
                measuring=Measuring(clicks=True, measured=True),
            )
            links.keep(c, edition_hash(EDITION), links_of(EDITION))
            keys = c.execute(text("SELECT recipient_key FROM subscribers")).scalars().all()
            for key in keys:
                granted = ConsentKind.TRACKING_GRANTED
                confirmations.record_tracking(c, key, granted, wording="w", source="bench", now=now)
            c.execute(
                text(
                    "INSERT INTO trackers (token, edition_id, delivery_id, purpose)"
                    " SELECT printf('%032x', id), edition_id, id, 'consented' FROM deliveries"
                )
            )
            rows = [row for (row,) in c.execute(text("SELECT id FROM links ORDER BY id"))]
        words = [f"{planned.id}/{row}" for row in rows]
        self.counted = [f"/l/{one}-{seal(self._secret, 'link', one)}" for one in words]
        self.measured = [f"/l/{number:032x}/{1 + number % 20}" for number in range(1, READERS + 1)]

    @contextmanager
    def served(self) -> Iterator[int]:
        """`newsletter serve`; its port."""
        command = [sys.executable, "-m", "newsletter_mailer", "--no-input", "--lang", "en"]
        with started(
            [*command, "--project", str(self.folder), "serve", "--port", "0"], self.environment
        ) as said:
            yield int(said.rpartition(":")[2])

    def kept(self) -> tuple[int, int]:
        """How many were counted, and how many measured."""
        with Database(self._url) as ledger, ledger.reading() as c:
            counted = c.exec_driver_sql("SELECT sum(people + machines) FROM link_counts").scalar()
            measured = c.exec_driver_sql("SELECT count(*) FROM measured_clicks").scalar()
            return int(counted or 0), int(measured or 0)


async def followed(port: int, paths: Iterator[str], seconds: float) -> int:
    """How many links of fifty clients lead somewhere in that time; any other answer ends the program."""
    end = perf_counter() + seconds
    return sum(await asyncio.gather(*(_client(port, paths, end) for _ in range(CLIENTS))))


async def _client(port: int, paths: Iterator[str], end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while perf_counter() < end:
        writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\n\r\n".encode())
        said = await reader.readuntil(b"\r\n\r\n")
        if not said.startswith(b"HTTP/1.1 302"):
            raise SystemExit(f"an error: {said.decode()}")
        answered += 1
    writer.close()
    return answered


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--turns", type=int, default=5)
    given = options.parse_args()
    rates: dict[str, list[float]] = {"bare": [], "counted": [], "measured": []}
    with TemporaryDirectory() as name:
        letters = Letters(Path(name))
        peer = [sys.executable, str(HERE / "bare_redirect.py")]
        with letters.served() as port, started(peer) as said:
            turns = {
                "bare": (int(said), letters.counted),
                "counted": (port, letters.counted),
                "measured": (port, letters.measured),
            }
            for _ in range(given.turns):
                for kind, (at, paths) in turns.items():
                    answered = asyncio.run(followed(at, cycle(paths), given.seconds))
                    rates[kind].append(answered / given.seconds)
        counted, measured = letters.kept()
    print(f"links followed a second, {CLIENTS} clients, {os.cpu_count()} processors")
    print(f"  bare Starlette, keeps nothing      {statistics.median(rates['bare']):7,.0f}")
    for kind, what in (
        ("counted", "counted, by link and day   "),
        ("measured", "of a reader who agreed     "),
    ):
        ratios = sorted(mine / bare for mine, bare in zip(rates[kind], rates["bare"], strict=True))
        spread = f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"  serve, {what} {statistics.median(rates[kind]):7,.0f}   {spread}")
    sent = {kind: round(sum(each) * given.seconds) for kind, each in rates.items()}
    print(
        f"  kept: {counted:,} of {sent['counted'] + sent['measured']:,} counted, {measured:,} of"
        f" {sent['measured']:,} measured"
    )


if __name__ == "__main__":
    main()
