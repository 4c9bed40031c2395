"""One sender at work in a process of its own, for `send.py`: prints {"seconds", "processor_s", "peak_mb", "sent"}.

plan        plans campaign 1 of a workspace, to be sent by the next two
ours        the planned campaign 1, as `newsletter resume` sends it, without what comes before and after
resume      the same by the command, whole; prints "heavy", too: modules that have no business there
bare        the rows of a planned ledger copied by one INSERT … SELECT into an empty one
aiosmtplib  one ready-made message again and again over pooled connections
naive       a template and an EmailMessage for every reader, smtplib over one connection
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import smtplib
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

CONNECTIONS = 10
HEAVY = ("mjml", "premailer", "alembic", "starlette", "PIL")  # of composing, migrating and the web
SENDER, READER = "news@example.org", "reader@example.org"


def plan(options: argparse.Namespace) -> int:
    """Plan campaign 1: the issue "bench" to the list "all"."""
    from newsletter_mailer.actions.plan import Audience, propose
    from newsletter_mailer.actions.plan import plan as write_down
    from newsletter_mailer.app import open_app

    with open_app(Path(options.workspace)) as app:
        proposal = propose(app.database, app.workspace, "bench", Audience(("all",)))
        options.begun = time.perf_counter(), time.process_time()
        return write_down(app.database, app.workspace, proposal, secret=app.secret, now=app.now).counts.total


def ours(options: argparse.Namespace) -> int:
    """Resume campaign 1."""
    from newsletter_mailer.actions.campaigns import one
    from newsletter_mailer.actions.dispatch import dispatch
    from newsletter_mailer.app import open_app

    with open_app(Path(options.workspace)) as app:
        campaign = one(app.database, "1")
        options.begun = time.perf_counter(), time.process_time()
        return dispatch(app.tools(), campaign).counts.sent


def resume(options: argparse.Namespace) -> int:
    """The command, as it is typed."""
    options.begun = time.perf_counter(), time.process_time()
    from newsletter_mailer.cli import main as newsletter

    sys.argv = ["newsletter", "--no-input", "--project", options.workspace, "resume", "1"]
    try:
        with redirect_stdout(sys.stderr):
            newsletter()
    except SystemExit as done:
        if done.code:
            raise
    options.heavy = [name for name in HEAVY if name in sys.modules]
    with closing(sqlite3.connect(Path(options.workspace) / "var" / "newsletter.db")) as ledger:
        return int(ledger.execute("SELECT count(*) FROM deliveries WHERE status = 'sent'").fetchone()[0])


def bare(options: argparse.Namespace) -> int:
    """What SQLite itself takes for these rows, with the ledger's own indices and pragmas."""
    from newsletter_mailer.store.database import Database

    with TemporaryDirectory(dir=Path(options.ledger).parent) as folder:
        empty = Path(folder) / "empty.db"
        Database(f"sqlite:///{empty}").close()
        with closing(sqlite3.connect(empty, isolation_level=None)) as c:
            c.executescript("PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-20000")
            c.execute("ATTACH ? AS planned", (options.ledger,))
            for table in (
                "organisations",
                "subscribers",
                "lists",
                "issues",
                "editions",
                "campaigns",
                "batches",
            ):
                c.execute(f"INSERT INTO main.{table} SELECT * FROM planned.{table}")
            c.execute("PRAGMA foreign_keys=ON")
            options.begun = time.perf_counter(), time.process_time()
            c.execute("BEGIN IMMEDIATE")
            count = c.execute("INSERT INTO main.deliveries SELECT * FROM planned.deliveries").rowcount
            c.execute("COMMIT")
            options.ended = time.perf_counter(), time.process_time()
            return count


def aiosmtplib(options: argparse.Namespace) -> int:
    """Ready-made messages, as fast as it can."""
    return asyncio.run(_aiosmtplib(options))


async def _aiosmtplib(options: argparse.Namespace) -> int:
    from aiosmtplib import SMTP

    data = Path(options.message).read_bytes()
    left = iter(range(options.number))

    async def one_connection() -> int:
        sent = 0
        async with SMTP(hostname="127.0.0.1", port=options.port, start_tls=False) as client:
            for _ in left:
                await client.sendmail(SENDER, [READER], data)
                sent += 1
        return sent

    options.begun = time.perf_counter(), time.process_time()
    return sum(await asyncio.gather(*(one_connection() for _ in range(options.connections))))


def naive(options: argparse.Namespace) -> int:
    """What people write."""
    from jinja2 import Environment

    greeting = "Bonjour {{ name }}, {{ link }}\n"
    page, text = (
        Environment(autoescape=kind == "html").from_string(
            greeting + Path(options.message).with_name(f"issue.{kind}").read_text(encoding="utf-8")
        )
        for kind in ("html", "txt")
    )
    options.begun = time.perf_counter(), time.process_time()
    with smtplib.SMTP("127.0.0.1", options.port) as client:
        for number in range(options.number):
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = SENDER, READER, f"Bonjour {number}"
            values = {"name": f"Lectrice {number}", "link": f"https://news.example.org/u/{number}"}
            message.set_content(text.render(values))
            message.add_alternative(page.render(values), subtype="html")
            client.send_message(message)
    return int(options.number)


SENDERS: dict[str, Callable[[argparse.Namespace], int]] = {
    "plan": plan,
    "ours": ours,
    "resume": resume,
    "bare": bare,
    "aiosmtplib": aiosmtplib,
    "naive": naive,
}


def peak_mb() -> float:
    """The most memory this process ever had. Linux counts in ru_maxrss what its parent had when it was begun."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Send, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sender", choices=SENDERS)
    parser.add_argument("--workspace", default="")
    parser.add_argument("--ledger", default="")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--message", default="")
    options = parser.parse_args()
    sent = SENDERS[options.sender](options)
    (began, processor), ended = options.begun, (time.perf_counter(), time.process_time())
    if "ended" in options:
        ended = options.ended
    found = {
        "seconds": ended[0] - began,
        "processor_s": ended[1] - processor,
        "peak_mb": peak_mb(),
        "sent": sent,
        "heavy": getattr(options, "heavy", []),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
