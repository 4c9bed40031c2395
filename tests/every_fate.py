"""A campaign whose readers meet every fate, by a server that does as it is told, and by what comes back later.

Nothing is written into the ledger: mails leave over SMTP, returns come by a Maildir, and who leaves does so by a click.
A reader's address begins with their fate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from dispatch_kit import SECRET, Clock
from inbox_kit import complaint, deliver, dsn, maildir
from newsletter_mailer.actions.campaigns import cancel, one
from newsletter_mailer.actions.dispatch import Tools, Wait, dispatch
from newsletter_mailer.actions.inbox import fetch
from newsletter_mailer.errors import Held, Stopped
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.smtp.sandbox import NOTHING, At, Fault, Moment, Sandbox, Then
from newsletter_mailer.smtp.sandbox.log import MESSAGE, entries, received
from newsletter_mailer.store import audience
from newsletter_mailer.web.officer.door import Door
from public_pages import Serving, delivery_to, sent_to, serving
from smtp_servers import account

BEGAN = 1_796_104_800_000  #: 1 December 2026, 07:00 in Paris
HOUR = 3_600_000
HOUSES = ("gmail", "orange", "free", "laposte", "outlook", "sfr", "club")
WALL = "wall.example"  #: a house that refuses everything as unwanted
TEAM = 5  #: readers of one organisation
FATES = {  # of two hundred readers; all others get it, and are not heard of again
    "gone": 6,
    "full": 3,
    "spam": 2,
    "odd": 2,  # refused for no reason that anybody knows
    "grey": 8,  # put off once
    "stubborn": 2,  # put off for ever
    "lost": 1,  # taken, and the line died before the answer
    "dropped": 1,  # the same, and not taken
    "cut": 1,  # the line died before the mail, once
    "left": 2,  # unsubscribed between the plan and the dispatch
    "back": 4,  # taken, and came back: nobody there
    "heavy": 2,  # taken, and came back: mailbox full
    "slow": 2,  # taken, and its house said later that it takes a while
    "angry": 2,  # called it junk
    "bored": 3,  # left by the letter
    "wall": 2,
}
_OF = 200
_RETRY = "retry: { waits_minutes: [5, 30, 120], give_up_after_hours: 8 }\n"
_ALWAYS = {
    "gone": Fault(At.RCPT, "550 5.1.1 nobody of that name"),
    "full": Fault(At.RCPT, "552 5.2.2 mailbox full"),
    "spam": Fault(At.DOT, "554 5.7.1 message rejected by our filter"),
    "odd": Fault(At.RCPT, "554 5.3.0 some other trouble"),
    "stubborn": Fault(At.RCPT, "450 4.2.0 come again"),
    "lost": Fault(At.DOT, NOTHING, Then.HANG_UP),
    "dropped": Fault(At.DOT, NOTHING, Then.HANG_UP, takes=False),
    "wall": Fault(At.RCPT, "550 5.7.1 we do not want your mails"),
}
_ONCE = {
    "grey": Fault(At.RCPT, "450 4.2.1 greylisted, try again later"),
    "cut": Fault(At.DATA, NOTHING, Then.HANG_UP),
}


def fate_of(address: str) -> str:
    """What is to become of a reader."""
    return address.partition(".")[0]


def people(count: int) -> list[NewSubscriber]:
    """So many, five to an organisation; the fates come in turns, mixed over the houses."""
    turns = [fate for fate, share in FATES.items() for _ in range(share)]
    turns += ["fine"] * (_OF - len(turns))
    return [_person(number, turns[number * 7 % _OF]) for number in range(count)]


def _person(number: int, fate: str) -> NewSubscriber:
    team, letters = number // TEAM, "abcdefghij"
    name = "".join(letters[int(digit)] for digit in str(number))
    house = WALL if fate == "wall" else f"{HOUSES[number % len(HOUSES)]}.example"
    return NewSubscriber(
        f"{fate}.{number}@{house}",
        first_name=name.title(),
        last_name="Exemple",
        organisation=f"Club {team:05}",
    )


class Fates:
    """The server's part of them."""

    def __init__(self) -> None:
        self._once: set[str] = set()

    def fault(self, moment: Moment) -> Fault | None:
        """As the sandbox asks for it."""
        fate = fate_of(moment.recipient)
        found = _ALWAYS.get(fate)
        if fate in _ONCE and moment.recipient not in self._once and _ONCE[fate].at is moment.at:
            self._once.add(moment.recipient)
            found = _ONCE[fate]
        return found if found is not None and found.at is moment.at else None


