"""What the head of a mail of ours says of its way, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_kit import deliver, mail, maildir
from newsletter_mailer.actions.doctor.returning import explain, wait_for
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.inbox.maildir import Maildir
from newsletter_mailer.model.health import Mark, Point

NOON = int(dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC).timestamp() * 1000)


def head(results: str, *more: str) -> bytes:
    rows = [*more, f"Authentication-Results: mx.example.net; {results}", "From: R <lettre@monclub.asso.fr>"]
    return "\r\n".join(rows).encode()


def explained(results: str) -> dict[str, Point]:
    return {point.code: point for point in explain(head(results))}


def test_a_mail_that_is_believed_is_fine_throughout() -> None:
    found = explained(
        "spf=pass smtp.mailfrom=lettre@monclub.asso.fr; dkim=pass header.d=monclub.asso.fr;"
        " dmarc=pass header.from=monclub.asso.fr"
    )

    assert {code: point.mark for code, point in found.items()} == dict.fromkeys(
        ("authentication", "spf", "dkim", "dmarc"), Mark.FINE
    )
    assert str(found["dmarc"].what) == "DMARC passes: the mail is believed to be from monclub.asso.fr"
    assert str(found["authentication"].what) == "so says mx.example.net:"


@pytest.mark.parametrize(
    ("result", "code", "mark", "told"),
    [
        ("spf=fail smtp.mailfrom=a.example", "spf", Mark.WRONG, "a.example does not let the server send"),
        ("spf=softfail smtp.mailfrom=a.example", "spf", Mark.WRONG, "a.example does not let the server send"),
        ("spf=none", "spf", Mark.WRONG, "there is no SPF record for monclub.asso.fr"),
        ("spf=neutral", "spf", Mark.DOUBT, "neither yes nor no"),
        ("spf=permerror", "spf", Mark.WRONG, "counts as broken"),
        ("spf=temperror", "spf", Mark.UNKNOWN, "could not be read"),
        ("spf=strange", "spf", Mark.UNKNOWN, "SPF: strange"),
        ("dkim=none", "dkim", Mark.WRONG, "nobody signed the mail"),
        ("dkim=fail header.d=monclub.asso.fr", "dkim", Mark.WRONG, "does not fit the mail"),
        ("dkim=pass header.d=ovh.example", "dkim", Mark.DOUBT, "it does not speak for monclub.asso.fr"),
        ("dkim=pass header.d=mail.monclub.asso.fr", "dkim", Mark.FINE, "came unchanged"),
        ("dmarc=fail", "dmarc", Mark.WRONG, "neither SPF nor DKIM speaks for monclub.asso.fr"),
        ("dmarc=none", "dmarc", Mark.WRONG, "there is no DMARC record"),
        ("dmarc=bestguesspass", "dmarc", Mark.WRONG, "there is no DMARC record"),
    ],
)
def test_every_result_is_said_in_words_with_what_to_do(result: str, code: str, mark: Mark, told: str) -> None:
    point = explained(result)[code]

    assert point.mark is mark
    assert told in str(point.what)
    assert (point.hint is None) is (mark is Mark.FINE or "strange" in result)


def test_of_several_signatures_the_one_that_speaks_for_us_counts() -> None:
    found = explained(
        "dkim=fail header.d=monclub.asso.fr; dkim=pass header.d=ovh.example; dkim=pass header.d=monclub.asso.fr"
    )

    assert found["dkim"].mark is Mark.FINE


@pytest.mark.parametrize("rows", [b"Subject: hello", b"", b"Authentication-Results: mx.example.net; none"])
def test_a_server_that_says_nothing_is_no_fault_and_another_way_is_shown(rows: bytes) -> None:
    [point] = explain(rows)

    assert point.mark is Mark.UNKNOWN
    assert "newsletter doctor --explain FILE" in str(point.hint)


@pytest.mark.parametrize(
    ("stamp", "told"),
    [
        ("Mon, 23 Nov 2026 12:01:00 +0100", False),
        ("Mon, 23 Nov 2026 12:40:00 +0100 (CET)", True),
        ("Mon, 23 Nov 2026 09:00:00 -0000", True),
        ("no date at all", False),
    ],
)
def test_the_clock_of_the_server_is_compared_with_ours(stamp: str, told: bool) -> None:
    raw = head("spf=pass", f"Received: from a by b\r\n (x; y) with ESMTPS; {stamp}")

    found = [point for point in explain(raw, arrived=NOON) if point.code == "clock"]

    assert bool(found) is told
    assert all(point.mark is Mark.DOUBT for point in found)


def looking(folder: Path) -> Callable[[], AbstractContextManager[Mailbox]]:
    @contextmanager
    def opened() -> Iterator[Mailbox]:
        yield Maildir(folder)

    return opened


def test_the_mail_is_waited_for_among_others(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "mail")
    waited: list[float] = []
    deliver(folder, "1", mail("Bonjour"))

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            deliver(folder, "2", mail("A test (mark-77)"))

    found = wait_for(looking(folder), "mark-77", now=NOON, sleep=sleep, waits=(1, 2, 3, 4))

    assert found is not None
    assert b"Subject: A test (mark-77)" in found
    assert waited == [1, 2, 3]


def test_a_mail_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "mail")
    waited: list[float] = []

    found = wait_for(looking(folder), "mark-77", now=NOON, sleep=waited.append, waits=(1, 2))

    assert found is None
    assert waited == [1, 2]


FIELDS = st.sampled_from(
    (
        "Received: x; ",
        "Authentication-Results: ",
        "From: ",
        "spf=pass ",
        "dkim=",
        "\n",
        ";",
        "@",
        "1 Jan 0001",
    )
)


@given(st.lists(FIELDS | st.text(max_size=8), max_size=20).map("".join))
def test_any_head_at_all_is_explained_without_an_error(text: str) -> None:
    points = list(explain(text.encode(), arrived=NOON))

    assert points
    assert all(str(point.what) for point in points)
