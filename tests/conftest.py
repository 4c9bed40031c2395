"""For every test: Ctrl-C works, also where the gate runs in the background of a shell, which ignores it.

No property fails because an example took long: the machine may be busy.
"""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

from properties import LONG

signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # programs that tests start inherit "ignored", not this

settings.register_profile(
    "gate",
    settings.get_profile(settings.get_current_profile_name()),  # hypothesis has one of its own for CI
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(LONG, settings.get_profile("gate"), max_examples=4000, derandomize=False)
settings.load_profile("gate")
