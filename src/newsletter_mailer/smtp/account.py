"""Where mail goes out, and how long we wait for it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from newsletter_mailer.model.outcome import Verb

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds without an answer after which a step is given up; the minima of RFC 5321 section 4.5.3.2."""

    connect: float = 60
    handshake: float = 60  #: of TLS
    greeting: float = 300
    hello: float = 300  #: EHLO, STARTTLS, AUTH
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180  #: until a piece of a long message is on its way
    dot: float = 600  #: shorter means doubles: the server may be about to say yes
    quit: float = 5  #: nothing depends on it
    idle: float = 20  #: with nothing to carry, after which we say goodbye

    def of(self, verb: Verb | None) -> float:
        """How long the reply to a step may take; None stands for a message being handed over."""
        match verb:
            case Verb.CONNECT:
                return self.greeting
            case Verb.EHLO | Verb.STARTTLS | Verb.AUTH:
                return self.hello
            case Verb.MAIL | Verb.RSET:
                return self.mail
            case Verb.RCPT:
                return self.rcpt
            case Verb.DATA:
                return self.data
            case Verb.DOT:
                return self.dot
            case Verb.QUIT:
                return self.quit
            case None:
                return self.block


@dataclass(frozen=True, slots=True)
class Account:
    """A mail server and how to reach it."""

    host: str
    port: int
    security: Security  #: "tls" from the start (465), "starttls" (587), "none" on loopback only
    username: str = ""  #: "" = no login
    password: str = field(default="", repr=False)
    #: instead of the password, asked for at each login; may block
    access_token: Callable[[], str] | None = field(default=None, repr=False)
    ehlo: str = ""  #: our full domain name; "" = found out, else the address literal
    ca_file: str = ""  #: a private authority to trust instead of the system's
    timeouts: Timeouts = Timeouts()
    connections: int = 1  #: open at once, at most
    per_connection: int = 0  #: messages on one connection, then a new one; 0 = no limit
    window: int = 1  #: messages under way on one connection where the server offers CHUNKING


def is_loopback(host: str) -> bool:
    """This machine talks to itself: nobody else can listen."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.lower() == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def own_name(host_name: str, address: str) -> str:
    """How this machine introduces itself: by its full name if it has one, else by its address.

    Never as "localhost", which some servers refuse (RFC 5321 sections 4.1.3 and 4.1.4). address: an IP address.
    """
    name = host_name.strip(".")
    if "." in name and name.isascii() and not name.lower().endswith((".local", ".localdomain")):
        return name
    literal = ipaddress.ip_address(address.partition("%")[0])
    return f"[IPv6:{literal}]" if literal.version == 6 else f"[{literal}]"
