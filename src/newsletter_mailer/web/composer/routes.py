"""What the composer answers: its pages, and the mail in every light. What it writes: `drafts` and `form`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from newsletter_mailer.actions.preview import IssueSummary, Preview, listed_issue
from newsletter_mailer.checks.places import Placed
from newsletter_mailer.errors import NewsletterError, Problem
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import CLOSE_TO_CLIPPED, GMAIL_SHOWS
from newsletter_mailer.web.composer import views
from newsletter_mailer.web.composer.desk import Desk, Sheet
from newsletter_mailer.web.composer.drafts import Writing
from newsletter_mailer.web.composer.form import Form
from newsletter_mailer.web.composer.handover import Handover
from newsletter_mailer.web.composer.height import height
from newsletter_mailer.web.composer.page import STATIC, page
from newsletter_mailer.web.composer.start import Start, chooser_page
from newsletter_mailer.web.composer.watch import watch
from newsletter_mailer.web.guard import BARE
from newsletter_mailer.yamlio.reader import LONGEST_FILE

HEARTBEAT_S = 15.0  # proxies and sleeping machines drop a silent line
WIDTHS = {"desktop": 600, "phone": 375}
DESKS = {"light": "#e8e1d5", "dark": "#161412"}  #: the same as --desk in composer.css


class Composer:
    """The routes over one desk."""

    def __init__(self, desk: Desk, first: Path | None) -> None:
        self._desk = desk
        self._first = first

    def application(self) -> Starlette:
        """The routes, and the watch over the files as long as they are served."""
        issue = "/issues/{slug}"
        routes = [
            Route("/", self.start),
            Route("/issues", self.chooser),
            Route(issue, self.issue),
            Route(f"{issue}/state", self.state),
            Route(f"{issue}/findings", self.findings),
            Route(f"{issue}/preview", self.frame),
            Route(f"{issue}/html", self.html),
            *Writing(self._desk, self._path).routes(),
            *Handover(self._desk, self._path).routes(),
            *Start(self._desk).routes(),
            *Form(self._desk, self._path).routes(),
            Route("/api/issues", self.issues),
            Route("/api/readers", self.readers),
            Route("/api/events", self.events),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        return Starlette(routes=routes, lifespan=self._watching)

    @asynccontextmanager
    async def _watching(self, _app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(watch(self._desk.workspace, self._first, self._desk.noticed))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def start(self, _request: Request) -> Response:
        """To the issue that was asked for, or to the choice."""
        return RedirectResponse(f"/issues/{self._first.parent.name}" if self._first else "/issues")

    async def chooser(self, _request: Request) -> Response:
        """The page on which an issue is chosen."""
        return chooser_page(self._desk.workspace)

    async def issue(self, request: Request) -> Response:
        """The page of one issue."""
        path = await self._path(request)
        return page("issue.html", slug=path.parent.name)

    async def issues(self, _request: Request) -> Response:
        """The issues to choose from."""
        found = await self._desk.issues()
        return JSONResponse([_choice(each) for each in found])

    async def state(self, request: Request) -> Response:
        """Everything the page shows around the mail, for one reader."""
        path = await self._path(request)
        sheet, reader, seen, problems = await self._look(request)
        return JSONResponse({
            "version": sheet.version,
            "file": sheet.written,
            "composedAt": sheet.composed_at,
            "goodAt": sheet.good_at or None,
            "problems": [_problem(each) for each in problems],
            "source": {"path": self._desk.workspace.display(path), "text": _text(path)},
            "preview": _facts(seen) if seen else None,
            "reader": _person(reader),
            "limits": {"warn": CLOSE_TO_CLIPPED, "clip": GMAIL_SHOWS},
        })  # fmt: skip

    async def findings(self, request: Request) -> Response:
        """What the quick checks find, apart from the state: the mail need not wait for them."""
        found = await self._desk.findings(await self._path(request))
        return JSONResponse([finding(each) for each in found])

    async def frame(self, request: Request) -> Response:
        """The mail itself, for the sandboxed frame."""
        _, _, seen, _ = await self._look(request)
        if seen is None:
            raise HTTPException(404)
        asked = request.query_params
        light = views.Light(
            dark=asked.get("dark") == "1",
            pictures=asked.get("pictures") != "0",
            desk=DESKS["dark" if asked.get("desk") == "dark" else "light"],
        )
        html = seen.clipped_html if asked.get("clipped") == "1" else seen.html
        return HTMLResponse(views.shown(html, light), headers={"Content-Security-Policy": views.POLICY})

    async def html(self, request: Request) -> Response:
        """The HTML as it is mailed to that reader, to be read, not shown."""
        _, _, seen, _ = await self._look(request)
        if seen is None:
            raise HTTPException(404)
        return PlainTextResponse(seen.mail_html, headers={"Content-Security-Policy": BARE})

    async def readers(self, request: Request) -> Response:
        """Subscribers whose address or name holds the query."""
        found = await self._desk.readers(request.query_params.get("q", ""))
        return JSONResponse([_person(each) for each in found])

    async def events(self, _request: Request) -> Response:
        """The number of each save from now on, as server-sent events."""
        return StreamingResponse(self._news(self._desk.version), media_type="text/event-stream")

    async def _news(self, seen: int) -> AsyncIterator[str]:
        yield ": composer\n\n"
        while not self._desk.closed:
            if await self._desk.newer_than(seen, patience_s=HEARTBEAT_S):
                seen = self._desk.version
                yield f"id: {seen}\ndata: {seen}\n\n"
            else:
                yield ":\n\n"

    async def _look(self, request: Request) -> tuple[Sheet, Subscriber, Preview | None, tuple[Problem, ...]]:
        path = await self._path(request)
        sheet = await self._desk.sheet(path)
        reader = await self._desk.reader(_number(request, "as"), sheet.edition)
        if sheet.shown is None:
            return sheet, reader, None, sheet.problems
        try:
            return sheet, reader, await self._desk.seen(sheet.shown, reader), sheet.problems
        except NewsletterError as error:
            problem = Problem(self._desk.workspace.display(path), 0, 0, error.what, error.hint)
            return sheet, reader, None, (*sheet.problems, problem)

    async def _path(self, request: Request) -> Path:
        """The issue.yaml of the address; only what is listed or was asked for on the command line has one."""
        slug = request.path_params["slug"]
        if self._first is not None and self._first.parent.name == slug:
            return self._first
        listed = await run_in_threadpool(listed_issue, self._desk.workspace, slug)
        if listed is None:
            raise HTTPException(404)
        return listed


def _number(request: Request, name: str) -> int:
    """A number of the query; 0 when there is none."""
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _text(path: Path) -> str:
    """The file as far as it can be read: also one that is no UTF-8, too long or just deleted is shown."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "what": str(problem.what),
        "hint": str(problem.hint) if problem.hint else "",
        "at": [int(key) if key.isdigit() else key for key in problem.field.split(".") if key],
    }


def finding(placed: Placed) -> dict[str, Any]:
    """What a check found, and where it is mended."""
    found = placed.finding
    return {
        "code": found.code,
        "level": placed.level.value,
        "what": str(found.what),
        "hint": str(found.hint) if found.hint else "",
        "line": placed.line,
        "column": placed.column,
        "at": list(found.at),
    }


def _choice(issue: IssueSummary) -> dict[str, Any]:
    date = issue.date.isoformat() if issue.date else None
    return {"slug": issue.slug, "title": issue.title, "subject": issue.subject, "date": date}


def _person(reader: Subscriber) -> dict[str, Any]:
    name = " ".join(part for part in (reader.first_name, reader.last_name) if part)
    return {"id": reader.id, "name": name, "address": reader.address, "organisation": reader.organisation}


def _facts(seen: Preview) -> dict[str, Any]:
    return {
        "subject": seen.subject,
        "preheader": seen.preheader,
        "sender": {"name": seen.sender.name, "address": seen.sender.email},
        "text": seen.text,
        "htmlBytes": seen.html_bytes,
        "messageBytes": seen.message_bytes,
        "words": seen.words,
        "heights": {name: height(seen.html, width) for name, width in WIDTHS.items()},
    }
