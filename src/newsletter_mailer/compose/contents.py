"""What stands in the fields of an issue file: merge tags, conditions, pictures, links. Each fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from newsletter_mailer.compose import own_mjml
from newsletter_mailer.compose.attached import attached_problem, together_problem
from newsletter_mailer.compose.calendar import without_merge_tags
from newsletter_mailer.compose.picture_paths import picture_problem
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError, Problem
from newsletter_mailer.model.text import LINK_SCHEMES
from newsletter_mailer.templating import KnownNames, check_expression, check_text, known_names
from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.places import Lines, Mark
from newsletter_mailer.yamlio.problems import MOST_PROBLEMS
from newsletter_mailer.yamlio.reader import Document

# Control characters, halves of characters, and the code points that are none (Unicode 23.7: XML refuses some of them).
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
_INVISIBLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_NO_CHARACTERS}]")
# Bounded, so that a megabyte of brackets costs a megabyte of time and not its square.
_MARKDOWN_PICTURE = re.compile(r"!\[[^\]\n]{0,500}\]\(")
_MARKDOWN_LINK = re.compile(r"(?<!!)\[[^\]\n]{0,500}\]\(\s*<?([^\s)>]*)")
_FORM_FEED = re.compile(
    r"&#(?:0*+12|x0*+c);", re.IGNORECASE
)  # the one control that CommonMark writes out and XML bars
_CODE = re.compile(r"(?<!`)(`++)[^`\n]{1,1000}\1")
_INK = re.compile(r"[^\n]")
_LISTING = re.compile(r"^ {0,3}(```++|~~~++)[^\n]*+\n(?:(?! {0,3}\1)[^\n]*\n)*+(?: {0,3}\1)?", re.MULTILINE)
# Of other Markdowns, not of CommonMark: they would go out as they are typed.
_TABLE = re.compile(r"^ {0,3}\|?(?: *:?-++:? *\|)++(?: *:?-++:?)? *$", re.MULTILINE)
_STRUCK = re.compile(r"(?<![~\\])~~(?=[^\s~])[^~\n]{1,500}(?<=\S)~~(?!~)")
MOST_TAGS = 1000  # of one file; each is parsed and tried
LONGEST_TEXT = 50_000  # characters; a long article has five thousand
LONGEST_TEXTS = 200_000  # of all together; Gmail cuts a mail off at half of that
_STATIC = frozenset({"title", "id", "date", "language"})  # of the issue itself: the same for every reader

Path_ = tuple[str | int, ...]
Fault = tuple[int, Sentence, Sentence | None]  # offset in the value, what, hint


def content_problems(document: Document, workspace: Workspace, *, folder: Path) -> list[Problem]:
    """Everything wrong with what the fields say, whether or not the file fits the schema.

    `folder` is the one of issue.yaml: pictures are looked for from there.
    """
    return list(islice(_problems(document, workspace, folder), MOST_PROBLEMS))


def _problems(document: Document, workspace: Workspace, folder: Path) -> Iterator[Problem]:
    known = known_names(workspace.settings.subscriber_fields)
    places = _Places(document)
    if document.text.count("{{") > MOST_TAGS:
        what = sentence("the file holds more than {most} merge tags", most=MOST_TAGS)
        yield Problem(document.path, 0, 0, what, sentence("make several issues of it"))
        return
    if sum(len(value) for _, value in _texts(document.data)) > LONGEST_TEXTS:
        what = sentence("the texts have more than {most} characters together", most=LONGEST_TEXTS)
        yield Problem(document.path, 0, 0, what, sentence("make several issues of it"))
        return
    for path, value in _texts(document.data):
        if len(value) > LONGEST_TEXT:
            what = sentence("this text is longer than {most} characters", most=LONGEST_TEXT)
            yield places.problem(path, value, 0, what, sentence("make several issues of it"))
            continue
        for offset, what, hint in (
            *_faults(path, value, known),
            *_file_faults(path, value, workspace.root, folder),
        ):
            yield places.problem(path, value, offset, what, hint)
        if _is_nameless_entry(document.data, path, value):
            what = sentence("in the reader’s calendar this date would have no name")
            hint = sentence("write a word beside the merge tag, or `calendar: false` in the agenda")
            yield places.problem(path, value, 0, what, hint)
    yield from _together(document, workspace.root, folder, places)


def _file_faults(path: Path_, value: str, root: Path, folder: Path) -> Iterator[Fault]:
    """What is wrong with the files that the value names, and with MJML, which names some."""
    if path[-1] == "mjml":
        yield from own_mjml.faults(value, lambda src: picture_problem(root, folder, src))
        return
    refusal: NewsletterError | None = None
    if path[-1] == "src":
        refusal = picture_problem(root, folder, value)
    elif _is_attached(path):
        refusal = attached_problem(root, folder, value)
    if refusal:
        yield 0, refusal.what, refusal.hint


def _is_attached(path: Path_) -> bool:
    return len(path) == 3 and path[0] == "attachments" and path[2] == "file"


def _together(document: Document, root: Path, folder: Path, places: _Places) -> Iterator[Problem]:
    """What is wrong with attached files that are fine one by one."""
    files = [(path, value) for path, value in _texts(document.data) if _is_attached(path)]
    found = together_problem(root, folder, [value for _, value in files])
    if found:
        number, refusal = found
        yield places.problem(*files[number], 0, refusal.what, refusal.hint)


def _is_nameless_entry(data: Any, path: Path_, value: str) -> bool:
    """Whether the title of a date is nothing but merge tags: one calendar file goes to everyone, without them."""
    match path:
        case ("blocks", int(number), "groups", _, "entries", _, "title"):
            agenda = data["blocks"][number]
            offered = agenda.get("calendar") is not False and agenda.get("when") is None
            return offered and bool(value.strip()) and not without_merge_tags(value)
    return False


def _texts(data: object, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every text of the file with its path; the reader has capped the depth."""
    if isinstance(data, str) and path:
        yield path, data
    elif isinstance(data, list):
        for number, entry in enumerate(data):
            yield from _texts(entry, (*path, number))
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*path, key))


