"""For every test: Ctrl-C works, also where the gate runs in the background of a shell, which ignores it."""

from __future__ import annotations

import signal

signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # programs that tests start inherit "ignored", not this
