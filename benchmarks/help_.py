"""How long the help takes, beside Python importing click and nothing else: python benchmarks/help_.py

Both run in turn, each a process of its own; processor time, medians. Aim: at most twice.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

TURNS = 15
OURS = [sys.executable, "-m", "newsletter_mailer", "--help"]
BARE = [sys.executable, "-c", "import click"]


def seconds(command: list[str]) -> float:
    """Processor time of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    pairs = [(seconds(OURS), seconds(BARE)) for _ in range(TURNS)]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    print(f"newsletter --help   {ours * 1000:5.0f} ms")
    print(f"import click        {bare * 1000:5.0f} ms")
    print(f"ratio               {statistics.median(ratios):5.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
