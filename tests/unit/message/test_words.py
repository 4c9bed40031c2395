"""Headers for people come back letter by letter from a strict decoder."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message_samples import NASTY, french
from newsletter_mailer.message import headers
from strict_mail import read_headers, read_mailbox, read_text

SAYABLE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)


def test_three_thousand_french_subjects_come_back_unchanged() -> None:
    chance = random.Random(2021)
    subjects = [french(chance) for _ in range(3000)]

    lines = [headers.text("Subject", subject) for subject in subjects]

    assert [read_text(read_headers(line[:-2])["subject"]) for line in lines] == subjects
    assert not [line for line in lines if "?==?" in line]
    assert max(len(row) for line in lines for row in line.split("\r\n")) <= 76


def test_three_thousand_names_come_back_unchanged_with_their_address() -> None:
    chance = random.Random(2022)
    names = [french(chance, most=6) for _ in range(3000)]

    lines = [headers.mailbox("To", name, "reader@mail.example.org") for name in names]

    read = [read_mailbox(read_headers(line[:-2])["to"]) for line in lines]
    assert read == [(name, "reader@mail.example.org") for name in names]
    assert max(len(row) for line in lines for row in line.split("\r\n")) <= 76


@given(SAYABLE)
def test_any_subject_of_any_script_comes_back_unchanged(subject: str) -> None:
    line = headers.text("Subject", subject)

    assert read_text(read_headers(line[:-2])["subject"]) == subject


@given(SAYABLE.filter(lambda name: bool(name.strip(" "))))
def test_any_name_of_any_script_comes_back_unchanged(name: str) -> None:
    line = headers.mailbox("From", name, "a@example.org")

    assert read_mailbox(read_headers(line[:-2])["from"]) == (name, "a@example.org")


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        ("The June letter", "Subject: The June letter\r\n"),
        ("Été", "Subject: =?utf-8?b?w4l0w6k=?=\r\n"),
        ("Bonjour à tous", "Subject: =?utf-8?q?Bonjour_=C3=A0_tous?=\r\n"),
        ("", "Subject: \r\n"),
        ("two  spaces", "Subject: =?utf-8?q?two__spaces?=\r\n"),
        ("looks =?utf-8?q?like?= one", "Subject: =?utf-8?b?bG9va3MgPT91dGYtOD9xP2xpa2U/PSBvbmU=?=\r\n"),
    ],
)
def test_a_subject_stands_as_it_is_or_in_the_shorter_encoding(subject: str, written: str) -> None:
    assert headers.text("Subject", subject) == written


def test_a_long_ascii_subject_folds_between_words() -> None:
    subject = " ".join(["newsletter"] * 20)

    line = headers.text("Subject", subject)

    assert "=?" not in line
    assert read_headers(line[:-2])["subject"] == subject
    assert max(map(len, line.split("\r\n"))) <= 76


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Coorace", "From: Coorace <a@example.org>\r\n"),
        ("Coorace, Occitanie", 'From: "Coorace, Occitanie" <a@example.org>\r\n'),
        ('The "letter" \\ ', 'From: "The \\"letter\\" \\\\ " <a@example.org>\r\n'),
        ("", "From: a@example.org\r\n"),
        ("  ", "From: a@example.org\r\n"),
    ],
)
def test_a_name_stands_as_atoms_or_in_quotes(name: str, written: str) -> None:
    assert headers.mailbox("From", name, "a@example.org") == written


def test_a_long_address_goes_to_a_line_of_its_own() -> None:
    address = "a" * 60 + "@" + "b" * 60 + ".example.org"

    line = headers.mailbox("To", "Zoé", address)

    assert line.split("\r\n ")[1:] == [f"<{address}>\r\n"]
    assert read_mailbox(read_headers(line[:-2])["to"]) == ("Zoé", address)


@pytest.mark.parametrize("bad", [*"\0\t\r\n\x0b\x0c\x1f\x7f\x80\x85\x9f\u2028\u2029", "\ud800"])
def test_nothing_that_could_end_a_line_passes_the_gate(bad: str) -> None:
    value = f"a{bad}b"

    writers: list[Callable[[], str]] = [
        lambda: headers.text("Subject", value),
        lambda: headers.mailbox("To", value, "a@example.org"),
        lambda: headers.mailbox("To", "", f"{value}@example.org"),
        lambda: headers.mailbox("To", "", f"a@{value}.org"),
        lambda: headers.list_id(value, "a.example.org"),
        lambda: headers.list_id("a", f"{value}.example.org"),
        lambda: headers.uris("List-Unsubscribe", [f"mailto:{value}"]),
        lambda: headers.verbatim("Precedence", value),
        lambda: headers.message_id(f"<{value}@example.org>"),
        lambda: headers.content_id(f"{value}@example.org"),
        lambda: headers.media_type(f"text/{value}"),
        lambda: headers.disposition("inline", value),
        lambda: headers.a_label(f"{value}@example.org"),
        lambda: headers.ascii_url(f"https://example.org/{value}"),
    ]
    for write in writers:
        with pytest.raises(headers.HeaderError):
            write()


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_is_refused_or_comes_back_unchanged(name: str) -> None:
    try:
        line = headers.mailbox("To", name, "a@example.org")
    except headers.HeaderError:
        return

    assert read_mailbox(read_headers(line[:-2])["to"]) == (name if name.strip(" ") else "", "a@example.org")
