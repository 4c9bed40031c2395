"""The composer's server: on this machine only, until Ctrl-C."""

from __future__ import annotations

import hashlib
import secrets
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from newsletter_mailer.actions.preview import issue_path
from newsletter_mailer.app import App
from newsletter_mailer.errors import UsageError
from newsletter_mailer.web.composer.desk import Desk
from newsletter_mailer.web.composer.routes import Composer
from newsletter_mailer.web.guard import Guard
from newsletter_mailer.web.listening import LOOPBACK, listening
from newsletter_mailer.web.screen import has_screen

USUAL = 20_000  # ports from here on are rarely anybody's


def serve(
    app: App, issue: str | None, *, port: int, open_browser: bool, announce: Callable[[str], None]
) -> None:
    """Serve the composer until Ctrl-C. `announce` gets the address with its token, once it can be opened.

    issue: slug, folder or issue.yaml; None lets the officer choose. port 0 takes a free one.
    Raises UsageError when there is no such issue or the port is taken.
    """
    first = issue_path(app.workspace, issue) if issue else None
    with listening(port) if port else usual(app.workspace.root) as listener:
        server, url = prepare(app, first, listener)
        announce(url)
        if open_browser and has_screen():
            webbrowser.open(url)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has closed everything by then and passes the signal on
            return


def usual(root: Path) -> socket.socket:
    """On the same port each time, if it is free: a browser keeps what could not be saved by the address of the page."""
    try:
        return listening(USUAL + int(hashlib.sha256(str(root).encode()).hexdigest(), 16) % 10_000)
    except UsageError:
        return listening(0)


def prepare(app: App, first: Path | None, listener: socket.socket) -> tuple[uvicorn.Server, str]:
    """A server on that listening socket, and the address that lets a browser in."""
    port = listener.getsockname()[1]
    token = secrets.token_urlsafe(32)
    desk = Desk(app)
    guard = Guard(Composer(desk, first).application(), port=port, token=token)
    config = uvicorn.Config(
        guard,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    return _Server(config, desk), f"http://{LOOPBACK}:{port}/?token={token}"


class _Server(uvicorn.Server):
    """Tells the open event streams to end, for uvicorn waits for them."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._desk.close()
        await super().shutdown(sockets)
