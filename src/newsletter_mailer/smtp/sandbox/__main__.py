"""The sandbox as a process of its own: prints its port, and runs until its standard input is closed.

python -m newsletter_mailer.smtp.sandbox --log FILE --seed 7 --rate defer=0.05 --rate die_taking=0.01 --offer CHUNKING
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from newsletter_mailer.smtp.sandbox.faults import KINDS, Weather
from newsletter_mailer.smtp.sandbox.house import OFFERED
from newsletter_mailer.smtp.sandbox.server import Sandbox


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    asked = _arguments()
    sandbox = Sandbox(
        port=asked.port,
        log=asked.log,
        faults=Weather(asked.seed, dict(asked.rate)) if asked.rate else None,
        offers=[offer for offer in (*OFFERED, *asked.offer) if offer not in asked.without],
        lies=asked.lie,
        keep=0,
    )
    with sandbox:
        sys.stdout.write(f"{sandbox.port}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="newsletter_mailer.smtp.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--rate", type=_rate, action="append", default=[], help=f"of {', '.join(KINDS)}")
    parser.add_argument("--offer", action="append", default=[])
    parser.add_argument("--without", action="append", default=[], help="an extension that is not offered")
    parser.add_argument("--lie", action="append", default=[], help="an extension that is offered and refused")
    return parser.parse_args()


def _rate(text: str) -> tuple[str, float]:
    kind, _, rate = text.partition("=")
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(f"no such weather: {kind}")
    return kind, float(rate)


if __name__ == "__main__":
    main()
