"""One run of a sender into a sink, measured; of `send.py`."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, sleep

HERE = Path(__file__).resolve().parent
SIZE = 48_000  # bytes of a message on the wire
MOST_S = 1800  # for any single run: a hang guard
SOURCE = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin")
POSTFIX_SINK = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
NODE = shutil.which("node")


@dataclass(frozen=True, slots=True)
class Run:
    """What one sender took."""

    seconds: float
    processor_s: float
    peak_mb: float
    sent: int
    heavy: tuple[str, ...] = ()  #: modules that have no business there
    sink_s: float = 0.0  #: processor time of the sink meanwhile

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.sent / self.seconds

    @property
    def processor_us(self) -> float:
        """Microseconds of processor a message."""
        return self.processor_s / self.sent * 1e6


def found(said: str) -> Run:
    """What a sender printed in its last line."""
    values = json.loads(said.splitlines()[-1])
    return Run(**{**values, "heavy": tuple(values.get("heavy", ()))})


@contextmanager
def sink(*options: str) -> Iterator[tuple[int, list[float]]]:
    """The fast sink; its port, and afterwards its processor seconds."""
    used: list[float] = []
    command = [sys.executable, str(HERE / "sink.py"), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield int(program.stdout.readline()), used
            said, _ = program.communicate("\n", timeout=60)
            used.append(json.loads(said)["processor_s"])
        finally:
            program.kill()


def with_sink(send: Callable[[int], Run | None], *options: str) -> Run | None:
    """A run into a sink of its own, with the sink's processor time."""
    with sink(*options) as (port, used):
        run = send(port)
    return replace(run, sink_s=used[0]) if run else None


@contextmanager
def postfix_sink(program_: str) -> Iterator[int]:
    """Postfix's smtp-sink; its port."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = int(holder.getsockname()[1])
    command = [program_, "-u", getpass.getuser(), f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command) as program:
        try:
            _wait_for(port)
            yield port
        finally:
            program.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        sleep(0.05)


def smtp_source(port: int, number: int, connections: int) -> Run | None:
    """The reference: one constant message of the same size, without a ledger; None where Postfix is not."""
    if SOURCE is None:
        return None
    sizes = ("-s", str(connections), "-l", str(SIZE), "-m", str(number))
    addresses = ("-f", "news@example.org", "-t", "reader@example.org")
    before = os.times()
    started = perf_counter()
    command = [SOURCE, "-d", *sizes, *addresses, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, timeout=MOST_S)
    seconds = perf_counter() - started
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, used, 0, number)


def peer(sender: str, message: Path, port: int, number: int, connections: int) -> Run:
    """A sender of `senders.py` that needs no workspace: "aiosmtplib" or "naive"."""
    options = ("--port", str(port), "--number", str(number), "--connections", str(connections))
    command = [sys.executable, str(HERE / "senders.py"), sender, *options, "--message", str(message)]
    return found(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=MOST_S).stdout
    )


def nodemailer(modules: Path, message: Path, port: int, number: int, connections: int) -> Run | None:
    """nodemailer's pool, when Node and its package can be had; None otherwise."""
    if NODE is None or not (modules / "node_modules" / "nodemailer").is_dir():
        return None
    command = [NODE, str(HERE / "nodemailer.mjs"), str(port), str(number), str(connections), str(message)]
    environment = {**os.environ, "NODE_MODULES_FROM": str(modules)}
    done = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=MOST_S
    )
    return found(done.stdout)


def install_nodemailer(folder: Path) -> None:
    """Fetch nodemailer for this run, where npm can."""
    npm = shutil.which("npm")
    if npm is not None:
        (folder / "package.json").write_text("{}")
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "nodemailer"]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=120)
