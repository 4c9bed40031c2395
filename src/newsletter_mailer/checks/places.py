"""Where a finding stands in issue.yaml, as editors count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from newsletter_mailer.errors import Problem
from newsletter_mailer.model.finding import Finding, Level, Path
from newsletter_mailer.wording import Sentence
from newsletter_mailer.yamlio.places import Lines, Mark
from newsletter_mailer.yamlio.problems import place_of
from newsletter_mailer.yamlio.reader import Document

CODE_OF_PROBLEMS = "issue"  #: of what keeps an issue from being composed at all

_LETTER = re.compile(r"\S")
_BETWEEN_DOUBLE = re.compile(r"\\(?:x..|u.{4}|U.{8}|\S)|[^\s\\]")  # a letter, or how YAML writes one
_WRITES_SPACE = frozenset({r"\n", r"\t", r"\_", r"\N", r"\L", r"\P", r"\r", r"\v", r"\f", r"\e"})
_BETWEEN_SINGLE = re.compile(r"''|\S")


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and its place; line 0 is the file as a whole."""

    finding: Finding
    path: str  #: of the file, as people know it
    line: int
    column: int

    @property
    def level(self) -> Level:
        """How grave it is."""
        return self.finding.level

    def __str__(self) -> str:
        found = self.finding
        place = f"{self.path}:{self.line}" if self.line else self.path
        said = f"{place}: {found.level} {found.code} {found.what}"
        return f"{said} ({found.hint})" if found.hint else said


class Places:
    """Finds the places in one file."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lines = Lines(document.text)

    def placed(self, finding: Finding) -> Placed:
        """The finding where it stands; at the nearest thing around it, when its value is not in the file."""
        mark = self._mark(finding.at, finding.offset)
        return Placed(finding, self._document.path, mark.line, mark.column)

    def _mark(self, at: Path, offset: int) -> Mark:
        mark = place_of(self._document, at)
        value = self._value(at)
        written = self._document.text[mark.start : mark.end]
        if not isinstance(value, str) or not (offset or written[:1] in ("|", ">")):
            return mark
        before = len(_LETTER.findall(value.strip()[:offset]))
        return self._lines.mark(mark.start + _after(written, before))

    def _value(self, at: Path) -> object:
        value = self._document.data
        for step in at:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def _after(written: str, letters: int) -> int:
    """Where the next letter stands after so many, in a text as YAML writes it: quotes, folds and indents do not count."""
    begin, pattern = 0, _LETTER
    if written[:1] == '"':
        begin, pattern = 1, _BETWEEN_DOUBLE
    elif written[:1] == "'":
        begin, pattern = 1, _BETWEEN_SINGLE
    elif written[:1] in ("|", ">"):
        begin = written.find("\n") + 1
    found = (each for each in pattern.finditer(written, begin) if each.group() not in _WRITES_SPACE)
    nth = next(islice(found, letters, None), None)
    return nth.start() if nth else 0


def placed_problem(problem: Problem) -> Placed:
    """What keeps an issue from being composed, as a finding."""
    at = (
        tuple(int(step) if step.isdigit() else step for step in problem.field.split("."))
        if problem.field
        else ()
    )
    finding = Finding(CODE_OF_PROBLEMS, Level.ERROR, problem.what, problem.hint, at)
    return Placed(finding, problem.path, problem.line, problem.column)


def nowhere(path: str, code: str, what: Sentence, hint: Sentence | None) -> Placed:
    """An error of no particular line."""
    return Placed(Finding(code, Level.ERROR, what, hint), path, 0, 0)
