"""Whether one's reading may be measured: asked by a mail, and taken back from every letter that measures."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter_mailer.actions.consent.measuring import Question, answer, question
from newsletter_mailer.actions.consent.words import CHANGED
from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.app import App
from newsletter_mailer.web.public.answers import page
from newsletter_mailer.web.public.site import Site, done, fields, first
from newsletter_mailer.wording import LANGUAGES, Sentence, sentence

_YES = sentence(
    "Thank you. You can take that back at any time: by this page, or at the foot of every letter."
)
_NO = sentence("Nothing of your reading is measured any more, not even in letters that you already have.")


def routes(app: App, site: Site, writer: Writer) -> list[Route]:
    """`/m/<token>`. Whoever looks, or sends a program to look, changes nothing: only a POST does."""

    def found(request: Request) -> Question | None:
        def speaks(known: str) -> str:
            own = known[:2].lower()
            return site.language(request, own if own in LANGUAGES else "")

        with app.database.reading() as connection:
            token = request.path_params["token"]
            return question(connection, site.links, token, association=site.association, speaks=speaks)

    async def look(request: Request) -> Response:
        asked = await run_in_threadpool(found, request)
        return _page(site, asked) if asked else page(site.pages.expired(site.language(request)), status=404)

    async def say_so(request: Request) -> Response:
        given = await fields(request)
        asked = await run_in_threadpool(found, request)
        if asked is None or first(given, "do") not in ("yes", "no"):
            return await look(request)
        agrees = first(given, "do") == "yes"
        shown, now = first(given, "shown"), site.clock()
        kept = await done(writer.write(partial(answer, asked=asked, agrees=agrees, shown=shown, now=now)))
        again = await run_in_threadpool(found, request) or asked
        return _page(site, again, (_YES if agrees else _NO) if kept else CHANGED)

    return [
        Route("/m/{token}", look, methods=["GET"]),
        Route("/m/{token}", say_so, methods=["POST"]),
    ]


def _page(site: Site, asked: Question, told: Sentence | str = "") -> Response:
    title = sentence("May we measure your reading?")
    return page(site.pages.page("measuring", asked.language, title, asked=asked, told=told))
