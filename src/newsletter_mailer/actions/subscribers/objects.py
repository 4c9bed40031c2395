"""JSON: a list of objects, one for each person; one on each line, as our own export writes them, takes no memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from newsletter_mailer.actions.subscribers.source import Meter, Opening, Row, Source, size_of
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import sentence

_LARGEST = 64 << 20  # bytes of a list that is not written line by line, and has to be read as a whole


def objects(name: str, opened: Opening) -> Source:
    """The objects as rows, their keys as the header. Raises UsageError."""
    keys: dict[str, None] = {}
    for _, found in _objects(name, opened, Meter()):
        keys.update(dict.fromkeys(found))
    header = tuple(keys)

    def rows(meter: Meter) -> Iterator[Row]:
        for line, found in _objects(name, opened, meter):
            yield line, [_text(found.get(key)) for key in header]

    return Source(name, header, rows, "json")


def write_objects(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One object on each line of a list."""
    file.write("[")
    separator = "\n"
    for row in rows:
        file.write(separator + json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False))
        separator = ",\n"
    file.write("\n]\n")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _objects(name: str, opened: Opening, meter: Meter) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        yield from (_by_line if _is_by_line(opened) else _whole)(opened, meter)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            sentence("{path} is not a list of people in JSON", path=name),
            sentence("write it as a list of objects, each with an “email”"),
        ) from error


def _is_by_line(opened: Opening) -> bool:
    with opened() as raw:
        first, second = raw.readline(1 << 20), raw.readline(1 << 20)
    return first.strip() == b"[" and second.strip().rstrip(b",").endswith((b"}", b"]"))


def _by_line(opened: Opening, meter: Meter) -> Iterator[tuple[int, dict[str, Any]]]:
    with opened() as raw:
        meter.total = size_of(raw)
        meter.tell = raw.tell
        for line, written in enumerate(raw, start=1):
            text = written.strip().rstrip(b",")
            if text and not (text == b"[" and line == 1) and text != b"]":
                yield line, _object(json.loads(text))


def _whole(opened: Opening, meter: Meter) -> Iterator[tuple[int, dict[str, Any]]]:
    with opened() as raw:
        if size_of(raw) > _LARGEST:
            raise ValueError("too large")
        found = json.loads(raw.read().decode("utf-8-sig"))
    if not isinstance(found, list):
        raise ValueError("not a list")
    meter.total = len(found)
    for number, each in enumerate(found, start=1):
        meter.done = number
        yield number, _object(each)


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
