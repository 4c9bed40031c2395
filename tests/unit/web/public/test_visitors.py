"""Which language a visitor is answered in, and how often."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from newsletter_mailer.web.public.visitors import HOUR, Patience, language_of

NOON = 1_800_000_000_000


def request(host: str = "203.0.113.7", *, accepts: str | None = None, query: str = "") -> Request:
    headers = [] if accepts is None else [(b"accept-language", accepts.encode())]
    return Request(
        {
            "type": "http",
            "headers": headers,
            "query_string": query.encode(),
            "client": (host, 1) if host else None,
        }
    )


@pytest.mark.parametrize(
    ("accepts", "query", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "", "fr"),
        ("de,en;q=0.7,fr;q=0.3", "", "en"),
        ("en;q=0.2, fr;q=0.9", "", "fr"),
        ("fr;q=0, de", "", "en"),
        ("fr;q=x", "", "en"),
        ("", "", "en"),
        (None, "", "en"),
        ("fr", "lang=en", "en"),
        ("en", "lang=de", "en"),
    ],
)
def test_the_language_is_what_was_asked_for_else_the_workspaces(
    accepts: str | None, query: str, language: str
) -> None:
    assert language_of(request(accepts=accepts, query=query), "en") == language


def test_a_workspace_in_another_language_is_answered_in_english() -> None:
    assert language_of(request(), "de") == "en"


def test_a_visitor_may_come_so_often_in_any_hour() -> None:
    patience = Patience(3)

    came = [patience.allows(request(), now=NOON + minute * 60_000) for minute in (0, 10, 20, 30, 59)]

    assert came == [True, True, True, False, False]
    assert patience.allows(request("203.0.113.8"), now=NOON)
    assert patience.allows(request(), now=NOON + HOUR)
    assert not patience.allows(request(), now=NOON + HOUR)


def test_addresses_of_one_household_are_one_visitor_and_nameless_ones_too() -> None:
    patience = Patience(1)

    assert patience.allows(request("2001:db8:1:2::1"), now=NOON)
    assert not patience.allows(request("2001:db8:1:2:ffff::9"), now=NOON)
    assert patience.allows(request("2001:db8:1:3::1"), now=NOON)
    assert patience.allows(request(""), now=NOON)
    assert not patience.allows(request(""), now=NOON)
    assert patience.allows(request("unix socket"), now=NOON)


def test_what_is_remembered_of_visitors_stays_small() -> None:
    patience = Patience(1)

    for number in range(10_001):
        patience.allows(request(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"), now=NOON)

    assert patience.allows(request("10.0.0.0"), now=NOON)  # the first of them was forgotten
    assert not patience.allows(request("10.0.39.16"), now=NOON)
