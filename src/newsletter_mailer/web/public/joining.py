"""Subscribing by a form, and confirming it from one's mailbox."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter_mailer.actions.consent import joining
from newsletter_mailer.actions.consent.joining import Form, wording_of
from newsletter_mailer.actions.consent.preferences import Offer
from newsletter_mailer.actions.consent.words import CHANGED, DEAD
from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.app import App
from newsletter_mailer.model.audience import MailingList
from newsletter_mailer.web.public.answers import FRAMED, PAGE, page
from newsletter_mailer.web.public.site import MOST_FIELDS, Site, done, fields, first
from newsletter_mailer.wording import Sentence, in_language, sentence


class Joining:
    """`/subscribe`, `/subscribe/form` to stand within other sites, `/c/<token>`."""

    def __init__(self, app: App, site: Site, writer: Writer) -> None:
        self._app = app
        self._site = site
        self._writer = writer

    def routes(self) -> list[Route]:
        """Looking changes nothing."""
        return [
            Route("/subscribe", self.form, methods=["GET"]),
            Route("/subscribe", self.ask, methods=["POST"]),
            Route("/subscribe/form", self.form, methods=["GET"]),
            Route("/subscribe/form", self.ask, methods=["POST"]),
            Route("/c/{token}", self.sure, methods=["GET"]),
            Route("/c/{token}", self.confirm, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """The empty form."""
        lists = await run_in_threadpool(joining.public_lists, self._app.database)
        return self._form(request, _offered(request, lists), Form(), {})

    async def ask(self, request: Request) -> Response:
        """The same answer for every address, known or not, and for every visitor, patient or not."""
        given = await fields(request)
        language = self._site.language(request)
        form = _form_of(given, language)
        lists = await run_in_threadpool(joining.public_lists, self._app.database)
        offered = _offered(request, lists)
        if form.lists <= {one.slug for one in offered}:
            lists = offered  # else it is a form of another site, with names of its own
        settings = self._site.workspace.settings
        answer = joining.answer_to(
            form,
            lists,
            association=self._site.association,
            ask_tracking=settings.privacy.ask_tracking,
            secret=self._site.links.secret,
        )
        if answer.mistakes:
            return self._form(request, lists, form, answer.mistakes)
        if first(given, "shown") not in ("", self._words(lists, language)):  # none: a form of another site
            return self._form(request, lists, form, {"shown": CHANGED})
        now = self._site.clock()
        if answer.request is not None and self._site.patience.allows(request, now=now):
            write = partial(joining.ask, request=answer.request, now=now)
            if await done(self._writer.write(write)):
                self._site.asked()
        bare = _is_bare(request)
        return page(self._site.pages.asked(language, bare=bare), policy=FRAMED if bare else PAGE)

    async def sure(self, request: Request) -> Response:
        """The page with the button: a program that follows the link of a mail subscribes nobody."""
        return page(self._site.pages.confirm(self._site.language(request)))

    async def confirm(self, request: Request) -> Response:
        """The button."""
        await fields(request)
        number = self._site.links.number("confirm", request.path_params["token"])
        write = partial(joining.confirm, confirmation_id=number, now=self._site.clock())
        found = await done(self._writer.write(write))
        language = self._site.language(request)
        if found is None:
            return page(self._site.pages.expired(language), status=404)
        link = f"{self._site.base}/p/{self._site.links.token('person', found.subscriber_id)}"
        told = (
            sentence(
                "Thank you: {association} writes to you from now on.", association=self._site.association
            )
            if found.reached
            else DEAD
        )
        html = self._site.pages.message(
            language,
            sentence("You are subscribed") if found.reached else sentence("Something stands in the way"),
            told,
            link=link,
            link_text=sentence("See and change my choices"),
        )
        return page(html)

    def _words(self, lists: list[MailingList], language: str) -> str:
        association = self._site.association
        with in_language(language):
            said = [f"{one.slug} {wording_of(one, association)}" for one in lists]
            return joining.words_shown([*said, joining.tracking_wording(association)])

    def _form(self, request: Request, lists: list[MailingList], form: Form, mistakes: Any) -> Response:
        language, bare = self._site.language(request), _is_bare(request)
        association = self._site.association
        with in_language(language):
            offers = [Offer(one, wording_of(one, association), one.slug in form.lists) for one in lists]
            measured = joining.tracking_wording(association)
        html = self._site.pages.page(
            "subscribe",
            language,
            _title(lists, association),
            lead=sentence("Fill in your address: a mail comes to it, and its link makes you a reader."),
            lists=offers,
            form=form,
            mistakes=mistakes,
            shown=self._words(lists, language),
            tracking=measured if self._site.workspace.settings.privacy.ask_tracking else "",
            button=_title(lists, association) if len(lists) == 1 else sentence("Subscribe"),
            action=f"{self._site.base}/subscribe{'/form' if bare else ''}?{_query(request, language)}",
            bare=bare,
        )
        return page(html, status=422 if mistakes else 200, policy=FRAMED if bare else PAGE)


def _offered(request: Request, lists: list[MailingList]) -> list[MailingList]:
    """What stands on the form: a list that its address names alone, several before the others. None is ticked."""
    named = request.query_params.getlist("list")
    wanted = [one for one in lists if one.slug in named]
    return wanted if len(wanted) == 1 else [*wanted, *(one for one in lists if one not in wanted)]


def _query(request: Request, language: str) -> str:
    """What makes the form the same when it comes back with a mistake."""
    named = request.query_params.getlist("list")[:MOST_FIELDS]
    return urlencode([("lang", language), *(("list", slug) for slug in named)])


def _title(lists: list[MailingList], association: str) -> Sentence:
    if len(lists) == 1:
        return sentence("Subscribe to “{name}”", name=lists[0].name)
    return sentence("Receive the letters of {association}", association=association)


def _is_bare(request: Request) -> bool:
    return str(request.scope["path"]).endswith("/form")


def _form_of(given: dict[str, list[str]], language: str) -> Form:
    return Form(
        address=first(given, "address")[:1000],
        first_name=first(given, "first_name"),
        last_name=first(given, "last_name"),
        language=language,
        lists=frozenset(given.get("list", ())),
        tracking="tracking" in given,
        honeypot=first(given, "website"),
    )
