"""One question to a provider: a form goes out over HTTPS, JSON comes back; no secret of it gets into an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from newsletter_mailer.errors import SecretError, ServerUnreachable, system_reason
from newsletter_mailer.smtp.account import is_loopback
from newsletter_mailer.wording import Sentence, sentence

TIMEOUT_S = 30
_MOST_BYTES = 1_000_000
_SECRETS = ("client_secret", "refresh_token", "code", "code_verifier", "device_code")
_FOR_NOW = frozenset({"server_error", "temporarily_unavailable"})
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Refused(Exception):
    """The provider says no, with a word that the flows know (RFC 6749 section 5.2) and a text for people."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(error)
        self.error = error
        self.words = words


class NoPermission(SecretError):
    """There is no permission to send, or no longer."""


def again() -> Sentence:
    """What to do about it."""
    return sentence("run: newsletter secret set oauth")


def ask(url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What the provider answers. Raises Refused, and ServerUnreachable for what may go better later."""
    status, raw = _posted(url, urlencode(form).encode())
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    error = answer.get("error") if isinstance(answer, dict) else None
    if status == 200 and isinstance(answer, dict) and error is None:
        return answer
    if status >= 500 or status == 429 or not isinstance(error, str) or error in _FOR_NOW:
        raise not_oauth(url, status)
    assert isinstance(answer, dict)  # it has an error
    raise Refused(error, _told(error, answer.get("error_description"), form))


def not_oauth(url: str, status: int = 200) -> ServerUnreachable:
    """The provider's answer is none."""
    return ServerUnreachable(
        sentence("{host} gives no answer of use (HTTP {status})", host=urlsplit(url).netloc, status=status),
        sentence("try again later; if it stays so, check `smtp.oauth`"),
    )


def presentable(words: object, *, most: int = 300) -> str:
    """A provider's words, safe for a terminal."""
    return _CONTROL.sub(" ", str(words))[:most].strip()


def _told(error: str, description: object, form: Mapping[str, str]) -> str:
    words = f"{error}: {description}" if description else error
    for name in _SECRETS:
        if secret := form.get(name):
            words = words.replace(secret, "…")
    return presentable(words)


def _posted(url: str, body: bytes) -> tuple[int, bytes]:
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request

    request = Request(url, body, {"Accept": "application/json"})  # noqa: S310  the settings take https only
    try:
        with _opener(url).open(request, timeout=TIMEOUT_S) as response:
            return response.status, response.read(_MOST_BYTES)
    except HTTPError as error:
        with error:
            return error.code, error.read(_MOST_BYTES)
    except (OSError, HTTPException) as error:
        raise _unreachable(url, error) from error


def _opener(url: str) -> Any:
    from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object, **__: object) -> None:
            """Follow nobody: the form holds secrets."""

    direct = [ProxyHandler({})] if is_loopback(urlsplit(url).hostname or "") else []
    return build_opener(Stay, *direct)


def _unreachable(url: str, error: Exception) -> ServerUnreachable:
    cause = getattr(error, "reason", error)
    why: object = system_reason(cause) if isinstance(cause, OSError) else type(cause).__name__
    return ServerUnreachable(
        sentence("no connection to {host}: {why}", host=urlsplit(url).netloc, why=presentable(why)),
        sentence("check that this computer is online"),
    )
