"""How many returned mails a second are read, beside flufl.bounce on the same mails.

Run: python benchmarks/bounces.py. The mails are those of the folder that BOUNCE_CORPUS names, or that stands beside the
project; without either, three of our own. Both take turns over all of them; the ratio is the median of the pairs.
flufl.bounce finds addresses only; ours says as well what each mail is, why, and of which letter.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from email.parser import BytesParser
from pathlib import Path

from flufl.bounce import all_failures

from newsletter_mailer.inbox.classify import read_mail

PAIRS = 9
BESIDE = Path(__file__).parents[2] / "shared" / "corpus" / "bounces"


def mails() -> list[bytes]:
    """The mails that are read."""
    folder = Path(os.environ.get("BOUNCE_CORPUS") or BESIDE)
    found = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    return found or _own()


def _own() -> list[bytes]:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from inbox_kit import GONE, complaint, dsn, mail

    ours = "<42.0123456789abcdef0123456789abcdef@news.example.org>"
    words = "<ann@example.org>:\r\n550 5.1.1 user unknown"
    note = mail("failure notice", "MAILER-DAEMON@example.net", body=words)
    return [dsn("ann@example.org", ours, GONE), complaint("ann@example.org", ours), note]


def theirs(raw: bytes) -> object:
    """What flufl.bounce does, with the parser that it needs."""
    try:
        return all_failures(BytesParser().parsebytes(raw))
    except Exception:  # noqa: BLE001 - some mails break it
        return None


def seconds(read: Callable[[bytes], object], raws: Sequence[bytes]) -> float:
    """What all mails take, processor time."""
    start = time.process_time()
    for raw in raws:
        read(raw)
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    raws = mails()
    pairs = [(seconds(read_mail, raws), seconds(theirs, raws)) for _ in range(PAIRS)]
    print(f"{len(raws)} returned mails, {sum(map(len, raws)) / len(raws):,.0f} bytes each in the mean")
    for name, times in (("ours", [a for a, _ in pairs]), ("flufl.bounce", [b for _, b in pairs])):
        print(f"  {name:<14} {len(raws) / statistics.median(times):8,.0f} mails a second of processor time")
    ratios = sorted(b / a for a, b in pairs)
    print(f"  ours ÷ flufl.bounce {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
