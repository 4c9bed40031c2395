"""What the ledger is told of every message, whatever happens around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from dispatch_kit import EDITION, NOON, SECRET, Clock, tools
from newsletter_mailer.actions.dispatch import Outbox, dispatch, exit_code
from newsletter_mailer.config import Identity, SenderSettings, Workspace
from newsletter_mailer.errors import LoginRefused, ServerUnreachable, Stopped, UsageError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.campaign import Campaign, CampaignState, Counts
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.edition import Edition, Segment
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.smtp.pool import WAITS_S, Later, Outgoing, send_all
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import RECORD, Journal, read
from smtp_servers import HANG_UP, ScriptedServer


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between one connection and the next no time passes: seconds, else, that prove nothing."""
    monkeypatch.setitem(send_all.__kwdefaults__ or {}, "waits", tuple(0.0 for _ in WAITS_S))


def on_list(database: Database, slug: str, *people: NewSubscriber) -> None:
    with database.transaction() as c:
        into = audience.add_list(c, slug, name="A", basis=Basis.CONSENT, now=NOON, source="test")
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=NOON)


def planned(
    database: Database,
    *people: NewSubscriber,
    edition: Edition = EDITION,
    lists: tuple[str, ...] = ("adherents",),
) -> Campaign:
    on_list(database, "adherents", *people)
    with database.transaction() as c:
        return campaigns.plan(
            c,
            edition,
            Audience(lists),
            now=NOON,
            secret=SECRET,
            ledger_id=database.ledger_id,
            message_domain="example.org",
            mailable=mailable,
            list_name="As planned",
            unsubscribe_mailbox="leave@example.org",
        )


def people(number: int) -> list[NewSubscriber]:
    return [NewSubscriber(f"reader{each}@example.org") for each in range(number)]


def a_clock(*, minutes: int) -> Callable[[], int]:
    """A clock that is so much later at each look."""
    times = count(NOON, minutes * 60_000)
    return lambda: next(times)


def counts_of(database: Database, campaign: Campaign) -> Counts:
    with database.reading() as c:
        found = campaigns.campaign(c, str(campaign.id))
    assert found is not None
    return found.counts


def test_everybody_gets_it_and_the_campaign_is_finished(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, *people(25))

    with ScriptedServer() as server:
        done = dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert (done.state, done.counts.sent) == (CampaignState.FINISHED, 25)
    assert len(server.messages) == 25
    assert list(tmp_path.glob("*-journals/*")) == []


def test_a_reader_whose_name_cannot_stand_in_a_header_is_refused_alone(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, *people(2), NewSubscriber("odd@example.org", first_name="A\u2028B"))

    with ScriptedServer() as server:
        done = dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert (done.counts.sent, done.counts.refused) == (2, 1)
    with database.reading() as c:
        [refused] = [row for row in campaigns.log(c, campaign.id) if row.status.value == "refused"]
    assert refused.address == "odd@example.org"
    assert refused.detail


def test_a_reader_for_whom_a_condition_cannot_be_worked_out_is_refused_alone(
    database: Database, tmp_path: Path
) -> None:
    guarded = 'subscriber.department == "31" and subscriber.role > 18'
    edition = replace(
        EDITION,
        text=(Segment("Bonjour"), Segment(" à vous", 0)),
        conditions=(guarded,),
        fallbacks=(("department", ""), ("role", "")),
    )
    chair = NewSubscriber("chair@example.org", attributes={"department": "31", "role": "chair"})
    campaign = planned(database, *people(2), chair, edition=edition)

    with ScriptedServer() as server:
        done = dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert (done.state, done.counts.sent, done.counts.refused) == (CampaignState.FINISHED, 2, 1)
    with database.reading() as c:
        [refused] = [row for row in campaigns.log(c, campaign.id) if row.status.value == "refused"]
    assert refused.address == "chair@example.org"
    assert "cannot be worked out" in refused.detail


@pytest.mark.usefixtures("impatient")
def test_a_server_that_hangs_up_after_every_dot_stops_the_run_and_doubles_nobody(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, *people(10))

    with ScriptedServer({"DOT": [HANG_UP] * 10}) as server, pytest.raises(Stopped):
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    counts = counts_of(database, campaign)
    assert counts.in_doubt == 3
    assert (counts.queued, counts.sending) == (7, 0)
    with ScriptedServer() as server:
        done = dispatch(tools(database, server.port, tmp_path, Clock()), campaign)
    assert (done.counts.sent, done.counts.in_doubt, len(server.messages)) == (7, 3, 7)


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ({"MAIL": "530 5.7.0 authenticate first"}, LoginRefused),
        ({"MAIL": "550 5.7.1 sender not owned by user"}, Stopped),
        ({"CONNECT": "554 5.7.1 go away"}, ServerUnreachable),
    ],
)
def test_what_is_about_us_leaves_every_reader_queued(
    database: Database, tmp_path: Path, replies: dict[str, str], error: type[Stopped]
) -> None:
    campaign = planned(database, *people(30))

    with ScriptedServer(replies) as server, pytest.raises(error):
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert counts_of(database, campaign).queued == 30
    assert server.messages == []


def test_a_stop_gives_back_what_was_claimed(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, *people(30))
    with ScriptedServer() as server:
        at_work = tools(database, server.port, tmp_path, Clock())
        at_work.stop.set()

        done = dispatch(at_work, campaign)

    assert (done.state, done.counts.queued) == (CampaignState.STOPPED, 30)


