"""What a page of ours posts: JSON, from this very origin, and no more than an issue can hold."""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

LONGEST = 4_000_000  # bytes: the largest issue file, escaped


async def posted(request: Request, longest: int = LONGEST) -> dict[str, Any]:
    """The object that was posted. Raises HTTPException: 403 for another origin, 413 too long, 415, 400.

    A page of another site can post forms with the reader's cookies, but neither with our Origin nor, unasked, JSON.
    """
    only_from_here(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise HTTPException(413)
    try:
        found = json.loads(body, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
    if not isinstance(found, dict):
        raise HTTPException(400)
    return found


def only_from_here(request: Request) -> None:
    """Raises HTTPException 403 unless the request says that it comes from this very origin."""
    if request.headers.get("origin") != f"http://{request.headers.get('host')}":
        raise HTTPException(403)


def _refused(constant: str) -> float:
    raise ValueError(constant)  # NaN and Infinity are no JSON
