"""YAML becomes plain data with places; what could hurt or surprise is refused with its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_files import said
from newsletter_mailer.errors import FileProblems
from newsletter_mailer.yamlio.reader import DEEPEST, LONGEST_FILE, MOST_VALUES, REFUSED, Document, read


def document(text: str) -> Document:
    return read(text.encode(), "a.yaml")


def refusal(raw: bytes | str) -> list[str]:
    with pytest.raises(FileProblems) as refused:
        read(raw.encode() if isinstance(raw, str) else raw, "a.yaml")
    return said(refused.value.problems)


def span(text: str, *path: str | int) -> str:
    mark = document(text).values[path]
    return text[mark.start : mark.end]


def test_words_that_yaml_1_1_would_change_stay_text() -> None:
    text = "a: no\nb: oui\nc: 2026-11-22\nd: 18:30\ne: on\nf: 1_000\n"

    data = document(text).data

    assert data == {"a": "no", "b": "oui", "c": "2026-11-22", "d": "18:30", "e": "on", "f": "1_000"}


def test_numbers_truth_and_nothing_are_what_yaml_1_2_says() -> None:
    data = document("a: 5136\nb: -1.5\nc: true\nd:\ne: ~\nf: 0x1F\ng: 0o17\nh: 05\n").data

    assert data == {"a": 5136, "b": -1.5, "c": True, "d": None, "e": None, "f": 31, "g": 15, "h": 5}
    assert (data["h"].written, data["b"].written) == ("05", "-1.5")


def test_quotation_marks_make_text_of_anything() -> None:
    assert document('a: "5"\nb: \'true\'\nc: ""\n').data == {"a": "5", "b": "true", "c": ""}


def test_halves_of_a_character_are_put_together_as_in_json() -> None:
    assert document(r'a: "\ud83c\udf89"').data == {"a": "🎉"}


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        (r'a: "\ud83c"', "half a character"),
        (r'"\udf89": x', "half a character"),
        ('a: x\nb: "\\U0011FFFF"', "a.yaml:2:5: there is no such character"),
        (r'a: "\UFFFFFFFF"', "there is no such character"),
    ],
)
def test_what_is_no_character_is_refused_with_its_place(text: str, said_of_it: str) -> None:
    try:
        problems = document(text).problems
    except FileProblems as refused:
        problems = refused.problems

    assert said_of_it in str(problems[0])


def test_keys_are_text_as_typed() -> None:
    assert document("2026: a\ntrue: b\n").data == {"2026": "a", "true": "b"}


def test_every_value_and_key_has_its_line_and_column() -> None:
    text = "id: x\nblocks:\n  - type: text\n    text: bonjour\n"

    found = document(text)

    assert {path: (m.line, m.column) for path, m in found.values.items()} == {
        (): (1, 1),
        ("id",): (1, 5),
        ("blocks",): (3, 3),
        ("blocks", 0): (3, 5),
        ("blocks", 0, "type"): (3, 11),
        ("blocks", 0, "text"): (4, 11),
    }
    assert (found.keys["blocks", 0, "text"].line, found.keys["blocks", 0, "text"].column) == (4, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: mot # remarque\nb: 1\n", "mot"),
        ("a: 'l''été' # x\n", "'l''été'"),
        ("a: |\n  un\n  deux\n# remarque\n\nb: 1\n", "|\n  un\n  deux"),
        (
            "a: >- # remarque\n  un\n\n  deux\n\n\n  # suite\nb: 1\n",
            ">- # remarque\n  un\n\n  deux\n\n\n  # suite",
        ),
        ("a: |2\n   un\n  deux\n # non\nb: 1\n", "|2\n   un\n  deux"),
        ("a: |\n\nb: 1\n", "|"),
        ("a: [1, {b: 2}] # x\n", "[1, {b: 2}]"),
        ("a:\n  - 1\n  - 2 # x\n# y\nb: 1\n", "- 1\n  - 2"),
        ("a: un\r\n  deux\r\nb: 1\r\n", "un\r\n  deux"),
        ("a:\nb: 1\n", ""),
        ("a: 🌻 tournesol\n", "🌻 tournesol"),
    ],
)
def test_the_span_of_a_value_is_the_value_alone_without_comments(text: str, expected: str) -> None:
    assert span(text, "a") == expected


def test_offsets_count_behind_a_byte_order_mark_and_line_ends_are_kept() -> None:
    found = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "a.yaml")

    assert (found.text, found.values["b",].line, found.values["b",].start) == ("a: 1\r\nb: 2\r\n", 2, 9)


def test_an_empty_file_is_nothing_at_its_beginning() -> None:
    found = document("# rien\n")

    assert (found.data, found.values[()].line) == (None, 1)


def test_a_second_key_of_one_name_is_a_problem_and_the_first_one_counts() -> None:
    found = document("a: 1\nb: { x: 1 }\na: 2\nb: { y: 2 }\n")

    assert found.data == {"a": 1, "b": {"x": 1}}
    assert found.values["a",].line == 1
    assert said(found.problems) == [
        "3:1: “a” stands here a second time (the first one is on line 1: keep one of them)",
        "4:1: “b” stands here a second time (the first one is on line 2: keep one of them)",
    ]
    assert [problem.field for problem in found.problems] == ["a", "b"]


def test_every_anchor_alias_and_tag_is_refused_at_its_place() -> None:
    text = "a: &x [1]\nb: *x\nc: !!python/object/apply:os.system [ls]\nd: !!python/name:os.system\n<<: *x\n&k e: 1\n"

    found = document(text)

    assert [place.split(" ")[0] + place.split("“")[1].split("”")[0] for place in said(found.problems)] == [
        "1:4:&x",
        "2:4:*x",
        "3:4:!!python/object/apply:os.system",
        "4:4:!!python/name:os.system",
        "5:5:*x",
        "6:1:&k",
    ]
    assert all(found.data[key] is REFUSED for key in ("a", "b", "c", "d", "<<"))
    assert repr(REFUSED) == "REFUSED"


def test_a_billion_laughs_are_refused_without_being_laughed() -> None:
    lines = ["a0: &a0 [ha]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    problems = document("\n".join(lines)).problems

    assert len(problems) == 10 + 9 * 10
    assert "refers to another place" in str(problems[-1])


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "".join(f"{' ' * n}a:\n" for n in range(1000))]
)
def test_a_hundred_thousand_levels_are_refused_in_a_sentence(text: str) -> None:
    [only] = refusal(text)

    assert f"more than {DEEPEST} levels stand inside one another" in only


def test_too_many_values_are_refused() -> None:
    [only] = refusal("a:\n" + "- 1\n" * MOST_VALUES)

    assert f"the file holds more than {MOST_VALUES} values" in only


def test_a_file_of_more_than_a_megabyte_is_refused_unread() -> None:
    assert refusal(b"a" * (LONGEST_FILE + 1)) == [
        "the file is larger than 1000 kB (pictures stand beside it as files of their own)"
    ]


def test_a_file_of_just_a_megabyte_is_read() -> None:
    text = "a: " + "x" * (LONGEST_FILE - 3)

    assert len(document(text).data["a"]) == LONGEST_FILE - 3


def test_a_file_in_another_encoding_is_refused_at_its_first_strange_character() -> None:
    [only] = refusal("id: x\ntitle: L'été\n".encode("cp1252"))

    assert only.startswith("2:10: this character is not written in UTF-8 (save the file again")


def test_an_invisible_character_is_named_with_its_place() -> None:
    assert refusal("a: b\nc: d\x00e\n") == ["2:5: an invisible character (U+0000) stands here (delete it)"]


def test_a_second_document_is_refused() -> None:
    assert refusal("a: 1\n---\nb: 2\n") == ["2:1: a second document begins here (remove the line with “---”)"]


def test_a_bare_merge_tag_is_recognised() -> None:
    found = document("subject: {{ subscriber.first_name }}\ntitle: x\n")

    assert found.data["subject"] is REFUSED
    assert said(found.problems) == [
        '1:10: a merge tag without quotation marks (put the whole text in quotation marks: "…")'
    ]


def test_a_list_as_a_key_is_refused() -> None:
    assert "1:1: only a word can be a field's name" in said(document("[a, b]: c\n").problems)[0]


def test_problems_before_a_syntax_error_are_told_with_it() -> None:
    assert [line[:4] for line in refusal("a: 1\na: 2\nb: @x\n")] == ["2:1:", "3:4:"]


def sentences_of(raw: bytes) -> list[str]:
    """What the reader says of it; the places of what it read are inside of the text."""
    try:
        found = read(raw, "a.yaml")
    except FileProblems as refused:
        return said(refused.problems)
    inside = all(0 <= mark.start <= mark.end <= len(found.text) for mark in found.values.values())
    return said(found.problems) if inside else []


@given(st.text(alphabet=st.sampled_from("ab:-?[]{},&*!|>'\"%@`#~ \n\t\r\x85é"), max_size=60))
def test_any_text_is_a_document_or_a_sentence(text: str) -> None:
    assert all(re.match(r"\d+:\d+: .", sentence) for sentence in sentences_of(text.encode()))


@given(st.binary(max_size=100))
def test_any_bytes_are_a_document_or_a_sentence(raw: bytes) -> None:
    assert all(re.match(r"\d+:\d+: .", sentence) for sentence in sentences_of(raw))
