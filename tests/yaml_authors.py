"""YAML files as people write them: comments anywhere, several indentations, all ways to quote, brackets here and there.

Every comment names the place that it speaks of, so that a test can tell which may go with what goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

Path = tuple[str | int, ...]

NAMES = ("type", "title", "text", "picture", "links", "été", "a b", "no", "1", "x-y")
TEXTS = (
    "Bonjour",
    "no",
    "1:30",
    "2026-01-01",
    "5136",
    "0x1F",
    "1e5",
    "true",
    "null",
    "~",
    "",
    " x ",
    "# x",
    "a #b",
    "a: b",
    "key:",
    "- a",
    "? a",
    "{{ subscriber.first_name }}",
    "[lien](https://example.org/a?b=c&d#e)",
    'elle dit "non"',
    'l\'été : "oui"',
    "🎉 emoji",
    "a\x85b",
    "a\u2028b",
    "\u00a0x",
    "\ufeffx",
    "\x00",
    "tab\tx",
    "a\r\nb",
    "%a",
    "@a",
    "`a`",
    "&a",
    "*b",
    "!c",
    "|",
    ">",
    "---",
    "...",
    "a,b]",
    "mot " * 40 + "fin",
    "x" * 150,
    "a\nb\n",
    "a\nb",
    "a\n\nb\n",
    "un deux trois\n\n" * 3,
    "  devant\nb\n",
    "\n",
    "\n\na\n",
    "a\n\n\n",
    "x\n#y\n",
    "x\n  # z\n",
    "- a\n- b\n",
    "x\n \ny",
    " \nx",
    "fin \nx",
)


def value(random: Random, depth: int = 0) -> Any:
    """Any value that a file may hold."""
    kind = random.random()
    if kind < 0.6 or depth > 2:
        return random.choice(TEXTS)
    if kind < 0.7:
        return random.choice([0, 1, -3, 1.5, True, False, None, 10**20, 1e16])
    size = random.randrange(4 if depth else 6)
    if kind < 0.85:
        return [value(random, depth + 1) for _ in range(size)]
    return {name: value(random, depth + 1) for name in random.sample(NAMES, size)}


@dataclass
class Author:
    """Writes data in a manner of their own, drawn once: indentation, line ends, love of comments."""

    random: Random
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    said: int = 0

    def __post_init__(self) -> None:
        self.step = self.random.choice([2, 2, 3, 4])
        self.dash = self.random.choice([0, 2, 2, 4])
        self.end = self.random.choice(["\n", "\n", "\n", "\r\n", "\r"])
        self.talks = self.random.choice([0.0, 0.2, 0.5])

    def file(self, data: dict[str, Any]) -> str:
        """The text of a file with that data."""
        if self.random.random() < 0.2:
            self.lines.append("---")
        self._comment((), 0, alone=True)
        self.lines.append("")
        self._fields(data, 0, (), "")
        if self.random.random() < 0.1:
            self.lines.append("...")
        text = self.end.join(self.lines)
        return text if self.random.random() < 0.2 else text + self.end

    def _comment(self, path: Path, column: int, *, alone: bool = False) -> str:
        """A comment on a line of its own, or what stands at the end of a line; perhaps none."""
        if self.random.random() >= self.talks:
            return ""
        self.said += 1
        text = f"# {self.said} {json.dumps(path)}"
        self.comments.append(text)
        if alone:
            self.lines.append(" " * column + text)
        return f" {text}"

    def _fields(self, data: dict[str, Any], column: int, path: Path, start: str) -> None:
        for name, inner in data.items():
            here = (*path, name)
            if not start:
                self._pause()
                self._comment(here, column, alone=True)
            before = start or " " * column
            start = ""
            self._value(inner, f"{before}{self._name(name)}:", column, here)

    def _entries(self, data: list[Any], column: int, path: Path, start: str) -> None:
        for number, inner in enumerate(data):
            here = (*path, number)
            if not start:
                self._pause()
                self._comment(here, column, alone=True)
            before = start or " " * column
            start = ""
            self._value(inner, f"{before}-", column, here)

    def _pause(self) -> None:
        if self.random.random() < 0.15:
            self.lines.append("")

    def _name(self, name: str) -> str:
        bare = name if name != "" else '""'
        return self.random.choice([bare, json.dumps(name, ensure_ascii=False)])

    def _value(self, data: Any, start: str, column: int, path: Path) -> None:
        """Behind a name or a dash that is written in that column."""
        nested = isinstance(data, dict | list) and data and self.random.random() < 0.75
        if not nested:
            self._simple(data, start, column, path)
            return
        is_entry = start.endswith("-")
        compact = is_entry and self.random.random() < 0.8
        inside = column + (self.dash if isinstance(data, list) and not is_entry else self.step)
        inside = max(inside, column + 1) if is_entry else inside
        if compact:
            begin = f"{start}{' ' * (inside - column - 1)}"
        else:
            self.lines.append(f"{start}{self._comment(path, 0)}")
            begin = ""
        if isinstance(data, dict):
            self._fields(data, inside, path, begin)
        else:
            self._entries(data, inside, path, begin)

    def _simple(self, data: Any, start: str, column: int, path: Path) -> None:
        if isinstance(data, str) and self._block(data, start, column, path):
            return
        gap = " " * self.random.choice([1, 1, 1, 2])
        self.lines.append(f"{start}{gap}{self._flow(data)}{self._comment(path, 0)}")

    def _block(self, text: str, start: str, column: int, path: Path) -> bool:
        """A | or > text, where that is easily right."""
        lines = text.split("\n")
        plain = all(line == line.strip() and line.isprintable() for line in lines) and lines[0]
        if not plain or not text.endswith("\n") or text.endswith("\n\n"):
            return False
        sign = ">" if "\n" not in text[:-1] and self.random.random() < 0.5 else "|"
        inside = " " * (column + self.step)
        self.lines.append(f"{start} {sign}{self._comment(path, 0)}")
        self.lines += [inside + line if line else "" for line in lines[:-1]]
        return True

    def _flow(self, data: Any) -> str:
        if isinstance(data, dict):
            inner = ", ".join(
                f"{json.dumps(k, ensure_ascii=False)}: {self._flow(v)}" for k, v in data.items()
            )
            return self.random.choice([f"{{ {inner} }}", f"{{{inner}}}"])
        if isinstance(data, list):
            return f"[{', '.join(map(self._flow, data))}]"
        if isinstance(data, str):
            return self._quoted(data)
        if data is None or isinstance(data, bool):
            return json.dumps(data)
        return repr(data)

    def _quoted(self, text: str) -> str:
        if text.isalpha() and text not in ("true", "null") and self.random.random() < 0.7:
            return text
        if text.isprintable() and self.random.random() < 0.4:
            return "'" + text.replace("'", "''") + "'"
        escaped = "".join(
            each if each.isprintable() and ord(each) < 256 else _escaped(each)
            for each in text.replace("\\", "\\\\")
        )
        return '"' + escaped.replace('"', '\\"') + '"'


def _escaped(character: str) -> str:
    return f"\\U{ord(character):08x}"
