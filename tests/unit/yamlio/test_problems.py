"""Everything that does not fit a model is said at once, at its place, with a way to mend it."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from issue_files import FOOT, HEAD, issue_text, said
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.model.text import Colour, Day
from newsletter_mailer.yamlio.problems import MOST_PROBLEMS, validate
from newsletter_mailer.yamlio.reader import read


def wrong(text: str, model: type[BaseModel] = Issue) -> list[str]:
    value, problems = validate(read(text.encode(), "issue.yaml"), model)
    assert value is None or problems == []
    return said(problems)


def test_a_right_issue_has_no_problem() -> None:
    value, problems = validate(read(issue_text().encode(), "issue.yaml"), Issue)

    assert problems == []
    assert value is not None
    assert value.title == "Lettre de novembre"


def test_everything_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    text = """\
id: lettre-2026-11
titre: Lettre
subject: Bonjour
date: 22/11/2026
language: français
subject: Bonsoir
blocks:
  - type: texte
  - type: text
    titl: x
    text: &x y
  - type: image
    src: a.png
    sorce: b
  - type: article
    text: *x
    picture: a.png
  - type: agenda
    calendar: oui
    groups:
      - entries:
          - title: Rentrée
            date: 2026-02-30
            time: 25h
          - date: !!python/name:os.system x
