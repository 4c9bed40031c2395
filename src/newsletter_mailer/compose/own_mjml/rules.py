"""What may stand in an author's MJML: components, HTML, attributes and their values. All else is refused, never dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping

from newsletter_mailer.compose.merge import MARK
from newsletter_mailer.model.text import LINK_SCHEMES
from newsletter_mailer.wording import Sentence, sentence

DEEPEST = 24  #: levels; mrml dies of a few thousand
HIDDEN = "\ue002"  #: one letter of a merge tag, so that places in the text stay as they are
_VALUE = re.compile(
    f"{HIDDEN}+|{MARK.pattern}"
)  # of a reader: blanked when read, under its mark when written

_CONTENT = frozenset({"mj-text", "mj-image", "mj-button", "mj-divider", "mj-spacer"})
_INLINE = frozenset({"br", "strong", "b", "em", "i", "u", "s", "span", "small", "sup", "sub", "code"})
_HTML = _INLINE | {
    *("p", "a", "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "div", "blockquote", "hr"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
VOID = frozenset({"br", "hr"})
SAYS = frozenset({"mj-text", "mj-button"})  #: components that hold words
INSIDE: Mapping[str, frozenset[str]] = {
    "": frozenset({"mj-section", "mj-wrapper"}),
    "mj-wrapper": frozenset({"mj-section"}),
    "mj-section": frozenset({"mj-column", "mj-group"}),
    "mj-group": frozenset({"mj-column"}),
    "mj-column": _CONTENT,
    "mj-text": _HTML,
    "mj-button": _INLINE,
    **dict.fromkeys(("mj-image", "mj-divider", "mj-spacer"), frozenset[str]()),
    **dict.fromkeys(_HTML, _HTML),
}  #: what may stand in what; "" is the block itself

_SIDES = ("top", "right", "bottom", "left")
_PADDING = frozenset({"padding", *(f"padding-{side}" for side in _SIDES), "css-class"})
_BORDER = frozenset({"border", *(f"border-{side}" for side in _SIDES), "border-radius"})
_FONT = frozenset(
    {
        *("color", "font-family", "font-size", "font-style", "font-weight"),
        *("letter-spacing", "line-height", "text-decoration", "text-transform", "align"),
    }
)
_BOX = _PADDING | _BORDER | {"background-color", "vertical-align"}
_GROUND = _PADDING | {"container-background-color"}
_OF_COMPONENT: Mapping[str, frozenset[str]] = {
    "mj-wrapper": _BOX | {"full-width", "text-align"},
    "mj-section": _BOX | {"full-width", "text-align", "direction"},
    "mj-group": frozenset({"css-class", "width", "background-color", "direction", "vertical-align"}),
    "mj-column": _BOX | {"width"},
    "mj-text": _GROUND | _FONT | {"height"},
    "mj-image": _GROUND | {"align", "alt", "border-radius", "href", "src", "width", "fluid-on-mobile"},
    "mj-button": _GROUND
    | _BORDER
    | _FONT
    | {"background-color", "height", "href", "inner-padding", "text-align", "width"},
    "mj-divider": _GROUND | {"align", "border-color", "border-style", "border-width", "width"},
    "mj-spacer": _GROUND | {"height"},
}
_OF_HTML = frozenset(
    {
        *("align", "aria-hidden", "aria-label", "bgcolor", "border", "cellpadding", "cellspacing", "class"),
        *(
            "colspan",
            "dir",
            "height",
            "lang",
            "role",
            "rowspan",
            "scope",
            "style",
            "title",
            "valign",
            "width",
        ),
    }
)
_OF_TAG: Mapping[str, frozenset[str]] = {"a": frozenset({"href"}), "ol": frozenset({"start"})}
NEEDED: Mapping[str, tuple[str, ...]] = {"mj-image": ("src", "alt"), "mj-button": ("href",), "a": ("href",)}

_FILLED = frozenset({"alt", "title", "aria-label", "href"})  # where a merge tag may stand
_COLOURS = frozenset({"color", "background-color", "container-background-color", "border-color", "bgcolor"})
_SIZES = frozenset({"width", "height", "font-size", "line-height", "letter-spacing", "border-radius"})
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_SIZE = re.compile(r"(?:-?\d{1,4}(?:\.\d+)?(?:px|%)?|auto|normal)(?: +-?\d{1,4}(?:\.\d+)?(?:px|%)?){0,3}")
_STYLE = re.compile(r"(?:\s*[a-z-]+\s*:\s*[^:;{}\"]++(?:;|$))*\s*")
_CLASS = re.compile(r"[A-Za-z0-9_ -]*")
_HARMFUL = re.compile(
    r"[\\<>]|url\s*\(|expression|javascript:|@import|/\*|position\s*:|behavior\s*:|-moz-binding", re.I
)


def tag_fault(tag: str, inside: str) -> tuple[Sentence, Sentence] | None:
    """What is wrong with an element there, and how to mend it."""
    if tag in INSIDE.get(inside, ()):
        return None
    if tag == "h1":
        return sentence("<h1> is the title of the whole letter"), sentence("begin with <h2>")
    if tag not in INSIDE or not tag:
        what = sentence("<{tag}> cannot stand in a block of MJML", tag=tag[:40])
        return what, _INSTEAD.get(tag, sentence("there are: {choices}", choices=", ".join(sorted(_KNOWN))))
    holder = f"<{inside}>" if inside else sentence("the block")
    what = sentence("<{tag}> cannot stand in {holder}", tag=tag, holder=holder)
    return what, sentence("<mj-section> holds <mj-column>, and that what is to be seen, such as <mj-text>")


_KNOWN = frozenset(tag for tag in INSIDE if tag.startswith("mj-"))
_WHOLE = sentence("write only the sections, as they stand inside <mj-body>")
_PICTURE = sentence("write an <mj-image> with a file in the folder of the issue")
_INSTEAD: Mapping[str, Sentence] = {
    **dict.fromkeys(("mjml", "mj-body", "mj-head", "html", "body", "head"), _WHOLE),
    "mj-include": sentence("nothing is taken from other files: copy it to here"),
    "mj-table": sentence("write a <table> in an <mj-text>"),
    "mj-social": sentence("there is a block for it: `type: social`"),
    "mj-hero": sentence("write an <mj-section> with a background-color"),
    **dict.fromkeys(("img", "picture", "svg"), _PICTURE),
}


def attribute_fault(tag: str, name: str, value: str) -> tuple[Sentence, Sentence] | None:
    """What is wrong with an attribute, and how to mend it."""
    allowed = _OF_COMPONENT.get(tag) or _OF_HTML | _OF_TAG.get(tag, frozenset())
    if name not in allowed:
        what = sentence("<{tag}> takes no “{name}”", tag=tag, name=name[:40])
        return what, sentence("there are: {choices}", choices=", ".join(sorted(allowed)))
    if _VALUE.search(value) and name not in _FILLED:
        what = sentence("a merge tag cannot be filled in here")
        return what, sentence("it may stand in a text, in `alt`, or in `href`")
    if name == "href":
        return _link_fault(value)
    hint = _rule_broken(name, value)
    return None if hint is None else (_unfit(name, value), hint)


def _unfit(name: str, value: str) -> Sentence:
    return sentence("“{value}” cannot stand in “{name}”", value=_VALUE.sub("…", value)[:60], name=name)


def _link_fault(value: str) -> tuple[Sentence, Sentence] | None:
    scheme, colon, rest = value.partition(":")
    if _VALUE.fullmatch(value):
        return None
    if not colon or scheme.lower() not in LINK_SCHEMES or not rest.strip("/") or " " in value.strip():
        what = sentence("“{value}” is not a link", value=value[:60])
        return what, sentence("links begin with https://, http://, mailto: or tel:")
    return None


def _rule_broken(name: str, value: str) -> Sentence | None:
    if name in _COLOURS and not _COLOUR.fullmatch(value.strip()):
        return sentence('write # and six digits or letters from a to f, such as "#0b5c5c"')
    if (name in _SIZES or name.endswith("padding") or name.startswith("padding-")) and not _SIZE.fullmatch(
        value.strip()
    ):
        return sentence("write a number of pixels, such as 20px")
    if name in ("class", "css-class") and not _CLASS.fullmatch(value):
        return sentence("write letters, digits and hyphens")
    if name not in ("alt", "title", "aria-label") and _HARMFUL.search(value):
        return sentence("nothing may be fetched, run, or laid over something else")
    if name == "style" and not _STYLE.fullmatch(value):
        return sentence("write a property, a colon and a value, such as color:#0b5c5c")
    return None


def clean(name: str, value: str) -> str:
    """The value as mrml and Outlook understand it: colours with six digits, no size without a unit."""
    if name in _COLOURS or name == "style":
        value = _SHORT.sub(lambda found: "#" + "".join(digit * 2 for digit in found[1]), value)
    if name.endswith("padding") or name.startswith("padding-"):
        value = _BARE.sub(r"\g<0>px", value)
    return value


_SHORT = re.compile(r"#([0-9A-Fa-f]{3})(?![0-9A-Fa-f])")
_BARE = re.compile(r"(?<![\d.])\d+(?![\d.px%])")  # mrml leaves such a size out, and 0 with it
