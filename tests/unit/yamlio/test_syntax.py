"""What the YAML parser stumbles over is said as an author would say it."""

from __future__ import annotations

import pytest

from newsletter_mailer.errors import FileProblems
from newsletter_mailer.yamlio.reader import read
from newsletter_mailer.yamlio.syntax import Complaint, explain


@pytest.mark.parametrize(
    ("text", "place", "what", "hint"),
    [
        ("a:\n\tb: 1\n", "2:1", "a tab indents this line", "two spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "3:1", "a tab indents this line", "two spaces"),
        (
            'a: "x\nb: 1\n',
            "1:4",
            'a quotation mark (") opens here and is never closed',
            'end the text with "',
        ),
        (
            "a: 'x\nb: 1\n",
            "1:4",
            "a quotation mark (') opens here and is never closed",
            "end the text with '",
        ),
        ("a: 'l'été'\n", "1:7", "the text goes on after its closing quotation mark", "written twice"),
        ('a: "un "mot" ici"\n', "1:9", "the text goes on after its closing quotation mark", '\\"'),
        ('a: "C:\\dossier"\n', "1:7", "a backslash", "write it twice"),
        ("a: Agenda: rentrée\n", "1:10", "a second colon in this line", "quotation marks"),
        ("a: 1\n  b: 2\n", "2:3", "this field is indented more than the one before it", "same column"),
        ("a:1\nb: 2\n", "2:1", "that one has no space after its colon", "same column"),
        ("a:\n  b: 1\n c: 2\n", "3:2", "does not begin in the column", "same column"),
        ("  a: 1\nb: 2\n", "2:1", "does not begin in the column", "same column"),
        ("a:\n  - 1\n - 2\n", "3:2", "this “-” is not below the others", "“-” of one list"),
        ("a: 1\n- b\n", "2:1", "this “-” is not below the others", "“-” of one list"),
        ("a: 1\nmot\nb: 2\n", "2:1", "a field without a colon", "a colon, a space"),
        ("a: [1, 2\nb: 3\n", "2:2", "the bracket [ of line 1 is not closed", "quotation marks"),
        ("a: {{ x }}, bonjour\n", "1:4", "a merge tag without quotation marks", "quotation marks"),
        ("a: {b: c: d}\n", "1:9", "the bracket { of line 1 is not closed", "quotation marks"),
        ("a: @x\n", "1:4", "a text cannot begin with @", "quotation marks"),
        ("a: %x\n", "1:4", "a text cannot begin with %", "quotation marks"),
        ("a: *important*\n", "1:4", "a text cannot begin with *", "quotation marks"),
        ("a: * point\n", "1:4", "a text cannot begin with *", "quotation marks"),
        ("a: | texte\n", "1:4", "a text cannot begin with |", "quotation marks"),
        ("a: ]\n", "1:4", "a text cannot begin with ]", "quotation marks"),
        ("%YAML 3.0\n---\na: 1\n", "1:1", "this cannot be read as YAML", "this line"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_place_and_its_cure(
    text: str, place: str, what: str, hint: str
) -> None:
    with pytest.raises(FileProblems) as refused:
        read(text.encode(), "a.yaml")

    problem = refused.value.problems[0]
    assert f"{problem.line}:{problem.column}" == place
    assert what in str(problem.what)
    assert hint in str(problem.hint)
    assert len(refused.value.problems) == 1


def test_a_complaint_that_nobody_knows_keeps_the_parsers_words() -> None:
    offset, what, _ = explain("a: 1\n", Complaint("", "the moon is full", None, 3))

    assert (offset, str(what)) == (3, "this cannot be read as YAML: the moon is full")
