"""One-click unsubscribes a second, while a dispatch runs, beside a bare Starlette handler that writes one SQLite row.

Run: python benchmarks/one_click.py [--seconds 4] [--turns 5]. Fifty clients keep their connections and click without a
pause; both servers take turns under the same dispatch, into the benchmarks' sink. Everything runs on this machine: the
clients cost time too, and the same for both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from bench_runs import HERE, sink

from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret, sign

CLIENTS = 50
READERS = 100_000
PACE = "18000/min"  # of the dispatch meanwhile: 300 mails a second
BODY = b"List-Unsubscribe=One-Click"
ISSUE = "id: bench-000001\ntitle: T\nsubject: S\ndate: 2026-11-01\nlanguage: fr\nblocks:\n  - type: footer\n"


class Workspace:
    """Settings, readers, an issue, and the commands on them."""

    def __init__(self, folder: Path, smtp: int) -> None:
        self.folder = folder / "workspace"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            "NEWSLETTER_SMTP__HOST": "127.0.0.1",
            "NEWSLETTER_SMTP__PORT": str(smtp),
            "NEWSLETTER_SMTP__SECURITY": "none",
            "NEWSLETTER_SMTP__LIMITS": PACE,
        }
        self._run("init", str(self.folder), project=False)
        issue = self.folder / "issues" / "bench" / "issue.yaml"
        issue.parent.mkdir(parents=True)
        issue.write_text(ISSUE, encoding="utf-8")
        people = self.folder / "people.csv"
        rows = "".join(f"reader{number}@example.org\n" for number in range(READERS))
        people.write_text("email\n" + rows, encoding="utf-8")
        self._run("subscribers", "import", str(people), "--list", "all")

    def command(self, *arguments: str, project: bool = True) -> list[str]:
        """The program with these arguments."""
        where = ["--project", str(self.folder)] if project else []
        return [sys.executable, "-m", "newsletter_mailer", "--no-input", "--lang", "en", *where, *arguments]

    def _run(self, *arguments: str, project: bool = True) -> None:
        command = self.command(*arguments, project=project)
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {done.stderr}")

    @contextmanager
    def dispatching(self) -> Iterator[None]:
        """A dispatch to everybody is under way."""
        command = self.command("dispatch", "bench", "--list", "all", "--yes", "--expect", str(READERS))
        with subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            sleep(15)  # the campaign is planned, and its first mails leave
            try:
                yield
                if run.poll() is not None:
                    raise SystemExit("the dispatch ended before the clicks did")
            finally:
                run.terminate()

    @contextmanager
    def served(self) -> Iterator[int]:
        """`newsletter serve`; its port."""
        environment = {**self.environment, "NEWSLETTER_PUBLIC_URL": "http://127.0.0.1:1"}
        with started(self.command("serve", "--port", "0"), environment) as said:
            yield int(said.rpartition(":")[2])

    def tokens(self) -> Iterator[str]:
        """A link of another reader each time."""
        secret = Secret.read((self.folder / "var" / "secret").read_text())
        return (sign(secret, "unsubscribe", number) for number in count(1))

    def left(self) -> int:
        """How many readers have left."""
        with Database(f"sqlite:///{self.folder / 'var' / 'newsletter.db'}") as ledger, ledger.reading() as c:
            said = "SELECT count(*) FROM subscriptions WHERE status = 'unsubscribed'"
            return int(c.exec_driver_sql(said).scalar() or 0)


@contextmanager
def started(command: list[str], environment: dict[str, str] | None = None) -> Iterator[str]:
    """A program that serves, and the first line that it says."""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        assert run.stdout is not None
        try:
            yield run.stdout.readline().strip()
        finally:
            run.terminate()


async def clicks(port: int, tokens: Iterator[str], seconds: float) -> int:
    """How many clicks of fifty clients are answered with 200 in that time; any other answer ends the program."""
    end = perf_counter() + seconds
    return sum(await asyncio.gather(*(_client(port, tokens, end) for _ in range(CLIENTS))))


async def _client(port: int, tokens: Iterator[str], end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while perf_counter() < end:
        head = (
            f"POST /u/{next(tokens)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(BODY)}\r\n\r\n"
        )
        writer.write(head.encode() + BODY)
        said = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in said.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        if not said.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"an error: {said.decode()}")
        answered += 1
    writer.close()
    return answered


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--turns", type=int, default=5)
    given = options.parse_args()
    ours, theirs = [], []
    with TemporaryDirectory() as name, sink() as (smtp, _):
        workspace = Workspace(Path(name), smtp)
        peer = [sys.executable, str(HERE / "one_row.py"), str(Path(name) / "rows.db")]
        tokens = workspace.tokens()
        with workspace.dispatching(), workspace.served() as port, started(peer) as said:
            for _ in range(given.turns):
                theirs.append(asyncio.run(clicks(int(said), tokens, given.seconds)) / given.seconds)
                answered = asyncio.run(clicks(port, tokens, given.seconds))
                ours.append(answered / given.seconds)
        left = workspace.left()
    clicked = sum(round(rate * given.seconds) for rate in ours)
    ratios = sorted(mine / bare for mine, bare in zip(ours, theirs, strict=True))
    print(
        f"one-click POSTs a second, {CLIENTS} clients, a dispatch at {PACE} meanwhile, {os.cpu_count()} processors"
    )
    print(f"  one row, bare Starlette  {statistics.median(theirs):7,.0f}")
    print(
        f"  newsletter serve         {statistics.median(ours):7,.0f}   {left:,} readers left by {clicked:,} clicks, no error"
    )
    print(
        f"  ratio                    {statistics.median(ratios):7.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
