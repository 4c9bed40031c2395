"""MJML to HTML, with mrml's traps disarmed. The only module that knows mjml."""

from __future__ import annotations

import html
import re

from mjml import mjml2html

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import sentence

_TAG = re.compile(r"""<[a-zA-Z](?:[^"'<>]|"[^"]*"|'[^']*')*>""")
_VALUE = re.compile(r'="([^"]*)"')
_NAMED = re.compile(r'(<div aria-label=")([^"]*)(" aria-roledescription=)')
_AS_RUST = re.compile(r"\\u\{([0-9a-f]{1,6})\}|\\\\")
_FRACTION = re.compile(r'(<img\b[^>]*?\bwidth=")(\d+)\.\d+(")')


def to_html(source: str) -> str:
    """The page of an MJML document. Raises NewsletterError with the line that mrml did not understand."""
    safe = _TAG.sub(lambda found: _VALUE.sub(_spelled, found.group(0)), source)
    try:
        page = mjml2html(safe, fonts={})  # Google Fonts would be fetched by every reader
    except ValueError as error:
        raise _refused(safe, str(error)) from error
    page = page.replace("<!doctype html>", "<!DOCTYPE html>", 1)  # premailer drops the lower-case one
    page = _NAMED.sub(_named, page, count=1)
    return _FRACTION.sub(r"\1\2\3", page)  # Outlook takes whole pixels only


def _named(found: re.Match[str]) -> str:
    """The name of the whole mail, which is its title: here too mrml writes as Rust does what it cannot print."""
    return (
        found[1] + _AS_RUST.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else "\\", found[2]) + found[3]
    )


def _spelled(found: re.Match[str]) -> str:
    """An attribute value in ASCII: mrml writes what it thinks unprintable, such as no-break spaces, as Rust does."""
    value = " ".join(found.group(1).split("\n"))
    return (
        '="'
        + "".join(c if c.isascii() and c.isprintable() and c != "\\" else f"&#{ord(c)};" for c in value)
        + '"'
    )


def _refused(source: str, reason: str) -> NewsletterError:
    """mrml counts bytes from the beginning; people count lines."""
    place = re.search(r"at position (\d+)", reason)
    before = source.encode()[: int(place.group(1)) if place else 0].decode(errors="ignore")
    blank = len(source) - len(before) - len(source[len(before) :].lstrip())
    line = source.count("\n", 0, len(before) + blank)
    quoted = html.unescape(source.split("\n")[line].strip()[:120])
    return NewsletterError(
        sentence("the theme's MJML cannot be read: {reason}", reason=reason),
        sentence("near line {line}: {quoted}", line=line + 1, quoted=quoted),
    )
