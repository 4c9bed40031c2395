"""Merge tags and conditions: what authors may write, what is refused, and what readers get."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.templating import (
    LONGEST_EXPRESSION,
    check_expression,
    check_text,
    compile_expressions,
    known_names,
    merge_tags,
    theme_templates,
)

KNOWN = known_names(["department", "role"])


def reader(**values: str) -> dict[str, Any]:
    return {
        "subscriber": SimpleNamespace(**{"first_name": "", "last_name": "", "department": "", **values}),
        "organisation": SimpleNamespace(name="Réseau Exemple"),
        "list": SimpleNamespace(name="Adhérents"),
        "links": SimpleNamespace(unsubscribe="https://example.org/u", preferences="", view_in_browser=""),
    }


def faults(source: str) -> list[str]:
    return [
        f"{fault.what} ({fault.hint})" if fault.hint else str(fault.what)
        for fault in check_expression(source, KNOWN)
    ]


def test_merge_tags_are_found_in_order_with_their_places() -> None:
    text = "Bonjour {{ subscriber.first_name }}, {{list.name}}"

    assert [(text[tag.start : tag.end], tag.expression) for tag in merge_tags(text)] == [
        ("{{ subscriber.first_name }}", "subscriber.first_name"),
        ("{{list.name}}", "list.name"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "subscriber.first_name",
        'subscriber.first_name or "à toutes et à tous"',
        "subscriber.first_name if subscriber.first_name else subscriber.last_name",
        'subscriber.department in ["31", "32"] and not subscriber.role',
        'subscriber.department == "31" or subscriber.department != "9"',
        'subscriber.first_name | trim | title | replace("-", " ")',
        'subscriber.first_name | default("vous", true) | upper',
        "(subscriber.first_name | length) > 3",
        "2 < subscriber.first_name | trim | length <= 20",
        'subscriber.last_name > "M" or subscriber.last_name | first < "C" if subscriber.last_name else false',
        'subscriber.department in ([["31"], ["32"]] | first) or "a" in subscriber.role',
        'organisation.name ~ " · " ~ list.name',
        "links.unsubscribe",
    ],
)
def test_what_compares_and_chooses_is_allowed(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "an empty merge tag (write a name, such as {{ subscriber.first_name }})"),
        ("x" * (LONGEST_EXPRESSION + 1), f"an expression is longer than {LONGEST_EXPRESSION} characters"),
        (
            "subscriber.frist_name",
            "nobody knows “subscriber.frist_name” (did you mean “subscriber.first_name”?)",
        ),
        ("first_name", "nobody knows “first_name” (did you mean “subscriber.first_name”?)"),
        (
            "subscriber.organisation",
            "nobody knows “subscriber.organisation” (did you mean “organisation.name”?)",
        ),
        (
            "subscriber.organization",
            "nobody knows “subscriber.organization” (did you mean “organisation.name”?)",
        ),
        ("machin", "nobody knows “machin” (declare it under subscriber_fields"),
        ("subscriber", "“subscriber” alone is not a value (say which of its fields: subscriber.address,"),
        ("subscriber.first_name or", "“subscriber.first_name or” is not an expression"),
        ("a b", "“a b” is not an expression (check its brackets and quotation marks)"),
        (
            'subscriber.language = "fr"',
            '“subscriber.language = "fr"” is not an expression (to compare, write ==)',
        ),
        ("1) }} {{ (2", "“1) }} {{ (2” is not one expression"),
        (
            "1) }}{% for a in [1] %}{% endfor %}{{ (1",
            "“1) }}{% for a in [1] %}{% endfor %}{{ (1” is not one expression",
        ),
        (
            "(" * 200 + "1" + ")" * 200,
            "“" + "(" * 200 + "1" + ")" * 200 + "” is not an expression",
        ),
        ("7 * 7", "an expression may only compare and choose"),
        ("subscriber.first_name.upper()", "an expression may only compare and choose"),
        ("subscriber.__class__", "nobody knows “subscriber.__class__”"),
        ("subscriber.first_name.__class__", "an expression may only compare and choose"),
        ("subscriber['first_name']", "an expression may only compare and choose"),
        ("''|attr('format')", "unknown filter “attr” (there are: capitalize,"),
        ("range(9)", "an expression may only compare and choose"),
        (
            "subscriber.first_name if subscriber.last_name",
            "an “if” without an “else” (write what stands there otherwise",
        ),
        (
            "subscriber.first_name | first",
            "“subscriber.first_name | first” cannot be worked out for a reader whose fields are empty",
        ),
        ("subscriber.department == 31", "a text is compared with what is no text (every field is a text:"),
        ("31 != subscriber.department", "a text is compared with what is no text"),
        ("subscriber.department > 30", "a text is compared with what is no text (every field is a text:"),
        ('subscriber.department == "31" and subscriber.role > 18', "a text is compared with what is no text"),
        ('"b" > subscriber.role > 18', "a text is compared with what is no text"),
        ("(subscriber.role or 0) >= 18", "a text is compared with what is no text"),
        (
            '(subscriber.role if subscriber.department == "31" else 20) > 18',
            "a text is compared with what is no text",
        ),
        ("subscriber.role | default(7, true) < 18", "a text is compared with what is no text"),
        (
            'subscriber.department == "31" and subscriber.role < none',
            "a text is compared with what is no text",
        ),
        ('subscriber.department == "31" and 3 in subscriber.role', "a text is compared with what is no text"),
        ('subscriber.department == "31" and "3" in 31', "a text is compared with what is no text"),
        ('subscriber.department == "31" and [1] < [2]', "a text is compared with what is no text"),
        (
            "subscriber.department and 3|length",
            "“subscriber.department and 3|length” cannot be worked out: object of type 'int'",
        ),
        ("'a'|replace('a','aaaa')|replace('a','aaaa')", "one “replace” cannot change what another has made"),
    ],
)
def test_what_could_not_be_filled_is_refused_when_it_is_written(source: str, expected: str) -> None:
    assert faults(source)[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour {{ subscriber.first_name }}", []),
        (
            "{{ list.nom }} et {{ list.name }} et {{ lis.name }}",
            [(0, "nobody knows “list.nom”"), (37, "nobody knows “lis.name”")],
        ),
        ("un {{ deux", [(3, "a merge tag is not closed")]),
        ("un {% if x %}", [(3, "“{%” is not a merge tag")]),
        ("{# remarque #}", [(0, "“{#” is not a merge tag")]),
        ("prix : 10 % {seul} }}", []),
    ],
)
def test_faults_of_a_text_stand_at_their_tag(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(fault.offset, str(fault.what)) for fault in check_text(text, KNOWN)] == expected


def test_expressions_are_filled_for_each_reader() -> None:
    fill = compile_expressions(['subscriber.first_name or "vous"', "list.name", "none", "links.unsubscribe"])

    assert fill(reader(first_name="Ann")) == ["Ann", "Adhérents", "", "https://example.org/u"]
    assert fill(reader()) == ["vous", "Adhérents", "", "https://example.org/u"]
    assert compile_expressions([])(reader()) == []


@pytest.mark.parametrize(
    "name", ["{{ 7*7 }}", "{% for x in y %}", "{{''|attr('format')}}", "<b>&amp;\"'", "a\n{{ list.name }}"]
)
def test_what_a_reader_is_called_is_never_a_template(name: str) -> None:
    assert compile_expressions(["subscriber.first_name"])(reader(first_name=name)) == [name]


def test_what_one_reader_s_values_do_not_allow_is_a_sentence_about_that_reader() -> None:
    fill = compile_expressions(['subscriber.department == "31" and subscriber.role > 18'])

    assert fill(reader(department="9", role="")) == ["False"]
    with pytest.raises(ValueError, match="cannot be worked out: '>' not supported"):
        fill(reader(department="31", role="treasurer"))


def test_a_value_that_would_shift_its_neighbours_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        compile_expressions(["subscriber.first_name", "list.name"])(reader(first_name="a\0b"))


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="role"):
        compile_expressions(["subscriber.role"])(reader())


def test_a_theme_escapes_markup_and_leaves_plain_text_alone(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder, name, text in [
        (own, "a.mjml", "{{ word|twice }}"),
        (shipped, "a.mjml", "never seen"),
        (shipped, "a.txt", "{{ word }}\n{% if word %}\nyes\n{% endif %}\n"),
    ]:
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    render = theme_templates([own, shipped], {"twice": lambda word: word * 2})

    assert render("a.mjml", {"word": "<b>"}) == "&lt;b&gt;&lt;b&gt;"
    assert render("a.txt", {"word": "<b>"}) == "<b>\nyes\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("un\n{{ absent }}\n", "a.txt:2: the theme's template cannot be used: 'absent' is undefined"),
        ("un\n{% if %}\n", "a.txt:2: the theme's template cannot be used:"),
        ("{{ ''.__class__.__mro__ }}", "a.txt:1: the theme's template cannot be used:"),
        ('un\n{{ 1 + "a" }}\n', "a.txt:2: the theme's template cannot be used: unsupported operand"),
        ("un\n{{ 1 / 0 }}\n", "a.txt:2: the theme's template cannot be used: division by zero"),
        ("un\n{% include 'a.txt' %}", "a.txt:2: the theme's template cannot be used:"),
        ("{% include 'b.txt' %}", "the theme has no file b.txt"),
    ],
)
def test_a_theme_that_cannot_be_used_says_where(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")

    with pytest.raises(NewsletterError) as refused:
        theme_templates([tmp_path], {})("a.txt", {})

    assert str(refused.value).startswith(expected)


def test_a_theme_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("été".encode("latin-1"))

    with pytest.raises(NewsletterError, match=r"the theme's file a\.txt is not written in UTF-8"):
        theme_templates([tmp_path], {})("a.txt", {})
