"""A new ledger for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter_mailer.store.database import Database
from unit.store.ledger_kit import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/var/newsletter.db") as database:
        yield Bench(database)
