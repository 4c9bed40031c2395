"""What becomes of the merge tags for each reader: some have nothing to say, and some mails cannot be written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter_mailer.checks.amounts import Amount
from newsletter_mailer.checks.sheet import Lacking
from newsletter_mailer.checks.written import texts
from newsletter_mailer.message.slots import Answers, Reader, form, plain_value
from newsletter_mailer.model.edition import Edition, Segment, Slot
from newsletter_mailer.model.finding import Finding, Level, Path
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.templating import merge_tags
from newsletter_mailer.wording import sentence

CODES = ("merge-tag-empty", "merge-tag-fails", "list-empty")
MOST_NAMES = 1000  #: addresses that a sheet names for one reason

_FIELD = re.compile(r"\b(?:subscriber|organisation)\.[a-z_][a-z0-9_]*")
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')


Reading = Callable[[Reader], str]


@dataclass(slots=True)
class _Want:
    """Readers of whom an expression lacks something."""

    count: int = 0
    empty: int = 0  #: those who read nothing in its place
    instead: str = ""  #: what the first of them reads
    names: list[str] = field(default_factory=list)


class _Size:
    """The bytes of the page of any reader, without writing it: what all share is counted once."""

    def __init__(self, edition: Edition) -> None:
        page = form(edition.html, str)
        self._all = sum(len(piece.encode()) for piece in page.pieces)
        self._spans = [(len(page.pieces[piece].encode()), condition) for piece, condition in page.spans]
        self._gaps = page.gaps

    def of(self, values: Sequence[str], wanted: Sequence[bool]) -> int:
        """For the reader with these values. Raises ValueError when one of them cannot stand where it should."""
        size = self._all - sum(length for length, condition in self._spans if not wanted[condition])
        for _, expression, written, when in self._gaps:
            if when is None or wanted[when]:
                said = written[values[expression]]
                size += len(said) if said.isascii() else len(said.encode())
        return size


class Eyes:
    """Looks at the mail through the eyes of reader after reader, and remembers counts only.

    names: whether their addresses are kept too, for an officer who asked for them.
    """

    def __init__(self, edition: Edition, *, names: bool) -> None:
        self._answers = Answers(edition)
        self._page = _Size(edition)
        self._expressions = edition.expressions
        self._lacks = [_reads(source, edition) for source in edition.expressions]
        self._shown = _conditions(edition)
        self._keeps_names = names
        self._wants: dict[str, _Want] = {}
        self.readers = 0
        self.failed = 0
        self.first_failure: tuple[str, str] | None = None  #: an address, and why
        self.longest = 0  #: bytes of the largest page, decoded

    def look(self, reader: Reader) -> None:
        """One more reader."""
        self.readers += 1
        try:
            values, wanted = self._answers(reader)
            self.longest = max(self.longest, self._page.of(values, wanted))
        except ValueError as error:
            self.failed += 1
            self.first_failure = self.first_failure or (reader.subscriber.address, str(error))
            return
        for place, readings in enumerate(self._lacks):
            if readings and any(not reading(reader) for reading in readings) and self._sees(place, wanted):
                self._lacking(place, values[place], reader.subscriber.address)

    def _sees(self, place: int, wanted: list[bool]) -> bool:
        return any(when is None or wanted[when] for when in self._shown.get(place, ()))

    def _lacking(self, place: int, value: str, address: str) -> None:
        want = self._wants.setdefault(self._expressions[place], _Want(instead=value))
        want.count += 1
        want.empty += not value
        if self._keeps_names and len(want.names) < MOST_NAMES:
            want.names.append(address)

    def lacking(self) -> tuple[Lacking, ...]:
        """Of which expression how many readers lack something, and what they read in its place."""
        return tuple(
            Lacking(source, want.count, want.instead, tuple(want.names))
            for source, want in self._wants.items()
        )

    def findings(self, issue: Issue) -> Iterator[Finding]:
        """What is to be mended, at the first place where the issue says it."""
        for source, want in self._wants.items():
            if want.empty:
                what = sentence(
                    "“{expression}” says nothing to {count} of {all} readers",
                    expression=source,
                    count=Amount(want.empty),
                    all=Amount(self.readers),
                )
                hint = sentence(
                    "write what stands there then: {example}", example=f'{{{{ {source} or "…" }}}}'
                )
                yield Finding("merge-tag-empty", Level.WARNING, what, hint, *_place(issue, source))
        if self.first_failure is not None:
            address, why = self.first_failure
            what = sentence(
                "{count} of {all} mails cannot be written, the first to {address}: {reason}",
                count=Amount(self.failed),
                all=Amount(self.readers),
                address=address,
                reason=why,
            )
            yield Finding(
                "merge-tag-fails", Level.ERROR, what, sentence("mend their fields, or the merge tag")
            )


def _reads(source: str, edition: Edition) -> tuple[Reading, ...]:
    """What tells, of each field that an expression names, what is known of a reader; "" when nothing is."""
    bare = [(name, "") for name, _ in edition.fallbacks]  # with its fallback a field would always be there
    found = (plain_value(name, bare) for name in dict.fromkeys(_FIELD.findall(_QUOTED.sub("", source))))
    return tuple(plain.read for plain in found if plain is not None)


def _conditions(edition: Edition) -> Mapping[int, frozenset[int | None]]:
    """Under which conditions each expression is read; None: always."""
    shown: defaultdict[int, set[int | None]] = defaultdict(set)
    segments: tuple[Segment, ...] = (*edition.subject, *edition.html, *edition.text)
    for segment in segments:
        if isinstance(segment.content, Slot):
            shown[segment.content.expression].add(segment.when)
    return {expression: frozenset(whens) for expression, whens in shown.items()}


def _place(issue: Issue, source: str) -> tuple[Path, int]:
    """Where the issue says it first; the issue as a whole, when only the theme does."""
    for text in texts(issue):
        for tag in merge_tags(text.said):
            if tag.expression == source:
                return text.at, tag.start
    return (), 0
