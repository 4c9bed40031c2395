"""The tables of the SMTP machine: where a session and a message can stand, and what leads where.

    session  GREETING -> GREETED -> HELLO (-> OLD_HELLO) -> OPEN -> QUITTING -> CLOSED
                            ^                               |  ^
                            +-- HANDSHAKE <- UPGRADING <----+  +--> AUTHENTICATING

    message  ENVELOPE -> BODY -> DOT -> OVER        (while the session is OPEN)
                 +-> DECIDED -> EMPTY ---^
                        +-> CROSSED -----^
    chunk    CHUNK -> LAST -----> OVER              (RFC 3030, where CHUNKING is offered)
                 +-----+-> PASSED -^
                             +-> STRAY

What they do not hold does not happen.
"""

from __future__ import annotations

from enum import Enum

from newsletter_mailer.model.outcome import Verb


class Phase(Enum):
    """Where the session stands."""

    GREETING = "greeting"  #: connected; the server speaks first
    GREETED = "greeted"  #: nothing is known of the server, or it was forgotten after STARTTLS
    HELLO = "hello"  #: EHLO is out
    OLD_HELLO = "old hello"  #: HELO is out, for a server that does not know EHLO
    OPEN = "open"  #: messages, STARTTLS, AUTH and QUIT are possible
    UPGRADING = "upgrading"  #: STARTTLS is out
    HANDSHAKE = "handshake"  #: whoever owns the socket runs TLS, then says `secured`
    AUTHENTICATING = "authenticating"  #: AUTH is out
    QUITTING = "quitting"  #: QUIT is out
    CLOSED = "closed"  #: nothing more in either direction

    __hash__ = (
        object.__hash__
    )  # by identity, in C: enum's own hashes the name in Python, eleven times a message


class Step(Enum):
    """Where a message stands."""

    ENVELOPE = "envelope"  #: MAIL, RCPT and DATA on their way, no refusal so far
    DECIDED = "decided"  #: refused; the replies to the rest of its group are still to come
    CROSSED = "crossed"  #: its sender was refused and its reader accepted: nothing may follow a 354
    EMPTY = "empty"  #: refused, and yet 354 came: a lone dot ends it (RFC 2920 section 3.1)
    BODY = "body"  #: 354 came; the message is being handed out
    DOT = "dot"  #: the bytes with the final dot were handed out: only a reply can tell
    CHUNK = "chunk"  #: announced with its length; its octets are being handed out
    LAST = "last"  #: the last octet of its chunk was handed out: only a reply can tell
    PASSED = "passed"  #: refused; its chunk is on its way all the same and will be refused, too
    STRAY = "stray"  #: its sender was refused and its reader accepted: only a refusal of its chunk can tell
    OVER = "over"  #: settled

    __hash__ = object.__hash__


SESSION: dict[tuple[Phase, Verb] | tuple[Phase, Verb, int], Phase] = {
    # what we say (phase, verb), and what the server says (phase, verb it answers, first digit)
    (Phase.GREETING, Verb.CONNECT, 2): Phase.GREETED,
    (Phase.GREETING, Verb.CONNECT, 4): Phase.CLOSED,
    (Phase.GREETING, Verb.CONNECT, 5): Phase.CLOSED,
    (Phase.GREETED, Verb.EHLO): Phase.HELLO,
    (Phase.HELLO, Verb.EHLO, 2): Phase.OPEN,
    (Phase.HELLO, Verb.EHLO, 4): Phase.CLOSED,
    (Phase.HELLO, Verb.EHLO, 5): Phase.OLD_HELLO,
    (Phase.OLD_HELLO, Verb.EHLO, 2): Phase.OPEN,
    (Phase.OLD_HELLO, Verb.EHLO, 4): Phase.CLOSED,
    (Phase.OLD_HELLO, Verb.EHLO, 5): Phase.CLOSED,
    (Phase.OPEN, Verb.STARTTLS): Phase.UPGRADING,
    (Phase.UPGRADING, Verb.STARTTLS, 2): Phase.HANDSHAKE,
    (Phase.UPGRADING, Verb.STARTTLS, 4): Phase.OPEN,
    (Phase.UPGRADING, Verb.STARTTLS, 5): Phase.OPEN,
    (Phase.OPEN, Verb.AUTH): Phase.AUTHENTICATING,
    (Phase.AUTHENTICATING, Verb.AUTH, 2): Phase.OPEN,
    (Phase.AUTHENTICATING, Verb.AUTH, 3): Phase.AUTHENTICATING,
    (Phase.AUTHENTICATING, Verb.AUTH, 4): Phase.OPEN,
    (Phase.AUTHENTICATING, Verb.AUTH, 5): Phase.OPEN,
    (Phase.OPEN, Verb.MAIL): Phase.OPEN,
    (Phase.OPEN, Verb.RSET, 2): Phase.OPEN,
    (Phase.GREETED, Verb.QUIT): Phase.QUITTING,
    (Phase.OPEN, Verb.QUIT): Phase.QUITTING,
    (Phase.QUITTING, Verb.QUIT, 2): Phase.CLOSED,
    (Phase.QUITTING, Verb.QUIT, 4): Phase.CLOSED,
    (Phase.QUITTING, Verb.QUIT, 5): Phase.CLOSED,
}

