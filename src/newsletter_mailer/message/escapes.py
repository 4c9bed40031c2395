"""How a reader's value is written where it stands: as text, as an attribute, as a link or a part of one."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from newsletter_mailer.model.edition import Place
from newsletter_mailer.templating import is_link

# Ends of line of any kind become a space, marks that turn the direction of what follows vanish.
_BECOMES: dict[int, str] = {
    **dict.fromkeys([*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029], " "),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], ""),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_PLAIN_LINK = re.compile(r"(?:https?://|mailto:|tel:)(?!/)[!#-%(-;=?-\[\]_a-z~]+")
_NEVER_IN_URL = re.compile(r"[\s\"<>\\^`{|}]")


def one_line(value: str) -> str:
    """The value without anything that ends a line or turns the direction of what follows."""
    return value if value.isprintable() else value.translate(_BECOMES)


def _html_text(value: str) -> str:
    return html.escape(one_line(value), quote=False)


def _html_attribute(value: str) -> str:
    return html.escape(one_line(value))


def _url(value: str) -> str:
    """A whole link: http, https, mailto or tel; anything else is no link at all."""
    if _PLAIN_LINK.fullmatch(value):  # nothing to encode or escape anywhere
        return value
    target = one_line(value).strip()
    if not is_link(target):
        return ""
    return _NEVER_IN_URL.sub(lambda found: quote(found.group(), safe=""), target)


def _html_url(value: str) -> str:
    target = _url(value)
    return target if target is value else html.escape(target)


def _url_part(value: str) -> str:
    if value.isascii() and value.isalnum():  # a token
        return value
    return quote(one_line(value), safe="")


ESCAPES: Mapping[Place, Callable[[str], str]] = {
    Place.HTML_TEXT: _html_text,
    Place.HTML_ATTRIBUTE: _html_attribute,
    Place.HTML_URL: _html_url,
    Place.HTML_URL_PART: _url_part,
    Place.PLAIN: one_line,
    Place.PLAIN_URL: _url,
    Place.PLAIN_URL_PART: _url_part,
    Place.HEADER: one_line,
}
