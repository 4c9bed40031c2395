"""What a DKIM signature costs beside the bare RSA signature that is inside it, and beside dkimpy's.

Run: python benchmarks/sign.py. All take turns in one process on the same message of 48 kB; the figures are medians
of the paired ratios. Nothing is sent.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import dkim
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter_mailer.message.dkim import Signer
from newsletter_mailer.message.mime import Copy, Letterhead, MessageTemplate
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Place, Segment, Sender, Slot

PAIRS, CALLS = 9, 100
SIZE = 48_000
ROW = '<tr><td style="padding:0 24px">Une lettre d’hiver pour tout le réseau, et ses rendez-vous.</td></tr>\n'


def message() -> tuple[bytes, bool]:
    """A copy of 48 kB for one reader, and whether its template says that it needs no relaxing."""
    name = Segment(Slot(0, Place.HTML_TEXT))
    html = (Segment("<p>Bonjour "), name, Segment("</p>\n"), Segment(ROW * (SIZE // len(ROW) * 11 // 14)))
    edition = Edition(
        issue_id="bench",
        slug="bench",
        title="Bench",
        language="fr",
        sender=Sender("Réseau Exemple", "news@example.org"),
        subject=(Segment("La lettre d’hiver"),),
        html=html,
        text=(Segment("Bonjour.\n" * 200),),
        expressions=("subscriber.first_name",),
    )
    on = Letterhead("members.example.org", "Adhérents", "leave@example.org", "https://news.example.org")
    template = MessageTemplate(edition, on)
    copy = Copy(
        "zoe@example.org", "<1.bench@example.org>", datetime(2026, 11, 23, 12, tzinfo=UTC), "abc" * 20
    )
    reader = Subscriber(1, "zoe@example.org", "k1", first_name="Zoé")
    return template.build(reader, copy)[1], template.relaxed


def seconds(work: Callable[[], object], calls: int = CALLS) -> float:
    """Seconds of one call, the mean of a turn."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def main() -> None:
    """Measure and print."""
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    signer = Signer("example.org", "news1", key)
    data, relaxed = message()
    bare, ours, searched, theirs = [], [], [], []
    for _ in range(PAIRS):
        bare.append(seconds(lambda: key.sign(b"x" * 1500, PKCS1v15(), SHA256())))
        ours.append(seconds(lambda: signer.sign(data, at=1_700_000_000, relaxed=relaxed)))
        searched.append(seconds(lambda: signer.sign(data, at=1_700_000_000)))
        theirs.append(seconds(lambda: dkim.sign(data, b"news1", b"example.org", pem), 2))
    print(
        f"DKIM, RSA-2048, {len(data):,} bytes; the bare signature takes {statistics.median(bare) * 1e6:.0f} µs"
    )
    for name, times in (("ours", ours), ("ours, body searched", searched), ("dkimpy", theirs)):
        ratios = sorted(mine / base for mine, base in zip(times, bare, strict=True))
        middle = statistics.median(ratios)
        print(f"  {name:<20} {middle:6.2f} × ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