def test_a_disk_that_cannot_be_written_stops_with_a_sentence_before_anything_leaves(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, *people(3))
    (tmp_path / "ledger-journals").write_text("a file where the folder should be", encoding="utf-8")

    with ScriptedServer() as server, pytest.raises(Stopped, match="cannot be written"):
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert server.messages == []
    assert counts_of(database, campaign).queued == 3


def test_a_campaign_leaves_on_the_letterhead_that_it_was_planned_with(
    database: Database, tmp_path: Path
) -> None:
    on_list(database, "presse", NewSubscriber("press@example.org"))
    campaign = planned(database, *people(1), lists=("adherents", "presse"))

    with ScriptedServer() as server:
        at_work = tools(database, server.port, tmp_path, Clock())
        later = at_work.workspace.settings.model_copy(
            update={
                "identity": Identity(name="New", address="1 rue", email="new@example.com"),
                "sender": SenderSettings(name="New", email="new@example.com"),
            }
        )
        dispatch(replace(at_work, workspace=Workspace(tmp_path, later)), campaign)

    heads = {message.rcpt_to: message.data.partition(b"\r\n\r\n")[0] for message in server.messages}
    assert b"\r\nList-Id: As planned <adherents.example.org>\r\n" in heads["reader0@example.org"]
    assert b"\r\nList-Id: As planned <presse.example.org>\r\n" in heads["press@example.org"]
    assert all(b"<mailto:leave@example.org?" in head for head in heads.values())


def test_a_cancelled_campaign_is_not_resumed(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, *people(3))
    with database.transaction() as c:
        ledger.cancel(c, campaign.id, NOON)

    with ScriptedServer() as server, pytest.raises(UsageError, match="cancelled"):
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert counts_of(database, campaign).cancelled == 3


def test_a_campaign_that_is_paused_while_it_is_sent_stops_and_stays_paused(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, *people(30))

    def pause(_outcome: Outcome) -> None:
        with database.transaction() as c:
            campaigns.set_state(c, campaign.id, CampaignState.PAUSED, now=NOON)

    with ScriptedServer({"RCPT": ["450 4.2.1 later"]}) as server:
        at_work = tools(database, server.port, tmp_path, Clock())
        done = dispatch(replace(at_work, progress=pause, clock=a_clock(minutes=10)), campaign, wait=True)

    assert done.state is CampaignState.PAUSED
    assert (done.counts.deferred, done.counts.sent, done.counts.queued) == (1, 9, 20)


@pytest.mark.usefixtures("impatient")
def test_a_reader_at_whom_the_server_hangs_up_stops_nobody_else(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, *people(1))

    with ScriptedServer({"RCPT": HANG_UP}) as server, pytest.raises(Stopped, match="refused for now"):
        dispatch(tools(database, server.port, tmp_path, Clock()), campaign)

    assert counts_of(database, campaign) == Counts(deferred=1)


def test_the_journal_of_a_long_run_does_not_grow_for_ever(database: Database, tmp_path: Path) -> None:
    campaign = planned(database, *people(25))
    path = tmp_path / "a.journal"
    with database.transaction() as c:
        run = ledger.register_run(c, host="h", boot_id="b", pid=1, journal=path.name, now=NOON)

    with Journal.create(path, run) as journal:
        outbox = Outbox(tools(database, 1, tmp_path, Clock()), campaign, run=run, journal=journal)
        while isinstance(outgoing := outbox.take(), Outgoing):
            for _ in range(4000):
                outbox.before_dot(outgoing)
            outbox.settle(outgoing, Outcome(Event.ACCEPTED, Verb.DOT))

    assert counts_of(database, campaign) == Counts(sent=25)
    assert path.stat().st_size < 25 * 4000 * RECORD / 2
    assert read(path, run=run).whole


@pytest.mark.parametrize(
    ("counts", "interrupted", "code"),
    [
        (Counts(sent=3), False, 0),
        (Counts(sent=3, refused=1), False, 5),
        (Counts(sent=3, in_doubt=1), False, 5),
        (Counts(sent=3, queued=1), True, 130),
        (Counts(sent=3), True, 0),
        (Counts(sent=3, queued=1), False, 75),
        (Counts(sent=3, refused=1, deferred=1), False, 75),
    ],
)
def test_the_exit_code_says_how_it_ended(counts: Counts, *, interrupted: bool, code: int) -> None:
    assert exit_code(counts, interrupted=interrupted) == code


def test_a_journal_that_has_grown_begins_anew_though_many_mails_are_in_hand(
    database: Database, tmp_path: Path
) -> None:
    campaign = planned(database, *people(25))
    path = tmp_path / "a.journal"
    with database.transaction() as c:
        run = ledger.register_run(c, host="h", boot_id="b", pid=1, journal=path.name, now=NOON)

    with Journal.create(path, run) as journal:
        outbox = Outbox(tools(database, 1, tmp_path, Clock()), campaign, run=run, journal=journal)
        hands = [outbox.take() for _ in range(10)]  # all that the first claim took
        first = hands[0]
        assert isinstance(first, Outgoing)
        for _ in range(40_000):
            outbox.before_dot(first)
        grown = path.stat().st_size

        assert isinstance(outbox.take(), Later)
        for outgoing in hands:
            assert isinstance(outgoing, Outgoing)
            outbox.settle(outgoing, Outcome(Event.ACCEPTED, Verb.DOT))
        assert isinstance(outbox.take(), Outgoing)

        assert path.stat().st_size < grown / 4