"""

    assert wrong(text) == [
        "1:1: “title” is missing (add `title:`)",
        "2:1: unknown field “titre” (did you mean “title”?)",
        "4:7: “22/11/2026” is not a date (write 2026-11-22)",
        "5:11: “français” cannot stand in “language” (write two small letters, such as fr or en)",
        "6:1: “subject” stands here a second time (the first one is on line 3: keep one of them)",
        "8:11: unknown block type “texte” (did you mean “text”?)",
        "10:5: unknown field “titl” (did you mean “title”?)",
        "11:11: “&x” names a place of the file; this is not allowed"
        ' (delete it; a text that begins with & stands in quotation marks: "…")',
        "12:5: a picture has no “alt”: who does not see it learns nothing"
        " (add `alt:` and say what it shows, or `decorative: true` if it says nothing)",
        "14:5: unknown field “sorce” (did you mean “src”?)",
        "16:11: “*x” refers to another place of the file; this is not allowed"
        ' (write it out; a text that begins with * stands in quotation marks: "…")',
        "17:14: “picture” must have fields of its own, but “a.png” stands here"
        " (write them below it, indented by two spaces; there are: src, alt, decorative, caption, credit, link)",
        "18:5: an issue ends with a footer, and this one has none"
        " (add `- type: footer` at the end of “blocks”: it says who writes and how to leave)",
        "19:15: “oui” is neither true nor false (write true (yes) or false (no))",
        "23:19: there is no 2026-02-30 in the calendar (look at the day and the month)",
        "24:19: “25h” is not a time of day (write hours and minutes, such as 18:30)",
        "25:13: “title” is missing (add `title:`)",
        "25:19: “!!python/name:os.system” is an instruction to programs; this is not allowed"
        ' (delete it; a text that begins with ! stands in quotation marks: "…")',
    ]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("  - type: text\n", "6:5: the block “text” has no “text” (add `text:`)"),
        ("  - text: x\n", "6:5: this block does not say what it is (add `type:`, such as `type: text`)"),
        ("  - type: photo\n", "6:11: unknown block type “photo” (did you mean “image”?)"),
        ("  - type: zzz\n", "6:11: unknown block type “zzz” (there are: masthead, heading,"),
        ("  - texte\n", "6:5: “blocks 1” must have fields of its own, but “texte” stands here"),
        ("  - type: text\n    text:\n", "7:10: “text” is empty (write something after the colon)"),
        ("  - type: text\n    text: ''\n", "7:11: “text” is empty (write something after the colon)"),
        (
            "  - type: text\n    text: x\n    title: ''\n",
            "8:12: “title” is empty (write something, or remove the line)",
        ),
        (
            "  - type: text\n    text: #mot\n",
            "7:10: “text” is empty (a # begins a comment: put the whole text",
        ),
        (
            "  - type: text\n    text: true\n",
            '7:11: “text” must be a text, but true is something else to YAML (put it in quotation marks: "true")',
        ),
        ("  - type: text\n    text: { a: b }\n", "7:11: “text” must be a text, but fields stand here"),
        ("  - type: text\n    text: [a]\n", "7:11: “text” must be one text, but a list stands here"),
        (
            "  - type: text\n    lien: x\n    text: y\n",
            "7:5: unknown field “lien” (there are: when, type, title, text, lead)",
        ),
        ("  - { type: text, text: x, lead: jamais }\n", "6:34: “jamais” is neither true nor false"),
        (
            "  - { type: button, label: x, link: www.example.org }\n",
            "6:37: “www.example.org” is not a link (write https://www.example.org)",
        ),
        (
            "  - { type: button, label: x, link: a@example.org }\n",
            "6:37: “a@example.org” is not a link (write mailto:a@example.org)",
        ),
        (
            "  - { type: button, label: x, link: 'javascript:x' }\n",
            "6:37: “javascript:x” is not a link (links begin with https://",
        ),
        (
            "  - { type: button, label: x, link: 'https://e.org/a b' }\n",
            "6:37: the link “https://e.org/a b” has a space in it (write %20 for it)",
        ),
        (
            "  - { type: image, src: a.png, alt: x, decorative: true }\n",
            "6:52: a picture with “alt” that is also decorative",
        ),
        (
            "  - { type: image, src: a.png, link: 'https://e.org', decorative: true }\n",
            "6:67: a decorative picture with a link",
        ),
        (
            "  - { type: article, text: x, picture_position: gauche }\n",
            "6:49: “gauche” cannot stand in “picture_position” (there are: top, left, right)",
        ),
        (
            "  - { type: social, links: [{ network: facebok, link: 'https://e.org' }] }\n",
            "6:40: “facebok” cannot stand in “network” (did you mean “facebook”?)",
        ),
        ("  - { type: social }\n", "6:5: this block is empty (give it a title, a text or links)"),
        (
            "  - { type: figures, figures: [] }\n",
            "6:31: “figures” has no entry (add one that begins with “- ”, or remove “figures”)",
        ),
        (
            "  - { type: figures, figures: mot }\n",
            "6:31: “figures” must be a list (begin each entry on a line of its own with “- ”)",
        ),
        (
            "  - { type: figures, figures: [" + "{ value: a, label: b }, " * 5 + "] }\n",
            "6:31: “figures” has 5 entries, and 4 fit (make two blocks of it)",
        ),
        (
            "  - { type: agenda, groups: [{ entries: [{ title: x, date: 2026-11-22, end_date: 2026-11-21 }] }] }\n",
            "6:42: it ends before it begins",
        ),
        (
            "  - { type: agenda, groups: [{ entries: [{ title: x, date: 2026-11-22, end_time: 18h }] }] }\n",
            "6:82: an “end_time” without a “time” (add `time:`)",
        ),
        (
            "  - type: divider\n" * 500,
            "6:3: “blocks” has 501 entries, and 500 fit (make several issues of it)",
        ),
        (
            "  - { type: agenda, groups: [{ entries: [{ title: x, date: 9999-12-31 }] }] }\n",
            "6:60: “9999-12-31” is in no year that a calendar knows (write a year from 1900 to 2199)",
        ),
        (
            "  - { type: button, label: x, link: 'https://x.org/" + "{{" * 400_000 + "' }\n",
            "6:37: “link” is too long (at most 2000 characters fit)",
        ),
        (
            "  - { type: agenda, groups: [{ entries: [{ title: x, date: 20261122 }] }] }\n",
            "6:60: “20261122” is not a date (write year, month and day",
        ),
        (
            "  - { type: agenda, groups: [{ entries: [{ title: x, date: 2026-11-22, time: 1830 }] }] }\n",
            "6:78: “1830” is not a time of day",
        ),
        ("  - { type: agenda, groups: [{ entries: [{ title: x, date: }] }] }\n", "6:59: “date” is empty"),
        ("  - { type: footer }\n", "7:5: a second footer (keep the last one only)"),
        ("  - { type: footer, when: a }\n", "7:5: a second footer (keep the last one only)"),
    ],
)
def test_a_wrong_block_is_said_in_a_sentence(block: str, expected: str) -> None:
    [only] = wrong(issue_text(block))

    assert only.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty (begin with fields,"),
        ("- a\n- b\n", "1:1: the file does not begin with a field (begin with fields,"),
        ("bonjour\n", "1:1: the file does not begin with a field (begin with fields,"),
        (
            HEAD.replace("lettre-2026-11", "Été") + FOOT,
            "1:5: “Été” cannot stand in “id” (6 to 64 small letters",
        ),
        (
            HEAD.replace("lettre-2026-11", "20261122") + FOOT,
            "1:5: “id” must be a text, but 20261122 is something else to YAML",
        ),
        (
            HEAD.replace("id: lettre-2026-11\n", "") + FOOT,
            "1:1: “id” is missing (add `id:` with a name that no other issue has",
        ),
        (
            HEAD.replace("date: 2026-11-22\n", "") + FOOT,
            "1:1: “date” is missing (add `date:` with year, month and day",
        ),
        (HEAD.replace("blocks:", "blocks: []"), "5:9: “blocks” has no entry"),
        (
            HEAD + "  - type: footer\n    when: subscriber.x\n",
            "7:11: the footer cannot have a “when” (every reader must be able",
        ),
        (
            HEAD + FOOT + "  - { type: divider }\n",
            "6:5: the footer is not the last block (move it to the end)",
        ),
        ("&a {}\n", "1:1: “&a” names a place of the file"),
    ],
)
def test_a_wrong_head_is_said_in_a_sentence(text: str, expected: str) -> None:
    [only] = wrong(text)

    assert only.startswith(expected)


class Odds(BaseModel):
    """Kinds of values that issues do not have."""

    model_config = ConfigDict(extra="forbid")

    port: Annotated[int, Field(ge=1, le=10)] = 1
    ratio: Annotated[float, Field(gt=0, lt=1)] = 0.5
    word: Annotated[str, Field(max_length=3)] = ""
    slug: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    colour: Colour = "#000000"
    day: Day | None = None
    names: dict[Annotated[str, Field(pattern="^[a-z]+$")], str] = {}
    size: Literal["s", "m"] = "s"
    even: int = 0

    @field_validator("even")
    @classmethod
    def _is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("not even")
        return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("port: mot", "1:7: “mot” is not a number (write a whole number in digits)"),
        ("port: 0", "1:7: 0 is not possible for “port” (write a number ≥ 1)"),
        ("port: 99", "1:7: 99 is not possible for “port” (write a number ≤ 10)"),
        ("ratio: mot", "1:8: “mot” is not a number (write digits, with a point for decimals)"),
        ("ratio: 0", "1:8: 0 is not possible for “ratio” (write a number > 0)"),
        ("ratio: 1.0", "1:8: 1.0 is not possible for “ratio” (write a number < 1)"),
        ("word: abcd", "1:7: “word” is too long (at most 3 characters fit)"),
        ("slug: É", "1:7: “É” cannot stand in “slug” (write small letters without accents, digits and _)"),
        ("colour: rouge", "1:9: “rouge” is not a colour (write # and six digits"),
        ("day: 2026-11-22 10:00", "1:6: “2026-11-22 10:00” is not a date"),
        (
            "names: { A: b }",
            "1:10: “A” cannot stand in “names” (write small letters without accents, digits and _)",
        ),
        ("names: mot", "1:8: “names” must have fields of its own, but “mot” stands here"),
        ("size: l", "1:7: “l” cannot stand in “size” (there are: s, m)"),
        ("even: 3", "1:7: “3” cannot stand in “even” (Value error, not even)"),
        ("wrod: x", "1:1: unknown field “wrod” (did you mean “word”?)"),
        ("word: " + "x" * 99, "1:7: “word” is too long"),
        ("size: " + "x" * 99, "1:7: “" + "x" * 59 + "…” cannot stand in “size”"),
        ("names: { a: { b: c } }", "1:13: “a” must be a text, but fields stand here"),
        ("names: { a: { b: { c: d } } }", "1:13: “a” must be a text, but fields stand here"),
    ],
)
def test_other_kinds_of_errors_have_their_sentence_too(text: str, expected: str) -> None:
    [only] = wrong(text, Odds)

    assert only.startswith(expected)


def test_a_problem_names_the_field_for_the_composer() -> None:
    text = issue_text("  - type: text\n    text: x\n    title: true\n  - { type: image, src: a.png }\n")

    _, problems = validate(read(text.encode(), "issue.yaml"), Issue)

    assert [problem.field for problem in problems] == ["blocks.0.title", "blocks.1.alt"]


def test_a_file_of_nothing_but_errors_does_not_end_in_thousands_of_lines() -> None:
    text = HEAD + "  - a\n" * 5000

    assert len(wrong(text)) == MOST_PROBLEMS
