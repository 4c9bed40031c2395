"""A change of the data changes its span of the text and nothing else; whatever is written reads back as meant."""

from __future__ import annotations

import difflib
import json
import re
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter_mailer.yamlio.edits import Edit, EditRefused, Op, same
from newsletter_mailer.yamlio.patching import apply
from newsletter_mailer.yamlio.reader import Document, read
from properties import examples
from random_edits import any_edit, at, expected, paths
from yaml_authors import NAMES, Author, Path, value


def document(text: str) -> Document:
    return read(text.encode(), "issue.yaml")


def patched(text: str, *edits: Edit) -> str:
    return apply(document(text), edits)


def put(path: Path, new: Any) -> Edit:
    return Edit(Op.SET, path, new)


def may_go(comment: str, edit: Edit, data: Any) -> bool:
    """A comment may go when what it speaks of goes, or is inside something that is replaced."""
    found = tuple(json.loads(comment.split(" ", 2)[2]))
    if edit.op not in (Op.REMOVE, Op.SET):
        return False
    within = found[: len(edit.path)] == edit.path
    return within and (edit.op is Op.REMOVE or isinstance(at(data, edit.path), dict | list))


@settings(max_examples=examples(300))
@given(st.integers(0, 2**64))
def test_any_edit_of_any_file_reads_back_as_meant_and_keeps_the_comments_of_the_rest(seed: int) -> None:
    random = Random(seed)
    author = Author(random)
    text = author.file({name: value(random) for name in random.sample(NAMES, random.randint(1, 5))})
    data = document(text).data

    for _ in range(3):
        edit = any_edit(random, data)
        text = patched(text, edit)
        kept = [each for each in author.comments if not may_go(each, edit, data)]
        data = expected(data, edit)

        assert same(document(text).data, data)
        assert [each for each in kept if each not in text] == []
        author.comments = []  # the places that they name have moved


@settings(max_examples=examples(100))
@given(
    st.text(),
    st.sampled_from(
        ["a: x # c\n", "a: |\n  x\n  y\n", "a: { b: x }\n", "a:\n  - x\n", 'a: "x"\n', "a: >-\n  x\n  y\n"]
    ),
)
def test_any_text_can_be_written_anywhere(new: str, text: str) -> None:
    path = next(
        path
        for path in reversed(paths(document(text).data))
        if isinstance(at(document(text).data, path), str)
    )

    try:
        new.encode()
    except UnicodeEncodeError:
        with pytest.raises(EditRefused):
            patched(text, put(path, new))
        return
    assert at(document(patched(text, put(path, new))).data, path) == new


SHEET = """\
# La lettre, et ce qu'il faut savoir
id: essai-1 # ne change plus
title: L'été
date: 2026-12-03

blocks:
  - type: masthead
    title: La lettre
    logo: { src: a.png, alt: "Réseau" } # petit

  # Pour le 31 seulement
  - type: text
    text: >-
      Depuis 2019, nous travaillons ensemble à des coopérations nouvelles.
      Des rencontres régulières font vivre ce partenariat.

  - type: footer
"""


