"""The published half of a DKIM key (RFC 6376 section 3.6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from newsletter_mailer.checks.domain.tags import tags_of
from newsletter_mailer.message.dkim import ENOUGH_BITS, FEWEST_BITS, bits_of
from newsletter_mailer.wording import Sentence, sentence


class Texts(Protocol):
    """What is asked of the DNS."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name."""
        ...


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """What stands under a selector's name."""

    name: str
    texts: tuple[str, ...]
    key: str = ""  #: base64 without white space
    bits: int = 0  #: of an RSA key; 0 for others
    problem: Sentence | None = None  #: why nobody can verify a signature with it
    doubts: tuple[Sentence, ...] = ()


def key_name(domain: str, selector: str) -> str:
    """Under which name a selector's key is published."""
    return f"{selector}._domainkey.{domain}"


def published_key(dns: Texts, domain: str, selector: str) -> PublishedKey:
    """The key of that selector as the world sees it; without `texts` there is none."""
    name = key_name(domain, selector)
    texts = dns.texts(name)
    if not texts:
        return PublishedKey(name, texts)
    if len(texts) > 1:
        return PublishedKey(name, texts, problem=sentence("there are {count} records", count=len(texts)))
    tags = tags_of(texts[0])
    key = "".join(tags.get("p", "").split())
    kind = tags.get("k", "rsa").lower()
    bits = bits_of(key) if kind == "rsa" else 0
    problem = _problem(tags, key, kind, bits)
    return PublishedKey(
        name, texts, key, bits, problem, tuple(_doubts(tags, kind, bits)) if not problem else ()
    )


def _problem(tags: dict[str, str], key: str, kind: str, bits: int) -> Sentence | None:
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return sentence("it is no DKIM record")
    if not key:
        return sentence("the key was withdrawn")
    if kind == "rsa" and not bits:
        return sentence("its key is damaged: perhaps it was cut off when it was pasted")
    if kind == "rsa" and bits < FEWEST_BITS:
        return sentence(
            "its key has {bits} bits: nobody accepts less than {fewest}", bits=bits, fewest=FEWEST_BITS
        )
    if "h" in tags and "sha256" not in tags["h"].split(":"):
        return sentence("it allows old signatures only (h={value})", value=tags["h"])
    return None


def _doubts(tags: dict[str, str], kind: str, bits: int) -> list[Sentence]:
    found = []
    if kind == "rsa" and bits < ENOUGH_BITS:
        found.append(
            sentence("its key has {bits} bits; {enough} are asked for today", bits=bits, enough=ENOUGH_BITS)
        )
    if "y" in tags.get("t", "").split(":"):
        found.append(sentence("it says that it is only a trial (t=y): some pass it over"))
    return found
