"""A run of the sender: connections are opened as there is work, and every message taken is settled exactly once.

A message is always in one of these places: with a carrier, with a connection that is being opened, or aside.
What the desk is asked and told goes through `Counter`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from newsletter_mailer.errors import LoginRefused, NewsletterError
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.smtp.carrier import Carrier
from newsletter_mailer.smtp.connection import Connection, NoAnswer, open_connection
from newsletter_mailer.smtp.counter import Counter
from newsletter_mailer.smtp.desk import Desk, Outgoing
from newsletter_mailer.smtp.patience import Patience
from newsletter_mailer.wording import say

GRACE_S = 1.0  #: for a mail under way after Ctrl-C, as long as its body is not

_LOOK_S = 0.1


class Courier:
    """See the module."""

    def __init__(self, desk: Desk, account: Account, waits: Sequence[float]) -> None:
        self._account = account
        self._patience = Patience(account, waits)
        self._counter = Counter(desk, account, self._patience, self.look_round)
        self._carriers: list[Carrier] = []  # oldest first
        self._opening: dict[asyncio.Task[Carrier | None], Outgoing] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._worked = False  # a connection has stood in this run: a failing one is worth another try
        self._open_at = 0.0  # not before
        self._cut_at = 0.0  # after Ctrl-C, when the waiting ends; 0 = nobody has stopped us
        self._looking = False

    async def run(self) -> None:
        """Until there is nothing more to do. Raises what stopped it, when everything is settled."""
        self._loop = asyncio.get_running_loop()
        self._over = self._loop.create_future()
        watch = self._loop.create_task(self._watch())
        self.look_round()
        try:
            await self._over
            await self._close()
        finally:
            watch.cancel()
            await self._leave_nothing()
        if self._counter.error is not None:
            raise self._counter.error

    def look_round(self) -> None:
        """Look soon at what may have changed."""
        if not self._looking:
            self._looking = True
            self._loop.call_soon(self._look)

    # -- looking ---------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Time passes: silent servers, idle connections, Ctrl-C, a pace that lets something out again."""
        while True:
            await asyncio.sleep(_LOOK_S)
            now = self._loop.time()
            for carrier in tuple(self._carriers):
                carrier.look_at(now)
            self._look()

    def _look(self) -> None:
        self._looking = False
        try:
            if not self._over.done() and self._finished_after_a_look(self._loop.time()):
                self._over.set_result(None)
        except BaseException as error:  # noqa: BLE001  our own mistake: better an end than a run that hangs
            self._counter.stop(error)
            self._over.set_result(None)

    def _finished_after_a_look(self, now: float) -> bool:
        counter = self._counter
        counter.ask_how_many()
        self._count_ended(now)
        if counter.halted:
            self._halt()
        elif counter.stopping:
            self._stop(now)
        else:
            self._send_away(now)
            self._give_work()
            self._open_more(now)
        if self._opening or counter.aside or not all(carrier.idle for carrier in self._carriers):
            return False
        return counter.dry or counter.stopping

    def _count_ended(self, now: float) -> None:
        for carrier in [carrier for carrier in self._carriers if carrier.ended]:
            self._carriers.remove(carrier)
            carrier.release()
            carrier.connection.line.cut()
            if carrier.useful:
                self._patience.worked()
                self._open_at = 0.0
            elif not (self._counter.halted or self._counter.stopping):
                self._count_failure(carrier.opened_at, now)

    def _count_failure(self, opened_at: int, now: float) -> None:
        self._open_at = now + self._patience.failed(opened_at)

    def _halt(self) -> None:
        """After an error no other dot is written; replies to those that were are still awaited."""
        for carrier in self._carriers:
            if not carrier.idle and not carrier.in_doubt:
                carrier.drop(self._counter.detail)
        self._stop_opening()
        self._counter.give_back()

    def _stop(self, now: float) -> None:
        """After Ctrl-C what is under way is finished, but nobody waits long for a server that has nothing of it."""
        self._cut_at = self._cut_at or now + GRACE_S
        if now >= self._cut_at:
            for carrier in self._carriers:
                if not carrier.idle and not carrier.body_begun:
                    carrier.drop(say("interrupted"))
        self._stop_opening()
        self._counter.give_back()

    def _send_away(self, now: float) -> None:
        """Say goodbye to connections that are used up, too many or long idle."""
        surplus = len(self._carriers) + len(self._opening) - self._counter.most
        for carrier in reversed(self._carriers):
            if surplus > 0:
                carrier.leaving = True
                surplus -= 1
        for carrier in tuple(self._carriers):
            if carrier.idle and (carrier.used_up or now - carrier.since > self._account.timeouts.idle):
                self._carriers.remove(carrier)
                self._say_goodbye(carrier)

    def _give_work(self) -> None:
        for carrier in tuple(self._carriers):
            if not self._counter.may_have_work:
                return
            if carrier.free:
                carrier.go_on()

    # -- opening and closing -------------------------------------------------------------------------------

    def _open_more(self, now: float) -> None:
        """One connection for the first message; once it stands, others as there are messages for them."""
        reason = None if self._carriers else self._patience.exhausted
        if now < self._open_at and reason is None:
            return
        while self._may_open() and (outgoing := self._counter.next()) is not None:
            if reason is not None:
                self._counter.untouched(outgoing)
                self._counter.stop(reason)
                return
            task = self._loop.create_task(self._open(self._patience.failures))
            self._opening[task] = outgoing
            task.add_done_callback(self._opened)

    def _may_open(self) -> bool:
        open_now = len(self._carriers) + len(self._opening) + len(self._leaving)
        if open_now >= self._counter.most or not self._counter.may_have_work:
            return False
        return bool(self._carriers) or not self._opening

    async def _open(self, opened_at: int) -> Carrier | None:
        try:
            connection = await open_connection(self._account)
        except (NewsletterError, OSError) as error:
            self._not_opened(error, opened_at)
            return None
        return Carrier(connection, self._account, self._counter, opened_at=opened_at)

    def _not_opened(self, error: Exception, opened_at: int) -> None:
        # One that stands shows that the server takes our mail: it only wants no more connections just now.
        others = bool(self._carriers) and not isinstance(error, LoginRefused)
        if others or (isinstance(error, NoAnswer) and self._worked):
            self._count_failure(opened_at, self._loop.time())
        else:
            self._counter.stop(error)

    def _opened(self, task: asyncio.Task[Carrier | None]) -> None:
        self._counter.untouched(self._opening.pop(task))
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._counter.stop(error)
        elif (carrier := task.result()) is not None:
            self._worked = True
            self._carriers.append(carrier)

    def _stop_opening(self) -> None:
        for task in self._opening:
            task.cancel()

    def _say_goodbye(self, carrier: Carrier) -> None:
        carrier.release()
        if carrier.useful:
            self._patience.worked()
            self._open_at = 0.0
        task = self._loop.create_task(_closed(carrier.connection))
        self._leaving.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._leaving.discard(task)
        self.look_round()

    async def _close(self) -> None:
        """Say goodbye to everybody at once."""
        for carrier in self._carriers:
            self._say_goodbye(carrier)
        self._carriers.clear()
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def _leave_nothing(self) -> None:
        """However the run ends: what is still under way is dropped and settled, and no socket stays open."""
        tasks = {*self._opening, *self._leaving}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for carrier in self._carriers:
            carrier.drop(say("interrupted"))
        self._counter.give_back()
        await asyncio.sleep(0)  # asyncio closes dropped sockets in the next round


async def _closed(connection: Connection) -> None:
    try:
        await connection.close()
    except asyncio.CancelledError:
        await connection.abort()
        raise
