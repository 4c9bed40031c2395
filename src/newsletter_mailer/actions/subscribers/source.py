"""A table of people wherever it stands: a header, and rows that are read as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from newsletter_mailer.errors import UsageError, system_reason
from newsletter_mailer.wording import sentence

_SHOWN = 80

Row = tuple[int, Sequence[str]]  #: the line on which it begins, counting from 1, and its cells
Opening = Callable[[], IO[bytes]]  #: opens what is read, from its beginning


@dataclass(slots=True)
class Meter:
    """How far a source has been read."""

    total: int = 0
    done: int = 0
    tell: Callable[[], int] | None = None  #: asked instead of `done`, where a file knows by itself

    @property
    def share(self) -> float:
        """From 0 to 1."""
        done = self.tell() if self.tell else self.done
        return min(1.0, done / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """A table as its file has it."""

    name: str  #: of its file, also inside an archive
    header: tuple[str, ...]
    rows: Callable[[Meter], Iterator[Row]]  #: those below the header that are not blank
    kind: str = "csv"  #: what it was read as: csv, xlsx, vcard or json


def opening(path: Path) -> Opening:
    """Opens a file. Raises UsageError when it cannot be read."""

    def opened() -> IO[bytes]:
        try:
            return path.open("rb")
        except OSError as error:
            raise UsageError(
                sentence("{path} cannot be read: {reason}", path=path, reason=system_reason(error))
            ) from error

    return opened


def size_of(file: IO[bytes]) -> int:
    """Its bytes; it stands at its beginning afterwards."""
    size = file.seek(0, 2)
    file.seek(0)
    return size


def shown(line: str) -> str:
    """The beginning of a line, fit for a terminal."""
    line = line.strip()
    cut = line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
    return "".join(c if c.isprintable() else " " for c in cut)
