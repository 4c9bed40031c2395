"""Values as an author would have written them in YAML: plain where that reads the same, quoted where it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsletter_mailer.errors import FileProblems
from newsletter_mailer.yamlio.folding import folded
from newsletter_mailer.yamlio.reader import read

WIDTH = 100  # columns after which a text is folded

_ESCAPED = re.compile(
    '["\\\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]'
)
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_INLINE = {"'": "'\"", '"': "\"'"}


@dataclass(frozen=True, slots=True)
class Written:
    """A value in YAML: what stands behind its key or dash, and the lines below."""

    head: str
    body: tuple[str, ...] = ()  #: indented, without line ends


@dataclass(frozen=True, slots=True)
class Manner:
    """How the text around is written."""

    step: int = 2  #: columns by which fields stand inside one another
    dash: int = 2  #: columns by which a list stands inside its field; 0 in some files
    blocks: bool = (
        True  #: whether | and > may be used: not where blank lines follow that would become part of them
    )
    style: str = ""  #: of the text that was there: | > ' " or "" for plain
    lines: tuple[str, ...] = ()  #: of the | or > text that was there, without their indentation
    long: bool = False  #: the author's own line was longer than others fold it
    paragraphs: bool = False  #: the > text that was there had several


def written(value: Any, column: int, manner: Manner, *, parent: int) -> Written:
    """A value of a block; `column` is that of its own lines, `parent` that of its key or dash."""
    if isinstance(value, dict) and value:
        return Written("", tuple(_fields(value, column, manner)))
    if isinstance(value, list) and value:
        return Written("", tuple(_entries(value, column, manner)))
    if isinstance(value, str):
        return _text(value, column, manner, parent)
    return Written(inline(value, flow=False))


def entry(value: Any, column: int, manner: Manner) -> list[str]:
    """The lines of a list's entry whose dash stands in that column."""
    inner = column + 2
    made = written(value, inner, _fresh(manner), parent=column)
    head, body = made.head, made.body
    if not head:
        head, body = body[0][inner:], body[1:]
    return [f"{' ' * column}- {head}", *body]


def field(name: str, value: Any, column: int, manner: Manner) -> list[str]:
    """The lines of a field whose name begins in that column."""
    inside = column + (manner.dash if isinstance(value, list) else manner.step)
    made = written(value, inside, _fresh(manner), parent=column)
    return [f"{' ' * column}{inline(name, flow=False)}: {made.head}".rstrip(" "), *made.body]


def _fresh(manner: Manner) -> Manner:
    return Manner(manner.step, manner.dash, manner.blocks)


def _fields(value: dict[str, Any], column: int, manner: Manner) -> Iterator[str]:
    for name, inner in value.items():
        yield from field(name, inner, column, manner)


def _entries(value: list[Any], column: int, manner: Manner) -> Iterator[str]:
    for inner in value:
        yield from entry(inner, column, manner)


def inline(value: Any, *, flow: bool, style: str = "") -> str:
    """A value on one line; `flow`: between brackets, where commas and brackets mean something."""
    if isinstance(value, dict):
        inner = ", ".join(f"{inline(k, flow=True)}: {inline(v, flow=True)}" for k, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(inline(v, flow=True) for v in value)}]"
    if isinstance(value, str):
        return _one_line(value, flow=flow, style=style)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    as_typed = getattr(value, "written", None)
    if as_typed is not None:
        return str(as_typed)
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(float(value)), repr(float(value)))
    return str(int(value))


def _one_line(value: str, *, flow: bool, style: str) -> str:
    """In the marks that stood there, else without, else in those that need no escape."""
    marks = _INLINE.get(style) or ("'\"" if '"' in value and "'" not in value else "\"'")
    candidates = [_quoted(value, mark) for mark in marks]
    if not style:
        candidates.insert(0, value)
    for text in candidates:
        if text is not None and _reads_as(f"{{ k: {text} }}" if flow else f"k: {text}", value):
            return text
    return _double(value)


def _quoted(value: str, mark: str) -> str | None:
    if mark == '"':
        return _double(value)
    return (
        None
        if _ESCAPED.search(value.replace('"', "").replace("\\", ""))
        else f"'{value.replace(mark, mark * 2)}'"
    )


def _double(value: str) -> str:
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    code = ord(sign)
    wide = f"\\u{code:04X}" if code > 0xFF else f"\\x{code:02X}"
    return _SHORT.get(sign) or (f"\\U{code:08X}" if code > 0xFFFF else wide)


def _text(value: str, column: int, manner: Manner, parent: int) -> Written:
    for made in _candidates(value, column, manner, parent):
        if _reads_as("\n".join([f"{' ' * parent}k: {made.head}", *made.body, ""]), value):
            return made
    return Written(inline(value, flow=False))


def _candidates(value: str, column: int, manner: Manner, parent: int) -> Iterator[Written]:
    """The ways to write a text, the one that fits its surroundings best first."""
    if not manner.blocks:
        return
    one_line = "\n" not in value
    simple = inline(value, flow=False, style=manner.style if manner.style in _INLINE else "")
    if manner.style == ">" and (one_line or manner.paragraphs) and value:
        yield _block(">", folded(value, WIDTH - column, manner.lines), value, column, parent)
    if one_line and manner.style not in ("|", ">"):
        if len(value) + column > WIDTH + 10 and not manner.long:
            yield _block(">", folded(value, WIDTH - column, ()), value, column, parent)
        yield Written(simple)
    if value.strip("\n") and not _ESCAPED.search(value.translate({34: 32, 92: 32, 10: 32, 9: 32})):
        yield _block("|", value.rstrip("\n").split("\n") + [""] * _blank_ends(value), value, column, parent)
    yield Written(simple)


def _blank_ends(value: str) -> int:
    return max(len(value) - len(value.rstrip("\n")) - 1, 0)


def _block(sign: str, lines: list[str], value: str, column: int, parent: int) -> Written:
    """A | or > text: its sign, how it ends, and by how much it is indented where its first line would mislead."""
    end = "" if value.endswith("\n") else "-"
    end = "+" if value.endswith("\n\n") else end
    first = next((line for line in lines if line.strip(" ")), "")
    leads = first.startswith(" ") or any(line and not line.strip(" ") for line in lines[: lines.index(first)])
    indicator = str(column - parent) if leads else ""
    return Written(sign + indicator + end, tuple(f"{' ' * column}{line}" if line else "" for line in lines))


def _reads_as(text: str, value: str) -> bool:
    try:
        data = read(text.encode(), "").data
    except (FileProblems, UnicodeEncodeError):
        return False
    return isinstance(data, dict) and list(data.items()) == [("k", value)] and isinstance(data["k"], str)
