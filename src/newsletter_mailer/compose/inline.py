"""CSS into style attributes, for the mail programs that ignore style sheets. The only module that knows premailer."""

from __future__ import annotations

import logging
import os
import re

import cssutils

# premailer keeps what it parsed, and 128 things are too few: a page has 300, and each would throw out another.
os.environ.setdefault("PREMAILER_CACHE_MAXSIZE", "4096")
from premailer import Premailer

cssutils.ser.prefs.minimizeColorHash = False  # Outlook wants six digits

_STYLE = re.compile(r"""(<[a-z][^<>]*?\sstyle=)("[^"]*"|'[^']*')""")
_FOR_NOBODY = re.compile(  # what MJML writes and no mail program needs
    r"<!\[endif\]--><!--\[if mso \| IE\]>"  # closed and opened again
    r"|<table [^>]*><tr></tr></table>"  # of a section without columns
    r"|(?<=align=\"center\" width=\"600\") class=\"[^\"]*-outlook\""  # Outlook knows none of the sheet's classes
)
_BLANK = re.compile(r"([;:,]) ")
_NOUGHT = re.compile(r"(?<=[: ])0px")
_AS_EVERYWHERE = '<td style="direction:ltr;'  # the page says so already
_TWICE = re.compile(r"background:(#[0-9A-Fa-f]{6});(?=background-color:\1)")  # MJML writes both
_OUTLOOK_READS_THESE = [
    "width",
    "height",
    "align",
    "valign",
    "bgcolor",
]  # premailer would overwrite MJML's own values


def inline(page: str, css: str) -> str:
    """The page with `css` in its style attributes; its own <style> elements stay as they are, `!important` and all."""
    kept = page.replace("<style", '<style data-premailer="ignore"')
    worker = Premailer(
        kept,
        css_text=css,
        allow_network=False,
        keep_style_tags=True,
        strip_important=False,
        remove_classes=False,
        disable_basic_attributes=_OUTLOOK_READS_THESE,
        disable_leftover_css=True,
        disable_validation=True,
        align_floating_images=False,  # none floats, and it parses the style of each picture anew
        cssutils_logging_level=logging.CRITICAL,
    )
    return _lean(str(worker.transform(pretty_print=False)))


def _lean(page: str) -> str:
    """The page without what says nothing: Gmail shows the first 102 kB only."""
    short = _FOR_NOBODY.sub("", _STYLE.sub(_shortened, page))
    return short.replace(_AS_EVERYWHERE, '<td style="')


def _shortened(found: re.Match[str]) -> str:
    style = _TWICE.sub("", found.group(2).strip("'\"").replace('"', "'"))
    return f'{found.group(1)}"{_NOUGHT.sub("0", _BLANK.sub(_first, style)).rstrip(";")}"'


def _first(found: re.Match[str]) -> str:
    return found.group(1)
