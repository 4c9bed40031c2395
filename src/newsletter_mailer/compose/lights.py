"""One mail in several lights: pinned to a light or dark screen, with or without pictures, and never reaching out."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import escape

from newsletter_mailer.model.edition import GMAIL_SHOWS, Edition

DARK_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_SCHEMES = re.compile(
    r"(color-scheme[\"']?\s*(?:[:;]|content\s*=\s*[\"'])\s*)(?:light\s+dark|dark\s+light|light\s+only)",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"""<style\b[^>]*>.*?</style\s*>|<[a-z](?:[^"'>]|"[^"]*"|'[^']*')*>""", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTE = re.compile(  # each as a whole: an alternative text may say `src=`
    r"""(\s)([^\s"'=<>/]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)"""
)
_SOURCES = frozenset({"src", "background", "poster", "srcset"})
_CSS_URL = re.compile(r"url\(\s*(&quot;|[\"']?)(.*?)\1\s*\)", re.IGNORECASE | re.DOTALL)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)

NOTHING = (
    "data:,"  # an empty picture: the box and its alt text stay, as in a mail client that blocks pictures
)

# The desk shows around the mail, and below its end. Links open nowhere: the sandbox has no pop-ups.
_FRAME = """<base target="_blank"><style>
html{background:%(desk)s!important;scrollbar-width:none}
body{min-height:0!important;height:auto!important}
</style>"""


@dataclass(frozen=True, slots=True)
class Light:
    """How the mail is looked at."""

    dark: bool = False
    pictures: bool = True
    desk: str = "#e8e1d5"  #: colour around the mail, "#rrggbb"


def with_pictures(html: str, edition: Edition) -> str:
    """The page with its pictures inside it: a browser knows no `cid:`, and a sandboxed frame has no cookie to fetch them."""
    for picture in edition.pictures:
        data = base64.b64encode(picture.data).decode("ascii")
        html = html.replace(f"cid:{picture.cid}", f"data:{picture.media_type};base64,{data}")
    return html


def clipped(html: str, instead: str) -> str | None:
    """The page (as it is mailed) as far as Gmail shows it, with these words in place of the rest; None: it shows it all."""
    whole = html.encode()
    if len(whole) <= GMAIL_SHOWS:
        return None
    begun = whole[:GMAIL_SHOWS].decode(errors="ignore")
    upto = begun[: begun.rindex("<")] if begun.rfind("<") > begun.rfind(">") else begun
    return f'{upto}<p style="margin:0;padding:14px 20px;background:#fff;color:#222;font:14px Arial">{escape(instead)}</p>'


def shown(html: str, light: Light) -> str:
    """The page for the preview's frame: one colour scheme, own pictures only, links that lead nowhere."""
    seen = _MARKUP.sub(lambda found: _lit(found.group(), light), html)
    return _HEAD.sub(lambda found: found.group() + _FRAME % {"desk": light.desk}, seen, count=1)


def _lit(markup: str, light: Light) -> str:
    """A tag or a style sheet under that light.

    A frame follows the screen's colour scheme and cannot be told another one, so the query itself is decided here.
    """
    scheme = "dark" if light.dark else "light"
    markup = DARK_QUERY.sub(
        lambda found: "(min-width:0)" if found.group(1).lower() == scheme else "(max-width:0)", markup
    )
    markup = _SCHEMES.sub(lambda found: found.group(1) + scheme, markup)
    markup = _CSS_URL.sub(lambda found: found.group() if _stays(found.group(2), light) else "none", markup)
    if markup[:6].lower() == "<style":
        return markup
    return _ATTRIBUTE.sub(lambda found: _attribute(found, light), markup)


def _attribute(found: re.Match[str], light: Light) -> str:
    blank, name, equals, value = found.groups()
    if name.lower() not in _SOURCES or _stays(value.strip("\"'"), light):
        return found.group()
    return f'{blank}{name}{equals}"{NOTHING}"'


def _stays(address: str, light: Light) -> bool:
    return light.pictures and address.strip().lower().startswith("data:image/")
