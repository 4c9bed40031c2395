"""A ledger in which a campaign met every fate: taken, put off, refused, lost, come back, complained of, left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from archive_kit import SETTINGS, workspace
from newsletter_mailer.config import Workspace
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, NewSubscriber, SuppressionReason
from newsletter_mailer.model.bounce import BounceClass, Category, Kind
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.edition import Edition, Segment, Sender
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.store import audience, campaigns, leaving, ledger, returned
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.ledger import Claimed, Settlement
from newsletter_mailer.store.returned import Came, Named
from newsletter_mailer.tokens import Secret, recipient_key

SECRET = Secret(bytes(32))
NOON = 1_793_534_400_000  #: 1 November 2026, 12:00 UTC
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TAKEN = Outcome(Event.ACCEPTED, Verb.DOT, Reply(250, "2.0.0 queued"))
LATER = Outcome(Event.DEFERRED, Verb.RCPT, Reply(450, "4.2.1 greylisted, try again later"))
GONE = Outcome(Event.REFUSED, Verb.RCPT, Reply(550, "5.1.1 <x@gone.example>: user unknown"))
SPAM = Outcome(Event.REFUSED, Verb.DOT, Reply(554, "5.7.1 message rejected by our filter"))
FULL = Outcome(Event.REFUSED, Verb.RCPT, Reply(552, "5.2.2 mailbox full"))
LOST = Outcome(Event.LOST, Verb.DOT, None, "the line was closed")
SMALL = Edition(
    issue_id="issue-000001",
    slug="novembre",
    title="La lettre de novembre",
    language="fr",
    sender=Sender("Réseau Exemple", "lettre@example.org"),
    subject=(Segment("Novembre"),),
    html=(
        Segment(
            '<html><body><p>Bonjour</p><p><a href="https://example.org/un">Un</a> et'
            ' <a href="https://example.org/deux">deux</a></p></body></html>'
        ),
    ),
    text=(Segment("Bonjour"),),
)
FATES = {  # by how an address begins
    "gone": GONE,
    "spam": SPAM,
    "full": FULL,
    "lost": LOST,
    "later": LATER,
    "twice": LATER,
}


@dataclass
class Season:
    """An office whose campaigns are written by the ledger's own hand, at the time that the clock shows."""

    workspace: Workspace
    database: Database
    now: int = NOON

    def on_list(self, *people: NewSubscriber, slug: str = "adherents") -> None:
        with self.database.transaction() as c:
            into = audience.find_list(c, slug) or audience.add_list(
                c, slug, name=slug.title(), basis=Basis.CONSENT, now=self.now, source="test"
            )
            audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=self.now)

    def plan(self, edition: Edition = SMALL, **wishes: object) -> Campaign:
        with self.database.transaction() as c:
            return campaigns.plan(
                c,
                edition,
                Audience(("adherents",)),
                now=self.now,
                secret=SECRET,
                ledger_id=self.database.ledger_id,
                message_domain="example.org",
                mailable=mailable,
                list_name="Réseau Exemple",
                unsubscribe_mailbox="lettre@example.org",
                **wishes,  # type: ignore[arg-type]
            )

    def run(
        self,
        campaign: Campaign,
        fate: Callable[[Claimed], Outcome],
        *,
        each: int = 200,
        wait: int = MINUTE,
        rounds: int = 100,
    ) -> None:
        """Claim and settle what is due, `each` at a time, one after the other."""
        with self.database.transaction() as c:
            run = ledger.register_run(c, host="here", boot_id="boot", pid=1, journal="none", now=self.now)
        for _ in range(rounds):
            with self.database.transaction() as c:
                claimed = ledger.claim(c, campaign.id, run=run, limit=each, now=self.now)
            if not claimed:
                return
            settled = [Settlement(o.delivery.id, o.delivery.attempt, run, fate(o), self.now) for o in claimed]
            with self.database.transaction() as c:
                ledger.settle(c, settled, now=self.now, retry=RetryPolicy(), chance=lambda: 0.5)
            self.now += wait

    def comes_back(
        self,
        campaign: Campaign,
        address: str,
        category: Category,
        *,
        kind: Kind = Kind.BOUNCE,
        words: str = "550 5.1.1 user unknown",
        after: int = HOUR,
    ) -> None:
        """A mail about the letter to that reader is read; after: milliseconds since now."""
        number = self.number(campaign, address)
        key = recipient_key(SECRET, address)
        at = self.now + after
        came = Came(
            kind, BounceClass.HARD, category, "5.1.1", 550, words, "test", f"{number}-{at}", False, at
        )
        with self.database.transaction() as c:
            returned.keep(c, Named(number, campaign.id, address, key, key), came, now=at)

    def finish(self, campaign: Campaign) -> None:
        with self.database.transaction() as c:
            campaigns.set_state(c, campaign.id, CampaignState.FINISHED, now=self.now)

    def leaves(self, campaign: Campaign, address: str) -> None:
        """The reader follows the way out of this letter."""
        with self.database.transaction() as c:
            leaving.leave_delivery(c, self.number(campaign, address), now=self.now, source="one-click")

    def suppressed(self, address: str, reason: SuppressionReason = SuppressionReason.HARD_BOUNCE) -> None:
        with self.database.transaction() as c:
            leaving.suppress(c, recipient_key(SECRET, address), reason=reason, now=self.now)

    def number(self, campaign: Campaign, address: str) -> int:
        query = "SELECT id FROM deliveries WHERE campaign_id = ? AND address = ?"
        found = self.rows(query, campaign.id, address)
        return int(str(found[0][0]))

    def rows(self, query: str, *values: object) -> Sequence[tuple[object, ...]]:
        """What the ledger says, asked in SQL of the test's own."""
        with self.database.reading() as c:
            return [tuple(row) for row in c.exec_driver_sql(query, tuple(values))]

    def count(self, query: str, *values: object) -> int:
        [(found,)] = self.rows(f"SELECT count(*) FROM {query}", *values)
        return int(str(found))

    def change(self, statement: str, *values: object) -> None:
        """Alter the ledger by hand, as nobody should."""
        with self.database.transaction() as c:
            c.exec_driver_sql(statement, tuple(values))


