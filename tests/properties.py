"""How many examples a property is tried with."""

from __future__ import annotations

from hypothesis import settings

LONG = "long"


def examples(in_gate: int) -> int:
    """That many in the gate, and forty times as many in `make properties`."""
    return in_gate * (40 if settings.get_current_profile_name() == LONG else 1)
