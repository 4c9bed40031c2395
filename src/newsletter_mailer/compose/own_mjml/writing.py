"""An author's MJML written anew for the page: only what is allowed, its pictures embedded, dressed by the theme."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from newsletter_mailer.compose.album import Shown
from newsletter_mailer.compose.own_mjml.reading import Node, read
from newsletter_mailer.compose.own_mjml.rules import INSIDE, SAYS, VOID, attribute_fault, clean, tag_fault

Show = Callable[
    [str, str, int], Shown
]  #: a picture's file, its alternative text and the pixels that it may fill
_COLOURED = frozenset({"a", "blockquote", "h2", "h3", "h4", "h5", "h6"})  # by the theme, on dark screens too
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*#([0-9A-Fa-f]{6})")
OWN_SECTION = "mj-section on its own ground"  #: in `Dress.parts`: one that says nothing of its padding
_ON_A_BUTTON = "#ffffff"  # MJML's own


@dataclass(frozen=True, slots=True)
class Dress:
    """What a theme does for sections that it did not write."""

    parts: Mapping[str, Mapping[str, str]]  #: attributes of each component that has no colours of its own
    ink: str  #: colour of a text that names none, "#202b2d"
    width: int  #: of the sheet, in pixels
    inks: set[str] = field(
        default_factory=set
    )  #: the colours, without #, to be kept on dark screens: `.ink-202b2d`


@dataclass(frozen=True, slots=True)
class _Ground:
    """A ground of the author's own, which is the same by day and by night."""

    colour: str
    ink: str  #: of the words on it


def written(source: str, dress: Dress, show: Show) -> str:
    """The sections as MJML that mrml reads as we do. Merge tags stand under their marks."""
    root, _ = read(source)
    writer = _Writer(dress, show)
    return "".join(writer.node(child, "", None) for child in root.children if isinstance(child, Node))


class _Writer:
    def __init__(self, dress: Dress, show: Show) -> None:
        self._dress = dress
        self._show = show

    def node(self, node: Node, inside: str, around: _Ground | None) -> str:
        """One element, on a ground of the author's own or, without one, on the theme's."""
        if tag_fault(node.tag, inside):
            return ""
        given = {
            name: clean(name, value)
            for name, value in node.attributes.items()
            if attribute_fault(node.tag, name, value) is None
        }
        ground = self._ground(node.tag, given, around)
        attributes = self._attributes(node, given, ground)
        said = "".join(f' {name}="{_quoted(value)}"' for name, value in attributes.items())
        if node.tag in VOID:
            return f"<{node.tag}{said}>"
        words = "".join(
            self.node(child, node.tag, ground) if isinstance(child, Node) else _text(child, node.tag)
            for child in node.children
        )
        return f"<{node.tag}{said}>{words}</{node.tag}>"

    def _ground(self, tag: str, given: Mapping[str, str], around: _Ground | None) -> _Ground | None:
        own = given.get("background-color") or given.get("container-background-color")
        if tag == "mj-button":
            own = given.get("background-color")
            return _Ground(own, given.get("color", _ON_A_BUTTON)) if own else None
        if own is None and around is None:
            return None
        colour, ink = (around.colour, around.ink) if around else ("", self._dress.ink)
        return _Ground(own or colour, given.get("color", ink))

    def _attributes(self, node: Node, given: dict[str, str], ground: _Ground | None) -> dict[str, str]:
        tag = node.tag
        if tag == "mj-image":
            given = self._picture(given)
        if tag == "table" and "role" not in given and not _has_heads(node):
            given["role"] = "presentation"
        if ground is None:
            return self._dressed(tag, given)
        if tag == "mj-section":  # or the theme's own ground would cover a wrapper's
            given.setdefault("background-color", ground.colour)
            return given if _is_padded(given) else self._dressed(OWN_SECTION, given)
        if tag in SAYS:
            given["color"] = ground.ink
            return self._inked(given, "css-class", ground.ink)
        if tag in _COLOURED:
            found = _COLOUR.search(given.get("style", ""))
            colour = f"#{found[1]}" if found else ground.ink
            given["style"] = (
                given.get("style", "") if found else f"{given.get('style', '')};color:{colour}".lstrip(";")
            )
            return self._inked(given, "class", colour)
        return given

    def _dressed(self, tag: str, given: dict[str, str]) -> dict[str, str]:
        """With what the theme gives, where the author did not."""
        theme = self._dress.parts.get(tag, {})
        names = " ".join(name for name in (theme.get("css-class"), given.get("css-class")) if name)
        return {**theme, **given, **({"css-class": names} if names else {})}

    def _inked(self, given: dict[str, str], name: str, colour: str) -> dict[str, str]:
        """With a class that keeps the colour of the words on dark screens."""
        ink = colour.lstrip("#").lower()
        self._dress.inks.add(ink)
        return {**given, name: f"{given.get(name, '')} ink-{ink}".strip()}

    def _picture(self, given: dict[str, str]) -> dict[str, str]:
        wanted, widest = given.get("width", "").removesuffix("px"), self._dress.width
        width = min(int(wanted), widest) if wanted.isdigit() else widest
        shown = self._show(given.get("src", ""), given.get("alt", ""), max(width, 1))
        return {**given, "src": shown.src, "alt": given.get("alt", ""), "width": f"{shown.width}px"}


def _is_padded(given: Mapping[str, str]) -> bool:
    return any(name.startswith("padding") for name in given)


def _has_heads(node: Node) -> bool:
    return any(
        isinstance(child, Node) and (child.tag == "th" or _has_heads(child)) for child in node.children
    )


def _text(words: str, inside: str) -> str:
    """Words with their letters escaped. mrml drops line ends between inline tags; between components nothing stands."""
    is_frame = inside not in INSIDE or (inside.startswith("mj-") and inside not in SAYS)
    return "" if is_frame else escape(words.replace("\n", " "), quote=False)


def _quoted(value: str) -> str:
    return escape(" ".join(value.split()), quote=True)
