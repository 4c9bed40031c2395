"""The sentence and the hint for each kind of error that pydantic can raise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args

from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.dates import guessed_day
from newsletter_mailer.yamlio.finding import Explanation, Finding, short
from newsletter_mailer.yamlio.meant import meant
from newsletter_mailer.yamlio.own_sentences import OWN, SIMPLE


def explain(finding: Finding) -> Explanation:
    """Where to look, what is wrong and how to mend it."""
    if finding.value is None and finding.path and finding.kind.endswith(("_type", "day")):
        return _empty(finding)
    if finding.kind in SIMPLE:
        steps, what, hint = SIMPLE[finding.kind]
        values = {"value": finding.quote}
        return (*finding.path, *steps), Sentence(what.template, values), Sentence(hint.template, values)
    teller = _TELLERS.get(finding.kind) or OWN.get(finding.kind)
    if teller is None:
        what = sentence("“{value}” cannot stand in “{name}”", value=finding.quote, name=finding.name)
        return finding.path, what, sentence("{message}", message=finding.message)
    return teller(finding)


def _empty(finding: Finding) -> Explanation:
    if finding.comment:
        hint = sentence('a # begins a comment: put the whole text in quotation marks: "…"')
    else:
        described = finding.known.get(finding.name)
        required = described is None or described.is_required()
        hint = (
            sentence("write something after the colon")
            if required
            else sentence("write something, or remove the line")
        )
    return finding.path, sentence("“{name}” is empty", name=finding.name), hint


def _missing(finding: Finding) -> Explanation:
    name = finding.name
    kind = finding.around.get("type") if isinstance(finding.around, Mapping) else None
    if isinstance(kind, str):
        what = sentence("the block “{kind}” has no “{name}”", kind=short(kind), name=name)
    else:
        what = sentence("“{name}” is missing", name=name)
    if name == "id":
        hint = sentence(
            "add `id:` with a name that no other issue has, such as lettre-2026-11; it never changes"
        )
    elif name == "date":
        hint = sentence("add `date:` with year, month and day, such as 2026-11-22")
    else:
        hint = sentence("add `{name}:`", name=name)
    return finding.path, what, hint


def _unknown(finding: Finding) -> Explanation:
    hint = meant(finding.name, finding.known) if finding.known else sentence("remove it")
    return finding.path, sentence("unknown field “{name}”", name=finding.name), hint


def _text(finding: Finding) -> Explanation:
    if isinstance(finding.value, Mapping):
        what = sentence("“{name}” must be a text, but fields stand here", name=finding.name)
        return finding.path, what, sentence('a text with a colon and a space stands in quotation marks: "…"')
    if isinstance(finding.value, list):
        what = sentence("“{name}” must be one text, but a list stands here", name=finding.name)
        return (
            finding.path,
            what,
            sentence("remove the “-” or the brackets, or put quotation marks around the text"),
        )
    what = sentence(
        "“{name}” must be a text, but {value} is something else to YAML",
        name=finding.name,
        value=finding.quote,
    )
    return finding.path, what, sentence('put it in quotation marks: "{value}"', value=finding.quote)


def _pattern(finding: Finding) -> Explanation:
    what = sentence("“{value}” cannot stand in “{name}”", value=finding.quote, name=finding.name)
    hints = {
        "id": sentence("6 to 64 small letters without accents, digits and hyphens, such as lettre-2026-11"),
        "language": sentence("write two small letters, such as fr or en"),
        "public_url": sentence("write the whole address, such as https://lettre.example.org"),
        "theme": sentence("write the name of a folder in templates/"),
        "tenant": sentence("write the organisation's domain or its number, as Microsoft gives it"),
        "authorise_url": sentence("write an address that begins with https://"),
        "token_url": sentence("write an address that begins with https://"),
        "url": sentence("write `database.url: sqlite:///var/newsletter.db`"),
    }
    return (
        finding.path,
        what,
        hints.get(finding.name, sentence("write small letters without accents, digits and _")),
    )


def _too_long_text(finding: Finding) -> Explanation:
    what = sentence("“{name}” is too long", name=finding.name)
    return (
        finding.path,
        what,
        sentence("at most {most} characters fit", most=finding.details.get("max_length", "?")),
    )


def _date(finding: Finding) -> Explanation:
    guess = guessed_day(finding.quote)
    if finding.kind != "day":  # well written, but 30 February
        what = sentence("there is no {value} in the calendar", value=finding.quote)
        return finding.path, what, sentence("look at the day and the month")
    what = sentence("“{value}” is not a date", value=finding.quote)
    if guess:
        return finding.path, what, sentence("write {date}", date=guess)
    return finding.path, what, sentence("write year, month and day, such as 2026-11-22")


def _time(finding: Finding) -> Explanation:
    what = sentence("“{value}” is not a time of day", value=finding.quote)
    return finding.path, what, sentence("write hours and minutes, such as 18:30")


def _number(finding: Finding) -> Explanation:
    what = sentence("“{value}” is not a number", value=finding.quote)
    if finding.kind.startswith("int"):
        return finding.path, what, sentence("write a whole number in digits")
    return finding.path, what, sentence("write digits, with a point for decimals")


def _limit(finding: Finding) -> Explanation:
    signs = {
        "greater_than": ("gt", ">"),
        "greater_than_equal": ("ge", "≥"),
        "less_than": ("lt", "<"),
        "less_than_equal": ("le", "≤"),
    }
    key, sign = signs[finding.kind]
    limit = finding.details[key]
    if isinstance(limit, float) and limit.is_integer():
        limit = int(limit)
    what = sentence("{value} is not possible for “{name}”", value=finding.quote, name=finding.name)
    return (
        finding.path,
        what,
        sentence("write a number {sign} {limit}", sign=sign, limit=limit),
    )


def _boolean(finding: Finding) -> Explanation:
    what = sentence("“{value}” is neither true nor false", value=finding.quote)
    return finding.path, what, sentence("write true (yes) or false (no)")


def _literal(finding: Finding) -> Explanation:
    described = finding.known.get(finding.name)
    choices = (
        [str(choice) for choice in get_args(described.annotation)]
        if described
        else _listed(finding.details["expected"])
    )
    what = sentence("“{value}” cannot stand in “{name}”", value=finding.quote, name=finding.name)
    return finding.path, what, meant(finding.quote, choices)


def _listed(choices: str) -> list[str]:
    return re.findall(r"'([^']*)'", choices)


def _block_type(finding: Finding) -> Explanation:
    what = sentence("unknown block type “{kind}”", kind=short(finding.details["tag"]))
    return (
        (*finding.path, "type"),
        what,
        meant(str(finding.details["tag"]), _listed(finding.details["expected_tags"])),
    )


def _no_type(finding: Finding) -> Explanation:
    if not isinstance(finding.value, Mapping):
        return _fields(finding)
    what = sentence("this block does not say what it is")
    return finding.path, what, sentence("add `type:`, such as `type: text`")


def _list(finding: Finding) -> Explanation:
    what = sentence("“{name}” must be a list", name=finding.name)
    return finding.path, what, sentence("begin each entry on a line of its own with “- ”")


def _too_few(finding: Finding) -> Explanation:
    if isinstance(finding.value, str):
        return _empty(finding)
    what = sentence("“{name}” has no entry", name=finding.name)
    return (
        finding.path,
        what,
        sentence("add one that begins with “- ”, or remove “{name}”", name=finding.name),
    )


def _too_many(finding: Finding) -> Explanation:
    if isinstance(finding.value, str):
        return _too_long_text(finding)
    most, count = finding.details.get("max_length"), finding.details.get("actual_length")
    what = sentence("“{name}” has {count} entries, and {most} fit", name=finding.name, count=count, most=most)
    if finding.name == "blocks":
        return finding.path, what, sentence("make several issues of it")
    return finding.path, what, sentence("make two blocks of it")


def _fields(finding: Finding) -> Explanation:
    """A text, a list or nothing where fields should stand."""
    if not finding.path:
        what = (
            sentence("the file is empty")
            if finding.value is None
            else sentence("the file does not begin with a field")
        )
        return (
            finding.path,
            what,
            sentence("begin with fields, each on its line: a name, a colon, a space and a value"),
        )
    what = sentence(
        "“{name}” must have fields of its own, but “{value}” stands here",
        name=finding.name,
        value=finding.quote,
    )
    if finding.inside:
        hint = sentence(
            "write them below it, indented by two spaces; there are: {choices}",
            choices=", ".join(finding.inside),
        )
    else:
        hint = sentence("write them below it, indented by two spaces")
    return finding.path, what, hint


_TELLERS: Mapping[str, Callable[[Finding], Explanation]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_type": _text,
    "string_unicode": _text,
    "string_too_short": _empty,
    "string_too_long": _too_long_text,
    "string_pattern_mismatch": _pattern,
    **dict.fromkeys(("day", "date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _date),
    **dict.fromkeys(("time_of_day", "time_type", "time_parsing"), _time),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _number),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _number),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _limit),
    **dict.fromkeys(("bool_type", "bool_parsing"), _boolean),
    "literal_error": _literal,
    "union_tag_invalid": _block_type,
    "union_tag_not_found": _no_type,
    **dict.fromkeys(("tuple_type", "list_type"), _list),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _fields),
    "too_short": _too_few,
    "too_long": _too_many,
}  # fmt: skip
