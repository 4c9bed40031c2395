"""The composer's own pages: HTML files with gaps for words in the language of the program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType

from starlette.responses import HTMLResponse

from newsletter_mailer.web.composer.words import for_script, on_pages
from newsletter_mailer.wording import language

STATIC = Path(__file__).parent / "static"
PAGES = Path(__file__).parent / "pages"

POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types inert",
))  # fmt: skip


_NOTHING: Mapping[str, str] = MappingProxyType({})


@cache
def _template(name: str) -> Template:
    return Template((PAGES / name).read_text(encoding="utf-8"))


def page(name: str, script: Mapping[str, str] = _NOTHING, **gaps: str) -> HTMLResponse:
    """One of `pages/`, its gaps filled; every value is escaped. script: what its scripts say besides."""
    words = json.dumps({**for_script(), **script}, ensure_ascii=False)
    values = {**on_pages(), **gaps, "lang": language(), "words": words}
    html = _template(name).substitute({key: escape(value) for key, value in values.items()})
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})