@contextmanager
def season(folder: Path, settings: str = SETTINGS) -> Iterator[Season]:
    ws = workspace(folder, settings)
    with Database(ws.database_url) as database:
        database.check_secret(SECRET)
        yield Season(ws, database)


def fate_of(claimed: Claimed) -> Outcome:
    """By how the address begins; `twice` is taken at the second attempt."""
    word = claimed.delivery.address.split(".")[0].split("@")[0].rstrip("0123456789")
    if word == "twice" and claimed.delivery.attempt > 1:
        return TAKEN
    return FATES.get(word, TAKEN)


def people() -> list[NewSubscriber]:
    """Twelve readers of six organisations, one for each fate."""
    return [
        NewSubscriber("ann@one.example", "Ann", "Un", organisation="Atelier"),
        NewSubscriber("bob@one.example", "Bob", "Deux", organisation="Atelier"),
        NewSubscriber("gone1@two.example", "Gil", "Parti", organisation="Cantine", attributes={"telephone": "05 11"}),
        NewSubscriber("spam1@two.example", organisation="Dépôt"),
        NewSubscriber("full1@two.example"),
        NewSubscriber("lost1@two.example"),
        NewSubscriber("later1@two.example"),
        NewSubscriber("twice1@two.example"),
        NewSubscriber("back@three.example", "Eve", "Retour", organisation="Écluse"),
        NewSubscriber("angry@three.example", organisation="Ferme"),
        NewSubscriber("leaver@three.example"),
        NewSubscriber("dead@three.example", "Fay", "Morte", organisation="Garage"),
    ]  # fmt: skip


def eventful(office: Season) -> Campaign:
    """A campaign that met everything; the clock stands two hours after its beginning."""
    office.on_list(*people())
    office.suppressed("dead@three.example")
    campaign = office.plan()
    office.run(campaign, fate_of, each=3)
    office.now += HOUR
    office.run(campaign, fate_of, each=3, rounds=2)
    office.finish(campaign)
    office.comes_back(campaign, "back@three.example", Category.GONE, after=2 * DAY)
    office.comes_back(campaign, "angry@three.example", Category.COMPLAINT, kind=Kind.COMPLAINT)
    office.leaves(campaign, "leaver@three.example")
    with office.database.reading() as c:
        found = campaigns.campaign(c, campaign.id)
    assert found is not None
    return found


def another(edition: Edition, slug: str) -> Edition:
    """Another issue of the same looks."""
    return replace(edition, issue_id=f"{slug}-000001", slug=slug)
