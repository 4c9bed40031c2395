"""Addresses behind links: written as addresses are, and leading to a place that readers can reach."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import idna

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import WrittenLink, links
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import Sentence, sentence

_ADDRESS = re.compile(r"[^\s@,;<>()\[\]\"\\]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,63}", re.IGNORECASE)
_MAIL_FIELDS = frozenset({"subject", "body", "cc", "bcc", "to"})
_NUMBER = re.compile(r"\+?[\d .()-]+")
_LOCAL_ENDS = ("local", "localhost", "internal", "lan", "home", "test", "invalid", "intranet", "corp")
_LOOKALIKES = ("CYRILLIC", "GREEK")  #: letters that look like Latin ones

_MEND = sentence("open the page in your browser, and copy its address from there")


def syntax(subject: Subject) -> Iterator[Finding]:
    """An address that leads nowhere, for it is not written as addresses are."""
    for link in links(subject.loaded.issue):
        target = web_target(link)
        fault = _fault(target, link.target) if target else None
        if fault:
            what = sentence("“{target}” leads nowhere: {fault}", target=_short(link.target), fault=fault)
            yield _finding("link-syntax", Level.ERROR, what, _MEND, link)


def _fault(target: SplitResult, written: str) -> Sentence | None:
    host = target.hostname or ""
    if re.match(r"https?:/*https?[:/]", written, re.IGNORECASE):
        return sentence("https:// stands in it twice")
    if not written.lower().startswith(("http://", "https://")):
        return sentence("two slashes belong behind https:")
    if "\\" in written or any(not letter.isprintable() for letter in written):
        return sentence("a sign stands in it that no address has")
    if "@" in target.netloc:
        return sentence("an @ stands in it before the name of the site")
    if is_number(host):
        return None
    if "." not in host or ".." in host or host.startswith((".", "-")):
        return sentence("“{host}” is not the name of a site", host=host)
    try:
        idna.encode(host.removesuffix(".").replace("_", "-"), uts46=True)  # some sites have one
    except idna.IDNAError:
        return sentence("“{host}” is not the name of a site", host=host)
    if written[-1] in ".,;:!»”’" or (written[-1] == ")" and "(" not in written):
        return sentence("“{sign}” at its end belongs to the sentence", sign=written[-1])
    return None


def unreachable(subject: Subject) -> Iterator[Finding]:
    """An address that exists on the author's machine or network only."""
    for link in links(subject.loaded.issue):
        target = web_target(link)
        host = (target.hostname or "") if target else ""
        if host.rpartition(".")[2] in _LOCAL_ENDS or (
            is_number(host) and not ipaddress.ip_address(host).is_global
        ):
            what = sentence("“{host}” is a machine of your own network: no reader gets there", host=host)
            yield _finding("link-local", Level.ERROR, what, _MEND, link)


def lookalike(subject: Subject) -> Iterator[Finding]:
    """A name whose letters come from several alphabets (UTS 39): this is how pages are forged."""
    for link in links(subject.loaded.issue):
        target = web_target(link)
        for label in (target.hostname or "").split(".") if target else ():
            scripts = {
                unicodedata.name(letter, "?").split()[0] for letter in _shown(label) if letter.isalpha()
            }
            if len(scripts) > 1 and scripts.intersection(_LOOKALIKES):
                what = sentence("the name “{label}” mixes alphabets, as forged pages do", label=label)
                hint = sentence("type it again by hand: mail programs refuse such links")
                yield _finding("link-lookalike", Level.ERROR, what, hint, link)


def mailto(subject: Subject) -> Iterator[Finding]:
    """A link to write to somebody that opens an empty or a wrong letter."""
    for link in links(subject.loaded.issue):
        scheme, _, rest = link.target.partition(":")
        if scheme.lower() != "mailto":
            continue
        people, _, query = rest.partition("?")
        wrong = next((one for one in unquote(people).split(",") if not _ADDRESS.fullmatch(one.strip())), None)
        if wrong is not None:
            what = sentence("“{address}” is not an e-mail address", address=wrong)
            hint = sentence("write mailto:name@example.org")
            yield _finding("link-mailto", Level.ERROR, what, hint, link)
        for field, _ in parse_qsl(query, keep_blank_values=True):
            if field.lower() not in _MAIL_FIELDS:
                what = sentence("no letter has a field “{field}”", field=field)
                hint = sentence("subject and body are known; & in a text is written %26")
                yield _finding("link-mailto", Level.WARNING, what, hint, link)


def telephone(subject: Subject) -> Iterator[Finding]:
    """A number that no telephone dials."""
    for link in links(subject.loaded.issue):
        scheme, _, rest = unquote(link.target).partition(":")
        if scheme.lower() != "tel":
            continue
        digits = re.sub(r"\D", "", rest)
        if not _NUMBER.fullmatch(rest) or len(digits) not in _digits(digits):
            what = sentence("“{number}” is not a telephone number", number=rest)
            hint = sentence("write tel:+33561000000, without the 0 after the country")
            yield _finding("link-telephone", Level.ERROR, what, hint, link)


def _digits(digits: str) -> Collection[int]:
    """How many a number that begins like this has: in France ten, with the country eleven."""
    if digits.startswith("0") and not digits.startswith("00"):
        return (10,)
    return (11,) if digits.startswith("33") else range(2, 16)


def web_target(link: WrittenLink) -> SplitResult | None:
    """The parts of an address on the web; None for another kind, and for one that cannot be taken apart."""
    if not link.target.lower().startswith(("http:", "https:")):
        return None
    try:
        target = urlsplit(link.target)
        target.port  # noqa: B018  raises ValueError for one that is no number
    except ValueError:
        return SplitResult("https", "", "", "", "")
    return target


def is_number(host: str) -> bool:
    """Whether the host is the number of a machine, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shown(label: str) -> str:
    try:
        return idna.decode(label) if label.startswith("xn--") else label
    except idna.IDNAError:
        return label


def _short(target: str) -> str:
    return target if len(target) <= 60 else target[:59] + "…"


def _finding(code: str, level: Level, what: Sentence, hint: Sentence, link: WrittenLink) -> Finding:
    return Finding(code, level, what, hint, link.at, link.offset)


CHECKS = (
    Check(("link-syntax",), syntax),
    Check(("link-local",), unreachable),
    Check(("link-lookalike",), lookalike),
    Check(("link-mailto",), mailto),
    Check(("link-telephone",), telephone),
)
