"""A ledger on a workbench: readers, campaigns and outcomes in a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, func, select

from newsletter_mailer.model.audience import Basis, MailingList, NewSubscriber, Subscriber
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.model.edition import Edition, Place, Segment, Sender, Slot
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.ledger import Claimed, Settlement
from newsletter_mailer.store.schema import deliveries
from newsletter_mailer.tokens import Secret, recipient_key

NOON = 1_790_000_000_000  # milliseconds
MINUTE = 60_000
HOUR = 60 * MINUTE
SECRET = Secret(bytes(range(32)))
RETRY = RetryPolicy()
ACCEPTED = Outcome(Event.ACCEPTED, Verb.DOT, Reply(250, "2.0.0 Ok: queued as 4F2"))
DEFERRED = Outcome(Event.DEFERRED, Verb.RCPT, Reply(450, "4.2.1 try later"))
REFUSED = Outcome(Event.REFUSED, Verb.RCPT, Reply(550, "5.1.1 no such user"))
LOST = Outcome(Event.LOST, Verb.DOT, None, "the line was closed")
CLOSING = Outcome(Event.RELEASED, Verb.MAIL, Reply(421, "4.3.2 closing"))
HUNG_UP = Outcome(Event.RELEASED, Verb.RCPT, None, "the server closed the line")


def an_edition(issue_id: str = "issue-2026-11", slug: str = "novembre", title: str = "Novembre") -> Edition:
    """A small edition with a slot."""
    return Edition(
        issue_id=issue_id,
        slug=slug,
        title=title,
        language="fr",
        sender=Sender("Réseau Exemple", "lettre@example.org"),
        subject=(Segment("Novembre"),),
        html=(Segment("<p>"), Segment(Slot(0, Place.HTML_TEXT)), Segment("</p>", 0)),
        text=(Segment(Slot(0, Place.PLAIN)),),
        expressions=("subscriber.first_name",),
        conditions=('subscriber.language == "fr"',),
    )


@dataclass
class Bench:
    """An open ledger, a clock that tests move, and a run."""

    database: Database
    now: int = NOON
    run: int = 0
    known: dict[str, MailingList] = field(default_factory=dict)

    def on_list(self, *addresses: str, slug: str = "adherents") -> MailingList:
        """Import these readers into a list, made when it is missing."""
        with self.database.transaction() as c:
            into = audience.find_list(c, slug) or audience.add_list(
                c, slug, name=slug.title(), basis=Basis.CONSENT, now=self.now, source="test"
            )
            rows = [NewSubscriber(address) for address in addresses]
            audience.import_rows(c, rows, into=into, secret=SECRET, source="test", now=self.now)
        return into

    def plan(
        self,
        *slugs: str,
        exclude: Sequence[str] = (),
        segment: SavedSegment | None = None,
        issue: str = "issue-2026-11",
        slug: str = "novembre",
        title: str = "Novembre",
        erratum: int = 0,
        canary: int = 0,
        expires_at: int | None = None,
    ) -> Campaign:
        """Plan an issue for these lists. An edition with another title is another edition."""
        with self.database.transaction() as c:
            return campaigns.plan(
                c,
                an_edition(issue, slug, title),
                Audience(slugs or ("adherents",), tuple(exclude), segment),
                now=self.now,
                secret=SECRET,
                ledger_id=self.database.ledger_id,
                message_domain="example.org",
                mailable=str.isascii,
                list_name="Réseau Exemple",
                unsubscribe_mailbox="leave@example.org",
                erratum=erratum,
                canary=canary,
                expires_at=expires_at,
            )

    def begin_run(self, journal: str = "none", boot_id: str = "boot", host: str = "here") -> int:
        """Register a run, which is the one that claims from now on."""
        with self.database.transaction() as c:
            self.run = ledger.register_run(
                c, host=host, boot_id=boot_id, pid=1, journal=journal, now=self.now
            )
        return self.run

    def claim(
        self, campaign: Campaign, limit: int = 200, *, without: Sequence[str] = (), canary: bool = False
    ) -> list[Claimed]:
        """Claim for the present run."""
        run = self.run or self.begin_run()
        with self.database.transaction() as c:
            return ledger.claim(
                c, campaign.id, run=run, limit=limit, now=self.now, without=without, canary=canary
            )

    def settle(self, claimed: Sequence[Claimed], outcome: Outcome, *, run: int | None = None) -> None:
        """Settle these with one outcome."""
        run = self.run if run is None else run
        settlements = [
            Settlement(one.delivery.id, one.delivery.attempt, run, outcome, self.now) for one in claimed
        ]
        with self.database.transaction() as c:
            ledger.settle(c, settlements, now=self.now, retry=RETRY, chance=lambda: 0.5)

    def release(self, claimed: Sequence[Claimed], *, run: int | None = None) -> None:
        """Give these back."""
        with self.database.transaction() as c:
            ids = [one.delivery.id for one in claimed]
            ledger.release(c, ids, run=self.run if run is None else run, now=self.now)

    def later(self, wait: timedelta) -> None:
        """Let time pass."""
        self.now += int(wait.total_seconds() * 1000)

    def statuses(self, campaign: Campaign) -> dict[str, Status]:
        """What became of whom."""
        with self.database.reading() as c:
            return {row.address: row.status for row in campaigns.log(c, campaign.id)}

    def counts(self, campaign: Campaign) -> Counts:
        """The counters of a campaign."""
        return self.fresh(campaign).counts

    def fresh(self, campaign: Campaign) -> Campaign:
        """The campaign as it is now."""
        with self.database.reading() as c:
            found = campaigns.campaign(c, str(campaign.id))
        assert found is not None
        return found

    def reader(self, address: str) -> Subscriber:
        """A reader who is there."""
        with self.database.reading() as c:
            found = audience.subscriber(c, address)
        assert found is not None
        return found

    def deliveries_of(self, address: str) -> int:
        """How many deliveries of any issue bear the fingerprint of this address."""
        key = deliveries.c.recipient_key == recipient_key(SECRET, address)
        with self.database.reading() as c:
            return c.scalar(select(func.count()).where(key)) or 0


def counted(c: Connection, campaign: Campaign) -> Counts:
    """The statuses as they are, row by row: what the counters must say."""
    query = select(deliveries.c.status, func.count()).where(deliveries.c.campaign_id == campaign.id)
    return Counts(**dict(c.execute(query.group_by(deliveries.c.status)).all()))
