"""What a sandbox took, as a file that mail programs open (mboxrd, RFC 4155)."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from newsletter_mailer.smtp.sandbox.server import Arrived

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


class Mbox:
    """A new file that only its owner reads, as a context manager; `add` fits `Sandbox(on_arrival=…)`."""

    def __init__(self, path: Path) -> None:
        """Raises FileExistsError: nobody's mail is overwritten."""
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what is still to be written; no more messages. Raises OSError when there is no room."""
        self._file.close()

    def add(self, arrived: Arrived) -> None:
        """One more message, with the reader it was for (RFC 2076 knows Delivered-To as a common header)."""
        data = _FROM.sub(rb">\1", arrived.data.replace(b"\r\n", b"\n"))
        sender = (arrived.mail_from or "MAILER-DAEMON").encode()
        self._file.write(b"From %s %s\n" % (sender, time.asctime(time.gmtime()).encode()))
        self._file.write(b"Delivered-To: %s\n" % arrived.rcpt_to.encode() + data.rstrip(b"\n") + b"\n\n")
