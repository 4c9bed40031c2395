"""The sentence and the hint for each kind of error that pydantic and the models can raise."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic.fields import FieldInfo

from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.dates import guessed_day

LONGEST_QUOTE = 60  # characters of a value that a sentence repeats

Path = tuple[str | int, ...]
Explanation = tuple[Path, Sentence, Sentence | None]  # where to look, what, hint


@dataclass(frozen=True, slots=True)
class Finding:
    """One error of pydantic, with what is around it in the file."""

    kind: str  #: pydantic's type of error, or a model's own
    path: Path
    value: Any  #: as read
    details: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, FieldInfo] = field(default_factory=dict)  #: fields that may stand here
    inside: tuple[str, ...] = ()  #: fields that may stand in the value
    around: Any = None  #: the mapping or list that holds the value
    message: str = ""  #: pydantic's own words
    comment: bool = False  #: the value is empty because it begins with #

    @property
    def name(self) -> str:
        """What people call the place: the field, or the list with a number from 1."""
        last = self.path[-1] if self.path else ""
        return (
            last
            if isinstance(last, str)
            else f"{self.path[-2] if len(self.path) > 1 else ''} {last + 1}".strip()
        )

    @property
    def quote(self) -> str:
        """The value as typed, shortened."""
        return short(getattr(self.value, "written", self.value))


def short(value: Any) -> str:
    """A value for a sentence: one line, not too long."""
    words = (
        {True: "true", False: "false", None: ""}.get(value, value)
        if isinstance(value, bool | None)
        else value
    )
    line = " ".join(str(words).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def explain(finding: Finding) -> Explanation:
    """Where to look, what is wrong and how to mend it."""
    if finding.value is None and finding.path and finding.kind.endswith(("_type", "day")):
        return _empty(finding)
    teller = _TELLERS.get(finding.kind)
    if teller is None:
        what = sentence("“{value}” cannot stand in “{name}”", value=finding.quote, name=finding.name)
        return finding.path, what, sentence("{message}", message=finding.message)
    return teller(finding)


def meant(word: str, choices: Iterable[str]) -> Sentence:
    """The hint for a mistyped word: the one that was meant, or all there are."""
    names = list(choices)
    translated = _FRENCH.get(word.lower(), word)
    close = difflib.get_close_matches(translated[:40].lower(), names, n=1, cutoff=0.6)
    if close:
        return sentence("did you mean “{close}”?", close=close[0])
    return sentence("there are: {choices}", choices=", ".join(names))


_FRENCH = {
    "adresse": "address", "auteur": "credit", "bouton": "button", "chiffres": "figures", "couleur": "colour", "debut": "time",
    "début": "time", "description": "text", "edito": "text", "édito": "text", "entete": "masthead", "en-tête": "masthead",
    "entrees": "entries", "entrées": "entries", "expediteur": "sender", "expéditeur": "sender", "fin": "end_time",
    "groupes": "groups", "heure": "time", "hôte": "host", "identite": "identity", "identité": "identity", "image": "picture",
    "intertitre": "heading", "langue": "language", "legende": "caption", "légende": "caption", "libellé": "label",
    "lien": "link", "lieu": "place", "liens": "links", "lire_plus": "read_more", "nom": "name", "numero": "number",
    "numéro": "number", "objet": "subject", "photo": "picture", "pied": "footer", "portraits": "profiles", "reseaux": "social",
    "réseau": "network", "réseaux": "social", "séparateur": "divider", "separateur": "divider", "site": "website",
    "sous-titre": "subtitle", "sous_titre": "subtitle", "sujet": "subject", "telephone": "phone", "téléphone": "phone",
    "texte": "text", "titre": "title", "url": "link", "valeur": "value", "ville": "place",
}  # fmt: skip  # what authors write whose language is French


def _quotes() -> Sentence:
    return sentence('put the whole text in quotation marks: "…"')


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
        what = sentence("“{name}” shall be a text, but fields stand here", name=finding.name)
        return finding.path, what, sentence('a text with a colon and a space stands in quotation marks: "…"')
    if isinstance(finding.value, list):
        what = sentence("“{name}” shall be one text, but a list stands here", name=finding.name)
        return (
            finding.path,
            what,
            sentence("remove the “-” or the brackets, or put quotation marks around the text"),
        )
    what = sentence(
        "“{name}” shall be a text, but {value} is something else to YAML",
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
    what = sentence("{value} is not possible for “{name}”", value=finding.quote, name=finding.name)
    return (
        finding.path,
        what,
        sentence("write a number {sign} {limit}", sign=sign, limit=finding.details[key]),
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
    what = sentence("“{name}” shall be a list", name=finding.name)
    return finding.path, what, sentence("begin each entry on a line of its own with “- ”")


def _too_few(finding: Finding) -> Explanation:
    what = sentence("“{name}” has no entry", name=finding.name)
    return (
        finding.path,
        what,
        sentence("add one that begins with “- ”, or remove “{name}”", name=finding.name),
    )


def _too_many(finding: Finding) -> Explanation:
    most, count = finding.details.get("max_length"), finding.details.get("actual_length")
    what = sentence("“{name}” has {count} entries, and {most} fit", name=finding.name, count=count, most=most)
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
        "“{name}” shall have fields of its own, but “{value}” stands here",
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


def _alt_missing(finding: Finding) -> Explanation:
    what = sentence("a picture has no “alt”: who does not see it learns nothing")
    return (
        (*finding.path, "alt"),
        what,
        sentence("add `alt:` and say what it shows, or `decorative: true` if it says nothing"),
    )


def _link(finding: Finding) -> Explanation:
    value = finding.quote
    what = sentence("“{value}” is not a link", value=value)
    if "@" in value and ":" not in value:
        return finding.path, what, sentence("write mailto:{value}", value=value)
    if re.match(r"(www\.|[\w-]+(\.[\w-]+)+(/|$))", value):
        return finding.path, what, sentence("write https://{value}", value=value)
    return finding.path, what, sentence("links begin with https://, http://, mailto: or tel:")


def _footer(finding: Finding) -> Explanation:
    blocks = finding.value.get("blocks") if isinstance(finding.value, Mapping) else None
    blocks = blocks if isinstance(blocks, list) else []
    last = len(blocks) - 1
    feet = [
        n for n, block in enumerate(blocks) if isinstance(block, Mapping) and block.get("type") == "footer"
    ]
    if not feet:
        hint = sentence("add `- type: footer` at the end of “blocks”: it says who writes and how to leave")
        return ("blocks", max(last, 0)), sentence("an issue ends with a footer, and this one has none"), hint
    at: Path = ("blocks", feet[0])
    if len(feet) > 1:
        return ("blocks", feet[1]), sentence("a second footer"), sentence("keep the last one only")
    return at, sentence("the footer is not the last block"), sentence("move it to the end")


def _at(*steps: str) -> Callable[[Finding], Path]:
    return lambda finding: (*finding.path, *steps)


def _plain(what: str, hint: str, *steps: str) -> Callable[[Finding], Explanation]:
    """A teller whose sentences hold at most {value} and {name}."""

    def tell(finding: Finding) -> Explanation:
        values = {"value": finding.quote, "name": finding.name}
        used = {key: value for key, value in values.items() if f"{{{key}}}" in what + hint}
        return (*finding.path, *steps), sentence(what, **used), sentence(hint, **used)

    return tell


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
    "alt_missing": _alt_missing,
    "link": _link,
    "footer": _footer,
    "alt_decorative": _plain("a picture with “alt” that is also decorative", "remove one of the two", "decorative"),
    "link_decorative": _plain("a decorative picture with a link", "say with `alt:` where the link leads, and remove `decorative:`", "decorative"),
    "link_space": _plain("the link “{value}” has a space in it", "write %20 for it"),
    "colour": _plain("“{value}” is not a colour", "write # and six digits or letters from a to f in quotation marks, such as \"#0b5c5c\""),
    "ends_before": _plain("it ends before it begins", "look at dates and times"),
    "end_without_start": _plain("an “end_time” without a “time”", "add `time:`", "end_time"),
    "empty_block": _plain("this block is empty", "give it a title, a text or links"),
    "footer_when": _plain("the footer cannot have a “when”", "every reader must be able to leave: remove it", "blocks", "-1", "when"),
    "address": _plain("“{value}” is not an e-mail address", "write one such as lettre@example.org"),
    "time_zone": _plain("“{value}” is not a time zone", "write one such as Europe/Paris"),
    "clear_text": _plain("without encryption the password and the mails can be read on their way",
                         "write `security: starttls` or `security: tls`", "security"),
    "inline_password": _plain("a password does not stand in this file",
                              "remove it; put it into a file of its own (password_file:) or into NEWSLETTER_SMTP__PASSWORD", "password"),
}  # fmt: skip
