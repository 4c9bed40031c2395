"""Which features of HTML and CSS a page uses, by the names that Can I Email has for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from newsletter_mailer.checks.page import Declaration, Element, Page
from newsletter_mailer.checks.stylesheet import Rule, rules_of
from newsletter_mailer.model.edition import Edition

_SIDES = frozenset(("left", "right", "top", "bottom"))
_FUNCTIONS = {
    "calc": "css-unit-calc", "var": "css-variables", "rgba": "css-rgba", "rgb": "css-rgb", "clamp": "css-function-clamp",
    "min": "css-function-min", "max": "css-function-max", "light-dark": "css-function-light-dark",
    "linear-gradient": "css-linear-gradient", "radial-gradient": "css-radial-gradient",
    "conic-gradient": "css-conic-gradient", "lch": "css-modern-color", "oklch": "css-modern-color",
    "lab": "css-modern-color", "oklab": "css-modern-color",
}  # fmt: skip
_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])[\d.]+(rem|vh|vw|vmin|vmax|ch|ex|cm|mm|in|pc)\b")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")
_MEDIA = re.compile(r"\((?:-webkit-)?(?:min-|max-)?([a-z-]+)")
_ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        ("article", "section", "nav", "header", "footer", "main", "aside", "figure", "figcaption", "details", "summary"),
        "html-semantics",
    ),
    "map": "html-image-maps", "em": "html-strong", "b": "html-strong", "i": "html-strong", "s": "html-strike",
}  # fmt: skip
_ATTRIBUTES = {"loading": "html-loading-attribute"}
_NOT_LOOKED_AT = frozenset(
    ("html-body", "html-doctype", "html-style", "html-comments")
)  # each mail has these


def used(page: Page, edition: Edition) -> Counter[str]:
    """Names of features, and how often each is used."""
    found: Counter[str] = Counter()
    for sheet, _ in page.sheets:
        rules = rules_of(sheet)
        for head in {head for rule in rules for head in rule.around}:
            found.update(_of_condition(head))
        for rule in rules:
            found.update(_of_rule(rule))
    for element in page.each():
        found.update(_of_element(element))
    found.update(f"image-{_kind(picture.media_type)}" for picture in edition.pictures)
    for name in _NOT_LOOKED_AT:
        del found[name]
    return found


def _kind(media_type: str) -> str:
    return {"jpeg": "jpg"}.get(media_type.partition("/")[2], media_type.partition("/")[2])


def _of_condition(head: str) -> Iterator[str]:
    kind = head[1:].partition(" ")[0].lower()
    yield f"css-at-{kind}"
    if kind == "media":
        yield from (f"css-at-media-{name}" for name in _MEDIA.findall(head))


def _of_rule(rule: Rule) -> Iterator[str]:
    for selector in rule.selectors:
        yield from (
            f"css-pseudo-{'class' if colons == ':' else 'element'}-{name}"
            for colons, name in _PSEUDO.findall(selector)
        )
    for one in rule.declared:
        yield from _of_declaration(one)


def _of_element(element: Element) -> Iterator[str]:
    yield _ELEMENTS.get(element.tag, f"html-{element.tag}")
    if element.tag in ("input", "button"):
        yield f"html-{element.tag}-{element.attributes.get('type', 'text' if element.tag == 'input' else 'submit')}"
    for name in element.attributes:
        if name != "style":
            yield _ATTRIBUTES.get(name, f"html-{name}")
    if element.attributes.get("src", "").startswith("data:"):
        yield "image-base64"
    if element.attributes.get("href", "").startswith("#"):
        yield "html-anchor-links"
    for one in element.declared:
        yield from _of_declaration(one)


def _of_declaration(one: Declaration) -> Iterator[str]:
    name, value = one.name, one.value.lower()
    if name.startswith(("-", "mso-")):
        return  # written for one program, which knows it
    if name == "display" and value in ("flex", "inline-flex", "grid", "inline-grid", "none"):
        yield f"css-display-{value.removeprefix('inline-')}"
    else:
        yield from _of_property(name)
    yield from (_FUNCTIONS[function] for function in _FUNCTION.findall(value) if function in _FUNCTIONS)
    if name != "font-family":
        yield from (f"css-unit-{unit}" for unit in _UNIT.findall(value))


def _of_property(name: str) -> Iterator[str]:
    """The property, and what it is part of: `padding-left` counts as `padding` where it has no name of its own."""
    if name in _SIDES:
        yield "css-left-right-top-bottom"
    elif name.endswith("-radius"):
        yield "css-border-radius"
    elif name.startswith(("margin-", "padding-", "border-")) and name.rpartition("-")[2] in _SIDES:
        yield f"css-{name.partition('-')[0]}"
    else:
        yield f"css-{name}"
