"""What the form asks of the server besides the draft: its fields and words, and the pictures that go into an issue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.beside import (
    HEAVIEST_FILE,
    MOST_BYTES,
    Added,
    add_file,
    add_picture,
    thumbnail,
)
from newsletter_mailer.actions.form import FilledIn, filled_in, issue_schema
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.web.composer.desk import Desk
from newsletter_mailer.web.composer.posted import only_from_here
from newsletter_mailer.web.composer.schema import form, labels
from newsletter_mailer.web.guard import BARE
from newsletter_mailer.wording import language, sentence

Add = Callable[[Path, str, bytes], Added]
Find = Callable[[Request], Awaitable[Path]]  #: the issue.yaml of a request's address; raises HTTPException


class Form:
    """The routes of the form over one desk."""

    def __init__(self, desk: Desk, find: Find) -> None:
        self._desk = desk
        self._find = find

    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route("/api/form", self.fields),
            Route("/issues/{slug}/pictures", self.add_picture, methods=["POST"]),
            Route("/issues/{slug}/files", self.add_file, methods=["POST"]),
            Route("/issues/{slug}/picture", self.small),
        ]

    async def fields(self, _request: Request) -> Response:
        """The fields of every part, the blocks to choose from, and what can be filled in for each reader."""
        tags = await run_in_threadpool(filled_in, self._desk.workspace)
        drawn = form(issue_schema(), language())
        return JSONResponse({**drawn, "tags": [_tag(each) for each in tags]})

    async def add_picture(self, request: Request) -> Response:
        """A picture that was dropped, pasted or chosen."""
        return await self._add(request, add_picture, most=MOST_BYTES)

    async def add_file(self, request: Request) -> Response:
        """A file that is to go along."""
        return await self._add(request, add_file, most=HEAVIEST_FILE)

    async def _add(self, request: Request, add: Add, *, most: int) -> Response:
        """Its name stands in a header, its bytes are the body."""
        only_from_here(request)
        path = await self._find(request)
        name = unquote(request.headers.get("x-name", ""))[:200] or "picture"
        try:
            data = await _body(request, most=most)
            added = await run_in_threadpool(add, path, name, data)
        except NewsletterError as error:
            return refused(error)
        return JSONResponse({"src": added.src, "bytes": added.bytes}, status_code=201)

    async def small(self, request: Request) -> Response:
        """A small copy of a picture that the issue names, drawn anew: nothing of the file itself is served."""
        path = await self._find(request)
        src = request.query_params.get("src", "")
        try:
            shown = await run_in_threadpool(thumbnail, self._desk.workspace, path, src)
        except (NewsletterError, OSError) as error:
            raise HTTPException(404) from error
        return Response(shown.data, media_type=shown.media_type, headers={"Content-Security-Policy": BARE})


def refused(error: NewsletterError, *, status: int = 422) -> Response:
    """What went wrong and how to mend it, for the page to show."""
    hint = str(error.hint) if error.hint else ""
    return JSONResponse({"what": str(error.what), "hint": hint}, status_code=status)


async def _body(request: Request, *, most: int) -> bytes:
    """The bytes of a request, read no further than allowed. Raises NewsletterError when there are more."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            what = sentence("the file is larger than {most} MB", most=most // 1_000_000)
            raise NewsletterError(what, sentence("save a smaller copy of it"))
    return bytes(received)


def _tag(each: FilledIn) -> dict[str, Any]:
    known = labels(language())["tags"]
    label = known.get(each.expression, each.expression.partition(".")[2].replace("_", " "))
    return {"expression": each.expression, "fallback": each.fallback, "label": label}
