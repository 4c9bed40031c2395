"""A YAML file becomes plain data with the place of every value. The only module that knows PyYAML.

PyYAML's events are walked with caps before anything is built, so neither depth nor size can hurt;
aliases, anchors, tags and duplicate keys are refused, each with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from newsletter_mailer.errors import FileProblems, Problem
from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.places import Lines, Mark, block_end
from newsletter_mailer.yamlio.scalars import resolved, whole
from newsletter_mailer.yamlio.syntax import Complaint, explain

LONGEST_FILE = 1_000_000  # bytes
DEEPEST = 64  # levels; the models need six
MOST_VALUES = 20_000  # a rich issue has five hundred
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # YAML 1.2 section 5.1

_BEYOND = re.compile(r"\\U(?!0010|000)[0-9a-fA-F]{8}")  # Unicode ends at 10FFFF

Path = tuple[str | int, ...]


class Refused:
    """Stands for a value that was refused, so that nobody complains of it twice."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "REFUSED"


REFUSED = Refused()


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data and where each value stands; offsets count in `text`, which has no byte-order mark."""

    path: str  #: as people know the file
    text: str
    data: Any  #: dict, list, str, int, float, bool, None or REFUSED
    values: Mapping[Path, Mark]  #: of each value; the root is ()
    keys: Mapping[Path, Mark]  #: of each key of a mapping
    problems: tuple[Problem, ...] = ()  #: duplicate keys, refused tags, anchors and aliases


def read(raw: bytes, path: str) -> Document:
    """The document of a file. Raises FileProblems for its encoding, size, depth and syntax.

    `path` is the file's name in messages. What is wrong but leaves the rest readable is in `problems`.
    """
    text = _decoded(raw, path)
    lines = Lines(text)
    found = _UNPRINTABLE.search(text)
    if found:
        what = sentence("an invisible character (U+{code}) stands here", code=f"{ord(found.group()):04X}")
        raise FileProblems([_problem(path, lines.mark(found.start()), what, sentence("delete it"))])
    builder = _Builder(path, text, lines)
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        offset, what, hint = explain(text, _complaint(error))
        problem = _problem(path, lines.mark(offset), what, hint)
        said = any((p.line, p.column) == (problem.line, problem.column) for p in builder.problems)
        raise FileProblems(builder.problems if said else [*builder.problems, problem]) from error
    except (ValueError, OverflowError) as error:  # PyYAML makes characters of any number
        at = found.start() if (found := _BEYOND.search(text)) else 0
        what, hint = sentence("there is no such character"), sentence("write the character itself")
        raise FileProblems([_problem(path, lines.mark(at), what, hint)]) from error
    return builder.document()


def _decoded(raw: bytes, path: str) -> str:
    if len(raw) > LONGEST_FILE:
        what = sentence("the file is larger than {most} kB", most=LONGEST_FILE // 1000)
        hint = sentence("pictures stand beside it as files of their own")
        raise FileProblems([Problem(path, 0, 0, what, hint)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        what = sentence("this character is not written in UTF-8")
        hint = sentence("save the file again with the encoding UTF-8: your editor's “Save as” offers it")
        raise FileProblems([_problem(path, Lines(before).mark(len(before)), what, hint)]) from error


def _complaint(error: yaml.MarkedYAMLError) -> Complaint:
    context, problem = error.context_mark, error.problem_mark
    return Complaint(
        error.context or "",
        error.problem or "",
        context.index if context else None,
        problem.index if problem else 0,
    )


def _problem(path: str, mark: Mark, what: Sentence, hint: Sentence | None, *, at: Path = ()) -> Problem:
    return Problem(path, mark.line, mark.column, what, hint, ".".join(map(str, at)))


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being filled."""

    into: list[Any] | dict[str, Any]
    path: Path
    start: int
    end: int  #: of the last thing inside
    flow: bool  #: written with brackets
    refused: bool
    key: str | None = None  #: of a mapping: the one whose value comes next
    again: bool = False  #: that key has been there before

    @property
    def wants_key(self) -> bool:
        return isinstance(self.into, dict) and self.key is None

    def child(self) -> Path:
        """The path of what comes next."""
        if isinstance(self.into, list):
            return (*self.path, len(self.into))
        return (*self.path, "?" if self.key is None else self.key)


