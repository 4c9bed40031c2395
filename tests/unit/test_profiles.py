"""Which limits hold: the table that is shipped, the settings, and what the officer is told."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from issue_files import SETTINGS
from newsletter_mailer.config import SmtpSettings, load_workspace, profile_of, providers, route_of
from newsletter_mailer.errors import ConfigError
from newsletter_mailer.model.pace import Limit, limit_of

ROOT = Path(__file__).parents[2]
NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)


def limits(host: str = "mail.example.org", **settings: Any) -> list[str]:
    """The limits of the mail server with these settings."""
    return [str(limit) for limit in profile_of(SmtpSettings(host=host, **settings), now=NOON)[0].limits]


def told(host: str = "mail.example.org", **settings: Any) -> str:
    """What is said of them."""
    return str(profile_of(SmtpSettings(host=host, **settings), now=NOON)[1] or "")


@pytest.mark.parametrize(
    ("host", "profile"),
    [
        ("ssl0.ovh.net", "ovh"),
        ("pro1.mail.ovh.net", "ovh"),
        ("mail.infomaniak.com", "infomaniak"),
        ("smtp.ionos.fr", "ionos"),
        ("smtp.gmail.com", "gmail"),
        ("SMTP.Office365.com.", "microsoft365"),
        ("smtp-relay.brevo.com", "brevo-free"),
        ("in-v3.mailjet.com", "mailjet-free"),
        ("email-smtp.eu-west-3.amazonaws.com", "ses-sandbox"),
        ("smtp.orange.fr", "orange"),
        ("mail.gandi.net", "gandi"),
        ("mail.example.org", "unknown"),
        ("ssl0.ovh.net.example.org", "unknown"),
        ("127.0.0.1", "unlimited"),
        ("localhost", "unlimited"),
    ],
)
def test_a_well_known_mail_server_has_its_profile(host: str, profile: str) -> None:
    assert profile_of(SmtpSettings(host=host), now=NOON)[0].name == profile


def test_every_row_says_where_it_is_from_and_how_sure_it_is() -> None:
    for name, row in providers().items():
        assert row.source, name
        assert row.read_on >= date(2026, 11, 1), name
        assert all(
            younger.days < after.days for younger, after in zip(row.younger, row.younger[1:], strict=False)
        )
        assert list(row.warm_up) == sorted(row.warm_up), name
        assert all(
            after <= 2 * before for before, after in zip(row.warm_up, row.warm_up[1:], strict=False)
        ), name


def test_the_reference_has_every_row_with_its_limits_and_source() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")

    for name, row in providers().items():
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert ", ".join(map(str, row.limits)) or "none" in line
        assert row.source in line
        assert row.note in line
        assert f"{row.confidence}, {row.read_on:%Y-%m}" in line


def test_an_unknown_host_has_100_an_hour_and_a_warning_that_says_what_to_write_where() -> None:
    assert limits() == ["100/h"]
    assert told().startswith(
        "nobody here knows what mail.example.org allows: 100/h at most leave. If you know your provider, write it "
        "into newsletter.yaml, under smtp, such as `profile: ovh` (brevo-free, gandi, gmail, "
    )


def test_a_guessed_profile_is_named_and_how_to_name_another() -> None:
    assert told("smtp.office365.com").startswith(
        "smtp.office365.com is taken for “microsoft365”: 30/min, 10000/day at most leave. If that is wrong, write "
        "`profile: …` into newsletter.yaml, under smtp (brevo-free, gandi, gmail, "
    )


def test_a_chosen_profile_and_ones_own_server_need_no_word() -> None:
    assert told("ssl0.ovh.net", profile="ovh") == ""
    assert told(profile="unlimited") == ""
    assert told("127.0.0.1") == ""
    assert limits("ssl0.ovh.net", profile="unlimited") == []


@pytest.mark.parametrize(
    ("since", "limit"),
    [
        (None, "50/h"),
        (date(2026, 11, 22), "50/h"),
        (date(2026, 11, 15), "50/h"),
        (date(2026, 11, 14), "100/h"),
        (date(2026, 11, 8), "100/h"),
        (date(2026, 11, 7), "400/h"),
        (date(2026, 10, 23), "400/h"),
        (date(2026, 10, 22), "500/h"),
        (date(2027, 1, 1), "50/h"),
    ],
)
def test_ionos_goes_by_the_age_of_the_contract(since: date | None, limit: str) -> None:
    assert limits("smtp.ionos.fr", since=since) == [limit]


def test_without_a_date_the_age_is_asked_for() -> None:
    assert "until `smtp.since` says on what day it began" in told("smtp.ionos.fr", profile="ionos")
    assert told("smtp.ionos.fr", profile="ionos", since=date(2020, 1, 1)) == ""


def test_the_workspaces_own_values_take_the_place_of_the_profiles() -> None:
    own = SmtpSettings.model_validate(
        {
            "host": "mail.example.org",
            "limits": "30/min",
            "domain_limits": {"Médiathèque.example": ["5/h", "10/day"]},
            "connections": 3,
            "per_connection": 50,
            "window": 4,
            "warm_up": [10, 20],
            "since": "2026-03-01",
        }
    )

    profile, said = profile_of(own, now=NOON)

    assert profile.limits == (limit_of("30/min"),)
    assert profile.domain_limits == {"xn--mdiathque-53af.example": (limit_of("5/h"), limit_of("10/day"))}
    assert (profile.connections, profile.per_connection, profile.window) == (3, 50, 4)
    assert (profile.warm_up, said) == ((10, 20), None)
    assert profile.since == int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)


def test_no_limits_of_ones_own_means_none() -> None:
    assert limits("ssl0.ovh.net", limits=[]) == []


def test_orange_takes_two_connections_and_a_hundred_mails_on_each() -> None:
    profile, _ = profile_of(SmtpSettings(host="smtp.orange.fr"), now=NOON)

    assert (profile.connections, profile.per_connection) == (2, 100)


def test_a_route_is_the_account_at_the_host() -> None:
    assert route_of(SmtpSettings(host="SSL0.ovh.net", username="lettre@example.org")) == (
        "lettre@example.org@ssl0.ovh.net"
    )


@pytest.mark.parametrize(
    ("smtp", "said"),
    [
        ("profile: ohv", "51: there is no profile “ohv” (did you mean “ovh”?)"),
        ("limits: [200/week]", "51: “200/week” is not a rate (write one such as 200/h, 30/min or 5000/day)"),
        ("limits: 200", "50: “200” is not a rate (write one such as 200/h, 30/min or 5000/day)"),
        ("limits: [200]", "51: “200” is not a rate (write one such as 200/h, 30/min or 5000/day)"),
        (
            "domain_limits: {free.fr: much}",
            "67: “much” is not a rate (write one such as 200/h, 30/min or 5000/day)",
        ),
        ("connections: 0", "55: 0 is not possible for “connections” (write a number ≥ 1)"),
        ("warm_up: [0]", "52: 0 is not possible for “warm_up 1” (write a number ≥ 1)"),
        ("since: yesterday", "49: “yesterday” is not a date (write year, month and day, such as 2026-11-22)"),
    ],
)
def test_a_setting_that_cannot_be_is_told_at_its_place(tmp_path: Path, smtp: str, said: str) -> None:
    text = SETTINGS.replace("port: 1025, security: none", f"security: none, {smtp}")
    (tmp_path / "newsletter.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        load_workspace(tmp_path, {})

    assert str(refused.value) == f"newsletter.yaml:8:{said}"


def test_an_unknown_profile_in_the_environment_is_told_by_its_variable(tmp_path: Path) -> None:
    (tmp_path / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        load_workspace(tmp_path, {"NEWSLETTER_SMTP__PROFILE": "zzz"})

    assert str(refused.value).startswith(
        "NEWSLETTER_SMTP__PROFILE: there is no profile “zzz” (there are: gmail,"
    )


def test_limits_in_the_environment_are_json(tmp_path: Path) -> None:
    (tmp_path / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")

    smtp = load_workspace(
        tmp_path, {"NEWSLETTER_SMTP__LIMITS": '["500/h"]', "NEWSLETTER_SMTP__CONNECTIONS": "4"}
    ).settings.smtp

    assert (smtp.limits, smtp.connections) == ((limit_of("500/h"),), 4)


def test_a_limit_is_not_anything_else_than_text() -> None:
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate({"limits": [Limit]})


def test_the_table_is_read_when_it_is_asked_for_only() -> None:
    code = (
        "import sys, newsletter_mailer.cli\n"
        "from newsletter_mailer.config.providers import providers\n"
        "print(providers.cache_info().currsize)"
    )

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed == "0\n"
