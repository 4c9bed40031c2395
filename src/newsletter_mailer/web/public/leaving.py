"""Unsubscribing: a page with one button, and the click that mail programs send by themselves (RFC 8058)."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter_mailer.actions.consent.leaving import leave
from newsletter_mailer.actions.consent.links import is_test
from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.web.public.answers import page
from newsletter_mailer.web.public.site import Site, done, drained


def routes(site: Site, writer: Writer) -> list[Route]:
    """`/u/<token>`. Whoever looks, or sends a program to look, changes nothing: only a POST does.

    Every token goes the same way to the same page: nobody learns from it which of them are true.
    """

    async def ask(request: Request) -> Response:
        language = site.language(request)
        test = is_test(request.path_params["token"])
        return page(site.pages.tested(language) if test else site.pages.unsubscribe(language))

    async def one_click(request: Request) -> Response:
        # A POST to this address means one thing, in whatever encoding it comes and whatever a proxy made of it
        await drained(request)
        language, token = site.language(request), request.path_params["token"]
        if is_test(token):
            return page(site.pages.tested(language))
        delivery = site.links.number("unsubscribe", token)
        await done(writer.write(partial(leave, delivery_id=delivery, now=site.clock())))
        return page(site.pages.left(language))

    return [
        Route("/u/{token}", ask, methods=["GET"]),
        Route("/u/{token}", one_click, methods=["POST"]),
    ]
