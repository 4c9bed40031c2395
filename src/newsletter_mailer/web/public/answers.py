"""Answers with the headers that keep them harmless: no script, nothing from elsewhere, no way into a frame."""

from __future__ import annotations

import hashlib

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _policy(*, style: str = "'self'", forms: str = "'self'", frames: str = "'none'") -> str:
    return (
        f"default-src 'none'; style-src {style}; img-src 'self' data:; form-action {forms}; base-uri 'none'; "
        f"frame-ancestors {frames}"
    )


PAGE = _policy()
FRAMED = _policy(frames="*")  # the form that other sites show
LETTER = _policy(style="'self' 'unsafe-inline'", forms="'none'")  # a mail carries its styles in itself
REVIEW = PAGE + "; frame-src 'self'"  # a letter within the page that asks what one thinks of it
PROOF = (  # that letter: its pictures are in it, and its links lead nowhere
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a page holds its token
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
FOR_ALL = {"Cache-Control": "public, max-age=300"}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def page(html: str, *, status: int = 200, policy: str = PAGE) -> Response:
    """A page of one visitor's own: not kept anywhere, not found by search machines."""
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": policy, **PRIVATE})


def document(
    request: Request, data: bytes, media_type: str, *, policy: str = NOTHING, keep: dict[str, str] = FOR_ALL
) -> Response:
    """Something that is the same for everybody; who has it already is told so."""
    mark = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"Content-Security-Policy": policy, "ETag": mark, **keep}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


class Manners:
    """Around the application: headers of every answer, and addresses with the path that a proxy passes on."""

    def __init__(self, app: ASGIApp, *, base: str) -> None:
        """base: the path of the public address, without a slash at its end. Proxies pass it on, or take it off."""
        self._app = app
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if self._base and (path == self._base or path.startswith(f"{self._base}/")):
            scope = {**scope, "path": path.removeprefix(self._base) or "/"}
        await self._app(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", NOTHING)
        await send(message)

    return sent
