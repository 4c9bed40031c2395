"""The form of a message that a DKIM signature is made of: white space that servers may change counts alike."""

from __future__ import annotations

import re

_TO_RELAX = re.compile(rb" [ \r]")
_SPACES = re.compile(rb"  +")


def is_relaxed(text: bytes) -> bool:
    """Whether no white space within the text would change; its end is not looked at."""
    return b"\t" not in text and not _TO_RELAX.search(text)


def relaxed_body(body: bytes) -> bytes:
    """The body in its relaxed form (RFC 6376 section 3.4.4); lines end with CRLF only.

    Most bodies are searched and found to be so already.
    """
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    if _TO_RELAX.search(body):
        body = _SPACES.sub(b" ", body).replace(b" \r\n", b"\r\n")
    if body.endswith(b"\r\n\r\n") or body == b"\r\n":
        body = body.rstrip(b"\r\n")
        return body + b"\r\n" if body else b""
    return body


def relaxed_headers(head: bytes) -> tuple[tuple[bytes, ...], list[bytes]]:
    """The names of the headers, and the headers in their relaxed form (section 3.4.2) without line ends."""
    flat = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").replace(b"\t", b" ")
    names, rows = [], []
    for row in _SPACES.sub(b" ", flat).split(b"\r\n"):
        name, _, value = row.partition(b":")
        name = name.rstrip(b" ").lower()
        names.append(name)
        rows.append(b"%s:%s" % (name, value.strip(b" ")))
    return tuple(names), rows
