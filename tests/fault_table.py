"""Every fault that a server can be told, what the sender should make of it, and a client that gets it wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import wrong_clients as wrong
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp.sandbox import (
    CHUNKING,
    NOTHING,
    OFFERED,
    OWN_REPLY,
    At,
    Fault,
    Script,
    Then,
    Turn,
)

ANY = frozenset({Event.ACCEPTED, Event.RELEASED, Event.DEFERRED, Event.REFUSED, Event.LOST})
DEFERRED, REFUSED, RELEASED = ({Event.DEFERRED}, {Event.REFUSED}, {Event.RELEASED})
ACCEPTED, LOST = {Event.ACCEPTED}, {Event.LOST}
UNANSWERED = RELEASED | ACCEPTED  # a message to which nobody answered anything may be tried again at once
ALONE = tuple(offer for offer in OFFERED if offer != "PIPELINING")
MESSAGE = b"Subject: hello\r\n\r\nGood morning.\r\n.with a dot\r\n.\r\n"
SMUGGLED = b"Subject: x\r\n\r\nhello\n.\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<smuggled@example.org>\r\nDATA\r\nx\r\n"


@dataclass(frozen=True)
class Case:
    """A fault, at the first message of the first connection unless it says otherwise."""

    name: str
    faults: Sequence[Turn | Fault]
    first: Collection[Event]  #: what may be said of the first reader, the first time
    client: type[wrong.Careful]
    verdict: str  #: words of the crime
    offers: tuple[str, ...] = OFFERED
    lies: tuple[str, ...] = ()
    stalls: str = ""  #: the step whose time runs out
    secure: bool = False
    data: bytes = MESSAGE
    lenient: bool = False
    chunked: bool = True  #: False: who sends a chunk before the replies to its envelope cannot see it

    def script(self) -> Script:
        """Afresh, for a script is used up."""
        return Script(*[_fresh(fault) for fault in self.faults])

    def __str__(self) -> str:
        return self.name


def _fresh(fault: Turn | Fault) -> Turn:
    if isinstance(fault, Fault):
        return Turn(fault, connection=1, message=0 if fault.at in _OF_A_CONNECTION else 1)
    return Turn(fault.fault, fault.connection, fault.message, fault.recipient, fault.times)


_OF_A_CONNECTION = {At.CONNECT, At.EHLO, At.STARTTLS, At.HANDSHAKE, At.BYTE}
_UNTAKEN = "said to be sent, and never taken"
_UNASKED = "nothing had been asked for"
_UNSETTLED = "settled 0 times"


def _refusals() -> list[Case]:
    made = []
    for at, code, words, first in (
        (At.MAIL, 451, "451 4.3.0 later", DEFERRED),
        (At.RCPT, 550, "550 5.1.1 nobody", REFUSED),
        (At.RCPT, 450, "450 4.2.1 busy", DEFERRED),
        (At.DATA, 451, "451 4.3.1 no room", DEFERRED),
        (At.DATA, 554, "554 5.1.1 nobody here", REFUSED),
        (At.DOT, 554, "554 5.1.1 nobody here", REFUSED),
        (At.DOT, 451, "451 4.3.0 later", DEFERRED),
    ):
        client = wrong.Hasty if at is At.DOT else wrong.YesMan
        made.append(Case(f"{code} at {at.value}", [Fault(at, words)], first, client, _UNTAKEN))
    made.append(
        Case("550 at mail", [Fault(At.MAIL, "550 5.7.1 not you")], REFUSED | RELEASED, wrong.YesMan, _UNTAKEN)
    )
    return made


def _dead_lines() -> list[Case]:
    made = []
    for then in (Then.HANG_UP, Then.RESET):
        for at in (At.CONNECT, At.EHLO, At.MAIL, At.RCPT, At.DATA, At.BODY):
            fault = Fault(at, NOTHING, then, after=10)
            before = at in (At.CONNECT, At.EHLO)
            client: type[wrong.Careful] = wrong.Forgetful if at is At.BODY else wrong.Pessimist
            verdict = _UNSETTLED if at is At.BODY else _UNASKED
            first = ANY if at is At.BODY else UNANSWERED  # a short message leaves in one piece with its dot
            made.append(
                Case(f"{then.value} at {at.value}", [fault], ANY if before else first, client, verdict)
            )
        for takes in (True, False):
            fate = "taken" if takes else "dropped"
            client, verdict = (wrong.Requeuer if takes else wrong.Hasty), ("doubled" if takes else _UNTAKEN)
            made.append(
                Case(
                    f"{then.value} after the dot, {fate}",
                    [Fault(At.DOT, NOTHING, then, takes=takes)],
                    LOST,
                    client,
                    verdict,
                )
            )
    return made


def _stalls() -> list[Case]:
    step = {At.MAIL: "mail", At.RCPT: "rcpt", At.DATA: "data", At.DOT: "dot", At.CONNECT: "greeting"}
    step |= {At.EHLO: "hello"}
    made = []
    for at, name in step.items():
        client, verdict = (wrong.Impatient, "doubled") if at is At.DOT else (wrong.Pessimist, _UNASKED)
        first = {At.DOT: LOST, At.CONNECT: ANY, At.EHLO: ANY}.get(at, UNANSWERED)
        made.append(
            Case(
                f"stall at {at.value}", [Fault(at, NOTHING, Then.STALL)], first, client, verdict, stalls=name
            )
        )
    late = Fault(At.DOT, seconds=1.5)
    made.append(Case("late after the dot", [late], LOST, wrong.Impatient, "doubled", stalls="dot"))
    late = Fault(At.DATA, seconds=0.3)
    made.append(Case("late 354", [late], ACCEPTED, wrong.Eager, "did not wait for 354"))
    return made


def _dismissals() -> list[Case]:
    def dismissal(at: At, first: Collection[Event]) -> Case:
        return Case(
            f"421 at {at.value}",
            [Fault(at, "421 4.3.2 closing", Then.HANG_UP)],
            first,
            wrong.Deaf,
            "went on after 421",
            offers=ALONE,
        )

    silent = Turn(Fault(At.DOT, OWN_REPLY, Then.HANG_UP), message=2)
    return [
        *(dismissal(at, RELEASED) for at in (At.MAIL, At.RCPT, At.DATA, At.DOT)),
        Case("closes after two messages", [silent], ACCEPTED, wrong.Forgetful, _UNSETTLED),
    ]


def _oddities() -> list[Case]:
    garbage = b"\xff\x00 what?\r\n"
    second = Turn(Fault(At.RCPT, "550 5.1.1 nobody"), message=2)
    second_whole = Turn(Fault(At.DOT, "451 4.3.0 later"), message=2)
    twice = [Fault(At.MAIL, "250 ok\r\n250 ok"), Fault(At.DOT, "451 4.3.0 later")]
    everywhere = [Turn(Fault(at, bytewise=True)) for at in (At.MAIL, At.RCPT, At.DATA, At.DOT)]
    return [
        *(
            Case(f"garbage at {at.value}", [Fault(at, garbage, Then.HANG_UP, takes=False)], first, *guilt)
            for at, first, guilt in (
                (At.MAIL, UNANSWERED, (wrong.Pessimist, _UNASKED)),
                (At.RCPT, RELEASED, (wrong.Pessimist, _UNASKED)),
                (At.DATA, RELEASED, (wrong.Pessimist, _UNASKED)),
                (At.DOT, LOST, (wrong.YesMan, _UNTAKEN)),
            )
        ),
        Case(
            "two codes in one reply",
            [Fault(At.DOT, "250-well\r\n451 not", Then.HANG_UP, takes=False)],
            LOST | DEFERRED,
            wrong.YesMan,
            _UNTAKEN,
        ),
        Case("byte by byte", everywhere, ACCEPTED, wrong.Lumper, ""),
        Case("two replies for one", twice, RELEASED, wrong.Blind, _UNTAKEN, chunked=False),
        Case("the second is refused", [second], ACCEPTED, wrong.Crowder, _UNTAKEN),
        Case("the second is deferred whole", [second_whole], ACCEPTED, wrong.Doubler, _UNTAKEN),
        Case(
            "takes LF for CRLF", [], REFUSED, wrong.Smuggler, "nobody sent that", data=SMUGGLED, lenient=True
        ),
    ]


def _lies() -> list[Case]:
    def lie(name: str, client: type[wrong.Careful], offers: tuple[str, ...] = OFFERED) -> Case:
        return Case(f"lies about {name}", [], ANY, client, "", offers=offers, lies=(name,))

    return [
        lie("PIPELINING", wrong.Crowder),
        lie("SIZE", wrong.Sizer),
        lie("8BITMIME", wrong.Sizer),
        lie("CHUNKING", wrong.Chunker, CHUNKING),
    ]


def _tls() -> list[Case]:
    injected = "220 go\r\n250 x\r\n250 x\r\n250 x\r\n354 x\r\n250 taken"
    return [
        Case(
            "STARTTLS refused",
            [Turn(Fault(At.STARTTLS, "454 4.7.0 not now"))],
            RELEASED,
            wrong.Bold,
            "went on in clear",
            secure=True,
        ),
        *(
            Case(
                f"handshake: {then.value}",
                [Turn(Fault(At.HANDSHAKE, NOTHING, then))],
                RELEASED,
                wrong.Bold,
                "went on in clear",
                secure=True,
            )
            for then in (Then.HANG_UP, Then.RESET)
        ),
        Case(
            "injected before TLS",
            [Turn(Fault(At.STARTTLS, injected)), Turn(Fault(At.DOT, "451 4.3.0 later"))],
            DEFERRED,
            wrong.Truster,
            "",
            secure=True,
        ),
    ]


_GROUPS: tuple[Callable[[], list[Case]], ...] = (
    *(_refusals, _dead_lines, _stalls, _dismissals),
    *(_oddities, _lies, _tls),
)
CASES: tuple[Case, ...] = tuple(case for group in _GROUPS for case in group())
