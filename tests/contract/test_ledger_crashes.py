"""Many messages in the air, and a crash at any moment: nobody lost, nobody doubled, in doubt only who may have it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.ledger import Settlement
from properties import examples
from unit.store.ledger_kit import ACCEPTED, CLOSING, DEFERRED, HUNG_UP, LOST, REFUSED, RETRY, Bench, counted
from unit.store.sender_model import POWER_CUTS, Damage, Sender, becomes

READERS = [f"reader{number}@{'abc'[number % 3]}.example.org" for number in range(9)]
DOMAINS = sorted({reader.partition("@")[2] for reader in READERS})
AT_THE_DOT = (ACCEPTED, CLOSING, ACCEPTED, DEFERRED, ACCEPTED, CLOSING, REFUSED)
BEFORE_THE_DOT = (REFUSED, DEFERRED, CLOSING, HUNG_UP)
VERBS = (  # as often as it takes to have all kinds of deliveries at once
    *["claim"] * 6,
    *["dot"] * 10,
    *["reply"] * 10,
    *["settle"] * 5,
    *["line_dies", "fail", "give_back", "begin_anew", "wait", "wait", "ask"],
    *["die", "wake_late"],
)
actions = st.tuples(st.sampled_from(VERBS), st.integers(0, 999), st.integers(0, 999))


@cache
def planned() -> tuple[Path, Campaign]:
    """A ledger with a campaign, to be copied: made once."""
    path = Path(tempfile.mkdtemp()) / "newsletter.db"
    with Database(f"sqlite:///{path}") as database:
        bench = Bench(database)
        bench.on_list(*READERS)
        return path, bench.plan(canary=3)


class World:
    """Two senders at one ledger, a server that counts what it takes, and what must follow for every delivery."""

    def __init__(self, folder: Path) -> None:
        original, self.campaign = planned()
        shutil.copy(original, folder)
        self.folder = folder
        self.bench = Bench(Database(f"sqlite:///{folder}/newsletter.db"))
        self.senders: list[Sender] = []
        self.runs = 0
        self.late: list[Settlement] = []  # what the dead would still have to say, and what was said
        with self.bench.database.reading() as c:
            numbers = [row.delivery for row in campaigns.log(c, self.campaign.id)]
        self.received = dict.fromkeys(numbers, 0)
        self.begun = dict.fromkeys(numbers, 0)  # attempts
        self.expected: dict[int, set[Status]] = {number: {Status.QUEUED} for number in numbers}

    def close(self) -> None:
        for sender in self.senders:
            sender.journal.close()
        self.bench.database.close()

    def act(self, verb: str, one: int, other: int) -> None:
        """Do one thing, if it can be done; the numbers choose among its kinds."""
        if verb in ("claim", "wait", "ask", "die", "wake_late"):
            getattr(self, verb)(one, other)
            self.check()
        elif self.senders:
            getattr(self, verb)(self.senders[one % len(self.senders)], other)

    def claim(self, who: int, other: int) -> None:
        sender = self._sender(who)
        self.bench.run = sender.run
        without = [domain for place, domain in enumerate(DOMAINS) if other >> place & 3 == 3]
        held = {delivery for any_ in self.senders for delivery, _ in any_.holds()}
        canary = other % 5 == 0

        claimed = self.bench.claim(self.campaign, 1 + other % 6, without=without, canary=canary)

        sender.claimed += claimed
        taken = {one.delivery.id for one in claimed}
        assert len(taken) == len(claimed) <= 1 + other % 6
        assert not taken & held  # two senders never hold the same row
        assert all(self.received[delivery] == 0 for delivery in taken)
        assert all(one.delivery.domain not in without for one in claimed)
        assert not canary or all(one.delivery.batch == 0 for one in claimed)
        for one in claimed:
            self.begun[one.delivery.id] += 1
            assert one.delivery.attempt == self.begun[one.delivery.id]
            self.expected[one.delivery.id] = {Status.SENDING}

    def dot(self, sender: Sender, other: int) -> None:
        """A dot is written; the server takes the message or does not, and has not said so yet."""
        if sender.claimed:
            one, says = sender.claimed[other % len(sender.claimed)], AT_THE_DOT[other % len(AT_THE_DOT)]
            sender.dot(one, says)
            self.received[one.delivery.id] += says is ACCEPTED

    def reply(self, sender: Sender, other: int) -> None:
        if sender.in_air:
            one, says = sender.in_air.pop(other % len(sender.in_air))
            sender.hear(one, says, now=self.bench.now)

    def line_dies(self, sender: Sender, other: int) -> None:
        some, sender.in_air = sender.in_air[: 1 + other % 3], sender.in_air[1 + other % 3 :]
        for one, _ in some:
            sender.hear(one, LOST, now=self.bench.now)

    def fail(self, sender: Sender, other: int) -> None:
        """A reader is refused, or the line dies, before the dot."""
        if sender.claimed:
            one = sender.claimed.pop(other % len(sender.claimed))
            sender.hear(one, BEFORE_THE_DOT[other % len(BEFORE_THE_DOT)], now=self.bench.now)

    def settle(self, sender: Sender, other: int) -> None:
        count = 1 + other % 8
        some, sender.unsettled = sender.unsettled[:count], sender.unsettled[count:]
        self._settle(some)
        self.late += some  # a word said twice counts once
        self.expected |= {one.delivery_id: becomes(one.outcome) for one in some}
        self.check()

    def give_back(self, sender: Sender, _other: int) -> None:
        self.bench.release(sender.claimed, run=sender.run)
        for one in sender.claimed:
            self._never_left(one.delivery.id)
        sender.claimed = []
        self.check()

    def begin_anew(self, sender: Sender, _other: int) -> None:
        if not [*sender.holds()]:
            sender.journal.begin_anew()
            sender.written = []

    def wait(self, one: int, _other: int) -> None:
        self.bench.now += (1, 7, 50)[one % 3] * 3_600_000

    def ask(self, _one: int, _other: int) -> None:
        """The officer asks the readers in doubt, and they tell."""
        with self.bench.database.transaction() as c:
            for row in list(ledger.unresolved(c, self.campaign.id)):
                came = self.received[row.delivery]
                ledger.resolve(
                    c,
                    self.campaign.id,
                    as_="sent" if came else "resend",
                    now=self.bench.now,
                    addresses=[row.address],
                )
                self.expected[row.delivery] = {Status.SENT if came else Status.QUEUED}

    def die(self, one: int, other: int) -> None:
        """All die at once; their journals are damaged or not; the next one recovers, perhaps after another boot."""
        killed = one % 3 == 0  # no power cut: the journals are whole
        boot, computer = ("boot", "here")
        if not killed:
            boot, computer = (("boot", "here"), ("another", "here"), ("boot", "elsewhere"))[one % 7 % 3]
        damages = [
            Damage.NONE if killed else list(Damage)[(other + n) % len(Damage)]
            for n in range(len(self.senders))
        ]
        if POWER_CUTS.intersection(damages):
            boot = "another"
        if (
            self.senders and self.senders[0].claimed and other % 4 == 0
        ):  # between the record of a dot and the dot
            self.senders[0].dot(self.senders[0].claimed[0], DEFERRED)
        for sender, damage in zip(self.senders, damages, strict=True):
            self.late += [
                Settlement(delivery, attempt, sender.run, AT_THE_DOT[other % len(AT_THE_DOT)], self.bench.now)
                for delivery, attempt in sender.holds()
            ]
            records, whole = sender.die(damage, other)
            self._expect(sender, records, proves=whole and (boot, computer) == ("boot", "here"))
        self.senders = []

        with self.bench.database.transaction() as c:
            ledger.recover(
                c, boot_id=boot, host=computer, journals=self.folder, now=self.bench.now, retry=RETRY
            )

    def wake_late(self, _one: int, _other: int) -> None:
        """What the dead say when they wake, or anyone says twice, changes nothing."""
        before = self.statuses()
        self._settle(self.late)
        with self.bench.database.transaction() as c:
            for late in self.late:
                if late.run not in {sender.run for sender in self.senders}:
                    ledger.release(c, [late.delivery_id], run=late.run, now=self.bench.now)
        assert self.statuses() == before

    def finish(self) -> None:
        """After the last crash everybody is asked, and the rest is sent without any trouble."""
        self.die(0, 1)
        for _ in range(3):
            self.ask(0, 0)
            self.bench.now += 24 * 3_600_000
            sender = self._sender(0)
            self.bench.run = sender.run
            while claimed := self.bench.claim(self.campaign):
                self.bench.settle(claimed, ACCEPTED)
                for one in claimed:
                    self.received[one.delivery.id] += 1
                    self.begun[one.delivery.id] += 1
        wanted = {number: Status.SENT if times else Status.REFUSED for number, times in self.received.items()}
        assert self.statuses() == wanted
        assert max(self.received.values()) == 1

    def check(self) -> None:
        """Every delivery is where it must be; nobody is lost, nobody doubled, and the counters are the rows."""
        statuses = self.statuses()
        assert {d: s for d, s in statuses.items() if s not in self.expected[d]} == {}
        for delivery, status in statuses.items():
            times = self.received[delivery]
            assert times <= 1
            assert times == 1 or status is not Status.SENT
            assert times == 0 or status in (Status.SENDING, Status.SENT, Status.IN_DOUBT)
        with self.bench.database.reading() as c:
            assert counted(c, self.campaign) == self.bench.counts(self.campaign)
            assert {row.delivery: row.attempts for row in campaigns.log(c, self.campaign.id)} == self.begun

    def statuses(self) -> dict[int, Status]:
        with self.bench.database.reading() as c:
            return {row.delivery: row.status for row in campaigns.log(c, self.campaign.id)}

    def _sender(self, one: int) -> Sender:
        """The first or the second; one that is not there begins."""
        if one % 2 < len(self.senders):
            return self.senders[one % 2]
        self.runs += 1
        name = f"{self.runs}.journal"
        run = self.bench.begin_run(name)
        self.senders.append(Sender(run, self.folder / name, Journal.create(self.folder / name, run)))
        return self.senders[-1]

    def _settle(self, settlements: list[Settlement]) -> None:
        with self.bench.database.transaction() as c:
            ledger.settle(c, settlements, now=self.bench.now, retry=RETRY, chance=lambda: 0.5)

    def _expect(
        self, sender: Sender, records: Sequence[tuple[int, int, Outcome | None]], *, proves: bool
    ) -> None:
        """What the surviving records say. proves: whether who has none surely did not get the mail."""
        last = {(delivery, attempt): outcome for delivery, attempt, outcome in records}
        for delivery, attempt in sender.holds():
            if (delivery, attempt) in last:
                self.expected[delivery] = becomes(last[delivery, attempt])
            elif proves:
                self._never_left(delivery)
            else:
                self.expected[delivery] = {Status.IN_DOUBT}

    def _never_left(self, delivery: int) -> None:
        self.expected[delivery] = {Status.QUEUED}
        self.begun[delivery] -= 1


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(actions, min_size=80, max_size=200))
def test_in_any_interleaving_nobody_is_lost_or_doubled_and_only_who_may_have_it_is_in_doubt(
    story: list[tuple[str, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            for verb, one, other in story:
                world.act(verb, one, other)
            world.finish()
        finally:
            world.close()
