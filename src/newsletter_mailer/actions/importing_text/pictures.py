"""Pictures of a page: those that came along are kept, of the others only the address is known."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from newsletter_mailer.actions.importing_text.pieces import Found, Loss, Notes

MOST_PICTURES = 200
_SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_DATA = re.compile(r"data:([\w/+.-]*)((?:;[\w=.-]+)*),(.*)", re.IGNORECASE | re.DOTALL)
_LONGEST_SHOWN = 120


def picture_of(element: Any, notes: Notes) -> int | None:
    """The number of an element's picture; None for one that did not come along, or that nobody sees."""
    source = (element.get("src") or "").strip()
    if not source or _is_pixel(element):
        return None
    data = _DATA.fullmatch(source)
    if data is None:
        notes.elsewhere.append(_shown(source))
        return None
    suffix = _SUFFIXES.get(data[1].lower())
    raw = _bytes(data[3], base64_=";base64" in data[2].lower()) if suffix else b""
    if not raw or len(notes.pictures) >= MOST_PICTURES:
        notes.lost[Loss.FORMAT] += 1
        return None
    return notes.picture(Found(f"{_name(element, len(notes.pictures))}.{suffix}", raw))


def _is_pixel(element: Any) -> bool:
    """A dot that counts who looks."""
    return element.get("width") in ("0", "1") and element.get("height") in ("0", "1")


def _bytes(text: str, *, base64_: bool) -> bytes:
    if not base64_:
        return unquote_to_bytes(text)
    try:
        return base64.b64decode("".join(unquote(text).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _name(element: Any, number: int) -> str:
    """After its words, where it has some."""
    return (element.get("alt") or element.get("title") or "")[:60].strip() or f"picture {number + 1}"


def _shown(source: str) -> str:
    """An address as it can be told: not all of it when it is long."""
    line = " ".join(source.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"
