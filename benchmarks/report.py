"""What a report takes beside the bare SQL that it needs, and how much memory.

Run: python benchmarks/report.py [--rows 1000000]. A ledger is written with a campaign of so many deliveries, of which
some were put off, refused, came back or were complained of; a tenth of the readers belong to an organisation. Then, each
in a process of its own: the report is made and its page written; every statement of the report is run by sqlite3, and its
rows are thrown away.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import event

ROUNDS = 3
NOW = 1_800_000_000_000
DOMAINS = ("gmail.com", "orange.fr", "free.fr", "laposte.net", "outlook.fr", "yahoo.fr", "sfr.fr")
BATCH = 500


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--part", choices=("report", "sql"))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.part:
        (_report if given.part == "report" else _bare)(given.folder)
        return
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        _write(Path(folder), given.rows)
        _run(folder, "report")  # notes its statements, and warms the disk's cache
        pairs = [(_run(folder, "report"), _run(folder, "sql")) for _ in range(ROUNDS)]
    print(f"a campaign of {given.rows:,} deliveries, processor time")
    for name, runs in zip(("report", "bare SQL"), zip(*pairs, strict=True), strict=True):
        seconds = statistics.median(run["seconds"] for run in runs)
        print(f"  {name:<9} {seconds:7.2f} s   {max(run['peak'] for run in runs):5.0f} MB at most")
    ratios = sorted(mine["seconds"] / bare["seconds"] for mine, bare in pairs)
    print(f"  report ÷ bare SQL {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


def _run(folder: str, part: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--part", part, "--folder", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _say(begun: float) -> None:
    from senders import peak_mb

    print(json.dumps({"seconds": time.process_time() - begun, "peak": peak_mb()}))


def _report(folder: Path) -> None:
    from newsletter_mailer.actions.report import report, write_page
    from newsletter_mailer.config import load_workspace
    from newsletter_mailer.store import campaigns
    from newsletter_mailer.store.database import Database

    workspace = load_workspace(folder)
    said: list[tuple[str, object]] = []
    with Database(workspace.database_url) as database:
        with database.reading() as c:
            campaign = campaigns.campaign(c, 1)
        assert campaign is not None
        note = folder / "statements.json"
        if not note.exists():
            event.listen(database._engine, "before_cursor_execute", lambda *seen: said.append(seen[2:4]))
        begun = time.process_time()
        made = report(database, campaign, now=NOW + 86_400_000)
        write_page(database, made, workspace, folder / "report.html")
        _say(begun)
        if said:
            selects = [(words, values) for words, values in said if words.lstrip().startswith("SELECT")]
            note.write_text(json.dumps(selects), encoding="utf-8")


def _bare(folder: Path) -> None:
    statements = json.loads((folder / "statements.json").read_text(encoding="utf-8"))
    ledger = sqlite3.connect(folder / "var" / "newsletter.db")
    ledger.execute("PRAGMA temp_store=MEMORY")
    ledger.execute("PRAGMA cache_size=-8000")
    begun = time.process_time()
    for words, values in statements:
        for _ in ledger.execute(words, values):
            pass
    _say(begun)


def _write(folder: Path, rows: int) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from archive_kit import SETTINGS, workspace
    from dispatch_kit import EDITION, planned
    from newsletter_mailer.store.database import Database

    ws = workspace(folder, SETTINGS)
    with Database(ws.database_url) as database:
        planned(database, ["first@example.org"], EDITION)
        with database.transaction() as c:
            for table in ("deliveries", "batches", "subscriptions", "subscribers"):
                c.exec_driver_sql(f"DELETE FROM {table}")
            c.exec_driver_sql("UPDATE campaigns SET state = 'finished'")
            for name, width, some in _tables(rows):
                marks = ", ".join("?" * width)
                c.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", list(some))


def _tables(rows: int) -> Iterator[tuple[str, int, Iterator[tuple[object, ...]]]]:
    """Name, number of columns and rows of each table, some at a time."""
    yield "organisations", 2, ((n, f"Organisation {n}") for n in range(1, rows // 10 + 2))
    batches = -(-rows // BATCH)
    counts = (_counts(n, rows) for n in range(batches))
    each = (
        (1, n, "", 0, 0, sent, later, refused, 0, 0, 0) for n, (sent, later, refused) in enumerate(counts)
    )
    yield "batches", 11, each
    for start in range(0, rows, 10_000):
        numbers = range(start, min(start + 10_000, rows))
        yield "subscribers", 12, (_reader(n) for n in numbers)
        yield "subscriptions", 6, ((n + 1, 1, "confirmed", NOW, "bench", "consent") for n in numbers)
        yield "deliveries", 19, (_delivery(n) for n in numbers)
        yield "attempts", 10, (one for n in numbers for one in _attempts(n))
        yield "bounces", 15, (_bounce(n) for n in numbers if n % 50 == 7)


def _status(n: int) -> str:
    return "refused" if n % 100 == 3 else "deferred" if n % 500 == 9 else "sent"


def _counts(batch: int, rows: int) -> tuple[int, int, int]:
    found = [_status(n) for n in range(batch * BATCH, min((batch + 1) * BATCH, rows))]
    return found.count("sent"), found.count("deferred"), found.count("refused")


def _address(n: int) -> tuple[str, str]:
    domain = DOMAINS[n % 7] if n % 10 else f"small{n % 3000}.example"
    return f"reader{n}@{domain}", domain


def _reader(n: int) -> tuple[object, ...]:
    address, _ = _address(n)
    organisation = n // 10 + 1 if n % 10 == 0 else None
    return (n + 1, address, address, f"key{n:061}", "Ann", "Reader", "fr", organisation, "{}", NOW, NOW, NOW)


def _delivery(n: int) -> tuple[object, ...]:
    address, domain = _address(n)
    ids = (n + 1, 1, n // BATCH, 1, 1, 0, f"key{n:061}", n + 1, address, domain, "1")
    due = NOW + 3_600_000 if _status(n) == "deferred" else None
    tries = 2 if n % 20 == 5 else 1
    return (*ids, f"<{n}.0123456789abcdef@example.org>", _status(n), tries, None, due, "", NOW, NOW + n)


def _attempts(n: int) -> Iterator[tuple[object, ...]]:
    event_, kind, code = {
        "sent": ("accepted", "ok", 250),
        "refused": ("refused", "hard", 550),
        "deferred": ("deferred", "retry", 450),
    }[_status(n)]
    number = 1
    if n % 20 == 5:
        yield (n + 1, 1, 1, "deferred", "retry", "rcpt", 450, "4.7.1 greylisted", "", NOW + n)
        number = 2
    yield (n + 1, number, 1, event_, kind, "dot", code, "what the server said", "", NOW + n + number * 60_000)


def _bounce(n: int) -> tuple[object, ...]:
    kind = "complaint" if n % 500 == 7 else "bounce"
    category = "complaint" if kind == "complaint" else ("gone", "full", "filtered", "away")[n % 4]
    at = NOW + n + (n % 9) * 86_400_000
    said = ("hard", category, "5.1.1", 550, "user unknown", "bench", f"mail{n}", False)
    return (None, n + 1, 1, f"key{n:061}", kind, *said, at, at)


if __name__ == "__main__":
    main()
