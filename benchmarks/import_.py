"""What importing people costs beside `csv` and a bare `executemany` of the same rows into tables like ours.

Run: python benchmarks/import_.py [--rows N] [--pairs N]. Processor time, for the machine may be busy; the figures are
medians of the paired ratios, with the smallest and the largest. The bare peer checks nothing, knows nobody, and computes a
plain hash where we compute a keyed fingerprint; it fills the same three tables with the same indices, in one transaction,
with the same cache. "Bare table" is one table without an index besides.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from newsletter_mailer.actions.subscribers import import_people
from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

NOW = 1_790_000_000_000
FIRST_NAMES = ("Zoé", "Anne", "Noël", "Camille")
SUBSCRIBERS = (
    "INSERT INTO subscribers (id, address, mailbox, recipient_key, first_name, last_name, language, organisation_id,"
    " attributes, created_at, updated_at, last_act_at) VALUES (?, ?, ?, ?, ?, ?, '', ?, '{}', ?, ?, ?)"
)
TIES = "INSERT INTO subscriptions VALUES (?, 1, 'confirmed', ?, 'people.csv', 'consent')"
SAID = (
    "INSERT INTO consent_events (recipient_key, list_id, kind, wording, basis, source, detail, at)"
    " VALUES (?, 1, 'imported', '', 'consent', 'people.csv', '', ?)"
)


def people(path: Path, rows: int) -> None:
    """A file of people with names and organisations."""
    with path.open("w", encoding="utf-8") as file:
        file.write("email;prénom;nom;organisation\n")
        for n in range(rows):
            name = FIRST_NAMES[n % 4]
            file.write(
                f"{name[:2].lower().replace('é', 'e')}.reader{n * 7919 % rows}@domain{n % 40}.example.org;"
            )
            file.write(f"{name};Lectrice{n};Association {n % 500}\n")


def ours(file: Path, ledger: Path) -> None:
    """The import, as the command does it."""
    settings = Settings(
        identity=Identity(name="R", address="1 rue", email="r@example.org"),
        sender=SenderSettings(name="R", email="r@example.org"),
    )
    with Database(f"sqlite:///{ledger}") as database:
        done = import_people(
            file,
            "members",
            workspace=Workspace(file.parent, settings),
            database=database,
            secret=Secret(bytes(32)),
            now=NOW,
            source="people.csv",
        )
    assert not done.rejects, done.rejects[:3]


def _rows(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text, delimiter=";")
        next(rows)
        yield from rows


def bare(file: Path, ledger: Path) -> None:
    """csv.reader and executemany, into the tables of a ledger."""
    c = sqlite3.connect(ledger, isolation_level=None)
    for pragma in ("synchronous=FULL", "temp_store=MEMORY", "cache_size=-64000"):
        c.execute(f"PRAGMA {pragma}")
    c.execute("BEGIN IMMEDIATE")
    c.execute(
        "INSERT INTO lists (id, slug, name, basis, commercial, source, created_at)"
        " VALUES (1, 'members', 'Members', 'consent', 0, 'people.csv', 0)"
    )
    rows, number, organisations = _rows(file), 0, dict[str, int]()
    while chunk := list(islice(rows, 2000)):
        keys = [hashlib.sha256(row[0].encode()).hexdigest()[:52] for row in chunk]
        for row in chunk:
            if row[3] not in organisations:
                organisations[row[3]] = len(organisations) + 1
                c.execute("INSERT INTO organisations VALUES (?, ?)", (len(organisations), row[3]))
        c.executemany(
            SUBSCRIBERS,
            [
                (n, row[0], row[0], key, row[1], row[2], organisations[row[3]], NOW, NOW, NOW)
                for n, (key, row) in enumerate(zip(keys, chunk, strict=True), number + 1)
            ],
        )
        c.executemany(TIES, [(n, NOW) for n in range(number + 1, number + len(chunk) + 1)])
        c.executemany(SAID, [(key, NOW) for key in keys])
        number += len(chunk)
    c.execute("COMMIT")
    c.close()


def table(file: Path, ledger: Path) -> None:
    """csv.reader and executemany, into one table without an index."""
    c = sqlite3.connect(ledger)
    c.execute("CREATE TABLE people (address TEXT, first_name TEXT, last_name TEXT, organisation TEXT)")
    c.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", _rows(file))
    c.commit()
    c.close()


WAYS: dict[str, Callable[[Path, Path], None]] = {"ours": ours, "bare": bare, "table": table}


def run(way: str, file: Path, empty: Path) -> tuple[float, float]:
    """Processor seconds and the most MB of one import, in a process of its own."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        ledger = Path(folder) / "ledger.db"
        if way != "table":
            ledger.write_bytes(empty.read_bytes())
        command = [sys.executable, __file__, "--one", way, str(file), str(ledger)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds, peak = json.loads(said)
        return seconds, peak


def one(way: str, file: Path, ledger: Path) -> None:
    """One import here; prints what it took."""
    before = time.process_time()
    WAYS[way](file, ledger)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
    print(json.dumps([time.process_time() - before, peak]))


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--pairs", type=int, default=5)
    asked.add_argument("--one", nargs=3, metavar=("WAY", "FILE", "LEDGER"), help="for the program itself")
    options = asked.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]), Path(options.one[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        file, empty = Path(folder) / "people.csv", Path(folder) / "empty.db"
        people(file, options.rows)
        Database(f"sqlite:///{empty}").close()
        taken: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for _ in range(options.pairs):
            for way, runs in taken.items():
                runs.append(run(way, file, empty))
    show(options.rows, taken)


def show(rows: int, taken: dict[str, list[tuple[float, float]]]) -> None:
    """The figures as a table."""
    print(f"Importing {rows:,} people; processor µs a row, and the most memory")
    for way, runs in taken.items():
        print(
            f"  {way:<6} {statistics.median(s for s, _ in runs) / rows * 1e6:7.1f} µs   {max(mb for _, mb in runs):5.0f} MB"
        )
    for peer in ("bare", "table"):
        ratios = sorted(mine / its for (mine, _), (its, _) in zip(taken["ours"], taken[peer], strict=True))
        print(f"  ours ÷ {peer:<6} {statistics.median(ratios):5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
