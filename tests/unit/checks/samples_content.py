"""Samples of what an issue says."""

from __future__ import annotations

from unit.checks.samples import Sample, with_head

SUBJECT = "subject: Des nouvelles"

SAMPLES = {
    "subject-length": Sample(
        with_head(
            SUBJECT, f"{SUBJECT} de tout le réseau, de ses membres, de ses projets et de ses rendez-vous"
        ),
        with_head(SUBJECT, f"{SUBJECT} de novembre"),
    ),
}