MESSAGE: dict[tuple[Step, Verb, int], Step] = {
    (Step.ENVELOPE, Verb.MAIL, 2): Step.ENVELOPE,
    (Step.ENVELOPE, Verb.MAIL, 4): Step.DECIDED,
    (Step.ENVELOPE, Verb.MAIL, 5): Step.DECIDED,
    (Step.ENVELOPE, Verb.RCPT, 2): Step.ENVELOPE,
    (Step.ENVELOPE, Verb.RCPT, 4): Step.DECIDED,
    (Step.ENVELOPE, Verb.RCPT, 5): Step.DECIDED,
    (Step.ENVELOPE, Verb.DATA, 3): Step.BODY,
    (Step.ENVELOPE, Verb.DATA, 4): Step.OVER,
    (Step.ENVELOPE, Verb.DATA, 5): Step.OVER,
    (Step.DECIDED, Verb.RCPT, 2): Step.CROSSED,
    (Step.DECIDED, Verb.RCPT, 4): Step.DECIDED,
    (Step.DECIDED, Verb.RCPT, 5): Step.DECIDED,
    (Step.DECIDED, Verb.DATA, 3): Step.EMPTY,
    (Step.DECIDED, Verb.DATA, 4): Step.OVER,
    (Step.DECIDED, Verb.DATA, 5): Step.OVER,
    (Step.CROSSED, Verb.DATA, 4): Step.OVER,
    (Step.CROSSED, Verb.DATA, 5): Step.OVER,
    (Step.EMPTY, Verb.DOT, 2): Step.OVER,
    (Step.EMPTY, Verb.DOT, 4): Step.OVER,
    (Step.EMPTY, Verb.DOT, 5): Step.OVER,
    (Step.BODY, Verb.DATA, 4): Step.OVER,  # a server that says no before it has heard the end
    (Step.BODY, Verb.DATA, 5): Step.OVER,
    (Step.DOT, Verb.DOT, 2): Step.OVER,
    (Step.DOT, Verb.DOT, 4): Step.OVER,
    (Step.DOT, Verb.DOT, 5): Step.OVER,
    # A chunk's reply answers Verb.DOT, too: it is the one by which the server takes responsibility.
    (Step.CHUNK, Verb.MAIL, 2): Step.CHUNK,
    (Step.CHUNK, Verb.MAIL, 4): Step.PASSED,
    (Step.CHUNK, Verb.MAIL, 5): Step.PASSED,
    (Step.CHUNK, Verb.RCPT, 2): Step.CHUNK,
    (Step.CHUNK, Verb.RCPT, 4): Step.PASSED,
    (Step.CHUNK, Verb.RCPT, 5): Step.PASSED,
    (Step.CHUNK, Verb.DOT, 4): Step.OVER,  # a server that says no before it has heard the end
    (Step.CHUNK, Verb.DOT, 5): Step.OVER,
    (Step.LAST, Verb.MAIL, 2): Step.LAST,
    (Step.LAST, Verb.MAIL, 4): Step.PASSED,
    (Step.LAST, Verb.MAIL, 5): Step.PASSED,
    (Step.LAST, Verb.RCPT, 2): Step.LAST,
    (Step.LAST, Verb.RCPT, 4): Step.PASSED,
    (Step.LAST, Verb.RCPT, 5): Step.PASSED,
    (Step.LAST, Verb.DOT, 2): Step.OVER,
    (Step.LAST, Verb.DOT, 4): Step.OVER,
    (Step.LAST, Verb.DOT, 5): Step.OVER,
    (Step.PASSED, Verb.RCPT, 2): Step.STRAY,
    (Step.PASSED, Verb.RCPT, 4): Step.PASSED,
    (Step.PASSED, Verb.RCPT, 5): Step.PASSED,
    (Step.PASSED, Verb.DOT, 2): Step.OVER,  # accepted for nobody
    (Step.PASSED, Verb.DOT, 4): Step.OVER,
    (Step.PASSED, Verb.DOT, 5): Step.OVER,
    (Step.STRAY, Verb.DOT, 4): Step.OVER,
    (Step.STRAY, Verb.DOT, 5): Step.OVER,
}

IN_DOUBT = frozenset({Step.DOT, Step.LAST, Step.STRAY})  #: a line lost here may have carried the message
