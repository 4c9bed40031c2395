"""Columns of a file become fields of the workspace: newsletter.yaml gets a line for each, and keeps its comments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from newsletter_mailer.actions.subscribers.headings import TYPED, field_name, guessed
from newsletter_mailer.config.private import keep_names
from newsletter_mailer.config.workspace import SETTINGS_FILE
from newsletter_mailer.errors import FileProblems, NewsletterError, system_reason
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.reader import Document, read

_SECTION = "subscriber_fields"


def add_fields(root: Path, columns: Sequence[str]) -> tuple[str, ...]:
    """Declare columns under `subscriber_fields`, and give the names of those that are new there.

    Nothing is changed, and nothing given, where the file is written in a way that a line does not fit in. Raises
    NewsletterError when it cannot be written.
    """
    path = root / SETTINGS_FILE
    try:
        raw = path.read_bytes()
        before = read(raw, SETTINGS_FILE)
    except (OSError, FileProblems):
        return ()
    known = (before.data or {}).get(_SECTION) or {}
    names = dict.fromkeys(field_name(column) for column in columns if guessed(column, ()) is None)
    new = tuple(name for name in names if name and name not in known and name not in TYPED)
    text = _with_fields(before, known, new) if new else None
    if text is None or not _is_right(text, before, known, new):
        return ()
    mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    _replace(path, mark + text.encode())
    return new


def _with_fields(document: Document, known: Any, new: Sequence[str]) -> str | None:
    """The text with these fields after the others; None where they do not stand one on each line."""
    text, end = document.text, "\r\n" if "\r\n" in document.text else "\n"
    written = [f'{name}: ""' for name in new]
    if _SECTION not in (document.data or {}):
        gap = "" if text.endswith(end) or not text else end
        return text + gap + end.join(("", f"{_SECTION}:", *(f"  {line}" for line in written), ""))
    if not known:
        at, indent = document.keys[_SECTION,].start, "  "
    elif isinstance(known, list):
        at, written = document.values[_SECTION, len(known) - 1].start, [f"- {name}" for name in new]
        indent = _before(text, at).partition("-")[0]
    else:
        at = document.keys[_SECTION, list(known)[-1]].start
        indent = _before(text, at)
    if indent.strip():
        return None  # {a: "", b: ""} on one line
    stop = text.find("\n", at)
    head, tail = (text[: stop + 1], text[stop + 1 :]) if stop >= 0 else (text + end, "")
    return head + "".join(f"{indent}{line}{end}" for line in written) + tail


def _before(text: str, at: int) -> str:
    """What stands before a place on its line."""
    return text[text.rfind("\n", 0, at) + 1 : at]


def _is_right(text: str, before: Document, known: Any, new: Sequence[str]) -> bool:
    """Whether the text says what the one before says, and the new fields, and nothing else."""
    try:
        after = read(text.encode(), SETTINGS_FILE)
    except FileProblems:
        return False
    fields = [*known, *new] if isinstance(known, list) else {**known, **dict.fromkeys(new, "")}
    return not after.problems and after.data == {**(before.data or {}), _SECTION: fields}


def _replace(path: Path, data: bytes) -> None:
    """Whoever looks sees the old file or the new one, whole, and with the same rights."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(data)
        os.chmod(beside, path.stat().st_mode & 0o777)  # noqa: PTH101  follows no link
        beside.replace(path)
        keep_names(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise NewsletterError(
            sentence("{path} cannot be written: {reason}", path=path, reason=system_reason(error)),
            sentence("write the fields into it yourself, under subscriber_fields"),
        ) from error