def difference(before: str, after: str) -> list[str]:
    """The lines that went and came, each with its sign."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if line[:3] not in ("---", "+++", "@@ ")]


LOGO = '-    logo: { src: a.png, alt: "Réseau" } # petit'
FIRST = "Depuis 2019, nous travaillons ensemble à des coopérations nouvelles."
SECOND = "Des rencontres régulières font vivre ce partenariat."
FOLDED = ["-    text: >-", f"-      {FIRST}", f"-      {SECOND}"]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (put(("title",), "L'hiver"), ["-title: L'été", "+title: L'hiver"]),
        (put(("title",), "no"), ["-title: L'été", "+title: no"]),
        (put(("title",), "5136"), ["-title: L'été", '+title: "5136"']),
        (put(("title",), 'Un "mot" : oui'), ["-title: L'été", "+title: 'Un \"mot\" : oui'"]),
        (put(("id",), "essai-2"), ["-id: essai-1 # ne change plus", "+id: essai-2 # ne change plus"]),
        (put(("preheader",), "En bref"), ["+preheader: En bref"]),
        (
            put(("blocks", 0, "logo", "alt"), "Le réseau"),
            [LOGO, '+    logo: { src: a.png, alt: "Le réseau" } # petit'],
        ),
        (
            put(("blocks", 0, "logo", "x"), "a, b"),
            [LOGO, '+    logo: { src: a.png, alt: "Réseau", x: "a, b" } # petit'],
        ),
        (
            put(("blocks", 1, "text"), "Une.\n\nDeux.\n"),
            [*FOLDED, "+    text: |", "+      Une.", "+", "+      Deux."],
        ),
        (put(("blocks", 1, "text"), f"{FIRST} Autre."), [f"-      {SECOND}", "+      Autre."]),
        (put(("blocks", 1, "text"), f"Avant. {SECOND}"), [f"-      {FIRST}", "+      Avant."]),
        (put(("blocks", 1, "text"), "Court."), [*FOLDED[1:], "+      Court."]),
        (put(("blocks", 2, "button", "label"), "Lire"), ["+    button:", "+      label: Lire"]),
        (Edit(Op.REMOVE, ("blocks", 0, "logo")), [LOGO]),
        (
            Edit(Op.REMOVE, ("blocks", 0, "type")),
            ["-  - type: masthead", "-    title: La lettre", "+  - title: La lettre"],
        ),
        (Edit(Op.INSERT, ("blocks", 3), {"type": "divider"}), ["+  - type: divider", "+"]),
        (
            Edit(Op.INSERT, ("blocks", 2), {"type": "text", "text": "Un\nDeux\n"}),
            ["+  - type: text", "+    text: |", "+      Un", "+      Deux", "+"],
        ),
    ],
)
def test_only_the_lines_that_change_change(edit: Edit, lines: list[str]) -> None:
    assert difference(SHEET, patched(SHEET, edit)) == lines


def test_a_block_that_moves_takes_the_comment_above_it_along() -> None:
    after = patched(SHEET, Edit(Op.MOVE, ("blocks", 1), to=0))

    assert re.sub(r"\n+", "\n", after).split("\n")[4:8] == [
        "blocks:",
        "  # Pour le 31 seulement",
        "  - type: text",
        "    text: >-",
    ]
    assert after.count("\n") == SHEET.count("\n")


def test_moving_there_and_back_gives_the_same_file() -> None:
    there = patched(SHEET, Edit(Op.MOVE, ("blocks", 2), to=0))

    assert patched(there, Edit(Op.MOVE, ("blocks", 0), to=2)) == SHEET


def test_what_was_set_to_what_it_is_changes_nothing() -> None:
    assert patched(SHEET, put((), document(SHEET).data)) == SHEET


def test_line_ends_and_the_missing_last_one_stay() -> None:
    text = "a: x\r\nb:\r\n  - y"

    assert (
        patched(text, Edit(Op.INSERT, ("b", 1), "z\nw\n"))
        == "a: x\r\nb:\r\n  - y\r\n  - |\r\n    z\r\n    w\r\n"
    )
    assert patched(text, put(("a",), "neu")) == "a: neu\r\nb:\r\n  - y"


def test_the_manner_of_the_file_is_that_of_new_fields() -> None:
    text = "a:\n    b: x\nlist:\n- one\n"

    after = patched(text, put(("new",), {"c": {"d": ["e"]}}))

    assert after == text + "new:\n    c:\n        d:\n        - e\n"


def test_a_comment_above_a_removed_field_goes_with_it_and_others_stay() -> None:
    text = "# top\na: 1\n\n# of b\nb: 2 # at b\n# of c\nc: 3\n"

    assert patched(text, Edit(Op.REMOVE, ("b",))) == "# top\na: 1\n\n# of c\nc: 3\n"


def test_the_last_entry_of_a_list_leaves_an_empty_list_that_can_be_filled_again() -> None:
    empty = patched("a:\n  - x # was here\nb: 1\n", Edit(Op.REMOVE, ("a", 0)))

    assert empty == "a: []\nb: 1\n"
    assert document(patched(empty, Edit(Op.INSERT, ("a", 0), {"c": "d"}))).data == {"a": [{"c": "d"}], "b": 1}


def test_numbers_stay_as_they_were_typed_where_what_is_around_them_is_written_anew() -> None:
    after = patched("a: [{ b: 01.20, c }, 05]\n", put(("a", 0, "c"), "x"))

    assert document(after).data["a"][0]["b"].written == "01.20"
    assert document(after).data["a"][1].written == "05"


def test_beside_a_name_written_with_a_question_mark_other_values_can_be_set() -> None:
    assert patched("? a\n: b\nc: d\n", put(("c",), "e")) == "? a\n: b\nc: e\n"


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (put(("a", "b"), 1), "a: x\n"),
        (put(("list", 3), 1), "list: [a]\n"),
        (Edit(Op.REMOVE, ("b",)), "a: x\n"),
        (Edit(Op.MOVE, ("list", 0), to=2), "list: [a, b]\n"),
        (Edit(Op.REMOVE, ("a",)), "a: x\n"),
        (put(("c",), {"d": "x"}), "? a\n: b\n"),
    ],
)
def test_what_does_not_fit_is_refused(edit: Edit, text: str) -> None:
    with pytest.raises(EditRefused):
        patched(text, edit)
