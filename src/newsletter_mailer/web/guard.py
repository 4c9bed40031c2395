"""Who may speak to a page of ours: this machine's browser that was given the token, and no page of another site.

Each check answers one attack: the token another user or program of this machine, Host a name that was made to
point here (DNS rebinding), Origin and Sec-Fetch-Site a page of another site in the same browser.
"""

from __future__ import annotations

import secrets
from html import escape

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter_mailer.wording import language, say

BARE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Wraps the application; nothing behind it answers a stranger."""

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        self._app = app
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._token = token
        self._cookie = f"newsletter_{port}"  # cookies do not know ports: two pages must not share a name
        self._key = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            answer = self._answer(scope) or self._app
            await answer(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope) -> ASGIApp | None:
        """The guard's own answer, or None when the request may pass."""
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return refusal()
        if headers.get("origin") not in (None, f"http://{headers['host']}"):
            return refusal()
        if given := _token_in(scope):
            return (
                self._let_in(scope)
                if secrets.compare_digest(given.encode(), self._token.encode())
                else refusal()
            )
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") or not self._known(headers):
            return refusal()
        return None

    def _let_in(self, scope: Scope) -> Response:
        """The token leaves the address bar, and history, for a cookie that no script and no other site can use."""
        response = RedirectResponse(scope["path"], status_code=303)
        response.set_cookie(self._cookie, self._key, httponly=True, samesite="strict", path="/")
        return response

    def _known(self, headers: Headers) -> bool:
        given = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        return secrets.compare_digest(given.encode(), self._key.encode())


def _token_in(scope: Scope) -> str:
    """The token of the first link, "" on every other request."""
    return QueryParams(scope["query_string"]).get("token", "") if scope["path"] == "/" else ""


def refusal() -> HTMLResponse:
    """What a stranger gets: nothing of the workspace, and what to do for who only has an old link."""
    what = escape(say("This page does not know this browser."))
    how = escape(say("Open the address that the terminal shows, all of it."))
    html = f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>403</title><p>{what}<p>{how}</html>'
    return HTMLResponse(html, status_code=403, headers={"Content-Security-Policy": BARE})


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
                headers[name] = value
        await send(message)

    return sent
