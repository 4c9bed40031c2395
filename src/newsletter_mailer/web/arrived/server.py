"""The page's server, in a thread of its own for the length of a `with`."""

from __future__ import annotations

import contextvars
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from newsletter_mailer.web.arrived.mails import subject_of, taken_apart
from newsletter_mailer.web.arrived.pages import VIEWS, page
from newsletter_mailer.web.guard import Guard
from newsletter_mailer.wording import say

HOST = "127.0.0.1"
STYLE = Path(__file__).parent / "page.css"
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
MAIL_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"

Mails = Callable[[], Sequence[tuple[str, bytes]]]
"""Recipient and bytes of every mail so far, in order of arrival."""


@contextmanager
def serving(mails: Mails) -> Iterator[str]:
    """Show these mails on a page of this machine; gives its address, with the token that opens it."""
    token = secrets.token_urlsafe(32)
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        guarded = Guard(_application(mails), port=port, token=token)
        server = uvicorn.Server(
            uvicorn.Config(guarded, log_level="warning", access_log=False, lifespan="off")
        )
        # The language is kept in a context variable, which a new thread would not inherit.
        run = contextvars.copy_context().run
        thread = threading.Thread(target=run, args=(server.run, [listener]), name="arrived", daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{port}/?token={token}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)


def _application(mails: Mails) -> Starlette:
    def show(request: Request) -> Response:
        arrived = mails()
        if not arrived:
            return PlainTextResponse(say("No mail has arrived yet."))
        number = _number(request.query_params.get("mail", "0"), len(arrived))
        view = request.query_params.get("view", "html")
        rows = [(recipient, subject_of(raw)) for recipient, raw in arrived]
        body = page(rows, taken_apart(arrived[number][1]), number, view if view in VIEWS else "html")
        return HTMLResponse(body, headers={"Content-Security-Policy": PAGE_POLICY})

    def mail(request: Request) -> Response:
        arrived = mails()
        number = _number(request.path_params["number"], len(arrived))
        html = taken_apart(arrived[number][1]).html
        return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})

    def style(_request: Request) -> Response:
        return FileResponse(STYLE)

    return Starlette(routes=[Route("/", show), Route("/mail/{number}", mail), Route("/page.css", style)])


def _number(given: str, count: int) -> int:
    """The mail asked for, or the first when there is no such mail."""
    return int(given) if given.isdecimal() and int(given) < count else 0
