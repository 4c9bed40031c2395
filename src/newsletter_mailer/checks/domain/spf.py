"""SPF (RFC 7208): which servers a domain lets send in its name, as far as its records say, and what is wrong with them.

Everything a record can lead to is followed, as for a mail that only its last term allows: so its look-ups are counted.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from newsletter_mailer.wording import Sentence, sentence

MOST_LOOKUPS = 10  #: section 4.6.4; one more, and the record counts as broken
_MOST_VOIDS = 2  # look-ups without an answer, in the same section
_GIVE_UP = 40  # look-ups: nobody needs to know how much more there is
_TERM = re.compile(
    r"([+?~-])?([a-z0-9]+)(?:[:=]([^/]*))?(?:/([0-9]{1,3}))?(?://([0-9]{1,3}))?", re.IGNORECASE
)
_IP_TERM = re.compile(r"([+?~-])?(ip[46]):([0-9a-f.:]+(?:/[0-9]+)?)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_ASKING = ("include", "a", "mx", "ptr", "exists", "redirect")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Names(Protocol):
    """What SPF asks of the DNS."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name."""
        ...

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IP addresses of a host."""
        ...

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """The hosts that take mail for a domain."""
        ...


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a record."""

    text: str
    qualifier: str  #: "+", "-", "~", "?"
    name: str  #: of a mechanism, or `redirect`
    value: str = ""  #: a domain or a network; "" stands for the domain itself
    prefixes: tuple[str, str] = ("", "")  #: of `a` and `mx`: bits of IPv4 and of IPv6


@dataclass(slots=True)
class Survey:
    """Where a domain's record leads."""

    records: tuple[str, ...]  #: those of the domain: there must be one
    terms: tuple[Term, ...] = ()  #: of that one
    lookups: int = 0
    voids: int = 0  #: look-ups that found nothing
    costs: list[tuple[str, int]] = field(default_factory=list)  #: look-ups to which each of its terms leads
    includes: list[str] = field(default_factory=list)  #: domains whose records are part of it
    networks: list[Network] = field(default_factory=list)  #: that may send
    problems: list[Sentence] = field(default_factory=list)  #: because of which it counts as broken
    unseen: bool = False  #: something depends on the mail itself, so that not all is known

    @property
    def otherwise(self) -> str:
        """What it says of all other servers: "-", "~", "?" or "+"; "" when it says nothing."""
        return next((term.qualifier for term in self.terms if term.name == "all"), "")

    @property
    def elsewhere(self) -> str:
        """The domain that decides in its place (`redirect=`), "" without one."""
        return next((term.value for term in self.terms if term.name == "redirect"), "")

    def allows(self, address: str) -> bool:
        """Whether a server at that IP address may send."""
        ip = ipaddress.ip_address(address)
        return self.otherwise == "+" or any(
            ip in network for network in self.networks if network.version == ip.version
        )


def survey(dns: Names, domain: str) -> Survey:
    """Follow a domain's record to its ends. Raises what `dns` raises when it gets no answer."""
    records = records_of(dns, domain)
    found = Survey(records)
    if len(records) == 1:
        found.terms = _Following(dns, found).follow(domain, records[0], (domain,))
    if found.lookups > MOST_LOOKUPS:
        found.problems.append(
            sentence("it needs {count} look-ups; {most} are allowed", count=found.lookups, most=MOST_LOOKUPS)
        )
    if found.voids > _MOST_VOIDS:
        found.problems.append(
            sentence("{count} of its look-ups find nothing; {most} may", count=found.voids, most=_MOST_VOIDS)
        )
    return found


def records_of(dns: Names, domain: str) -> tuple[str, ...]:
    """The texts of a domain that are SPF records."""
    return tuple(text for text in dns.texts(domain) if text.lower().partition(" ")[0] == "v=spf1")


def with_term(record: str, term: str) -> str:
    """The record with one term more, before what it says of all others."""
    words = [word for word in record.split() if word != term]
    at = next(
        (n for n, word in enumerate(words) if word.lower().lstrip("+-~?") == "all" or "redirect=" in word),
        len(words),
    )
    return " ".join((*words[:at], term, *words[at:]))


