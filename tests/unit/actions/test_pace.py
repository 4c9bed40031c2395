"""How long it will take is said before anybody says yes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from issue_files import SETTINGS, workspace_at
from newsletter_mailer.actions.pace import pace_sentence, pace_told, parse_rate
from newsletter_mailer.config import load_workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.pace import DAY_MS, Profile, Use, limit_of
from newsletter_mailer.store import pace
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import Sentence, in_language

PARIS = ZoneInfo("Europe/Paris")
OVH = Profile("ovh", limits=(limit_of("200/h"),))
NEW = Profile("new-relay", warm_up=(50, 75))


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> int:
    return int(datetime(2026, month, day, hour, minute, tzinfo=PARIS).timestamp() * 1000)


def said(
    profile: Profile, total: int, now: int, *, rate: int | None = None, uses: tuple[Use, ...] = ()
) -> str:
    found = pace_sentence(profile, total, uses=uses, now=now, zone=PARIS, rate=rate)
    return str(found) if found else ""


@pytest.mark.parametrize(
    ("text", "hourly"), [("200/h", 200), ("30/min", 1800), ("5000/day", 208), ("24/day", 1)]
)
def test_a_rate_is_one_of_an_hour(text: str, hourly: int) -> None:
    assert parse_rate(text) == hourly


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fast", "“fast” is not a rate (write one such as 200/h, 30/min or 5000/day)"),
        ("200", "“200” is not a rate (write one such as 200/h, 30/min or 5000/day)"),
        ("23/day", "“23/day” is less than one mail an hour (write at least 1/h)"),
    ],
)
def test_what_is_not_a_rate_is_refused_with_an_example(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_rate(text)

    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("total", "now", "expected"),
    [
        (7, at(22, 9), ""),  # six times 18 seconds
        (8, at(22, 9), "At 200/h this ends today at 09:03"),
        (1_400, at(22, 9), "At 200/h this ends today at 16:01"),
        (5_000, at(22, 15, 39), "At 200/h this ends tomorrow at 16:41"),
        (10_000, at(22, 9), "At 200/h this ends on Tuesday 24 November at 11:04"),
        (10_000, at(30, 9, month=12), "At 200/h this ends on Friday 1 January 2027 at 11:04"),
    ],
)
def test_the_end_is_told_to_the_minute(total: int, now: int, expected: str) -> None:
    assert said(OVH, total, now) == expected


def test_it_is_told_in_french() -> None:
    sentences = [
        pace_sentence(OVH, total, uses=[], now=now, zone=PARIS)
        for total, now in [(1_400, at(22, 9)), (10_000, at(30, 9, month=12))]
    ]

    with in_language("fr"):
        values = [str(value) for found in sentences if found for value in leaves(found)]

    assert values == ["200/h", "16\u00a0h\u00a001", "200/h", "vendredi 1er janvier 2027", "11\u00a0h\u00a004"]


def leaves(found: Sentence) -> list[object]:
    """The values of a sentence and of the sentences in it."""
    return [
        leaf
        for value in found.values.values()
        for leaf in (leaves(value) if isinstance(value, Sentence) else [value])
    ]


def test_full_hours_have_no_minutes_in_french() -> None:
    found = pace_sentence(
        Profile("one", limits=(limit_of("1/h"),)), 2, uses=[], now=at(22, 9, 0) - 5_000, zone=PARIS
    )

    assert found is not None
    with in_language("fr"):
        assert [str(value) for value in leaves(found)] == ["1/h", "10\u00a0h"]


def test_the_night_of_the_other_time_counts() -> None:
    summer = int(datetime(2026, 10, 24, 23, 0, tzinfo=PARIS).timestamp() * 1000)

    assert said(OVH, 1_001, summer) == "At 200/h this ends tomorrow at 03:01"  # at 3 it was 2 once more


def test_all_limits_are_named() -> None:
    profile = Profile("microsoft365", limits=(limit_of("10000/day"), limit_of("30/min")))

    assert said(profile, 12_000, at(22, 9)).startswith("At 30/min, 10,000/day this ends tomorrow at ")


def test_a_rate_that_was_asked_for_is_the_one_that_is_named() -> None:
    assert said(OVH, 501, at(22, 9), rate=500) == "At 500/h this ends today at 10:01"


def test_what_was_sent_before_is_counted() -> None:
    profile = Profile("infomaniak", limits=(limit_of("1440/day"),))

    assert said(profile, 1_440, at(22, 9)) == ""
    assert said(profile, 1_440, at(22, 9), uses=(Use("", at(22, 8), 1),)) == (
        "At 1,440/day this ends tomorrow at 08:01"
    )


def test_a_domains_own_limit_is_told_by_the_name_of_the_profile() -> None:
    profile = Profile("new-relay", domain_limits={"free.fr": (limit_of("100/h"),)})

    found = pace_sentence(profile, 900, uses=[], now=at(22, 9), zone=PARIS, domains={"free.fr": 401})

    assert str(found) == "At the pace of “new-relay” this ends today at 13:01"


def test_the_end_of_what_begins_later_is_told_by_the_day_of_asking() -> None:
    told = pace_sentence(OVH, 1_001, uses=[], now=at(20, 9), begins=at(22, 9), zone=PARIS)

    assert str(told) == "At 200/h this ends on Sunday 22 November at 14:01"
    assert pace_sentence(OVH, 1, uses=[], now=at(20, 9), begins=at(22, 9), zone=PARIS) is None


def test_a_warm_up_is_said() -> None:
    assert said(NEW, 50, at(22, 9)) == ""
    assert said(NEW, 51, at(22, 9)) == (
        "This mail account is new, so at most 50 leave in the first 24 hours, then more each day: "
        "this ends tomorrow at 09:00"
    )
    assert said(NEW, 76, at(23, 9), uses=(Use("", at(22, 9), 50),)) == (
        "This mail account is still new, so at most 75 leave in 24 hours now, then more each day: "
        "this ends tomorrow at 09:00"
    )


def test_limits_and_end_are_told_as_the_ledger_knows_them(tmp_path: Path) -> None:
    root = tmp_path / "work"
    settings = SETTINGS.replace("host: 127.0.0.1, port: 1025, security: none", "host: ssl0.ovh.net")
    workspace_at(root)
    (root / "newsletter.yaml").write_text(settings, encoding="utf-8")
    workspace = load_workspace(root, {})
    with Database(workspace.database_url) as database:
        with database.transaction() as connection:
            pace.record(connection, "@ssl0.ovh.net", [Use("example.org", at(22, 8, 30), 200)])

        told = [str(line) for line in pace_told(database, workspace, 1_400, now=at(22, 9))]
        faster = [str(line) for line in pace_told(database, workspace, 1_400, now=at(22, 9), rate=1_400)]
        few = pace_told(database, workspace, 1, now=at(22, 10), rate=10)

    assert told[0].startswith("ssl0.ovh.net is taken for “ovh”: 200/h at most leave")
    assert told[1:] == ["At 200/h this ends today at 16:31"]
    assert faster == ["At 1,400/h this ends today at 10:01"]
    assert few == []


def test_a_warm_up_that_is_over_is_not() -> None:
    uses = (Use("", at(22, 9) - 2 * DAY_MS, 50),)

    assert said(NEW, 5_000, at(22, 9), uses=uses) == ""
