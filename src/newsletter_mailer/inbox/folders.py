"""Where a mail goes once it is done with, and how folders are named in mailboxes."""

from __future__ import annotations

import base64
import re

KEEP, DELETE = "keep", "delete"  #: in place of a folder's name


def quoted(folder: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501 section 5.1.3), in quotation marks."""
    return '"' + in_utf_7(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'


def maildir_name(folder: str) -> str:
    """The same beside a Maildir, as Dovecot and Courier have it (Maildir++): “Lettre/Revenus” is `.Lettre.Revenus`."""
    return "." + in_utf_7(folder.strip("/.")).replace("/", ".")


def in_utf_7(folder: str) -> str:
    """A name in the mailboxes' own UTF-7."""
    return re.sub(r"[^\x20-\x25\x27-\x7e]+", lambda found: _utf_7(found[0]), folder)


def _utf_7(letters: str) -> str:
    if letters == "&":
        return "&-"
    return "&" + base64.b64encode(letters.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
