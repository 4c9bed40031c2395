"""How fast a planned campaign leaves, beside what others do: every row in one run, as ratios.

Run: python benchmarks/send.py [--quick] [--million]. Ours has its ledger and journal on and durable, and every message
is personal. Ours and the reference (Postfix's smtp-source: one constant message, no ledger) take turns; ratios are
medians of pairs. A peer that cannot run here is named as missing. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

HERE = Path(__file__).resolve().parent
SIZE = 48_000  # bytes of a message on the wire
PAIRS = 7
SOURCE = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin")
SINK = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
NODE = shutil.which("node")
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


@dataclass(frozen=True, slots=True)
class Run:
    """What one sender took."""

    seconds: float
    processor_s: float
    peak_mb: float
    sent: int
    sink_s: float = 0.0  #: processor time of the sink meanwhile

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.sent / self.seconds


@contextmanager
def sink(*options: str) -> Iterator[tuple[int, list[float]]]:
    """The fast sink; its port, and afterwards its processor seconds."""
    used: list[float] = []
    command = [sys.executable, str(HERE / "sink.py"), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield int(program.stdout.readline()), used
        finally:
            said, _ = program.communicate("\n", timeout=60)
            used.append(json.loads(said)["processor_s"])


class Bench:
    """A workspace with a planned campaign, put back before each run."""

    def __init__(self, folder: Path, readers: int) -> None:
        self.folder = folder / "workspace"
        self.readers = readers
        self.message = folder / "message.eml"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            "NEWSLETTER_SMTP__HOST": "127.0.0.1",
            "NEWSLETTER_SMTP__SECURITY": "none",
            "NEWSLETTER_SMTP__PROFILE": "unlimited",
        }
        self._newsletter("init", str(self.folder), project=False)
        self._write_issue()
        self._import()
        started = perf_counter()
        self._sender("plan")
        self.plan_s = perf_counter() - started
        self._kept = folder / "kept"
        shutil.copytree(self.folder / "var", self._kept)

    def _newsletter(self, *arguments: str, project: bool = True) -> None:
        where: Sequence[str] = ["--project", str(self.folder)] if project else []
        command = [sys.executable, "-m", "newsletter_mailer", "--no-input", "--lang", "en", *where]
        done = subprocess.run(
            [*command, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"newsletter {' '.join(arguments)}: {done.stderr or done.stdout}")

    def _write_issue(self) -> None:
        issue = self.folder / "issues" / "bench" / "issue.yaml"
        issue.parent.mkdir(parents=True)
        words = SIZE // 10
        for _ in range(8):  # a paragraph as long as it takes
            text = GREETING + WORDS * (words // len(WORDS)) + WORDS[: words % len(WORDS)]
            issue.write_text(ISSUE % (BLOCKS * 8, text), encoding="utf-8")
            self._newsletter("render", "bench", "-o", str(self.folder / "rendered"))
            shutil.copy(self.folder / "rendered" / "message.eml", self.message)
            size = self.message.stat().st_size
            if abs(size - SIZE) < SIZE * 0.01:
                return
            words = max(1, words + round((SIZE - size) / 2.2))  # in the text and in the page
        raise SystemExit(f"no issue of {SIZE} bytes: {size}")

    def _import(self) -> None:
        rows = (f"reader{n}@domain{n % 40}.example.org;Zoé {n};Association {n}" for n in range(self.readers))
        people = self.folder / "people.csv"
        people.write_text("email;prénom;organisation\n" + "\n".join(rows) + "\n", encoding="utf-8")
        self._newsletter("subscribers", "import", str(people), "--list", "all")

    def ours(self, port: int, connections: int = 10, **settings: str) -> Run:
        """Our own sender on the campaign as it was planned."""
        shutil.rmtree(self.folder / "var")
        shutil.copytree(self._kept, self.folder / "var")
        (self.folder / "issues" / "bench" / "sent.json").unlink(missing_ok=True)
        given = {f"NEWSLETTER_SMTP__{name.upper()}": value for name, value in settings.items()}
        more = {"NEWSLETTER_SMTP__PORT": str(port), "NEWSLETTER_SMTP__CONNECTIONS": str(connections)}
        return self._sender("ours", environment={**more, **given})

    def ready(self, sender: str, port: int, number: int, connections: int) -> Run:
        """A peer with ready-made messages."""
        options = ("--port", str(port), "--number", str(number), "--connections", str(connections))
        return self._sender(sender, *options, "--message", str(self.message))

    def _sender(self, *arguments: str, environment: dict[str, str] | None = None) -> Run:
        command = [sys.executable, str(HERE / "senders.py"), *arguments, "--workspace", str(self.folder)]
        done = subprocess.run(
            command,
            env={**self.environment, **(environment or {})},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return Run(**json.loads(done.stdout.splitlines()[-1]))


def smtp_source(port: int, number: int, connections: int) -> Run | None:
    """The reference: one constant message of the same size, without a ledger; None where Postfix is not."""
    if SOURCE is None:
        return None
    sizes = ("-s", str(connections), "-l", str(SIZE), "-m", str(number))
    addresses = ("-f", "news@example.org", "-t", "reader@example.org")
    before = os.times()
    started = perf_counter()
    subprocess.run([SOURCE, "-d", *sizes, *addresses, f"127.0.0.1:{port}"], check=True)
    seconds = perf_counter() - started
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, used, 0, number)


def nodemailer(bench: Bench, port: int, number: int, connections: int, modules: Path) -> Run | None:
    """nodemailer's pool, when Node and its package can be had; None otherwise."""
    if NODE is None or not (modules / "node_modules" / "nodemailer").is_dir():
        return None
    command = [NODE, str(HERE / "nodemailer.mjs"), str(port), str(number), str(connections)]
    done = subprocess.run(
        [*command, str(bench.message)],
        env={**os.environ, "NODE_MODULES_FROM": str(modules)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Run(**json.loads(done.stdout))


def install_nodemailer(folder: Path) -> None:
    """Fetch nodemailer for this run, where npm can."""
    npm = shutil.which("npm")
    if npm is not None:
        (folder / "package.json").write_text("{}")
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "nodemailer"]
        subprocess.run(command, cwd=folder, check=False, capture_output=True)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(200):
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        sleep(0.05)


def line(name: str, run: Run | None, reference: float = 0.0) -> None:
    """One row of the table."""
    if run is None:
        print(f"  {name:<52} missing here")
        return
    per_1000 = run.processor_s / run.sent * 1000
    ratio = f"{run.rate / reference:6.2f}" if reference else "      "
    print(
        f"  {name:<52} {run.rate:>8,.0f}/s {ratio}  {per_1000:.3f} s of processor per 1,000"
        f"  (sink {run.sink_s / run.sent * 1000:.3f})  {run.peak_mb:.0f} MB"
    )


def with_sink(send: Callable[[int], Run | None], *options: str) -> Run | None:
    """A run into a sink of its own, with the sink's processor time."""
    with sink(*options) as (port, used):
        run = send(port)
    return replace(run, sink_s=used[0]) if run else None


def wire(bench: Bench, modules: Path, pairs: int) -> None:
    """Fast sink, ten connections."""
    print(f"\nFast sink, 10 connections, {SIZE // 1000} kB a message, {bench.readers:,} readers")
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(pairs):
        mine = with_sink(bench.ours)
        reference = with_sink(lambda port: smtp_source(port, bench.readers, 10))
        assert mine is not None
        ours.append(mine)
        theirs += [reference] if reference else []
    best = sorted(ours, key=lambda run: run.rate)[len(ours) // 2]
    if theirs:
        middle = sorted(theirs, key=lambda run: run.rate)[len(theirs) // 2]
        ratios = [mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True)]
        line("smtp-source -d -s 10 (no ledger, one message)", middle, middle.rate)
        line("ours, ledger and journal durable", best, middle.rate)
        print(
            f"  ours ÷ smtp-source: median of {pairs} pairs {statistics.median(ratios):.2f}, "
            f"from {min(ratios):.2f} to {max(ratios):.2f}   (aim 1.0)"
        )
    else:
        line("smtp-source", None)
        line("ours, ledger and journal durable", best)
    peers = {
        "aiosmtplib, 10 connections, ready-made": with_sink(
            lambda port: bench.ready("aiosmtplib", port, 1500, 10)
        ),
        "nodemailer pool of 10, ready-made": with_sink(
            lambda port: nodemailer(bench, port, 3000, 10, modules)
        ),
    }
    naive = with_sink(lambda port: bench.ready("naive", port, 150, 1))
    for name, run in peers.items():
        line(name, run, best.rate)
    line("Jinja2 + EmailMessage + smtplib per reader", naive, best.rate)
    fastest = max((run.rate for run in peers.values() if run), default=0)
    if fastest and naive:
        print(
            f"  ours ÷ best pooled peer {best.rate / fastest:.1f} (aim 8)   "
            f"ours ÷ per-reader {best.rate / naive.rate:.0f} (aim 80)"
        )


def postfix_sink(bench: Bench) -> None:
    """The same into Postfix's smtp-sink, which reads byte by byte and stops everybody near 4,000/s."""
    print("\nPostfix's smtp-sink, 10 connections")
    if SINK is None:
        print("  missing here")
        return
    senders: dict[str, Callable[[int], Run | None]] = {
        "ours": bench.ours,
        "smtp-source": lambda port: smtp_source(port, bench.readers, 10),
    }
    for name, send in senders.items():
        port = free_port()
        with subprocess.Popen([SINK, "-u", getpass.getuser(), f"127.0.0.1:{port}", "100"]) as program:
            try:
                wait_for(port)
                line(name, send(port))
            finally:
                program.terminate()


def late(bench: Bench, modules: Path) -> None:
    """Replies 50 ms late, fifty connections: what counts is the number of round trips."""
    print("\nReplies 50 ms late, 50 connections (a round trip each is 1,000/s at most)")
    rows: list[tuple[str, tuple[str, ...], dict[str, Any], float]] = [
        ("ours, PIPELINING: one round trip", ("PIPELINING",), {}, 1000),
        ("ours, without: four round trips", ("8BITMIME",), {}, 250),
        ("ours, CHUNKING, window 4", ("PIPELINING", "CHUNKING"), {"window": "4"}, 4000),
    ]
    for name, offers, settings, most in rows:
        options = ("--late-ms", "50", "--offer", *offers)
        line(name, with_sink(partial(bench.ours, connections=50, **settings), *options), most)
    slow = ("--late-ms", "50")
    line("smtp-source -d -s 50", with_sink(lambda port: smtp_source(port, 1000, 50), *slow), 1000)
    line("aiosmtplib", with_sink(lambda port: bench.ready("aiosmtplib", port, 1000, 50), *slow), 1000)
    line("nodemailer", with_sink(lambda port: nodemailer(bench, port, 1000, 50, modules), *slow), 1000)


def main() -> None:
    """Every row, or with --quick the first with fewer readers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer readers and pairs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as name:
        folder = Path(name)
        install_nodemailer(folder)
        bench = Bench(folder, 2_000 if options.quick else 10_000)
        wire(bench, folder, 2 if options.quick else PAIRS)
        postfix_sink(bench)
        late(bench, folder)


if __name__ == "__main__":
    main()