def _faults(path: Path_, value: str, known: KnownNames) -> Iterator[Fault]:
    field = path[-1]
    if field == "src" or _is_attached(path):
        return  # looked at as a path
    yield from _invisible(value)
    if field == "when":
        yield from _condition(value, known)
    elif len(path) == 1 and field in _STATIC:
        yield from _static(value)
    else:
        yield from ((fault.offset, fault.what, fault.hint) for fault in check_text(value, known))
    if path == ("subject",) and "\n" in value.strip():
        what = sentence("the subject goes over several lines")
        yield value.strip().index("\n"), what, sentence("write it on one line")
    if field == "text":
        yield from _markdown(value)


def _invisible(value: str) -> Iterator[Fault]:
    found = _INVISIBLE.search(value)
    if found:
        what = sentence("an invisible character (U+{code}) stands here", code=f"{ord(found.group()):04X}")
        yield 0, what, sentence("delete it")


def _condition(value: str, known: KnownNames) -> Iterator[Fault]:
    if "{{" in value:
        what = sentence("“when” is a condition, not a text with merge tags")
        yield 0, what, sentence("write it without {opening} and {closing}", opening="{{", closing="}}")
        return
    yield from ((fault.offset, fault.what, fault.hint) for fault in check_expression(value.strip(), known))


def _static(value: str) -> Iterator[Fault]:
    if "{{" in value:
        what = sentence("a merge tag cannot stand here: this is the same for every reader")
        yield value.index("{{"), what, sentence("write it in the subject or in a block")


def _markdown(value: str) -> Iterator[Fault]:
    """What a CommonMark text cannot say in a mail: pictures, some links, tables, struck words."""
    text = _CODE.sub(_blanked, _LISTING.sub(_blanked, value))
    yield from _foreign(text)
    for feed in _FORM_FEED.finditer(text):
        yield (
            feed.start(),
            sentence("an invisible character (U+{code}) stands here", code="000C"),
            sentence("delete it"),
        )
    for picture in _MARKDOWN_PICTURE.finditer(text):
        what = sentence("a picture inside a text is not shown")
        yield (
            picture.start(),
            what,
            sentence("give the block a `picture:`, or write a block of the type image"),
        )
    for link in _MARKDOWN_LINK.finditer(text):
        target = link[1]
        scheme, colon, rest = target.partition(":")
        if target.startswith("{{") or (colon and scheme.lower() in LINK_SCHEMES and rest.strip("/")):
            continue
        hint = (
            sentence("write https://{value}", value=target)
            if target.lower().startswith("www.")
            else sentence("links begin with https://, http://, mailto: or tel:")
        )
        yield link.start(), sentence("“{value}” is not a link", value=target[:60]), hint


def _blanked(found: re.Match[str]) -> str:
    return _INK.sub(" ", found.group())


def _foreign(text: str) -> Iterator[Fault]:
    """Signs that mean something in other Markdowns only."""
    for table in _TABLE.finditer(text):
        what = sentence("a table inside a text is not shown as one")
        yield (
            table.end() - len(table.group().lstrip()),
            what,
            sentence("write a list, or an agenda for dates"),
        )
    for struck in _STRUCK.finditer(text):
        what = sentence("~~ does not strike words out: the signs would stand in the mail")
        yield struck.start(), what, sentence("leave the words out, or write them between *…*")


class _Places:
    """From an offset in a value to the line and column in the file."""

    __slots__ = ("_document", "_lines")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lines = Lines(document.text)

    def problem(self, path: Path_, value: str, offset: int, what: Sentence, hint: Sentence | None) -> Problem:
        """The problem at that place of the value."""
        mark = self._mark(path, value, offset)
        return Problem(self._document.path, mark.line, mark.column, what, hint, ".".join(map(str, path)))

    def _mark(self, path: Path_, value: str, offset: int) -> Mark:
        """Quotation marks, escapes and folding move a text; its brackets stay in order, and are counted."""
        mark = self._document.values[path]
        sign = value[offset : offset + 2]
        if not sign.startswith(("{", "[", "!", "|", "~", "<")):
            return mark
        begin = mark.start
        if self._document.text[begin] in "|>":
            begin = self._document.text.index("\n", begin)  # a comment may follow the sign
        for _ in range(value.count(sign, 0, offset) + 1):
            begin = self._document.text.find(sign, begin, mark.end) + len(sign)
            if begin < len(sign):
                return mark
        return self._lines.mark(begin - len(sign))