@dataclass(slots=True)
class _Builder:
    """Takes events one by one and never calls itself: depth costs a list entry, not a stack frame."""

    path: str
    text: str
    lines: Lines
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    root: Any = None
    seen: int = 0  #: documents
    nodes: int = 0

    def document(self) -> Document:
        """What has been read."""
        self.values.setdefault((), self.lines.mark(0))
        return Document(self.path, self.text, self.root, self.values, self.keys, tuple(self.problems))

    def take(self, event: yaml.Event) -> None:
        """One more event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.seen += 1
            if self.seen > 1:
                what = sentence("a second document begins here")
                self._stop(_span(event)[0], what, sentence("remove the line with “---”"))
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = self.frames.pop()
            end = _span(event)[1] if frame.flow else frame.end
            self._put(REFUSED if frame.refused else frame.into, frame.start, end)

    def _node(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MOST_VALUES:
            what = sentence("the file holds more than {most} values", most=MOST_VALUES)
            self._stop(_span(event)[0], what, sentence("make several issues of it"))
        refused = self._refuses(event)
        start, end = _span(event)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, refused=refused)
        elif isinstance(event, yaml.AliasEvent):
            self._put(REFUSED, start, end)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self.frames) == DEEPEST:
                what = sentence("more than {most} levels stand inside one another", most=DEEPEST)
                self._stop(start, what, sentence("write it flatter"))
            into: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            self.frames.append(_Frame(into, self._next_path(), start, end, bool(event.flow_style), refused))

    def _scalar(self, event: yaml.ScalarEvent, *, refused: bool) -> None:
        start, end = _span(event)
        if event.style in ("|", ">"):
            end = block_end(self.text, start, end)
        value = whole(event.value)
        if value is None:
            what, hint = (
                sentence("half a character is written here with \\u"),
                sentence("write the character itself"),
            )
            self.problems.append(
                _problem(self.path, self.lines.mark(start), what, hint, at=self._next_path())
            )
            value, refused = "?", True
        if self.frames and self.frames[-1].wants_key:
            self._key(value, start, end)
        elif refused:
            self._put(REFUSED, start, end)
        else:
            self._put(value if event.style else resolved(value), start, end)

    def _key(self, key: str, start: int, end: int) -> None:
        frame = self.frames[-1]
        frame.key, frame.end = key, end
        path, mark = frame.child(), self.lines.mark(start, end)
        frame.again = key in frame.into
        if frame.again:
            first = self.keys[path]
            what = sentence("“{key}” stands here a second time", key=key)
            hint = sentence("the first one is on line {line}: keep one of them", line=first.line)
            self.problems.append(_problem(self.path, mark, what, hint, at=path))
        else:
            self.keys[path] = mark

    def _put(self, value: Any, start: int, end: int) -> None:
        """A value is complete: it goes into the list or mapping around it."""
        if not self.frames:
            self.root = value
            self.values[()] = self.lines.mark(start, end)
            return
        frame = self.frames[-1]
        frame.end = max(frame.end, end)
        if frame.wants_key:
            self._refuse_key(frame, start)
            return
        if not frame.again:
            self.values.setdefault(frame.child(), self.lines.mark(start, end))
        if isinstance(frame.into, list):
            frame.into.append(value)
        elif frame.key is not None:
            frame.into.setdefault(frame.key, value)
            frame.key, frame.again = None, False

    def _refuse_key(self, frame: _Frame, start: int) -> None:
        """A list or mapping as a key: nearly always a merge tag without quotation marks."""
        frame.key = "?"
        if not frame.refused:
            frame.refused = True
            tag = self.text.startswith("{{", frame.start)
            what = (
                sentence("a merge tag without quotation marks")
                if tag
                else sentence("only a word can be a field's name")
            )
            hint = sentence('put the whole text in quotation marks: "…"')
            self.problems.append(
                _problem(self.path, self.lines.mark(frame.start if tag else start), what, hint, at=frame.path)
            )

    def _next_path(self) -> Path:
        return self.frames[-1].child() if self.frames else ()

    def _refuses(self, event: yaml.NodeEvent) -> bool:
        refusals = list(_refusals(event))
        mark = self.lines.mark(_span(event)[0])
        self.problems += (
            _problem(self.path, mark, what, hint, at=self._next_path()) for what, hint in refusals
        )
        return bool(refusals)

    def _stop(self, offset: int, what: Sentence, hint: Sentence) -> None:
        raise FileProblems([*self.problems, _problem(self.path, self.lines.mark(offset), what, hint)])


def _span(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _refusals(event: yaml.NodeEvent) -> Iterator[tuple[Sentence, Sentence]]:
    if isinstance(event, yaml.AliasEvent):
        what = sentence(
            "“*{name}” refers to another place of the file; this is not allowed", name=event.anchor
        )
        yield what, sentence('write it out; a text that begins with * stands in quotation marks: "…"')
        return
    if event.anchor is not None:
        what = sentence("“&{name}” names a place of the file; this is not allowed", name=event.anchor)
        yield what, sentence('delete it; a text that begins with & stands in quotation marks: "…"')
    tag = getattr(event, "tag", None)
    if tag is not None:
        what = sentence("“{tag}” is an instruction to programs; this is not allowed", tag=_short_tag(tag))
        yield what, sentence('delete it; a text that begins with ! stands in quotation marks: "…"')


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!", 1)[:60]
