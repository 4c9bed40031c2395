"""`/officer`: campaigns, each at work, and their reports, for who is signed in."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions import report as reports
from newsletter_mailer.actions.campaigns import every, one
from newsletter_mailer.actions.consent.pages import Pages
from newsletter_mailer.actions.standing.live import Live, Looking
from newsletter_mailer.app import App
from newsletter_mailer.errors import UsageError
from newsletter_mailer.web.officer import showing
from newsletter_mailer.web.officer.door import Door
from newsletter_mailer.web.officer.signing_in import SigningIn
from newsletter_mailer.web.officer.words import WORDS
from newsletter_mailer.web.public.answers import PRIVATE, document, page
from newsletter_mailer.web.public.site import Site
from newsletter_mailer.wording import Sentence, in_language, sentence

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
REPORT = (  # its styles are in it, and it has no scripts
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_SCRIPT = Path(__file__).parent / "static" / "live.js"
_T = TypeVar("_T")
_MOST_WATCHED = 50  # campaigns whose speed is remembered


class Officer:
    """Everything behind the door."""

    def __init__(self, app: App, site: Site, door: Door) -> None:
        self._app = app
        self._site = site
        self._pages = Pages(app.workspace, base=site.base, room="officer")
        self._signing_in = SigningIn(app, site, door, self._pages, POLICY)
        self._looking: dict[int, Looking] = {}
        self._one_at_a_time = threading.Lock()
        self._one_report = threading.Lock()  # of a million readers it takes seconds and memory

    def routes(self) -> list[Route]:
        """Nothing here changes anything."""
        home = "/officer"
        return [
            *self._signing_in.routes(),
            Route(home, self._behind_the_door(self.campaigns)),
            Route(f"{home}/live.js", self._behind_the_door(self.script)),
            Route(f"{home}/campaigns/{{number:int}}", self._behind_the_door(self.campaign)),
            Route(f"{home}/campaigns/{{number:int}}/live", self._behind_the_door(self.live)),
            Route(f"{home}/campaigns/{{number:int}}/report", self._behind_the_door(self.report)),
            Route(f"{home}/campaigns/{{number:int}}/report.html", self._behind_the_door(self.report_file)),
        ]

    def _behind_the_door(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def asked(request: Request) -> Response:
            if self._signing_in.is_signed_in(request):
                return await answer(request)
            if not self._signing_in.by_password:
                raise HTTPException(404)  # there is no door that a stranger could find
            return RedirectResponse(f"{self._site.base}/officer/in", status_code=303)

        return asked

    async def campaigns(self, request: Request) -> Response:
        """All of them."""
        found = await run_in_threadpool(every, self._app.database)
        language = self._site.language(request)
        with in_language(language):
            rows = showing.rows(found, self._app.workspace.zone)
        return self._page("campaigns", language, sentence("Campaigns"), rows=rows)

    async def campaign(self, request: Request) -> Response:
        """One at work: the page loads what changes again and again."""
        live = await self._live(request)
        language = self._site.language(request)
        name = Sentence("{name}", {"name": live.campaign.slug})
        return self._page("campaign", language, name, **self._told(live, language))

    async def live(self, request: Request) -> Response:
        """What changes."""
        live = await self._live(request)
        language = self._site.language(request)
        return self._page("live", language, sentence("Campaigns"), **self._told(live, language))

    async def report(self, request: Request) -> Response:
        """The report, as `newsletter report` writes it."""
        return page(await self._report(request), policy=REPORT)

    async def report_file(self, request: Request) -> Response:
        """The same, to be kept."""
        answer = page(await self._report(request), policy=REPORT)
        name = f"report-{request.path_params['number']}.html"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    async def script(self, request: Request) -> Response:
        """The only one."""
        return document(request, _SCRIPT.read_bytes(), "text/javascript", keep=PRIVATE)

    async def _live(self, request: Request) -> Live:
        return await run_in_threadpool(self._look, self._number(request))

    def _look(self, number: int) -> Live:
        with self._one_at_a_time:
            looking = self._looking.pop(number, None) or Looking(self._app.database, number)
            live = _found(lambda: looking.look(now=self._site.clock()))
            self._looking[number] = looking  # the last ones are kept
            while len(self._looking) > _MOST_WATCHED:
                self._looking.pop(next(iter(self._looking)))
        return live

    async def _report(self, request: Request) -> str:
        return await run_in_threadpool(
            partial(self._written, self._number(request), self._site.language(request))
        )

    def _written(self, number: int, language: str) -> str:
        with self._one_report, in_language(language):
            campaign = _found(lambda: one(self._app.database, str(number)))
            made = reports.report(self._app.database, campaign, now=self._site.clock())
            return reports.as_html(made, self._app.workspace)

    def _number(self, request: Request) -> int:
        number: int = request.path_params["number"]
        if number >= 1 << 63:
            raise HTTPException(404)
        return number

    def _told(self, live: Live, language: str) -> dict[str, Any]:
        with in_language(language):
            return {"seen": showing.seen(live, self._app.workspace.zone)}

    def _page(self, name: str, language: str, title: Sentence, **values: Any) -> Response:
        html = self._pages.page(name, language, title, said=WORDS, **values)
        return page(html, policy=POLICY)


def _found(asked: Callable[[], _T]) -> _T:
    """What was asked for. Raises HTTPException when there is no such campaign."""
    try:
        return asked()
    except UsageError:
        raise HTTPException(404) from None
