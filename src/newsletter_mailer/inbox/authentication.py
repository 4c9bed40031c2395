"""What the server that took a mail says of its origin: the field Authentication-Results (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from newsletter_mailer.inbox.parts import Fields

_MOST = 40  # results of a mail
_LONGEST = 4000  # letters of a field
_METHOD = re.compile(r"([a-z0-9][a-z0-9-]*)(?:\s*/\s*[0-9]+)?\s*=\s*([a-z0-9_-]+)", re.IGNORECASE)
_PROPERTY = re.compile(r'([a-z0-9-]+(?:\.[a-z0-9_-]+)?)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s";]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What one method came to."""

    method: str  #: spf, dkim, dmarc, arc, iprev …
    result: str  #: pass, fail, softfail, neutral, none, policy, temperror, permerror
    properties: Mapping[str, str] = field(default_factory=dict)  #: e.g. "header.d", "smtp.mailfrom", "reason"

    @property
    def domain(self) -> str:
        """Of which domain it speaks, "" when it does not say."""
        names = ("header.d", "header.i", "smtp.mailfrom", "smtp.helo", "header.from", "from")
        said = next((self.properties[name] for name in names if name in self.properties), "")
        return said.rpartition("@")[2].strip("<>").lower()


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All that one server says of a mail."""

    by: str  #: the server's name, "" when it does not say
    results: tuple[Result, ...]

    def of(self, method: str) -> tuple[Result, ...]:
        """The results of that method."""
        return tuple(result for result in self.results if result.method == method)


def verdicts(head: Fields) -> Verdicts | None:
    """What the last server on the way says: that of the topmost field, in all of its fields; None when nothing.

    Fields of other servers below may have been written by anybody.
    """
    found = [_read(value[:_LONGEST]) for value in head.get("authentication-results", ())]
    if not found:
        return None
    by = found[0].by
    return Verdicts(by, tuple(result for one in found if one.by == by for result in one.results)[:_MOST])


def _read(value: str) -> Verdicts:
    pieces = _split(_without_comments(value))
    first = pieces[0].strip()
    by = first.split()[0].lower() if first and "=" not in first else ""
    return Verdicts(by, tuple(_results(pieces[1:] if by else pieces)))  # Microsoft leaves its name out


def _results(pieces: list[str]) -> Iterator[Result]:
    for piece in pieces:
        method = _METHOD.match(piece.strip())
        if method is None:
            continue  # "none": nothing was looked at
        rest = piece.strip()[method.end() :]
        properties = {name.lower(): _bare(said) for name, said in _PROPERTY.findall(rest)}
        yield Result(method[1].lower(), method[2].lower(), properties)


def _without_comments(value: str) -> str:
    """The field without what stands in brackets, which may stand in each other (RFC 5322 section 3.2.2)."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for letter in value:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"' and not depth:
            quoted = not quoted
        elif letter == "(" and not quoted:
            depth += 1
            kept.append(" ")
        elif letter == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(letter)
    return "".join(kept)


def _split(value: str) -> list[str]:
    """The pieces between semicolons that stand in no quotation marks."""
    return [piece.group() for piece in re.finditer(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+', value)] or [""]


def _bare(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
