"""A rehearsal's mails leave, in bad weather and then in good, and everyone is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter_mailer.actions.campaigns import one, resolve, retry
from newsletter_mailer.actions.dispatch import Tools, Wait, dispatch
from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.scenarios.examination import Examination, Sizes, Wrong
from newsletter_mailer.smtp.account import is_loopback
from newsletter_mailer.smtp.sandbox import MESSAGE, entries
from newsletter_mailer.smtp.sandbox.spell import Did, Spell
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.rehearsal import forget_hard
from newsletter_mailer.wording import Sentence, sentence

_MOST_STOPS = 10  # runs that the weather stopped, before it clears


class StillClock:
    """Time that does not pass while nothing can be done."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._ahead = 0

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self._clock() + self._ahead

    def leap(self, wait: Wait) -> None:
        """Be at the end of the wait."""
        self._ahead += max(0, wait.until - self.now())


@dataclass(frozen=True, slots=True)
class Report:
    """What a rehearsal came to."""

    did: dict[Did, int]  #: what the server did
    stormy: Counts  #: what had become of everyone before the weather cleared
    arrived_in_doubt: int  #: of those in doubt then, how many the server had taken
    stops: tuple[Sentence, ...]  #: for what a dispatch would have stopped, or waited for a yes
    taken: int  #: readers whose mail the server had in the end
    sizes: Sizes
    wrong: tuple[Wrong, ...]  #: readers whose mail could not be written or failed a check
    mbox: Path | None


class Performance:
    """A campaign planned in the copied ledger, and a server that waits for its mails."""

    def __init__(
        self,
        campaign: Campaign,
        tools: Tools,
        *,
        clock: StillClock,
        spell: Spell,
        examination: Examination,
        log: Path,
    ) -> None:
        self.campaign = campaign
        self.tools = tools
        self._database = tools.database
        self._clock = clock
        self._spell = spell
        self._examination = examination
        self._log = log

    def run(self, tools: Tools) -> Report | None:
        """Send in bad weather, then in good; None when it was interrupted. `tools`: those of here, and a face's."""
        assert is_loopback(tools.account.host), "a rehearsal stays on this machine"
        tools = replace(tools, waiting=self._clock.leap)
        began = self._clock.now()
        self._examination.on_failure = tools.stop.set
        stops = self._send(tools)
        stormy = one(self._database, str(self.campaign.id)).counts
        doubtful = self._doubtful(_taken(self._log))
        if not tools.stop.is_set():
            self._spell.clear()
            self._queue_again(doubtful, since=began)
            self._send(replace(tools, progress=lambda _outcome: None))
        self._examination.end(whole=not tools.stop.is_set())
        if tools.stop.is_set():
            return None
        taken = _taken(self._log)
        return Report(
            did=self._spell.counts,
            stormy=stormy,
            arrived_in_doubt=len(doubtful),
            stops=tuple(stops),
            taken=len(taken),
            sizes=self._examination.sizes,
            wrong=(*self._unaccounted(taken), *self._examination.wrong),
            mbox=self._examination.mbox,
        )

    def _send(self, tools: Tools) -> list[Sentence]:
        """Dispatch until nothing is left, whatever stops it in between; for what it stopped."""
        stops: list[Sentence] = []
        while not tools.stop.is_set():
            try:
                dispatch(tools, self.campaign, wait=True)
                break
            except Stopped as error:
                stops.append(error.what)
                if len(stops) > 2 * _MOST_STOPS:
                    raise
            if len(stops) >= _MOST_STOPS:
                self._spell.clear()
        return stops

    def _doubtful(self, arrived: Counter[str]) -> list[str]:
        """Whose mail arrived, of those in doubt."""
        with self._database.reading() as connection:
            found = list(ledger.unresolved(connection, self.campaign.id))
        return [row.address for row in found if row.message_id in arrived]

    def _queue_again(self, arrived: list[str], *, since: int) -> None:
        """Everyone whom the weather kept from their mail gets another try; for that it has to be looked at too."""
        now, number = self._clock.now(), str(self.campaign.id)
        with self._database.transaction() as connection:
            ledger.resolve(connection, self.campaign.id, as_="sent", now=now, addresses=arrived)
            forget_hard(connection, since=since)
        resolve(self._database, number, as_="resend", now=now)
        retry(self._database, number, now=now)

    def _unaccounted(self, taken: Counter[str]) -> Iterator[Wrong]:
        """Readers without exactly one mail, and why."""
        with self._database.reading() as connection:
            for row in campaigns.log(connection, self.campaign.id):
                count = taken[row.message_id]
                if row.status is Status.REFUSED and row.code is None and not count:
                    yield Wrong(row.address, (Sentence("{words}", {"words": row.detail}),))
                elif count != 1:
                    yield Wrong(row.address, (sentence("the server took it {count} times", count=count),))
                elif row.status is not Status.SENT:
                    what = sentence("it arrived, and the ledger says: {status}", status=row.status.value)
                    yield Wrong(row.address, (what,))


def _taken(log: Path) -> Counter[str]:
    """How often the server took each message, by Message-ID."""
    return Counter(one.message_id for one in entries(log) if one.kind == MESSAGE and one.taken)
