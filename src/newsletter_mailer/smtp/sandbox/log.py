"""The server's own log: what it saw, line by line, in the file before the client hears of it. It is the judge."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

BEGAN = "began"  #: the client was asked for a message
MESSAGE = "message"  #: a message was received whole
BREACH = "breach"  #: the client did what no client may
BROKE = "broke"  #: the server closed or broke the line, as it was told to


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    kind: str
    connection: int
    to: str = ""
    message_id: str = ""
    sha256: str = ""
    taken: bool = False  #: kept, whatever was replied then
    reply: str = ""  #: "" when nothing was
    what: str = ""  #: the breach


class Log:
    """Appended to, one write a line, so that not even a killed server leaves half of one."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, entry: Entry) -> None:
        """Add a line; it is in the file when this returns."""
        line = {name: value for name, value in asdict(entry).items() if value not in ("", False)}
        os.write(self._handle, json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        """No more lines."""
        os.close(self._handle)


def received_whole(connection: int, to: str, data: bytes, *, taken: bool, reply: bytes) -> Entry:
    """The line for a message."""
    return Entry(
        MESSAGE,
        connection,
        to,
        message_id=str(BytesHeaderParser().parsebytes(data[:8192]).get("Message-ID", "")),
        sha256=hashlib.sha256(data).hexdigest(),
        taken=taken,
        reply=reply.decode("utf-8", "replace").rstrip("\r\n"),
    )


def entries(log: Path, since: int = 0) -> Iterator[Entry]:
    """Every whole line, in order, from that byte on."""
    with log.open("rb") as file:
        file.seek(since)
        for line in file:
            if line.endswith(b"\n"):
                yield Entry(**json.loads(line))


def received(log: Path, since: int = 0) -> Counter[str]:
    """How many messages each reader has: those taken, whatever the client was told."""
    return Counter(entry.to for entry in entries(log, since) if entry.kind == MESSAGE and entry.taken)
