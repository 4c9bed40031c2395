"""Links that lead by us, and the picture that is loaded from us. Whatever an address is worth, nobody sees an error."""

from __future__ import annotations

import base64

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.measuring.following import Following
from newsletter_mailer.web.public.answers import PRIVATE, page
from newsletter_mailer.web.public.site import Site
from newsletter_mailer.wording import sentence

_PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # one clear pixel


def routes(site: Site, following: Following) -> list[Route]:
    """`/l/…` and `/o/…`. A HEAD is answered like a GET, and nothing is kept of it."""

    async def link(request: Request) -> Response:
        first, second = request.path_params["first"], request.path_params["second"]
        wanted, now = request.method == "GET", site.clock()
        if "-" in second:
            url = following.target(first, second)
            if url is None:
                url = await run_in_threadpool(following.looked_up, second)
            if url and wanted:
                following.followed(first, second, _agent(request), now=now)
        else:
            url = await run_in_threadpool(following.tracked_target, first, second)
            if wanted:
                following.tracked(first, second, _agent(request), now=now)
            else:
                following.asked_without_looking(first, now=now)
        return RedirectResponse(url, status_code=302, headers=PRIVATE) if url else _nowhere(site, request)

    async def picture(request: Request) -> Response:
        if request.method == "GET":
            following.opened(request.path_params["name"], _agent(request), now=site.clock())
        return Response(_PICTURE, media_type="image/gif", headers=PRIVATE)

    return [
        Route("/l/{first}/{second}", link, methods=["GET"]),
        Route("/o/{name}.gif", picture, methods=["GET"]),
    ]


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _nowhere(site: Site, request: Request) -> Response:
    html = site.pages.message(
        site.language(request),
        sentence("We do not know where this link leads"),
        sentence("It was cut off on its way, perhaps, or the letter is too old."),
        sentence("You find what it led to in the letter itself: all of them are here."),
        link=f"{site.base}/",
        link_text=sentence("All our letters"),
    )
    return page(html, status=404)
