"""Notices of Amazon SES as JSON in a mail (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MOST = 50
_WORDS = ("notificationType", "eventType")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says."""

    kind: str  #: bounce, complaint, delivery
    detail: str  #: permanent, transient, undetermined; of a complaint its type: abuse, not-spam …
    recipients: tuple[tuple[str, str, str], ...]  #: address, status and the server's words
    message_id: str


def notice(text: str) -> Notice | None:
    """The notice in a text, if there is one."""
    start = text.find("{")
    if start < 0 or not any(word in text for word in _WORDS):
        return None
    found = _object(text[start:]) or _object(
        text[start:].replace("\n ", "").replace("\n", "")
    )  # long lines are broken
    inner = found.get("Message")
    return _read(_object(inner) if isinstance(inner, str) else found)


def _object(text: str) -> dict[str, Any]:
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(found: dict[str, Any]) -> Notice | None:
    kind = str(found.get("notificationType") or found.get("eventType") or "").lower()
    about = found.get(kind)
    if not isinstance(about, dict):
        return None
    detail = str(about.get("bounceType") or about.get("complaintFeedbackType") or "").lower()
    mail = found.get("mail")
    headers = mail.get("commonHeaders") if isinstance(mail, dict) else None
    own = headers.get("messageId") if isinstance(headers, dict) else ""
    return Notice(kind, detail, tuple(_recipients(about))[:_MOST], own if isinstance(own, str) else "")


def _recipients(about: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name in ("bouncedRecipients", "complainedRecipients", "recipients"):
        rows = about.get(name)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, str):
                yield row, "", str(about.get("smtpResponse", ""))
            elif isinstance(row, dict):
                said = str(row.get("diagnosticCode", "")).removeprefix("smtp;").strip()
                yield str(row.get("emailAddress", "")), str(row.get("status", "")), said
