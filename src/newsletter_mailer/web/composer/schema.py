"""The form of an issue as its page draws it: every part's fields from the JSON Schema, with labels for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from newsletter_mailer.yamlio.reader import read

LABELS = Path(__file__).parent / "labels"
LANGUAGES = ("en", "fr")

#: fields that nobody changes on the form: the issue's identity, and what the card itself says
HIDDEN = frozenset({("issue", "id"), ("issue", "blocks")})
#: optional fields that stand open all the same; the others come when asked for
USUAL = frozenset({"alt", "caption", "decorative", "kind", "preheader", "subtitle", "title", "when_empty"})
_FORMATS = {
    "markdown": "markdown",
    "link": "link",
    "picture": "file",
    "expression": "condition",
    "date": "day",
    "mjml": "code",
    "file": "attached",
}

Schema = Mapping[str, Any]
Labels = Mapping[str, Any]


def form(schema: Schema, language: str) -> dict[str, Any]:
    """Everything from which the page draws the form.

    `parts`: the fields of each part by its name ("issue", a block's type, "picture" …); `blocks`: the types of
    blocks to choose from, with their words; `items`: what a list holds, in words.
    """
    said = labels(language)
    types = [_type_of(part) for part in schema["$defs"].values() if _is_block(part)]
    parts = {"issue": schema} | {_part_name(name, schema): part for name, part in schema["$defs"].items()}
    wanted = [name for name in said["blocks"] if name in types]
    return {
        "parts": {name: list(_fields(name, part, schema, said)) for name, part in parts.items()},
        "blocks": [
            {"type": name, **_named(said["blocks"], name)} for name in dict.fromkeys((*wanted, *types))
        ],
        "items": said["items"],
    }


@cache
def labels(language: str) -> Labels:
    """The words of that language: `blocks`, `items`, `fields` and `choices`."""
    path = LABELS / f"{language if language in LANGUAGES else 'en'}.yaml"
    found: Labels = read(path.read_bytes(), path.name).data
    return found


def label_of(said: Labels, part: str, field: str) -> dict[str, str]:
    """Label and help of a field: those of its part, or those that every field of that name has."""
    found = said["fields"].get(f"{part}.{field}", said["fields"].get(field))
    if isinstance(found, str):
        return {"label": found}
    return dict(found or {"label": field.replace("_", " ").capitalize()})


def label_within(said: Labels, part: str, field: str) -> dict[str, str]:
    """Those of a field somewhere inside a block: its own, or those of what it lists (`website` of `profiles`)."""
    fields = said["fields"]
    if f"{part}.{field}" in fields or field in fields:
        return label_of(said, part, field)
    stem = part.removesuffix("s")
    inside = sorted(
        (key.rpartition(".")[0] for key in fields if key.endswith(f".{field}")),
        key=lambda name: not name.startswith(stem),
    )
    return label_of(said, inside[0] if inside else part, field)


def _fields(name: str, part: Schema, schema: Schema, said: Labels) -> Iterator[dict[str, Any]]:
    required = part.get("required", ())
    properties = part.get("properties", {})
    for field in sorted(properties, key=_rank):
        if (name, field) in HIDDEN or field == "type":
            continue
        described = properties[field]
        needed = field in required
        shown = {"name": field, "required": needed, "usual": needed or field in USUAL}
        yield shown | label_of(said, name, field) | _kind(field, described, schema, said)


def _rank(field: str) -> int:
    """What the inbox shows comes first, the condition last; the others stay as the model has them."""
    return {"subject": 0, "preheader": 1, "when": 9}.get(field, 5)


def _kind(field: str, described: Schema, schema: Schema, said: Labels) -> dict[str, Any]:
    """What the field holds: its kind, and for lists and choices of what."""
    one = next((each for each in described.get("anyOf", ()) if each.get("type") != "null"), described)
    if "$ref" in one:
        return {"kind": "part", "part": _referred(one, schema)}
    if one.get("type") == "array":
        limits = {"least": one.get("minItems", 0), "most": one.get("maxItems")}
        return {"kind": "list", "part": _referred(one["items"], schema), **limits}
    if "enum" in one:
        words = said["choices"].get(field, {})
        choices = [{"value": value, "label": words.get(value, value)} for value in one["enum"]]
        return {"kind": "choice", "choices": choices, "default": described.get("default")}
    if one.get("type") == "boolean":
        return {"kind": "flag", "default": bool(described.get("default"))}
    return {"kind": _kind_of_text(field, one)}


def _kind_of_text(field: str, one: Schema) -> str:
    if field in ("subject", "preheader", "language", "expires"):
        return {"expires": "moment", "language": "language"}.get(field, "line")
    if field in ("time", "end_time"):
        return "time"
    return _FORMATS.get(str(one.get("format")), "text")


def _referred(one: Schema, schema: Schema) -> str:
    return _part_name(one["$ref"].rpartition("/")[2], schema)


def _is_block(part: Schema) -> bool:
    return "const" in part.get("properties", {}).get("type", {})


def _type_of(block: Schema) -> str:
    return str(block["properties"]["type"]["const"])


def _part_name(name: str, schema: Schema) -> str:
    """A block's type, or the name of its model: AgendaEntry gives agenda_entry, Button inner_button beside the block."""
    part = schema["$defs"][name]
    if _is_block(part):
        return _type_of(part)
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    types = {_type_of(each) for each in schema["$defs"].values() if _is_block(each)}
    return f"inner_{plain}" if plain in types else plain


def _named(said: Mapping[str, Any], name: str) -> dict[str, str]:
    return dict(said.get(name, {"label": name.capitalize(), "about": ""}))
