"""Addresses, dates, identifiers and file names in headers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message_samples import NOON, UTC_NOON
from newsletter_mailer.message import headers
from newsletter_mailer.message.headers import HeaderError
from strict_mail import ADDR_SPEC, read_headers, read_parameters


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ann@example.org", "ann@example.org"),
        ("Ann+tag@Example.ORG", "Ann+tag@example.org"),
        ("jose@médiathèque.example.org", "jose@xn--mdiathque-53af.example.org"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@faß.example", "a@xn--fa-hia.example"),
        ("a@例え。example", "a@xn--r8jz45g.example"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
    ],
)
def test_an_address_is_written_with_its_domain_in_a_labels(address: str, written: str) -> None:
    assert headers.a_label(address) == written
    assert headers.mailable(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example",
        "ann@example.org.",
        "josé@example.org",
        "a b@example.org",
        "a..b@example.org",
        ".a@example.org",
        "a@b@example.org",
        '"a b"@example.org',
        "<a@example.org>",
        "a@example.org>,<b@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.org",
        "a@-b.org",
        "a@exa_mple.org",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@xn--zzzzzz.example",
        "a@é .example",
        "a@" + "é." * 200 + "org",
        f"{'a' * 64}@{'b' * 61}.{'c' * 60}.{'d' * 63}.org",
        "a@example.org\r\nBcc: x@example.org",
        "a@example.org\u2028",
    ],
)
def test_an_address_that_no_envelope_can_hold_is_not_mailable(address: str) -> None:
    assert not headers.mailable(address)
    with pytest.raises(HeaderError):
        headers.a_label(address)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_mailable_is_a_strict_address(local: str, domain: str) -> None:
    address = f"{local}@{domain}"

    if headers.mailable(address):
        written = headers.a_label(address)
        assert ADDR_SPEC.fullmatch(written)
        assert len(written) <= 254


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (NOON, "Date: Mon, 23 Nov 2026 12:00:05 +0100\r\n"),
        (UTC_NOON, "Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n"),
        (
            datetime(2027, 1, 3, 1, 2, 3, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
            "Date: Sun, 03 Jan 2027 01:02:03 -0330\r\n",
        ),
    ],
)
def test_a_date_has_a_numeric_zone(when: datetime, written: str) -> None:
    assert headers.date(when) == written


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(HeaderError, match="time zone"):
        headers.date(NOON.replace(tzinfo=None))


def test_a_long_list_unsubscribe_is_never_encoded_and_folds_between_uris_only() -> None:
    token = "x" * 400
    targets = [
        f"https://news.example.org/u/{token}",
        f"mailto:leave@example.org?subject=unsubscribe%20{token}",
    ]

    line = headers.uris("List-Unsubscribe", targets)

    assert line == f"List-Unsubscribe: <{targets[0]}>,\r\n <{targets[1]}>\r\n"


@pytest.mark.parametrize(
    "target", ["", "leave@example.org", "https://a b", "https://a>,<b", "https://é.example", "https:"]
)
def test_what_is_no_uri_is_refused(target: str) -> None:
    with pytest.raises(HeaderError):
        headers.uris("List-Unsubscribe", [target])


@pytest.mark.parametrize(
    "value", ["", "a@b", "<a b@c>", "<a@b", "<a>", f"<{'a' * 500}@example.org>", "<é@example.org>"]
)
def test_what_is_no_message_id_is_refused(value: str) -> None:
    with pytest.raises(HeaderError):
        headers.message_id(value)


@pytest.mark.parametrize(
    "identifier", ["", "adherents", "a b.example.org", f"{'a' * 250}.example.org", "é.example.org"]
)
def test_what_is_no_list_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(HeaderError):
        headers.list_id("List", identifier)


def test_a_list_without_a_name_shows_its_identifier_alone() -> None:
    assert headers.list_id("", "a.example.org") == "List-Id: <a.example.org>\r\n"


@pytest.mark.parametrize(
    ("filename", "plain"),
    [
        ("été.ics", "ete.ics"),
        ("agenda juillet.ics", "agenda juillet.ics"),
        ('a"b\\c/d.ics', "a_b_c_d.ics"),
        ("日本", "file"),
        ("😀.png", ".png"),
    ],
)
def test_a_file_name_is_told_in_full_and_in_ascii(filename: str, plain: str) -> None:
    line = headers.disposition("attachment", filename)

    kind, parameters = read_parameters(read_headers(line[:-2])["content-disposition"])
    assert kind == "attachment"
    assert parameters["filename"] == plain
    assert parameters.get("filename*", plain) == filename


@pytest.mark.parametrize(
    "value", ["text", "text/plain; charset", 'text/plain; charset="a\nb"', "", "image/*"]
)
def test_what_is_no_media_type_is_refused(value: str) -> None:
    with pytest.raises(HeaderError):
        headers.media_type(value)


def test_a_line_that_is_not_ascii_or_too_long_is_refused() -> None:
    for value in ("é", "x" * 991):
        with pytest.raises(HeaderError, match="X-Note"):
            headers.verbatim("X-Note", value)


def test_a_picture_needs_a_content_id_like_a_message_id() -> None:
    assert headers.content_id("p1@example.org") == "Content-ID: <p1@example.org>\r\n"
    with pytest.raises(HeaderError):
        headers.content_id("p1>@example.org")


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://news.example.org/a", "https://news.example.org/a"),
        (
            "https://médiathèque.example.org:8443/été?q=é",
            "https://xn--mdiathque-53af.example.org:8443/%C3%A9t%C3%A9?q=%C3%A9",
        ),
        ("https://example.org/été", "https://example.org/%C3%A9t%C3%A9"),
    ],
)
def test_a_web_address_is_written_in_ascii(url: str, written: str) -> None:
    assert headers.ascii_url(url) == written
