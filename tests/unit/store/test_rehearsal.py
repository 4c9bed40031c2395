"""A ledger to rehearse with is a private copy in which nothing was ever sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.rehearsal import copy_ledger, forget_hard, planned
from newsletter_mailer.tokens import recipient_key
from unit.store.ledger_kit import ACCEPTED, NOON, SECRET, Bench


def test_in_the_copy_an_issue_that_was_sent_reaches_everyone_again(bench: Bench, tmp_path: Path) -> None:
    bench.on_list("ann@example.org", "ben@example.org")
    bench.settle(bench.claim(bench.plan()), ACCEPTED)

    copy_ledger(bench.database, tmp_path / "copy.db", ledger_id="another")

    with Database(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        again = Bench(copy).plan()
        assert again.counts.total == 2
        assert copy.ledger_id == "another"
        assert not copy.has_secret
    assert bench.plan().counts.total == 0


def test_the_copy_is_for_its_owner_alone_and_the_ledger_stays_as_it_is(bench: Bench, tmp_path: Path) -> None:
    bench.on_list("ann@example.org")
    before = bench.database.path.read_bytes()

    copy_ledger(bench.database, tmp_path / "copy.db", ledger_id="another")

    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert bench.database.path.read_bytes() == before


def test_a_copy_is_never_written_over_a_file(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"kept")

    with pytest.raises(FileExistsError):
        copy_ledger(bench.database, tmp_path / "copy.db", ledger_id="another")

    assert (tmp_path / "copy.db").read_bytes() == b"kept"


def test_a_ledger_that_cannot_be_read_is_told_with_the_folder(bench: Bench, tmp_path: Path) -> None:
    bench.database.close()
    bench.database.path.unlink()

    with pytest.raises(Stopped, match="cannot be copied to"):
        copy_ledger(bench.database, tmp_path / "copy.db", ledger_id="another")


def test_a_delivery_is_known_by_its_number(bench: Bench) -> None:
    bench.on_list("ann@example.org")
    [claimed] = bench.claim(bench.plan())

    with bench.database.reading() as c:
        found, nobody = planned(c, claimed.delivery.id), planned(c, 999)

    assert found == ("ann@example.org", claimed.delivery.message_id)
    assert nobody is None


def test_only_those_called_unknown_since_then_may_be_written_to_again(bench: Bench) -> None:
    with bench.database.transaction() as c:
        for address, source, at in (
            ("long.ago@example.org", "smtp", NOON - 1),
            ("by.hand@example.org", "hand", NOON),
            ("made.up@example.org", "smtp", NOON),
        ):
            reason = SuppressionReason.HARD_BOUNCE
            audience.suppress(c, recipient_key(SECRET, address), reason=reason, now=at, source=source)

        count = forget_hard(c, since=NOON)

    assert count == 1
