"""Questions to web addresses."""

from __future__ import annotations

import json
import threading
import urllib.request
from http.client import HTTPException

_SECONDS = 5
_MOST_BYTES = 10_000


def answers_with(public_url: str, ledger_id: str) -> bool:
    """Whether the pages at `public_url` are those of this ledger: `/health` says `{"ledger": "<id>"}`.

    No answer within five seconds in all, or another's answer, is a no: links to such pages would be dead.
    """
    heard: list[object] = []
    # A timeout of the socket counts anew with each byte; a server that drips would hold the dispatch for hours.
    asking = threading.Thread(target=lambda: heard.append(_ledger_at(public_url)), daemon=True)
    asking.start()
    asking.join(_SECONDS)
    return heard == [ledger_id]


def _ledger_at(public_url: str) -> object:
    """What the pages say is their ledger, None when they say nothing of it."""
    url = f"{public_url.rstrip('/')}/health"  # the settings allow http and https only
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            said = json.loads(answer.read(_MOST_BYTES))
    except (OSError, ValueError, HTTPException, RecursionError):
        # URLError and timeouts are OSErrors, JSON and encoding errors ValueErrors; what is no HTTP is neither
        return None
    return said.get("ledger") if isinstance(said, dict) else None
