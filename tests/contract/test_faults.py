"""The sender against every fault a server can have: what it claims is held against the server's own log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fault_table import CASES, MESSAGE, Case
from judgement import Witness, guilty
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp.account import Account, Timeouts
from newsletter_mailer.smtp.pool import send_all
from newsletter_mailer.smtp.sandbox import (
    CHUNKING,
    NOTHING,
    OFFERED,
    At,
    Fault,
    Sandbox,
    Script,
    Then,
    Turn,
    entries,
)
from smtp_servers import Certificates, account, certificates, letters, readers

PATIENT = Timeouts(
    connect=30, handshake=30, greeting=30, hello=30, mail=30, rcpt=30, data=30, block=30, dot=30, quit=1
)
ALONE = tuple(offer for offer in OFFERED if offer != "PIPELINING")
_RUNS = 6


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def _account(port: int, *, connections: int = 1, window: int = 1, **options: Any) -> Account:
    return replace(account(port, **options), connections=connections, window=window)


def _sent(desk: Witness, to: Account) -> Witness:
    """Send it all, started again after every stop, as an officer would."""
    for _ in range(_RUNS):
        try:
            send_all(desk, to, waits=(0.0,) * 6)
        except NewsletterError:
            continue
        if not desk.waiting:
            break
    return desk


def _played(case: Case, log: Path, certified: Certificates, *, chunking: bool = False, **way: int) -> Witness:
    desk = Witness(letters(*readers(6), data=case.data), many=way.get("connections", 1))
    impatient: dict[str, float] = {case.stalls: 0.3} if case.stalls else {}
    with Sandbox(
        faults=case.script(),
        log=log,
        offers=(*case.offers, *(("CHUNKING",) if chunking else ())),
        lies=case.lies,
        lenient=case.lenient,
        tls=certified.good if case.secure else None,
    ) as sandbox:
        to = _account(
            sandbox.port,
            security="starttls" if case.secure else "none",
            ca_file=certified.ca_file if case.secure else "",
            timeouts=replace(PATIENT, **impatient),
            **way,
        )
        return _sent(desk, to)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_sender_tells_the_truth(case: Case, tmp_path: Path, certified: Certificates) -> None:
    log = tmp_path / "log"

    desk = _played(case, log, certified)

    assert guilty(desk.claims, log, unasked="CHUNKING" in case.offers) == []
    assert set(desk.claims.of(readers(1)[0])[:1]) <= set(case.first)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_sender_tells_the_truth_over_many_connections(
    case: Case, tmp_path: Path, certified: Certificates
) -> None:
    log = tmp_path / "log"

    desk = _played(case, log, certified, connections=4)

    assert guilty(desk.claims, log, unasked="CHUNKING" in case.offers) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.chunked], ids=str)
def test_the_sender_tells_the_truth_with_several_messages_in_flight(
    case: Case, tmp_path: Path, certified: Certificates
) -> None:
    log = tmp_path / "log"

    desk = _played(case, log, certified, chunking="CHUNKING" not in case.offers, connections=2, window=4)

    assert guilty(desk.claims, log, unasked=True) == []


def _cut(at: int, then: Then, log: Path, offers: Sequence[str], **way: int) -> tuple[Witness, int]:
    """Two messages over a line that breaks after so many bytes; and how many bytes were heard of it."""
    script = Script(Turn(Fault(At.BYTE, NOTHING, then, after=at), connection=1))
    desk = Witness(letters(*readers(3), data=MESSAGE))
    with Sandbox(faults=script, log=log, offers=offers) as sandbox:
        _sent(desk, _account(sandbox.port, timeouts=PATIENT, **way))
    return desk, sum(entry.kind == "broke" for entry in entries(log))


@pytest.mark.parametrize("then", [Then.HANG_UP, Then.RESET], ids=lambda then: str(then.value))
@pytest.mark.parametrize(
    "offers, window",  # noqa: PT006
    [(OFFERED, 1), (ALONE, 1), (CHUNKING, 4)],
    ids=["pipelining", "one by one", "chunks"],
)
def test_a_line_that_breaks_after_any_byte(
    offers: Sequence[str], window: int, then: Then, tmp_path: Path
) -> None:
    at, broke = 0, 1

    while broke:
        at += 1
        log = tmp_path / f"{at}.log"
        desk, broke = _cut(at, then, log, offers, window=window)

        assert guilty(desk.claims, log, unasked=offers is CHUNKING) == [], f"after {at} bytes"
        assert all(desk.claims.of(reader) for reader in readers(3)), f"after {at} bytes"
        assert sum(event is Event.LOST for _, event in desk.claims.settled) <= window
