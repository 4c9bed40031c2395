"""The judge finds who does wrong: for every fault a client that makes a mistake, and is found guilty of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import wrong_clients
from fault_table import CASES, MESSAGE, Case
from judgement import guilty
from newsletter_mailer.smtp.sandbox import CHUNKING, Sandbox, Script
from smtp_servers import Certificates, certificates, readers
from wrong_clients import Careful, Eager, Place

CLIENTS = [
    found
    for found in vars(wrong_clients).values()
    if isinstance(found, type) and issubclass(found, Careful) and found is not Eager
]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def _crimes(client: type[Careful], case: Case, log: Path, certified: Certificates) -> list[str]:
    with Sandbox(
        faults=case.script(),
        log=log,
        offers=case.offers,
        lies=case.lies,
        lenient=case.lenient,
        tls=certified.good if case.secure else None,
    ) as sandbox:
        place = Place(
            sandbox.port, 0.5 if case.stalls else 30, trusted=certified.ca_file if case.secure else ""
        )
        claims = client(place, [(reader, case.data) for reader in readers(4)]).run()
    return guilty(claims, log)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_wrong_client_is_found_guilty(case: Case, tmp_path: Path, certified: Certificates) -> None:
    crimes = _crimes(case.client, case, tmp_path / "log", certified)

    assert crimes, f"{case.client.__name__} gets away with it"
    assert any(case.verdict in crime for crime in crimes), crimes


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_careful_client_is_innocent(case: Case, tmp_path: Path, certified: Certificates) -> None:
    assert _crimes(Careful, case, tmp_path / "log", certified) == []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_calm_server_shows_no_mistake(client: type[Careful], tmp_path: Path) -> None:
    log = tmp_path / "log"

    with Sandbox(faults=Script(), log=log, offers=CHUNKING) as sandbox:
        claims = client(Place(sandbox.port), [(reader, MESSAGE) for reader in readers(3)]).run()

    assert guilty(claims, log) == []
    assert len(claims.settled) == 3


def test_every_mistake_has_its_fault() -> None:
    assert {case.client for case in CASES} == {*CLIENTS, Eager} - {Careful}