def merged(records: tuple[str, ...]) -> str:
    """One record that says what several say; of what they say of all others, the first."""
    words = [word for record in records for word in record.split()[1:]]
    ends = [word for word in words if word.lower().lstrip("+-~?") == "all"]
    return " ".join(("v=spf1", *dict.fromkeys(w for w in words if w not in ends), *(ends[:1] or ["~all"])))


def read(record: str) -> Iterator[Term | Sentence]:
    """The terms of a record, and a sentence in place of each word that is none."""
    for word in record.split()[1:]:
        yield _term(word) or sentence("“{word}” in it means nothing", word=word)


def _term(word: str) -> Term | None:
    if found := _IP_TERM.fullmatch(word):
        name = found[2].lower()
        try:
            network = ipaddress.ip_network(found[3], strict=False)
        except ValueError:
            return None
        return Term(word, found[1] or "+", name, found[3]) if f"ip{network.version}" == name else None
    if found := _TERM.fullmatch(word):
        name, value = found[2].lower(), (found[3] or "").rstrip(".").lower()
        alone = name == "all" and not value
        if int(found[4] or 0) > 32 or int(found[5] or 0) > 128:
            return None
        if alone or (name in ("a", "mx", "ptr")) or (name in ("include", "exists", "redirect") and value):
            return Term(word, found[1] or "+", name, value, (found[4] or "", found[5] or ""))
    modifier = _MODIFIER.fullmatch(word)
    unknown = modifier and modifier[1].lower() not in (*_ASKING, "all", "ip4", "ip6")
    return Term(word, "", "modifier") if unknown else None  # section 6: others are passed over


class _Following:
    """The way through a record and those that it includes."""

    def __init__(self, dns: Names, found: Survey) -> None:
        self._dns = dns
        self._found = found

    def follow(self, domain: str, record: str, above: tuple[str, ...]) -> tuple[Term, ...]:
        terms = []
        for term in read(record):
            if isinstance(term, Sentence):
                self._found.problems.append(term)
            else:
                terms.append(term)
        decides_itself = any(term.name == "all" for term in terms)
        for term in terms:
            if term.name in _ASKING and not (term.name == "redirect" and decides_itself):
                before = self._found.lookups
                self._ask(domain, term, above)
                if above == (domain,):
                    self._found.costs.append((term.text, self._found.lookups - before))
            elif term.name in ("ip4", "ip6"):
                self._allow(term, term.value)
        return tuple(terms)

    def _ask(self, domain: str, term: Term, above: tuple[str, ...]) -> None:
        self._found.lookups += 1
        target = term.value or domain
        if "%" in target or term.name in ("ptr", "exists"):
            self._found.unseen = True
        elif self._found.lookups <= _GIVE_UP:
            match term.name:
                case "include" | "redirect":
                    known = len(self._found.networks)
                    self._enter(target, above)
                    if term.qualifier != "+":
                        del self._found.networks[known:]
                case "a":
                    self._allow_hosts(term, [target])
                case "mx":
                    self._allow_hosts(term, list(self._dns.mail_servers(target)))

    def _enter(self, target: str, above: tuple[str, ...]) -> None:
        """Go on in the record of another domain."""
        if target in above:
            self._found.problems.append(sentence("it leads back to {domain}", domain=target))
            return
        records = records_of(self._dns, target)
        if len(records) != 1:
            self._void(records)
            self._found.problems.append(
                sentence("{domain}, to which it leads, has no SPF record", domain=target)
            )
            return
        self._found.includes.append(target)
        self.follow(target, records[0], (*above, target))

    def _allow_hosts(self, term: Term, hosts: list[str]) -> None:
        """The addresses of these hosts. More than ten make the record count as broken (section 4.6.4)."""
        if len(hosts) > MOST_LOOKUPS:
            self._found.problems.append(
                sentence("“{term}” stands for more than {most} hosts", term=term.text, most=MOST_LOOKUPS)
            )
        addresses = [address for host in hosts[:MOST_LOOKUPS] for address in self._dns.addresses(host)]
        self._void(addresses)
        for address in addresses:
            bits = term.prefixes[":" in address]
            self._allow(term, f"{address}/{bits}" if bits else address)

    def _allow(self, term: Term, network: str) -> None:
        if term.qualifier == "+":
            self._found.networks.append(ipaddress.ip_network(network, strict=False))

    def _void(self, answer: tuple[str, ...] | list[str]) -> None:
        self._found.voids += not answer
