"""CSS into style attributes, for the mail programs that ignore style sheets. The only module that knows premailer."""

from __future__ import annotations

import logging

import cssutils
from premailer import Premailer

cssutils.ser.prefs.minimizeColorHash = False  # Outlook wants six digits

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
        cssutils_logging_level=logging.CRITICAL,
        cache_css_parsing=False,
    )
    return str(worker.transform(pretty_print=False))
