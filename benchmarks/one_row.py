"""A bare Starlette handler that writes one SQLite row for each POST: the peer of `one_click.py`. Prints its port."""

from __future__ import annotations

import sqlite3
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter_mailer.web.listening import listening


def main() -> None:
    """Serve until the process is ended; the row is as safe as ours: written ahead, and synced."""
    rows = sqlite3.connect(sys.argv[1], isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        rows.execute(f"PRAGMA {pragma}")
    rows.execute("CREATE TABLE clicks (id INTEGER PRIMARY KEY, token TEXT NOT NULL)")

    async def click(request: Request) -> Response:
        await request.body()
        rows.execute("INSERT INTO clicks (token) VALUES (?)", (request.path_params["token"],))
        return PlainTextResponse("ok")

    pages = Starlette(routes=[Route("/u/{token}", click, methods=["POST"])])
    with listening(0) as listener:
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(pages, log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