@dataclass
class World:
    """What became of it."""

    site: Serving
    campaign: Campaign
    readers: list[NewSubscriber]
    log: Path  #: the server's own
    door: Door
    clock: Clock

    @property
    def has(self) -> Counter[str]:
        """Who has how many, by the server's log."""
        return received(self.log)

    def with_fate(self, *fates: str) -> list[str]:
        """The addresses of these readers."""
        return [reader.address for reader in self.readers if fate_of(reader.address) in fates]

    def statuses(self) -> dict[str, str]:
        """What the ledger says of each."""
        rows = self.site.rows(
            "SELECT address, status FROM deliveries WHERE campaign_id = :c", c=self.campaign.id
        )
        return {str(address): str(status) for address, status in rows}

    def count(self, query: str) -> int:
        """A number that the ledger gives; :c stands for the campaign."""
        return int(self.site.rows(query, c=self.campaign.id)[0][0])


@contextmanager
def world(folder: Path, count: int) -> Iterator[World]:
    """It is all over: sent, refused, given up, called off, come back, complained of and left."""
    clock, door, log = Clock(BEGAN), Door(lambda: None), folder / "server.log"
    mailbox = maildir(folder / "mailbox")
    with (
        Sandbox(faults=Fates(), log=log, keep=0) as server,
        serving(folder, door=door, more=f"inbox: {{ maildir: {mailbox} }}\n{_RETRY}", now=clock) as site,
    ):
        readers = people(count)
        _on_list(site, readers)
        made = World(site, sent_to(site, "adherents", now=BEGAN), readers, log, door, clock)
        _some_leave(made, "left")
        _dispatched(made, server.port)
        made.clock.now += HOUR
        _returns(made, mailbox)
        _some_leave(made, "bored")
        made.campaign = one(site.app.database, str(made.campaign.id))
        yield made


def _on_list(site: Serving, readers: list[NewSubscriber]) -> None:
    with site.app.database.transaction() as c:
        into = audience.add_list(
            c, "adherents", name="Adhérents", basis=Basis.CONSENT, now=BEGAN, source="test", public=True
        )
        audience.import_rows(c, readers, into=into, secret=SECRET, source="test", now=BEGAN)


def _some_leave(made: World, fate: str) -> None:
    for address in made.with_fate(fate):
        assert made.site.click(made.site.token("unsubscribe", delivery_to(made.site, address))).status == 200


def _dispatched(made: World, port: int) -> None:
    """Sent, with every retry, until only the house that wants nothing is left; the officer calls that off."""

    def settled(_outcome: Outcome) -> None:
        made.clock.now += 40

    def wait(for_: Wait) -> None:
        made.clock.now = max(made.clock.now, for_.until)

    app = made.site.app
    run = Tools(
        database=app.database,
        workspace=app.workspace,
        account=account(port, connections=4),
        secret=SECRET,
        clock=made.clock,
        progress=settled,
        waiting=wait,
        chance=lambda: 0.5,
    )
    for _ in made.readers:  # it stops by itself where lines break too often, and the officer goes on
        try:
            dispatch(run, made.campaign, wait=True)
        except Held:  # what the wall refuses wants a yes
            break
        except Stopped:
            continue
        break
    cancel(app.database, str(made.campaign.id), now=made.clock.now)


def _returns(made: World, mailbox: Path) -> None:
    sent = {entry.to: entry.message_id for entry in entries(made.log) if entry.kind == MESSAGE}
    when = {"date": formatdate(made.clock.now / 1000)}
    mails: dict[str, Callable[[str], bytes]] = {
        "back": lambda to: dsn(to, sent[to], "550 5.1.1 <{address}>: user unknown", **when),
        "heavy": lambda to: dsn(to, sent[to], "552 5.2.2 the mailbox of {address} is full", **when),
        "slow": lambda to: dsn(to, sent[to], "450 4.4.1 no answer yet", action="delayed", **when),
        "angry": lambda to: complaint(to, sent[to]),
    }
    for fate, written in mails.items():
        for address in made.with_fate(fate):
            deliver(mailbox, address, written(address))
    fetch(made.site.app.database, made.site.app.workspace, secret=SECRET, now=made.clock.now, environment={})
