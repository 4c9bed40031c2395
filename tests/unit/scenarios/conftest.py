"""A worker's place, and a mail server for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter_mailer.store.database import Database
from smtp_servers import ScriptedServer
from worker_kit import Station


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield Station(opened, tmp_path)


@pytest.fixture
def server(station: Station) -> Iterator[ScriptedServer]:
    with ScriptedServer() as opened:
        station.shop.port = opened.port
        yield opened
