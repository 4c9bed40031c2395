"""A mail that came back: of which delivery it speaks, and what follows for its reader."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter_mailer import tokens
from newsletter_mailer.config.settings import BounceSettings
from newsletter_mailer.inbox.classify import read_mail
from newsletter_mailer.inbox.dates import written_at
from newsletter_mailer.inbox.mailbox import Found
from newsletter_mailer.model.audience import mail_domain, normalise_address
from newsletter_mailer.model.bounce import BounceClass, Category, Failed, Kind, Returned
from newsletter_mailer.model.faults import Fault
from newsletter_mailer.store import doubts, originals, returned
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.doubts import Doubt
from newsletter_mailer.store.returned import Came, Named, SoftRule

_SOURCE = "mail"  # how the ledger tells these suppressions from others
_LONGEST_REASON = 500  # letters
_PEOPLES = (Kind.REPLY, Kind.UNSUBSCRIBE)  # what asks, and says not by which letter, is for people as well
_NOTHING = Failed("", BounceClass.OTHER, "", None, "", "", Category.FULL)
_WORDS = {
    Kind.COMPLAINT: "complaints",
    Kind.AUTO_REPLY: "automatic",
    Kind.DELAYED: "delayed",
    Kind.DELIVERED: "delivered",
    Kind.UNKNOWN: "unknown",
}
_CATEGORIES = {Kind.COMPLAINT: Category.COMPLAINT, Kind.AUTO_REPLY: Category.AWAY}


@dataclass(frozen=True, slots=True)
class Word:
    """What a mail is to us."""

    kind: str  #: a number of `Fetched`
    named: Named | None = None
    came: Came | None = None  #: None for a mail that changes nothing


class Returning:
    """Looks at mails that came back, and takes note of those that speak of ours."""

    def __init__(
        self, database: Database, settings: BounceSettings, *, secret: tokens.Secret, now: int
    ) -> None:
        self._database = database
        self._rule = SoftRule(settings.soft_days, settings.soft_window_days)
        self._secret = secret
        self._now = now
        self.doubts: list[Doubt] = []  #: domains that are held from now on
        self._ended: set[str] = set()
        self.faults: list[Fault] = []  #: what is held against us, and not against a reader

    def look(self, found: Found) -> Word:
        """What the mail is. Its original is kept when it speaks of a delivery of ours."""
        raw = found.whole() or found.head + b"\n\n"
        said = read_mail(raw)
        if said.kind in _PEOPLES:
            return Word("other")
        if said.kind is Kind.UNKNOWN:
            return Word("unknown")
        with self._database.reading() as connection:
            named = returned.named(connection, said.tokens, secret=self._secret)
        if named is None:
            return Word("automatic" if said.kind is Kind.AUTO_REPLY else "unmatched")
        mail = originals.keep(self._database, raw)
        came = _came(said, named, mail, written_at(found.head, now=self._now))
        return Word(_WORDS.get(said.kind) or _of_class(came.bounce_class), named, came)

    @property
    def suppressed(self) -> int:
        """Readers who are never written to again."""
        return len(self._ended)

    def doubt(self) -> None:
        """After the last mail: whether all that came back together shows a wrong list."""
        with self._database.transaction() as connection:
            self.doubts, back = doubts.doubt(connection, now=self._now)
        self._ended -= back

    def take(self, connection: Connection, word: Word) -> None:
        """Write it down, and draw the consequence: one transaction, and once for a mail that is met twice."""
        if word.named is None or word.came is None:
            return
        if not returned.keep(connection, word.named, word.came, now=self._now):
            return
        ended = returned.judge(
            connection, word.named, word.came, rule=self._rule, now=self._now, source=_SOURCE
        )
        if ended:
            self._ended.add(word.named.recipient_key)
        if word.came.bounce_class is BounceClass.POLICY:
            domain = mail_domain(word.named.address)
            self.faults.append(Fault(domain, word.came.code, word.came.status, word.came.reason))


def shown(text: str, most: int) -> str:
    """Foreign words without letters that steer a terminal."""
    return "".join(letter for letter in text[:most] if letter.isprintable())


def _of_class(found: BounceClass) -> str:
    return "unclear" if found is BounceClass.OTHER else found.value


def _came(said: Returned, named: Named, mail: str, at: int) -> Came:
    one = _on_the_reader(said, named.address) if said.kind in (Kind.BOUNCE, Kind.COMPLAINT) else _NOTHING
    bounce = said.kind is Kind.BOUNCE
    return Came(
        kind=said.kind,
        bounce_class=one.bounce_class if bounce else BounceClass.OTHER,
        category=_category(one) if bounce else _CATEGORIES.get(said.kind),
        status=one.status,
        code=one.code,
        reason=shown(one.reason, _LONGEST_REASON),
        rule=one.rule or said.rule,
        mail=mail,
        kept=True,
        at=at,
    )


def _category(one: Failed) -> Category | None:
    """A bounce that nobody understands gets no plain word."""
    return None if one.bounce_class is BounceClass.OTHER else one.category


def _on_the_reader(said: Returned, address: str) -> Failed:
    """The verdict on the address that we wrote to.

    Of another address it says less: to where somebody forwards, or who is one of many behind a common address, may be
    gone while the reader is not.
    """
    wanted = normalise_address(address)
    own = [one for one in said.recipients if not wanted or normalise_address(one.address) in ("", wanted)]
    if own:
        return own[0]
    if len(said.recipients) == 1 and _is_near(said.recipients[0].address, wanted):
        return said.recipients[0]
    one = next(iter(said.recipients), _NOTHING)
    return replace(one, bounce_class=BounceClass.SOFT) if one.bounce_class is BounceClass.HARD else one


def _is_near(other: str, wanted: str) -> bool:
    """Whether it is the same mailbox under the name that its own house gives it: ann@mx.example.org, ann.b@example.org.

    Not ann@example.org for contact@example.org: behind a common address one may be gone, and the others read on.
    """
    their_name, _, theirs = normalise_address(other).rpartition("@")
    name, _, domain = wanted.rpartition("@")
    same_house = theirs == domain or theirs.endswith(f".{domain}")
    return their_name == name or (same_house and (their_name.startswith(name) or name.startswith(their_name)))
