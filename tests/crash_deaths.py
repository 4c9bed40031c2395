"""Real senders, really killed: forked from a parent that has imported everything, so that a life costs milliseconds."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crash_world import CLOCK, Server, World, count
from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.campaigns import one
from newsletter_mailer.actions.dispatch import StopFlag, Tools, dispatch
from newsletter_mailer.app import open_app
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.smtp import pool
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import RECORD, Journal

STOPPED = 75
_SPEED = 200  # how much faster time goes for a sender, so that waiting for a retry costs little
_HANG_S = 120


@dataclass(frozen=True, slots=True)
class Way:
    """How a sender sends."""

    connections: int = 1
    window: int = 1


# -- the sender ----------------------------------------------------------------------------------------------


def send(world: World, server: Server, way: Way, death: Steps | None = None, mistake: str = "") -> int:
    """Start a sender, with something wrong in it or without; its process number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:  # never back into the parent's code
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if mistake:
            MISTAKES[mistake]()
        code = _sender(world, server, way, death)
    except BaseException:  # noqa: BLE001
        (world.folder / "sender.err").write_text(traceback.format_exc())
    finally:
        os._exit(code)


def _sender(world: World, server: Server, way: Way, death: Steps | None) -> int:
    if death is not None:
        death.install()
    defaults = pool.send_all.__kwdefaults__ or {}
    defaults["waits"] = (0.01, 0.05, 0.1, 0.1)
    with open_app(world.folder) as app:
        tools = Tools(
            database=app.database,
            workspace=app.workspace,
            account=_account(app.workspace, server, way),
            secret=app.secret,
            clock=lambda: CLOCK + int((time.time() - world.began) * 1000 * _SPEED),
            stop=_Impatient(),
        )
        try:
            dispatch(tools, one(app.database, world.campaign), wait=True)
        except Stopped:
            return STOPPED
    return 0


def _account(workspace: Workspace, server: Server, way: Way) -> Account:
    account = replace(account_of(workspace, {}), host="127.0.0.1", port=server.port, security="none")
    return replace(account, connections=way.connections, window=way.window)


class _Impatient(StopFlag):
    """Waits as long as a fast clock says."""

    def wait(self, seconds: float) -> bool:
        return super().wait(seconds / _SPEED)


# -- what could be wrong with it -------------------------------------------------------------------------------


def _writes_no_dots() -> None:
    """A sender that keeps no record of what it is about to hand over."""
    Journal.dot = lambda *_args, **_options: None  # type: ignore[method-assign]


def _settles_early() -> None:
    """A sender that believes it is accepted what it only hands over."""
    dot = Journal.dot

    def early(journal: Journal, delivery: int, attempt: int, **options: int) -> None:
        dot(journal, delivery, attempt, **options)
        journal.reply(delivery, attempt, Outcome(Event.ACCEPTED, Verb.DOT, Reply(250, "surely")))

    Journal.dot = early  # type: ignore[method-assign,assignment]


MISTAKES: dict[str, Callable[[], None]] = {"no dots": _writes_no_dots, "early": _settles_early}


# -- how it dies ---------------------------------------------------------------------------------------------


class Steps:
    """Dies by its own hand at the n-th step of journal, ledger and files; one is before, one after each of them."""

    def __init__(self, at: int, *, journal_only: bool = False) -> None:
        self._left = at
        self._journal_only = journal_only

    def install(self) -> None:
        """In the sender's process: every step counts from now on."""
        for name in ("dot", "reply"):
            setattr(Journal, name, self._around(getattr(Journal, name)))
        if self._journal_only:
            return
        for name in ("fsync", "replace", "rename", "unlink", "link"):
            setattr(os, name, self._around(getattr(os, name)))
        Database.transaction = self._around_transaction(Database.transaction)  # type: ignore[method-assign]

    def _step(self) -> None:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    def _around(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            self._step()
            result = original(*args, **options)
            self._step()
            return result

        return counted

    def _around_transaction(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def counted(database: Database) -> Iterator[Any]:
            with original(database) as connection:
                yield connection
                self._step()  # all is written and nothing committed
            self._step()

        return counted


def ended(child: int) -> int:
    """Wait for a sender; its exit code, negative when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_after(child: int, seconds: float) -> int:
    """Kill it that much later, wherever it is; its exit code, when it was faster."""
    return _kill_when(child, lambda: False, seconds)


def kill_at_work(child: int, world: World, seconds: float) -> int:
    """Kill it that much after it began its journal."""
    before = set(world.journals)
    begun = 0.0

    def true() -> bool:
        nonlocal begun
        if not begun and set(world.journals) - before:
            begun = time.monotonic()
        return bool(begun) and time.monotonic() - begun >= seconds

    return _kill_when(child, true, _HANG_S)


def kill_at_line(child: int, log: Path, size: int) -> int:
    """Kill it as soon as the server's log has so many bytes."""
    return _kill_when(child, lambda: log.stat().st_size >= size, _HANG_S)


def _kill_when(child: int, true: Callable[[], bool], seconds: float) -> int:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not true():
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return ended(child)


# -- what a power cut leaves ---------------------------------------------------------------------------------


def power_cut(world: World, chance: random.Random) -> int:
    """The journal is cut, torn or gone, or the machine was started anew; how many deliveries were claimed."""
    claimed = count(world)[Status.SENDING]
    what = chance.choice(("cut", "tear", "delete", "boot"))
    if what == "boot":
        with sqlite3.connect(world.ledger) as ledger:
            ledger.execute("UPDATE runs SET boot_id = 'another'")
        ledger.close()
        return claimed
    for journal in world.journals:
        if what == "delete":
            journal.unlink()
            continue
        written = len(journal.read_bytes().rstrip(b"\0")) // RECORD
        at = chance.randrange(written + 1) * RECORD
        with journal.open("r+b") as file:
            if what == "cut":
                file.truncate(at)
            else:
                file.seek(at)
                file.write(bytes(RECORD // 2))
    return claimed
