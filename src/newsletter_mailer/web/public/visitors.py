"""What is asked of a visitor: their language, and patience. Nothing of them is written down."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections import OrderedDict, deque

from starlette.requests import Request

from newsletter_mailer.wording import LANGUAGES

HOUR = 3_600_000
_MOST_REMEMBERED = 10_000


def language_of(request: Request, default: str) -> str:
    """The language that the page was asked in: `?lang=`, the browser's wish, the workspace's own."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    wishes = [_wish(part) for part in request.headers.get("accept-language", "").split(",")]
    known = [(weight, code) for weight, code in wishes if code in LANGUAGES and weight > 0]
    if known:
        return max(known, key=lambda wish: wish[0])[1]
    return default if default in LANGUAGES else "en"


def _wish(part: str) -> tuple[float, str]:
    """ "fr-CA;q=0.8" as (0.8, "fr")."""
    code, _, weight = part.partition(";")
    try:
        value = float(weight.partition("=")[2]) if weight else 1.0
    except ValueError:
        value = 0.0
    return value, code.strip()[:2].lower()


class Patience:
    """How often each visitor may come in an hour; visitors are remembered for that hour by a hash, in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._key = secrets.token_bytes(32)  # dies with the program: no hash can be traced back later
        self._came: OrderedDict[bytes, deque[int]] = OrderedDict()

    def allows(self, request: Request, *, now: int) -> bool:
        """Whether this visitor may go on; it counts this time."""
        came = self._came.setdefault(self._visitor(request), deque(maxlen=self._most))
        self._came.move_to_end(self._visitor(request))
        while len(self._came) > _MOST_REMEMBERED:
            self._came.popitem(last=False)
        while came and came[0] <= now - HOUR:
            came.popleft()
        if len(came) == self._most:
            return False
        came.append(now)
        return True

    def _visitor(self, request: Request) -> bytes:
        host = request.client.host if request.client else ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return hmac.digest(self._key, host.encode(), "sha256")
        if address.version == 6:  # a household has 2⁶⁴ of them
            return hmac.digest(self._key, address.packed[:8], "sha256")
        return hmac.digest(self._key, address.packed, "sha256")
