"""The archive of the letters that were sent, and what programs ask of the pages."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.archive import Archive
from newsletter_mailer.web.public.answers import FOR_EVER, LETTER, PAGE, document
from newsletter_mailer.web.public.site import Site


class Reading:
    """Everything that is the same for everybody."""

    def __init__(self, site: Site, archive: Archive, *, ledger_id: str) -> None:
        self._site = site
        self._archive = archive
        self._ledger_id = ledger_id

    def routes(self) -> list[Route]:
        """The issues come last: their addresses are the officer's own words."""
        return [
            Route("/health", self.health),
            Route("/favicon.ico", self.no_icon),
            Route("/pages.css", self.style),
            Route("/style.css", self.archive_style),
            Route("/", self.index),
            Route("/feed.atom", self.feed),
            Route("/calendar.ics", self.calendar),
            Route("/pictures/{name}", self.picture),
            Route("/{issue}/", self.issue),
            Route("/{issue}", self.with_slash),
        ]

    async def health(self, _request: Request) -> Response:
        """Which ledger these pages are of: `dispatch` asks before it writes links to them into mails."""
        return JSONResponse({"ledger": self._ledger_id}, headers={"Cache-Control": "no-store"})

    async def no_icon(self, _request: Request) -> Response:
        """Browsers ask for one beside every page."""
        return Response(status_code=204, headers=FOR_EVER)

    async def style(self, request: Request) -> Response:
        """Of the readers' own pages."""
        return document(request, self._site.pages.style().encode(), "text/css")

    async def archive_style(self, request: Request) -> Response:
        """Of the archive."""
        return document(request, self._archive.style(), "text/css")

    async def index(self, request: Request) -> Response:
        """All issues."""
        html = await run_in_threadpool(self._archive.index, self._site.language(request))
        answer = document(request, html, "text/html", policy=PAGE)
        answer.headers["Vary"] = "Accept-Language"
        return answer

    async def issue(self, request: Request) -> Response:
        """One of them."""
        html = await run_in_threadpool(self._archive.page, request.path_params["issue"])
        if html is None:
            raise HTTPException(404)
        return document(request, html, "text/html", policy=LETTER)

    async def with_slash(self, request: Request) -> Response:
        """To the issue, whose links are relative to it."""
        issue = request.path_params["issue"]
        entries = await run_in_threadpool(self._archive.entries)
        if issue not in {entry.path for entry in entries}:
            raise HTTPException(404)
        return RedirectResponse(f"{self._site.base}/{issue}/", status_code=301)

    async def feed(self, request: Request) -> Response:
        """For feed readers."""
        data = await run_in_threadpool(self._archive.feed)
        return document(request, data, "application/atom+xml")

    async def calendar(self, request: Request) -> Response:
        """For calendars."""
        data = await run_in_threadpool(self._archive.calendar)
        return document(request, data, "text/calendar")

    async def picture(self, request: Request) -> Response:
        """A picture of a letter, or a file that went along; its name means these bytes for ever."""
        name = request.path_params["name"]
        found = await run_in_threadpool(self._archive.picture, name)
        if found is None:
            raise HTTPException(404)
        data, media_type = found
        answer = document(request, data, media_type, keep=FOR_EVER)
        if not media_type.startswith("image/"):  # a browser shows no PDF under a policy as strict as ours
            answer.headers["Content-Disposition"] = f'attachment; filename="{name.split("-", 2)[-1]}"'
        return answer
