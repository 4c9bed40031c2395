"""How fast a planned campaign leaves, beside what others do: every row in one run, as ratios.

Run: python benchmarks/send.py [--quick] [--million] [--only wire,late,…]. Ours has its ledger and journal on and
durable, and every message is personal. Ours and the reference (Postfix's smtp-source: one constant message, no ledger)
take turns; ratios are medians of pairs. A peer that cannot run here is named as missing. Nothing leaves the machine.
See docs/benchmarks.md for what each row means.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import ssl
import statistics
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import trustme
from bench_runs import (
    POSTFIX_SINK,
    SIZE,
    Run,
    install_nodemailer,
    nodemailer,
    peer,
    postfix_sink,
    smtp_source,
    with_sink,
)
from bench_workspace import Bench
from senders import HEAVY

PAIRS = 7
LATE_MS = 50
LATE_CONNECTIONS = 50


def line(name: str, run: Run | None, share: str = "") -> None:
    """One row of the table."""
    if run is None:
        print(f"  {name:<46} missing here")
        return
    print(
        f"  {name:<46} {run.rate:>8,.0f}/s {share:>6}  processor {run.processor_us / 1000:.3f} s per 1,000,"
        f" sink {run.sink_s / run.sent * 1000:.3f}  {f'{run.peak_mb:.0f} MB' if run.peak_mb else ''}",
        flush=True,
    )


def told(name: str, ratios: Sequence[float], aim: str) -> None:
    """The median of paired ratios, and how far they lie apart."""
    print(
        f"  {name:<46} {statistics.median(ratios):>8.2f}    {min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} pairs"
        f"   ({aim})",
        flush=True,
    )


def middle(runs: Sequence[Run]) -> Run:
    """The run of median rate."""
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]


def certain(run: Run | None) -> Run:
    """A run of ours, which is never missing."""
    assert run is not None
    return run


class Table:
    """The rows of one machine."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder = folder
        self.quick = quick
        self.pairs = 2 if quick else PAIRS
        self.bench = Bench(folder / "small", 2_000 if quick else 20_000)

    def wire(self) -> None:
        """Fast sink, ten connections, in turns."""
        number = self.bench.readers
        print(f"\nFast sink, 10 connections, {SIZE // 1000} kB a message, {number:,} readers")
        ours: list[Run] = []
        theirs: list[Run] = []
        for _ in range(self.pairs):
            ours.append(certain(with_sink(self.bench.ours)))
            other = with_sink(lambda port: smtp_source(port, number, 10))
            theirs += [other] if other else []
        line("smtp-source -d -s 10: one message, no ledger", middle(theirs) if theirs else None)
        line("ours, ledger and journal durable", middle(ours))
        message = self.bench.message
        pooled = [
            (
                "aiosmtplib, 10 connections, ready-made",
                lambda port: peer("aiosmtplib", message, port, 1_500, 10),
            ),
            (
                "nodemailer, pool of 10, ready-made",
                lambda port: nodemailer(self.folder, message, port, 3_000, 10),
            ),
        ]
        peers = [(name, with_sink(send)) for name, send in pooled]
        naive = certain(with_sink(lambda port: peer("naive", message, port, 150, 1)))
        for name, run in peers:
            line(name, run)
        line("Jinja2 + EmailMessage + smtplib per reader", naive)
        if theirs:
            pairs = list(zip(ours, theirs, strict=True))
            told("ours ÷ smtp-source", [mine.rate / other.rate for mine, other in pairs], "aim 1.0")
        if fastest := max((run.rate for _, run in peers if run), default=0):
            told("ours ÷ best pooled peer", [mine.rate / fastest for mine in ours], "aim 8")
        told("ours ÷ per reader", [mine.rate / naive.rate for mine in ours], "aim 80")

    def postfix(self) -> None:
        """The same into Postfix's smtp-sink."""
        print("\nPostfix's smtp-sink, which reads byte by byte, 10 connections")
        if POSTFIX_SINK is None:
            print("  missing here")
            return
        with postfix_sink(POSTFIX_SINK) as port:
            line("smtp-source -d -s 10", smtp_source(port, self.bench.readers, 10))
            line("ours", self.bench.ours(port))

    def late(self) -> None:
        """Replies that come late: what counts is the number of round trips."""
        print(f"\nReplies {LATE_MS} ms late, {LATE_CONNECTIONS} connections")
        most = LATE_CONNECTIONS / LATE_MS * 1000  # a second, with one round trip a message
        slow = ("--late-ms", str(LATE_MS))

        def row(name: str, send: Callable[[int], Run | None], at_most: float, *offers: str) -> None:
            run = with_sink(send, *slow, *offers)
            line(name, run, f"{run.rate / at_most:.2f}" if run else "")

        ours = partial(self.bench.ours, connections=LATE_CONNECTIONS)
        chunks = partial(ours, window="4")
        print(f"  after the rate: its share of connections ÷ (round trips × {LATE_MS} ms), aim 0.9")
        row("ours, PIPELINING: one round trip", ours, most, "--offer", "PIPELINING")
        row("ours, without: four round trips", ours, most / 4, "--offer", "8BITMIME")
        row("ours, CHUNKING, window 4", chunks, most * 4, "--offer", "PIPELINING", "CHUNKING")
        print("  the peers, as a share of one round trip")
        message = self.bench.message
        row("smtp-source -d -s 50", lambda port: smtp_source(port, 1_000, LATE_CONNECTIONS), most)
        row("aiosmtplib", lambda port: peer("aiosmtplib", message, port, 1_000, LATE_CONNECTIONS), most)
        row(
            "nodemailer",
            lambda port: nodemailer(self.folder, message, port, 1_000, LATE_CONNECTIONS),
            most,
        )

    def secure(self) -> None:
        """What TLS and a signature cost, in turns with neither."""
        print("\nFast sink, 10 connections: encrypted, signed")
        authority = trustme.CA()
        ca, chain, key = (str(self.folder / name) for name in ("ca.pem", "chain.pem", "dkim.pem"))
        authority.cert_pem.write_to_path(ca)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(chain)
        _write_dkim_key(Path(key))
        dkim = json.dumps({"domain": "example.org", "selector": "bench", "key_file": key})
        kinds: dict[str, tuple[Callable[[int], Run | None], tuple[str, ...]]] = {
            "neither": (self.bench.ours, ()),
            "TLS": (partial(self.bench.ours, security="tls", ca_file=ca), ("--certificate", chain)),
            "DKIM, RSA-2048": (partial(self.bench.ours, dkim=dkim), ()),
        }
        runs: dict[str, list[Run]] = {name: [] for name in kinds}
        for _ in range(min(self.pairs, 3)):
            for name, (send, options) in kinds.items():
                runs[name].append(certain(with_sink(send, *options)))
        for name, some in runs.items():
            line(name, middle(some))
        plain = runs.pop("neither")
        for name, some in runs.items():
            more = [one.processor_us - other.processor_us for one, other in zip(some, plain, strict=True)]
            ratios = [one.rate / other.rate for one, other in zip(some, plain, strict=True)]
            told(f"{name} ÷ neither", ratios, f"{statistics.median(more):.0f} µs of processor a message more")
        print("  the signature beside the bare RSA signature: python benchmarks/sign.py", flush=True)

    def memory(self, sizes: Sequence[int]) -> None:
        """What `newsletter resume` takes, and what planning does, for campaigns of these sizes."""
        print("\nPlanning, and memory of the command `newsletter resume`, whole")
        peaks: list[float] = []
        for readers in sizes:
            bench = (
                self.bench if readers == self.bench.readers else Bench(self.folder / f"{readers}", readers)
            )
            run = certain(with_sink(bench.resume))
            peaks.append(run.peak_mb)
            line(f"resume of {readers:,} deliveries", run)
            print(
                f"  {'modules that have no business there':<46} {', '.join(run.heavy) or 'none'}"
                f"   (looked for: {', '.join(HEAVY)})"
            )
            turns = [(bench.plan(), bench.bare()) for _ in range(1 if readers >= 1_000_000 else 3)]
            print(
                f"  {f'plan {readers:,}':<46} {min(mine.seconds for mine, _ in turns) / readers * 1e6:>8.1f} µs a row, "
                f"{turns[0][0].peak_mb:.0f} MB"
            )
            told("plan ÷ bare INSERT … SELECT", [m.seconds / b.seconds for m, b in turns], "aim 3")
        ratio = peaks[-1] / peaks[0]
        print(f"  {f'memory at {sizes[-1]:,} ÷ at {sizes[0]:,}':<46} {ratio:>8.2f}    (aim 1.1)", flush=True)


