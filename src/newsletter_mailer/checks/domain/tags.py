"""Records made of `name=value` tags between semicolons, as DKIM and DMARC have them (RFC 6376 section 3.2)."""

from __future__ import annotations


def tags_of(text: str) -> dict[str, str]:
    """The tags of a record by their names in small letters, without white space around; of two the first."""
    found: dict[str, str] = {}
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        if equals and name.strip():
            found.setdefault(name.strip().lower(), value.strip())
    return found
