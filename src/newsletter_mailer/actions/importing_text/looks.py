"""How elements of a page look: bold, italic, hidden, a table of data or only of lines and columns."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from newsletter_mailer.actions.importing_text.runs import Run

_BOLD = re.compile(r"font-weight\s*:\s*(bold|bolder|[6-9]00)", re.IGNORECASE)
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(normal|lighter|[1-5]00)", re.IGNORECASE)
_ITALIC = re.compile(r"font-style\s*:\s*(italic|oblique)", re.IGNORECASE)
_NOT_ITALIC = re.compile(r"font-style\s*:\s*normal", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_BLOCKS = ("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "img", "hr", "blockquote", "figure")


def styled(look: Run, element: Any) -> Run:
    """How words look inside that element; an editor's `<b style="font-weight:normal">` is no bold."""
    style = element.get("style") or ""
    bold = look.bold or element.tag in ("b", "strong")
    italic = look.italic or element.tag in ("i", "em", "cite", "dfn")
    bold = (bold or bool(_BOLD.search(style))) and not _NOT_BOLD.search(style)
    italic = (italic or bool(_ITALIC.search(style))) and not _NOT_ITALIC.search(style)
    return replace(look, bold=bold, italic=italic)


def is_hidden(element: Any) -> bool:
    """Whether nobody sees it."""
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def is_data_table(table: Any) -> bool:
    """Whether its rows and columns mean something; most tables of mails only place things on the page."""
    if table.get("role") == "presentation" or next(table.iter(*_BLOCKS), None) is not None:
        return False
    if sum(1 for _ in table.iter("table")) > 1:
        return False
    widths = [sum(cell.tag in ("td", "th") for cell in row) for row in table.iter("tr")]
    return len(widths) > 1 and max(widths) > 1