def _write_dkim_key(path: Path) -> None:
    from newsletter_mailer.message.dkim import new_key

    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        file.write(new_key())


def machine() -> str:
    """On what this was measured."""
    optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    node = subprocess.run(["uname", "-srm"], capture_output=True, text=True, check=False).stdout.strip()
    return (
        f"{node}, {os.cpu_count()} processors, Python {platform.python_version()} "
        f"{'with' if optimised else 'without'} profile-guided optimisation, {ssl.OPENSSL_VERSION}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


ROWS = ("wire", "postfix", "late", "secure", "memory")


def main() -> None:
    """Every row, or with --quick the same with fewer readers and pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer readers and pairs")
    parser.add_argument("--million", action="store_true", help="a campaign of 1,000,000, too: half an hour")
    parser.add_argument("--only", default=",".join(ROWS), help=f"some of {', '.join(ROWS)}")
    options = parser.parse_args()
    only = options.only.split(",")
    print(machine())
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as name:
        folder = Path(name)
        (folder / "small").mkdir()
        if {"wire", "late"} & set(only):
            install_nodemailer(folder)
        table = Table(folder, quick=options.quick)
        for row in only:
            if row != "memory":
                getattr(table, row)()
        if "memory" in only:
            sizes = [table.bench.readers, 20_000 if options.quick else 100_000]
            table.memory(sizes + [1_000_000] * options.million)


if __name__ == "__main__":
    main()
