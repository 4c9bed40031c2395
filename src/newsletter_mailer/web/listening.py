"""A socket to serve on."""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from newsletter_mailer.errors import UsageError, system_reason
from newsletter_mailer.wording import Sentence, sentence

LOOPBACK = "127.0.0.1"
_FREE_ONE = sentence("leave out --port to get a free one")


def listening(port: int, host: str = LOOPBACK, *, hint: Sentence = _FREE_ONE) -> socket.socket:
    """A socket on that port of that address, 0 = any free one. Raises UsageError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows the same option lets two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise UsageError(
                sentence("this machine has no address “{host}” to listen on", host=host),
                sentence("127.0.0.1 is right behind a web server on the same machine"),
            ) from error
        raise UsageError(
            sentence("port {port} cannot be used: {reason}", port=port, reason=system_reason(error)),
            hint,
        ) from error
    return listener


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """SIGTERM, by which services are ended, is as good as Ctrl-C: what is known and not yet written down is written."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
