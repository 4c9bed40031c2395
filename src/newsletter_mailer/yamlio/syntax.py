"""The parser's complaints in words that an author understands, at the place where the author would look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter_mailer.wording import Sentence, sentence

_SPECIAL = "@`%*&!|>{}[],"  # a text cannot begin with these
_TAG_AT_START = re.compile(r"^\s*(?:- )*(?:[\w-]+:\s+)?\{\{")
_INNER_QUOTE = re.compile(r":\s+(['\"]).*\1")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the parser said; offsets in characters."""

    context: str  #: what it was reading, "" when it does not say
    problem: str
    context_offset: int | None
    offset: int


Explanation = tuple[int, Sentence, Sentence | None]  # offset, what, hint


def explain(text: str, complaint: Complaint) -> Explanation:
    """Where to look, what is wrong and how to mend it."""
    for reading in _READINGS:
        explanation = reading(text, complaint)
        if explanation:
            return explanation
    what = sentence("this cannot be read as YAML: {problem}", problem=complaint.problem)
    return complaint.offset, what, sentence("look at this line and the one before it")


def _line(text: str, offset: int) -> tuple[int, str]:
    """Where the line of an offset begins, and its text."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return start, text[start : len(text) if end < 0 else end].rstrip("\r")


def _quoted() -> Sentence:
    return sentence('put the whole text in quotation marks: "…"')


def _tab(text: str, complaint: Complaint) -> Explanation | None:
    start, line = _line(text, complaint.offset)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" not in indent:
        return None
    what = sentence("a tab indents this line")
    return start + indent.index("\t"), what, sentence("YAML wants spaces: replace every tab by two spaces")


def _open_quote(text: str, complaint: Complaint) -> Explanation | None:
    if complaint.context != "while scanning a quoted scalar" or complaint.context_offset is None:
        return None
    mark = text[complaint.context_offset]
    what = sentence("a quotation mark ({mark}) opens here and is never closed", mark=mark)
    return complaint.context_offset, what, sentence("end the text with {mark}", mark=mark)


def _escape(_text: str, complaint: Complaint) -> Explanation | None:
    if complaint.context != "while scanning a double-quoted scalar":
        return None
    what = sentence('a backslash inside "…" means something else to YAML')
    return complaint.offset - 1, what, sentence("write it twice (\\\\), or use '…' around the text")


def _open_bracket(text: str, complaint: Complaint) -> Explanation | None:
    flow = complaint.context in ("while parsing a flow mapping", "while parsing a flow sequence")
    if not flow or complaint.context_offset is None:
        return None
    start = complaint.context_offset
    if text.startswith("{{", start) or text.startswith("{{", start - 1):
        return _bare_tag(text, complaint)
    bracket = text[start]
    what = sentence(
        "the bracket {bracket} of line {line} is not closed, or a comma is missing before this place",
        bracket=bracket,
        line=text.count("\n", 0, start) + 1,
    )
    return (
        complaint.offset,
        what,
        sentence('a text with brackets, commas or colons stands in quotation marks: "…"'),
    )


def _bare_tag(text: str, complaint: Complaint) -> Explanation | None:
    start, line = _line(text, complaint.offset)
    if not _TAG_AT_START.match(line):
        return None
    return start + line.index("{{"), sentence("a merge tag without quotation marks"), _quoted()


def _no_value(_text: str, complaint: Complaint) -> Explanation | None:
    if "expected the node content" not in complaint.problem:
        return None
    what = sentence("a value is missing here, or a bracket before it is not closed")
    return complaint.offset, what, sentence("look at this line and the one before it")


def _after_quote(text: str, complaint: Complaint) -> Explanation | None:
    if complaint.problem != "expected <block end>, but found '<scalar>'":
        return None
    what = sentence("the text goes on after its closing quotation mark")
    before = text[: complaint.offset].rstrip()
    if before.endswith("'"):
        hint = sentence("inside '…' an apostrophe is written twice (''); or put \"…\" around the whole text")
    else:
        hint = sentence('inside "…" a quotation mark is written \\"; or put \'…\' around the whole text')
    return complaint.offset, what, hint


def _special(text: str, complaint: Complaint) -> Explanation | None:
    """A text that begins with a sign which YAML keeps for itself."""
    starts = complaint.context in (
        "while scanning an alias",
        "while scanning an anchor",
        "while scanning a block scalar",
        "while scanning a tag",
        "while parsing a tag",
        "while scanning a directive",
    )
    begin = complaint.context_offset if starts and complaint.context_offset is not None else complaint.offset
    sign = text[begin : begin + 1]
    cannot = "cannot start any token" in complaint.problem or "expected the node content" in complaint.problem
    if not sign or sign not in _SPECIAL or not (starts or cannot):
        return None
    return begin, sentence("a text cannot begin with {sign}", sign=sign), _quoted()


def _second_colon(text: str, complaint: Complaint) -> Explanation | None:
    if not complaint.problem.startswith("mapping values are not allowed"):
        return None
    start, line = _line(text, complaint.offset)
    column = complaint.offset - start
    if re.search(r":\s", line[:column]):
        what = sentence("a second colon in this line")
        return (
            complaint.offset,
            what,
            sentence('a text with a colon and a space stands in quotation marks: "…"'),
        )
    what = sentence(
        "this field is indented more than the one before it, or that one has no space after its colon"
    )
    return (
        start + len(line) - len(line.lstrip()),
        what,
        sentence("fields of one block begin in the same column"),
    )


def _no_colon(_text: str, complaint: Complaint) -> Explanation | None:
    if complaint.context != "while scanning a simple key" or complaint.context_offset is None:
        return None
    what = sentence("a field without a colon")
    hint = sentence(
        "write the field's name, a colon, a space and its value; the second line of a text is indented more"
    )
    return complaint.context_offset, what, hint


def _indentation(_text: str, complaint: Complaint) -> Explanation | None:
    if (
        "expected <block end>" not in complaint.problem
        and "expected '<document start>'" not in complaint.problem
    ):
        return None
    if complaint.problem.endswith("'-'") or complaint.problem.endswith("'<block sequence start>'"):
        what = sentence("this “-” is not below the others")
    else:
        what = sentence("this line does not begin in the column of those it belongs to")
    return (
        complaint.offset,
        what,
        sentence("fields of one block begin in the same column, and so do the “-” of one list"),
    )


_READINGS: tuple[Callable[[str, Complaint], Explanation | None], ...] = (
    _open_quote,
    _escape,
    _tab,
    _bare_tag,
    _open_bracket,
    _special,
    _no_value,
    _after_quote,
    _second_colon,
    _no_colon,
    _indentation,
)
