"""DMARC (RFC 9989): the record that holds for a domain, found by walking up the tree of names, and alignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from newsletter_mailer.checks.domain.tags import tags_of
from newsletter_mailer.wording import Sentence, sentence

POLICIES = ("none", "quarantine", "reject")
_MOST_LABELS = 8  # section 4.10: from a longer name the walk goes on at seven
REMOVED = ("pct", "rf", "ri")  #: count no more, since RFC 9989


class Texts(Protocol):
    """What a walk asks of the DNS."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name."""
        ...


@dataclass(frozen=True, slots=True)
class Dmarc:
    """A record, and the domain that it speaks for."""

    domain: str
    text: str
    tags: Mapping[str, str]

    @property
    def psd(self) -> str:
        """y: what stands below belongs to others; n: the organisation's own domain; u: nothing said."""
        return self.tags.get("psd", "u").lower()

    def policy(self, domain: str) -> str:
        """What shall happen to a mail from that domain that proves nothing; "" when the record cannot be used.

        A record without `p` but with `rua` counts as `none` (section 4.7).
        """
        said = self.tags.get("p", "").lower()
        if domain != self.domain:
            said = self.tags.get("sp", said).lower()
        if said in POLICIES:
            return said
        return "none" if "rua" in self.tags or not said else ""

    def strict(self, tag: str) -> bool:
        """Whether `adkim` or `aspf` ask for the very same domain."""
        return self.tags.get(tag, "r").lower() == "s"


def record_at(dns: Texts, domain: str) -> tuple[Dmarc | None, tuple[str, ...]]:
    """The record of that very domain, and all texts that look like one: of several, none counts."""
    found = tuple(text for text in dns.texts(f"_dmarc.{domain}") if _is_dmarc(text))
    return (Dmarc(domain, found[0], tags_of(found[0])) if len(found) == 1 else None), found


def organisation_of(dns: Texts, domain: str) -> str:
    """The domain by which alignment is measured (section 4.10.2): its own where no record is found above."""
    found = list(_walk(dns, domain))
    for record in found:
        if record.psd == "n":
            return record.domain
        if record.psd == "y" and record.domain != domain:
            labels = domain.split(".")
            return ".".join(labels[-record.domain.count(".") - 2 :])
    return found[-1].domain if found else domain


def policy_for(dns: Texts, domain: str) -> Dmarc | None:
    """The record that holds for mail from that domain (section 4.10.1): its own, its organisation's, its suffix's."""
    own, _ = record_at(dns, domain)
    if own is not None:
        return own
    found = {record.domain: record for record in _walk(dns, domain)}
    organisation = found.get(organisation_of(dns, domain))
    return organisation or next((record for record in found.values() if record.psd == "y"), None)


def aligned(dns: Texts, author: str, other: str, *, strict: bool = False) -> bool:
    """Whether what is proved for `other` counts for mail from `author` (section 4.4)."""
    if author == other:
        return True
    return not strict and organisation_of(dns, author) == organisation_of(dns, other)


def faults(record: Dmarc) -> Iterator[Sentence]:
    """What readers of the record will stumble over, or pass over."""
    for tag in ("p", "sp", "np"):
        if tag in record.tags and record.tags[tag].lower() not in POLICIES:
            yield sentence("“{tag}={value}” is no policy", tag=tag, value=record.tags[tag])
    if "p" not in record.tags:
        yield sentence("it has no p=, which older programs need")
    for tag in REMOVED:
        if tag in record.tags:
            yield sentence("“{tag}=” counts no more since 2026 (RFC 9989)", tag=tag)
    for uri in filter(None, map(str.strip, record.tags.get("rua", "").split(","))):
        if not uri.lower().startswith("mailto:") or "@" not in uri:
            yield sentence("“{uri}” is no address for reports: it begins with mailto:", uri=uri)


def _walk(dns: Texts, domain: str) -> Iterator[Dmarc]:
    """The records at a domain and above it, upwards; a record that says what `psd` is ends the walk."""
    labels = domain.split(".")
    while labels:
        record, _ = record_at(dns, ".".join(labels))
        if record is not None:
            yield record
            if record.psd in ("y", "n"):
                return
        labels = labels[1:] if len(labels) < _MOST_LABELS else labels[-(_MOST_LABELS - 1) :]


def _is_dmarc(text: str) -> bool:
    """`v=DMARC1`, first and in capitals (section 4.7)."""
    name, _, rest = text.partition("=")
    return name.strip() == "v" and rest.partition(";")[0].strip() == "DMARC1"
