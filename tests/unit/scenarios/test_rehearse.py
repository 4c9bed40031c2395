"""Whatever the weather, a rehearsal ends, every mail is looked at, and what is wrong is found."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from issue_files import issue_text, workspace_at, write_issue
from newsletter_mailer.config import Workspace, load_workspace, write_private
from newsletter_mailer.errors import NewsletterError, ServerUnreachable
from newsletter_mailer.message.dkim import new_key
from newsletter_mailer.message.headers import a_label
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.scenarios.examination import Examination, kept_mbox
from newsletter_mailer.scenarios.performance import Report
from newsletter_mailer.scenarios.rehearse import CALM, Audience, Choices, Rehearsal, rehearsing
from newsletter_mailer.smtp.sandbox import MESSAGE, Arrived, Entry
from newsletter_mailer.smtp.sandbox.log import Log
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

SECRET = Secret(bytes(32))
READERS = [NewSubscriber(f"reader{number}@example{number % 3}.org") for number in range(60)]
TEXT = "  - type: text\n    text: Bonjour {{ subscriber.first_name or 'à vous' }}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = workspace_at(tmp_path / "workspace")
    write_issue(made, issue_text(TEXT))
    return made


@pytest.fixture
def database(workspace: Workspace) -> Iterator[Database]:
    with Database(workspace.database_url) as opened:
        yield opened


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files; a test ends with nothing in it."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def on_list(database: Database, *people: NewSubscriber) -> None:
    with database.transaction() as c:
        into = audience.add_list(c, "members", name="M", basis=Basis.CONSENT, now=1, source="test")
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=1)


@contextmanager
def stage(database: Database, workspace: Workspace, choices: Choices) -> Iterator[Rehearsal]:
    def clock() -> int:
        return time.time_ns() // 1_000_000

    with rehearsing(database, workspace, "lettre", Audience(("members",)), choices, clock=clock) as ready:
        yield ready


def rehearsed(
    database: Database, workspace: Workspace, rates: Mapping[str, float] = CALM, out: Path | None = None
) -> Report:
    with stage(database, workspace, Choices(1, rates, out)) as ready, ready.sending() as sending:
        report = sending.run(sending.tools)
    assert report is not None
    return report


@pytest.mark.parametrize(
    "rates",
    [
        {"refuse": 1.0},
        {"refuse": 0.5, "defer": 0.3},
        {"defer": 1.0},
        {"defer_whole": 0.9},
        {"die_taking": 0.3},
        {"die_dropping": 0.3},
        {"goodbye": 0.2, "cut": 0.2, "late": 0.1},
    ],
    ids=str,
)
def test_however_bad_the_weather_it_ends_and_everyone_has_one_mail(
    database: Database, workspace: Workspace, rates: Mapping[str, float]
) -> None:
    on_list(database, *READERS)

    report = rehearsed(database, workspace, rates)

    assert report.taken == len(READERS)
    assert report.wrong == ()
    assert report.stormy.total == len(READERS)
    assert sum(report.did.values()) > 0


def test_mails_that_arrived_in_doubt_are_not_sent_again(database: Database, workspace: Workspace) -> None:
    on_list(database, *READERS)

    report = rehearsed(database, workspace, {"die_taking": 0.1, "die_dropping": 0.1})

    assert 0 < report.arrived_in_doubt <= report.stormy.in_doubt
    assert report.wrong == ()


def test_a_reader_whose_mail_cannot_be_written_is_named_with_the_reason(
    database: Database, workspace: Workspace
) -> None:
    on_list(database, NewSubscriber("ann@example.org"), NewSubscriber("ben@example.org", first_name="B\x07n"))

    report = rehearsed(database, workspace)

    assert [(one.address, str(one.why[0])) for one in report.wrong] == [
        ("ben@example.org", "U+0007 cannot stand in a header")
    ]
    assert report.taken == 1


def test_signed_mails_are_rehearsed_with_their_signatures(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    write_private(workspace.root / "dkim.pem", new_key())
    settings = workspace.root / "newsletter.yaml"
    dkim = "dkim: { domain: example.org, selector: a, key_file: dkim.pem }"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("security: none }", f"security: none, {dkim} }}")
    )
    on_list(database, NewSubscriber("ann@example.org"))

    report = rehearsed(database, load_workspace(workspace.root, {}), out=tmp_path / "out")

    assert report.wrong == ()
    assert report.mbox is not None
    assert b"DKIM-Signature: " in report.mbox.read_bytes()


def test_stopped_in_the_middle_it_comes_to_nothing(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    on_list(database, *READERS)

    with stage(database, workspace, Choices(1, CALM, tmp_path / "out")) as ready, ready.sending() as sending:
        sending.tools.stop.set()
        report = sending.run(sending.tools)

    assert report is None
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("count", [1, 60], ids=["at the end", "in the middle"])
def test_an_mbox_that_cannot_be_written_any_further_ends_it(
    database: Database, workspace: Workspace, tmp_path: Path, count: int
) -> None:
    on_list(database, *READERS[:count])

    with pytest.raises(NewsletterError, match="the mails cannot be kept"):
        full(database, workspace, tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []


def full(database: Database, workspace: Workspace, out: Path) -> None:
    with stage(database, workspace, Choices(1, CALM, out)) as ready, ready.sending() as sending:
        device_full(out)
        sending.run(sending.tools)


def device_full(out: Path) -> None:
    """A file that takes nothing: what stands at its number is the full device."""
    [path] = out.iterdir()
    for open_ in Path("/proc/self/fd").iterdir():
        if open_.resolve() == path.resolve():
            with Path("/dev/full").open("wb") as device:
                os.dup2(device.fileno(), int(open_.name))


def test_a_mail_of_nobody_and_one_that_went_to_another_are_wrong(
    database: Database, workspace: Workspace
) -> None:
    on_list(database, NewSubscriber("ann@example.org"))

    with stage(database, workspace, Choices(1, CALM)) as ready:
        examination = Examination(ready.database, ready.proposal.edition, SECRET, mbox=None)
        examination.arrived(Arrived(1, "x@example.org", "eve@example.org", b"Subject: x\r\n\r\nx\r\n"))
        examination.arrived(
            Arrived(2, "x@example.org", "eve@example.org", b"Message-ID: <99.x@example.org>\r\n\r\nx\r\n")
        )

    assert [one.address for one in examination.wrong] == ["eve@example.org", "eve@example.org"]
    assert str(examination.wrong[0].why[0]) == f"it went to {a_label('eve@example.org')}"
    assert examination.sizes.smallest > 0


def test_two_mails_to_one_reader_and_one_that_the_ledger_does_not_know_of_are_wrong(
    database: Database, workspace: Workspace
) -> None:
    on_list(database, NewSubscriber("ann@example.org"), NewSubscriber("ben@example.org", first_name="B\x07n"))

    with stage(database, workspace, Choices(1, CALM)) as ready, ready.sending() as sending:
        with ready.database.reading() as c:
            planned = list(campaigns.log(c, sending.campaign.id))
        log = Log(ready.database.path.with_name("server.log"))
        for row in planned:
            log.write(Entry(MESSAGE, 99, row.address, message_id=row.message_id, taken=True))
        log.close()
        report = sending.run(sending.tools)

    assert report is not None
    assert {one.address: str(one.why[0]) for one in report.wrong} == {
        "ann@example.org": "the server took it 2 times",
        "ben@example.org": "it arrived, and the ledger says: refused",
    }


def test_when_no_server_can_be_reached_it_ends_all_the_same(database: Database, workspace: Workspace) -> None:
    on_list(database, NewSubscriber("ann@example.org"))

    with (
        pytest.raises(ServerUnreachable),
        stage(database, workspace, Choices(1)) as ready,
        ready.sending() as sending,
    ):
        sending.run(replace(sending.tools, account=replace(sending.tools.account, port=1)))


def test_no_mail_has_no_size(database: Database, workspace: Workspace) -> None:
    on_list(database, NewSubscriber("ann@example.org"))

    with stage(database, workspace, Choices(1, CALM)) as ready:
        sizes = Examination(ready.database, ready.proposal.edition, SECRET, mbox=None).sizes

    assert (sizes.smallest, sizes.median, sizes.largest, sizes.clipped) == (0, 0, 0, 0)


def test_without_a_folder_no_mail_is_kept() -> None:
    with kept_mbox(None, "lettre") as kept:
        assert kept is None
