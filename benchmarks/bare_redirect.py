"""A Starlette handler that redirects and keeps nothing; of `redirects.py`. It says its port and serves."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route


async def away(_request: Request) -> RedirectResponse:
    """Always to the same page."""
    return RedirectResponse("https://example.org/a", status_code=302)


def main() -> None:
    """Serve until the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app = Starlette(routes=[Route("/l/{first}/{second}", away)])
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
