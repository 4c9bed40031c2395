"""The labelled real mails that `BOUNCE_CORPUS` names (`.ci/run` sets it): whom they would suppress, and whom not.

Measured over all of them, never one by one: a rule is for a mail system, not for a file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from newsletter_mailer.inbox.classify import read_mail
from newsletter_mailer.model.bounce import BounceClass, Kind, Returned

FOLDER = os.environ.get("BOUNCE_CORPUS", "")
HARMLESS = {"delivered", "vacation"}
NO_BOUNCE = {*HARMLESS, "feedback"}
VAGUE = "filtered"  # says nothing of the address: counts neither way

pytestmark = pytest.mark.skipif(not FOLDER, reason="BOUNCE_CORPUS names no folder with labelled mails")


@dataclass(frozen=True)
class Labelled:
    name: str
    raw: bytes
    rows: list[dict[str, object]]
    found: Returned

    @property
    def reason(self) -> object:
        return self.rows[0]["reason"]


@cache
def mails() -> tuple[Labelled, ...]:
    expected = json.loads((Path(FOLDER) / "expected.json").read_text(encoding="utf-8"))
    raws = {name: (Path(FOLDER) / name).read_bytes() for name in expected}
    return tuple(Labelled(name, raws[name], rows, read_mail(raws[name])) for name, rows in expected.items())


def verdicts() -> Iterator[tuple[bool, bool]]:
    """For each recipient whose label is clear: whether the address is gone, and whether it would be suppressed."""
    for mail in mails():
        if mail.reason in NO_BOUNCE:
            continue
        found = [one.bounce_class is BounceClass.HARD for one in mail.found.recipients]
        for row, hard in zip(mail.rows, [*found, *[False] * len(mail.rows)], strict=False):
            if row["reason"] != VAGUE:
                yield bool(row["hard"]), hard and mail.found.kind is Kind.BOUNCE


def test_nearly_every_bounce_is_recognised() -> None:
    bounces = [mail for mail in mails() if mail.reason not in NO_BOUNCE]

    recognised = [mail for mail in bounces if mail.found.kind is Kind.BOUNCE]
    other = {mail.found.kind for mail in bounces} - {Kind.BOUNCE}

    assert len(recognised) / len(bounces) >= 0.97
    assert other <= {Kind.DELAYED}


def test_who_is_suppressed_is_gone_and_who_is_gone_is_suppressed() -> None:
    rows = list(verdicts())

    right = sum(gone and suppressed for gone, suppressed in rows)
    suppressed = sum(suppressed for _, suppressed in rows)
    gone = sum(gone for gone, _ in rows)

    assert right / suppressed >= 0.97
    assert right / gone >= 0.90


def test_success_and_holiday_notices_suppress_nobody() -> None:
    harmless = [mail for mail in mails() if mail.reason in HARMLESS]

    suppressing = [mail.name for mail in harmless if any(map(mail.found.suppresses, mail.found.recipients))]

    assert harmless
    assert suppressing == []


def test_every_report_of_abuse_is_a_complaint() -> None:
    reports = [mail for mail in mails() if mail.reason == "feedback"]

    kinds = {mail.found.kind for mail in reports}

    assert kinds == {Kind.COMPLAINT}


def test_line_ends_change_nothing() -> None:
    differing = []
    for path in sorted(Path(FOLDER).glob("*.eml")):
        lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if len({read_mail(end.join(lines)) for end in (b"\n", b"\r", b"\r\n")}) != 1:
            differing.append(path.name)

    assert differing == []
