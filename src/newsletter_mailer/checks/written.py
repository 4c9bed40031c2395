"""What an author wrote, field by field, with the place of every text, link and picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

from newsletter_mailer.compose import own_mjml
from newsletter_mailer.model.blocks import Picture
from newsletter_mailer.model.finding import Path
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.model.part import Part
from newsletter_mailer.templating import merge_tags

_HEAD_TEXTS = frozenset({"title", "subject", "preheader"})  #: of the issue: its id and language are no texts
_PLAIN, _MARKDOWN, _LINK, _MJML = "", "markdown", "link", "mjml"

# Bounded, so that a text of many brackets costs its length and not the square of it.
_LINKED = re.compile(  # an address may hold brackets in pairs: …/wiki/Jardin_(homonymie)
    r"(?<!!)\[([^\]\n]{0,500})\]\(\s*<?((?:[^\s()<>]|\([^\s()<>]{0,300}\)){0,2000}+)[^)\n]{0,300}\)"
)
_BRACKETED = re.compile(
    r"<((?:https?|mailto|tel):[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>", re.IGNORECASE
)
_CODE = re.compile(r"(?<!`)(`++)[^`\n]{1,1000}\1")
_TAG = re.compile(r"""\{\{(?:[^}"']*\bor\s*["'](?P<instead>[^"'}]*)["'])?[^}]*\}\}""")
_MARKUP = re.compile(r"[*_`#>~]")


@dataclass(frozen=True, slots=True)
class Text:
    """One text, as it was typed."""

    at: Path
    said: str
    markdown: bool

    @property
    def words(self) -> str:
        """What is read of it, letter under letter: markup, targets of links and merge tags are blank."""
        said = _blanked(self.said, ((tag.start, tag.end) for tag in merge_tags(self.said)))
        if not self.markdown:
            return said
        said = _blanked(said, (found.span() for found in _CODE.finditer(said)))
        said = _blanked(said, ((found.end(1), found.end()) for found in _LINKED.finditer(said)))
        said = _blanked(said, (found.span() for found in _BRACKETED.finditer(said)))
        return _MARKUP.sub(" ", said).replace("[", " ")


@dataclass(frozen=True, slots=True)
class WrittenLink:
    """One link, with the words that a reader sees of it."""

    at: Path
    offset: int
    target: str
    words: str  #: "" when it has none of its own: a picture, or a website that the theme names


@dataclass(frozen=True, slots=True)
class WrittenPicture:
    """One picture and its place in the file."""

    at: Path
    picture: Picture


def words_of(text: str) -> str:
    """The text with what stands in each merge tag for readers of whom nothing is known."""
    return _TAG.sub(lambda found: found["instead"] or "", text)


def parts(issue: Issue) -> Iterator[tuple[Path, Part]]:
    """The issue itself, its blocks, and whatever stands inside them, in the order of the file."""
    yield from _parts((), issue)


def _parts(at: Path, part: Part) -> Iterator[tuple[Path, Part]]:
    yield at, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from _parts((*at, name), value)
        elif isinstance(value, tuple):
            for number, entry in enumerate(value):
                if isinstance(entry, Part):
                    yield from _parts((*at, name, number), entry)


def texts(issue: Issue) -> Iterator[Text]:
    """Every text that a reader may read, in the order of the file."""
    for at, part in parts(issue):
        for name, kind in _kinds(type(part)).items():
            value = getattr(part, name)
            if kind in (_PLAIN, _MARKDOWN) and isinstance(value, str) and (at or name in _HEAD_TEXTS):
                yield Text((*at, name), value, kind == _MARKDOWN)


def links(issue: Issue) -> Iterator[WrittenLink]:
    """Every link of the author, in the order of the file; not those that merge tags make for each reader."""
    for at, part in parts(issue):
        for name, kind in _kinds(type(part)).items():
            value = getattr(part, name)
            if not isinstance(value, str):
                continue
            if kind == _LINK and "{{" not in value:
                yield WrittenLink((*at, name), 0, value, _label(part))
            elif kind == _MARKDOWN:
                yield from _inside((*at, name), value)
            elif kind == _MJML:
                for target in own_mjml.targets(value):
                    yield WrittenLink((*at, name), target.at, target.href, target.words)


def pictures(issue: Issue) -> Iterator[WrittenPicture]:
    """Every picture, in the order of the file."""
    for at, part in parts(issue):
        if isinstance(part, Picture):
            yield WrittenPicture(at, part)


def _inside(at: Path, text: str) -> Iterator[WrittenLink]:
    text = _blanked(text, (found.span() for found in _CODE.finditer(text)))
    for found in _LINKED.finditer(text):
        if "{{" not in found[2]:
            yield WrittenLink(at, found.start(), found[2], _MARKUP.sub("", found[1]).strip())
    for found in _BRACKETED.finditer(text):
        target = found[1] if ":" in found[1] else f"mailto:{found[1]}"
        yield WrittenLink(at, found.start(), target, found[1])


def _label(part: Part) -> str:
    """What stands on a link that is a field: a button's label, the title of a date."""
    said = (
        getattr(part, name, None) for name in ("label", "website_label", "title", "alt", "network", "name")
    )
    return " ".join(value for value in said if isinstance(value, str))


def _blanked(text: str, spans: Iterator[tuple[int, int]]) -> str:
    for start, end in list(spans):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


@lru_cache(maxsize=128)
def _kinds(model: type[Part]) -> Mapping[str, str]:
    """The fields that hold a text, and of which kind: plain, or a format of the schema."""
    found = {name: _kind(info.annotation, info) for name, info in model.model_fields.items()}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind(annotation: Any, *notes: Any) -> str | None:
    """The kind of text of an annotation and what stands beside it; None when it holds no text."""
    for note in notes:
        extra = getattr(note, "json_schema_extra", None)
        if isinstance(extra, dict) and "format" in extra:
            return str(extra["format"])
    if get_origin(annotation) is Annotated:
        inner, *beside = get_args(annotation)
        return _kind(inner, *beside)
    if get_origin(annotation) is Literal:
        return None
    if annotation is str:
        return _PLAIN
    if get_origin(annotation) is tuple:
        return None
    found = (_kind(inner) for inner in get_args(annotation))
    return next((kind for kind in found if kind is not None), None)
