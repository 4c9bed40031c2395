"""What goes wrong at a server, and when: exactly as a script says, or at random as a seed has it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Protocol

OWN_REPLY = "<own reply>"  #: what the server would have said anyway
NOTHING = ""


class At(Enum):
    """The moment of a fault: in place of the reply to a step, or in the middle of what is being received."""

    CONNECT = "connect"  #: the greeting
    EHLO = "ehlo"
    STARTTLS = "starttls"
    HANDSHAKE = "handshake"  #: at the first byte of it
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"  #: after so many bytes of the message
    DOT = "dot"  #: the message is there whole, by DATA or by BDAT
    RSET = "rset"
    QUIT = "quit"
    BYTE = "byte"  #: after so many bytes of the connection, wherever that is


class Then(Enum):
    """What the server does afterwards."""

    GO_ON = "go on"
    STALL = "stall"  #: says nothing more; the line stays open
    HANG_UP = "hang up"  #: closes the line (FIN)
    RESET = "reset"  #: breaks the line (RST)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    says: in place of the server's own reply; bytes go out as they are. takes: whether a message that was received whole
    is kept; one that is answered 4xx or 5xx never is. after: see `At`.
    """

    at: At
    says: str | bytes = OWN_REPLY
    then: Then = Then.GO_ON
    takes: bool = True
    seconds: float = 0.0  #: later than usual
    bytewise: bool = False  #: each byte of the reply in a write of its own
    after: int = 0  #: bytes

    def reply(self, own: str) -> bytes:
        """What goes out."""
        said = own if self.says == OWN_REPLY else self.says
        if isinstance(said, bytes):
            return said
        return f"{said}\r\n".encode() if said else b""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a session stands when a fault may happen; connections and their messages count from 1."""

    at: At
    connection: int
    message: int = 0  #: 0 before the first
    recipient: str = ""


class Faults(Protocol):
    """Who decides what goes wrong. Asked once at each moment, in the server's thread."""

    def fault(self, moment: Moment) -> Fault | None:
        """What happens now, None when all goes well."""
        ...


@dataclass(slots=True)
class Turn:
    """A fault and when it comes: 0 and "" stand for any; `times` for how often, None = always."""

    fault: Fault
    connection: int = 0
    message: int = 0
    recipient: str = ""
    times: int | None = None

    def comes(self, moment: Moment) -> bool:
        """Whether it is its turn, apart from how often it was."""
        return (
            self.fault.at is moment.at
            and self.connection in (0, moment.connection)
            and self.message in (0, moment.message)
            and self.recipient in ("", moment.recipient)
        )


class Script:
    """Faults one by one; the first whose turn it is happens."""

    def __init__(self, *turns: Turn | Fault) -> None:
        """A bare fault always happens at its moment."""
        self._turns = [Turn(turn) if isinstance(turn, Fault) else turn for turn in turns]

    def fault(self, moment: Moment) -> Fault | None:
        """As `Faults` has it."""
        for turn in self._turns:
            if turn.times == 0 or not turn.comes(moment):
                continue
            if turn.times is not None:
                turn.times -= 1
            return turn.fault
        return None


_ENVELOPE = (At.MAIL, At.RCPT, At.DATA)
KINDS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "refuse": (Fault(At.RCPT, "550 5.1.1 nobody of that name"),),  # a reader, always: see `Weather`
        "defer": (
            Fault(At.MAIL, "451 4.3.0 try again later"),
            Fault(At.RCPT, "450 4.2.1 mailbox busy"),
            Fault(At.DATA, "451 4.3.1 no room just now"),
        ),
        "defer_whole": (Fault(At.DOT, "451 4.3.0 not now", takes=False),),
        "refuse_whole": (Fault(At.DOT, "554 5.1.1 nobody of that name", takes=False),),
        "hang_up": tuple(Fault(at, NOTHING, Then.HANG_UP) for at in _ENVELOPE),
        "reset": tuple(Fault(at, NOTHING, Then.RESET) for at in _ENVELOPE),
        "cut": (
            Fault(At.BODY, NOTHING, Then.HANG_UP, after=1),
            Fault(At.BODY, NOTHING, Then.RESET, after=500),
        ),
        "close": (Fault(At.DOT, OWN_REPLY, Then.HANG_UP),),  # silently, after a message
        "goodbye": tuple(Fault(at, "421 4.3.2 closing", Then.HANG_UP) for at in (*_ENVELOPE, At.DOT)),
        "die_taking": (Fault(At.DOT, NOTHING, Then.HANG_UP), Fault(At.DOT, NOTHING, Then.RESET)),
        "die_dropping": (
            Fault(At.DOT, NOTHING, Then.HANG_UP, takes=False),
            Fault(At.DOT, NOTHING, Then.RESET, takes=False),
        ),
        "late": tuple(Fault(at, seconds=0.02) for at in (*_ENVELOPE, At.DOT)),
        "bytewise": tuple(Fault(at, bytewise=True) for at in (*_ENVELOPE, At.DOT)),
        "garbage": tuple(Fault(at, b"\xff\x00 what?\r\n", Then.HANG_UP) for at in (*_ENVELOPE, At.DOT)),
        "stall": tuple(Fault(at, NOTHING, Then.STALL) for at in (*_ENVELOPE, At.DOT)),
        "closed_door": (Fault(At.CONNECT, "421 4.3.2 too busy", Then.HANG_UP),),
    }
)  #: what weather is made of
_OF_A_CONNECTION = frozenset({"closed_door"})
_OF_A_READER = frozenset({"refuse"})


class Weather:
    """Faults at random, the same for the same seed at the same place of the same connection.

    rates: how often each kind of `KINDS` happens, 0..1, to a message, a connection (closed_door) or a reader (refuse:
    the same readers at every try).
    """

    def __init__(self, seed: int | str, rates: Mapping[str, float]) -> None:
        if unknown := rates.keys() - KINDS.keys():
            raise ValueError(f"no such weather: {', '.join(sorted(unknown))}")
        self._seed = seed
        self._refused = rates.get("refuse", 0.0)
        self._doors = {kind: rate for kind, rate in rates.items() if kind in _OF_A_CONNECTION}
        self._mails = {
            kind: rate for kind, rate in rates.items() if kind not in _OF_A_CONNECTION | _OF_A_READER
        }
        self._drawn: dict[
            int, tuple[int, Fault | None]
        ] = {}  # by connection: its message, what happens to it

    def fault(self, moment: Moment) -> Fault | None:
        """As `Faults` has it."""
        if moment.at is At.RCPT and self._refuses(moment.recipient):
            return KINDS["refuse"][0]
        if moment.at is At.BYTE:
            return None
        message, drawn = self._drawn.get(moment.connection, (-1, None))
        if message != moment.message:
            drawn = self._draw(moment)
            self._drawn[moment.connection] = (moment.message, drawn)
        return drawn if drawn is not None and drawn.at is moment.at else None

    def _refuses(self, recipient: str) -> bool:
        return self._refused > 0 and self._chance(recipient.lower()).random() < self._refused

    def _draw(self, moment: Moment) -> Fault | None:
        chance = self._chance(f"{moment.connection}.{moment.message}")
        left = chance.random()
        for kind, rate in (self._mails if moment.message else self._doors).items():
            left -= rate
            if left < 0:
                return chance.choice(KINDS[kind])
        return None

    def _chance(self, of: str) -> random.Random:
        return random.Random(f"{self._seed}:{of}")  # noqa: S311  weather, not secrets
