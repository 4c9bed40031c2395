"""A workspace with a planned campaign, a server in a process of its own, and what became of every reader."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.actions.campaigns import log, one
from newsletter_mailer.actions.init import Answers, init
from newsletter_mailer.actions.plan import Audience, plan, propose
from newsletter_mailer.actions.subscribers import import_people
from newsletter_mailer.app import App, open_app
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.smtp.sandbox.log import BREACH, BROKE, MESSAGE, entries, received
from program import ISSUE_YAML

CLOCK = 1_800_000_000_000  #: when every campaign is planned
_LIST = "adherents"
_SLUG = "2026-11"
_DOMAINS = 20
_RETRY = "\nretry:\n  waits_minutes: [0.05]\n"


@dataclass(frozen=True, slots=True)
class World:
    """One campaign of one workspace, and nothing else."""

    folder: Path
    campaign: str
    readers: tuple[str, ...]
    began: float  #: by the real clock; for its senders time goes faster from there

    @property
    def ledger(self) -> Path:
        return self.folder / "var" / "newsletter.db"

    @property
    def journals(self) -> list[Path]:
        return sorted(self.folder.glob("var/*-journals/*.journal"))


def build(folder: Path, count: int, *, now: int = CLOCK) -> World:
    """A workspace whose campaign is planned; the server's port is told to each sender."""
    readers = tuple(f"reader{number:04}@club{number % _DOMAINS:02}.example.org" for number in range(count))
    init(folder, Answers(), language="en")
    settings = folder / "newsletter.yaml"
    settings.write_text(settings.read_text("utf-8") + _RETRY, "utf-8")
    issue = folder / "issues" / _SLUG / "issue.yaml"
    issue.parent.mkdir()
    issue.write_text(ISSUE_YAML.format(id="crash-000001"), "utf-8")
    people = folder / "people.csv"
    people.write_text("email\n" + "\n".join(readers) + "\n", "utf-8")
    with open_app(folder) as app:
        return World(folder, str(_planned(app, people, now).id), readers, time.time())


def _planned(app: App, people: Path, now: int) -> Campaign:
    import_people(
        people,
        _LIST,
        workspace=app.workspace,
        database=app.database,
        secret=app.secret,
        now=now,
        source="crash suite",
    )
    proposal = propose(app.database, app.workspace, _SLUG, Audience((_LIST,)))
    return plan(app.database, app.workspace, proposal, secret=app.secret, now=now)


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens and what it writes."""

    port: int
    log: Path


@contextmanager
def server(log: Path, *options: str) -> Iterator[Server]:
    """A sandbox in its own process, so that whatever happens to the sender does not happen to the judge."""
    command = [sys.executable, "-m", "newsletter_mailer.smtp.sandbox", "--log", str(log), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(int(process.stdout.readline()), log)
        finally:
            process.stdin.close()
            process.wait(30)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server's log says of what the ledger says; the first four are crimes."""

    lost: Sequence[str] = ()  #: said to be sent, or not accounted for, and never received
    doubled: Sequence[str] = ()
    misjudged: Sequence[str] = ()  #: has it, and the ledger says it was refused, skipped or still to be sent
    breaches: Sequence[str] = ()  #: what no client may do
    in_doubt: int = 0
    open: int = 0  #: not finished
    unclear: int = 0  #: messages and lines for which the server itself gave no clear end

    @property
    def innocent(self) -> bool:
        return not (self.lost or self.doubled or self.misjudged or self.breaches)


def judge(world: World, log: Path, since: int = 0) -> Verdict:
    """Compare ledger and log (from that byte on), reader by reader."""
    statuses = statuses_of(world)
    has = received(log, since)
    lines = list(entries(log, since))
    owed = {Status.QUEUED, Status.DEFERRED, Status.SENDING}
    return Verdict(
        lost=[
            reader
            for reader in world.readers
            if not has[reader] and statuses.get(reader, Status.SENT) is Status.SENT
        ],
        doubled=[reader for reader, count in has.items() if count > 1],
        misjudged=[
            reader for reader in has if statuses.get(reader) not in {Status.SENT, Status.IN_DOUBT, *owed}
        ],
        breaches=[line.what for line in lines if line.kind == BREACH],
        in_doubt=sum(status is Status.IN_DOUBT for status in statuses.values()),
        open=sum(status in owed for status in statuses.values()),
        unclear=sum(
            line.kind == BROKE or (line.kind == MESSAGE and line.reply[:1] not in set("245"))
            for line in lines
        ),
    )


def statuses_of(world: World) -> dict[str, Status]:
    """What the ledger says of each reader."""
    with open_app(world.folder) as app:
        return {row.address: row.status for row in log(app.database, world.campaign, status=None)}


def count(world: World) -> Counter[Status]:
    """How many stand where."""
    return Counter(statuses_of(world).values())


def campaign_of(world: World) -> Campaign:
    """As the ledger has it."""
    with open_app(world.folder) as app:
        return one(app.database, world.campaign)
