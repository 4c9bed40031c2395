"""Names for folders and addresses, made of words that people use."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection

LONGEST_SLUG = 80  #: characters of an issue's name
_OTHERS = re.compile(r"[^a-z0-9]+")


def hyphenated(words: str, longest: int) -> str:
    """Small letters, digits and hyphens: "Fête d'été" gives "fete-d-ete"; "" when nothing of it can be written so."""
    plain = words.casefold().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _OTHERS.sub("-", letters).strip("-")[:longest].strip("-")


def slug_for(title: str, date: dt.date, taken: Collection[str]) -> str:
    """A name for the folder of a new issue, like none of those `taken`: "2026-12-fete-d-ete"."""
    month = f"{date:%Y-%m}"
    words = hyphenated(title, 40)
    wished = words if words.startswith(month) else f"{month}-{words}".strip("-")
    number = 2
    slug = wished
    while slug in taken:
        slug, number = f"{wished}-{number}", number + 1
    return slug
