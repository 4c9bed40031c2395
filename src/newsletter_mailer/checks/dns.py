"""Questions to the DNS: what is published under a name, and for whose address it stands."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from typing import Any

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
import dns.reversename

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import sentence

SERVER_VARIABLE = "NEWSLETTER_DNS"
_SECONDS = 8.0  # for one answer, all servers together


class NoDnsAnswer(NewsletterError):
    """Nobody answered, or the answer was an error: nothing is known of that name."""


class Dns:
    """Answers of the DNS, each asked for once."""

    def __init__(self, server: str = "", *, seconds: float = _SECONDS) -> None:
        """server: whom to ask, e.g. "127.0.0.1:5353"; the system's own without it. Raises NewsletterError."""
        self._server = server
        self._seconds = seconds
        self._known: dict[tuple[str, str], tuple[bool, list[Any]]] = {}
        self._unknown: dict[tuple[str, str], NoDnsAnswer] = {}  # to wait for silence once is enough
        if server:
            _address_of(server)

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each with its strings joined. Raises NoDnsAnswer, as all of these do."""
        rows = self._rows(name, "TXT")  # in any order, which changes from answer to answer
        return tuple(sorted(_readable(b"".join(row.strings)) for row in rows))

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """Who takes the mail of a domain, the first one first; "." says nobody (RFC 7505)."""
        rows = sorted(self._rows(name, "MX"), key=lambda row: row.preference)
        return tuple(_plain(row.exchange) for row in rows)

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IP addresses of a host."""
        return tuple(row.address for kind in ("A", "AAAA") for row in self._rows(name, kind))

    def names_of(self, address: str) -> tuple[str, ...]:
        """The hosts that an IP address says it is (PTR)."""
        return tuple(_plain(row.target) for row in self._rows(reverse_name(address), "PTR"))

    def exists(self, name: str) -> bool:
        """Whether there is anything under that name or below it."""
        return self._asked(name, "SOA")[0]

    def zone_of(self, name: str) -> str:
        """The domain that is looked after together with this one, as its registrar knows it."""
        labels = name.split(".")
        for at in range(len(labels) - 1):  # a top-level domain is nobody's own
            above = ".".join(labels[at:])
            if self._rows(above, "SOA"):
                return above
        return name

    def _rows(self, name: str, kind: str) -> list[Any]:
        return self._asked(name, kind)[1]

    def _asked(self, name: str, kind: str) -> tuple[bool, list[Any]]:
        """Whether the name exists, and its records of that kind."""
        key = (name.lower().rstrip("."), kind)
        if key in self._unknown:
            raise self._unknown[key]
        if key not in self._known:
            try:
                self._known[key] = self._ask(*key)
            except NoDnsAnswer as error:
                self._unknown[key] = error
                raise
        return self._known[key]

    def _ask(self, name: str, kind: str) -> tuple[bool, list[Any]]:
        try:
            absolute = dns.name.from_text(f"{name}.")
            answer = self._resolver.resolve(absolute, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return False, []
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
            return False, []  # no such name can be
        except (dns.exception.DNSException, OSError) as error:
            raise NoDnsAnswer(
                sentence("the DNS gives no answer about {name} ({kind})", name=name, kind=kind),
                sentence("try again in a while; is this computer online?"),
            ) from error
        return True, list(answer.rrset or ())

    @cached_property
    def _resolver(self) -> dns.resolver.Resolver:
        try:
            resolver = dns.resolver.Resolver(configure=not self._server)
        except dns.resolver.NoResolverConfiguration as error:
            raise NoDnsAnswer(
                sentence("this computer has no DNS server that could be asked"),
                sentence("name one in the environment: {variable}=9.9.9.9", variable=SERVER_VARIABLE),
            ) from error
        if self._server:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(*_address_of(self._server))]
        resolver.lifetime = self._seconds
        resolver.timeout = self._seconds / 3
        return resolver


def _readable(raw: bytes) -> str:
    """A text without anything that would command the terminal on which it is shown."""
    return "".join(
        each if each.isprintable() else " " if each.isspace() else "\ufffd"
        for each in raw.decode("utf-8", "replace")
    )


def reverse_name(address: str) -> str:
    """The name under which an IP address says which host it is."""
    return _plain(dns.reversename.from_address(address))


def _address_of(server: str) -> tuple[str, int]:
    """`192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`."""
    host, port = server, "53"
    if server.startswith("[") or server.count(":") == 1:
        host, _, port = server.rpartition(":")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError as error:
        raise NewsletterError(
            sentence("“{server}” is no address of a DNS server", server=server),
            sentence("write it into {variable} like 9.9.9.9 or 127.0.0.1:5353", variable=SERVER_VARIABLE),
        ) from error


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() or "."
