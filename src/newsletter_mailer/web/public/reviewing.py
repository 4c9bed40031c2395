"""What reviewers do with their link: read the letter before it leaves, comment on it, approve it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.actions.reviewing import Reviewed, Reviews, remark, say_yes
from newsletter_mailer.app import App
from newsletter_mailer.web.public.answers import PROOF, REVIEW, page
from newsletter_mailer.web.public.site import Site, done, fields, first
from newsletter_mailer.web.public.visitors import Patience
from newsletter_mailer.wording import Sentence, sentence

PURPOSE = "review"  # of the token, as the link in a test has it
_ACTS_PER_HOUR = 120  # of one visitor: a review is long, and no flood
_MISSING = sentence("Please give your name, and write something if it is a comment.")
_SLOWLY = sentence("That was a lot at once. Nothing was kept; please go on in a while.")
_THANKS = sentence("Thank you, your comment is kept.")
_APPROVED = sentence("Thank you. Your approval is kept, for exactly this letter.")
_WORDS = {
    "lead": sentence("Please read this letter before it leaves, and say what should be otherwise."),
    "changed": sentence(
        "The letter was changed since this link was made: ask for a newer one before you approve."
    ),
    "code": sentence("Code of this edition:"),
    "subject": sentence("Subject:"),
    "letter": sentence("The letter"),
    "verdict": sentence("May it leave like this?"),
    "name": sentence("Your name"),
    "approve": sentence("Yes, it may leave"),
    "approved_by": sentence("Approved by"),
    "comments": sentence("Comments"),
    "comments_lead": sentence("On a part of the letter, or on the whole."),
    "whole": sentence("The whole letter"),
    "show": sentence("Show it in the letter"),
    "comment": sentence("Your comment"),
    "send": sentence("Keep this comment"),
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What a reviewer is told of what they did."""

    good: Sentence | None = None
    bad: Sentence | None = None
    name: str = ""  #: as they typed it: nobody types it for each comment
    open: str = ""  #: the part they were at


class Reviewing:
    """`/r/<token>`."""

    def __init__(self, app: App, site: Site, writer: Writer) -> None:
        self._site = site
        self._writer = writer
        self._reviews = Reviews(app.database, app.workspace)
        self._patience = Patience(_ACTS_PER_HOUR)

    def routes(self) -> list[Route]:
        """Looking changes nothing; each button is a POST."""
        return [
            Route("/r/{token}", self.look, methods=["GET"]),
            Route("/r/{token}", self.act, methods=["POST"]),
            Route("/r/{token}/letter", self.letter, methods=["GET"]),
        ]

    async def look(self, request: Request) -> Response:
        """The letter, and what was said of it."""
        return await self._answer(request, _Told())

    async def letter(self, request: Request) -> Response:
        """The letter itself, for the frame."""
        number = self._number(request)
        html = await run_in_threadpool(partial(self._reviews.letter, number, now=self._site.clock()))
        if html is None:
            raise HTTPException(404)
        return page(html, policy=PROOF)

    async def act(self, request: Request) -> Response:
        """A comment, or a yes."""
        given = await fields(request)
        name, wish = first(given, "name"), first(given, "do")
        number, now = self._number(request), self._site.clock()
        if not self._patience.allows(request, now=now):
            return await self._answer(request, _Told(bad=_SLOWLY, name=name))
        if wish == "approve":
            kept = await done(self._writer.write(partial(say_yes, number=number, by=name, now=now)))
            told = _Told(good=_APPROVED, name=name) if kept else _Told(bad=_MISSING, name=name)
            return await self._answer(request, told)
        block = first(given, "block")
        found = await run_in_threadpool(self._reviews.look, number)
        about = {str(each.number): each.words for each in found.sections} if found else {}
        write = partial(
            remark,
            number=number,
            block=int(block) if block in about else None,
            about=about.get(block, ""),
            text=first(given, "text"),
            by=name,
            now=now,
        )
        kept = await done(self._writer.write(write))
        told = _Told(
            good=_THANKS if kept else None, bad=None if kept else _MISSING, name=name, open=block or "whole"
        )
        return await self._answer(request, told)

    def _number(self, request: Request) -> int:
        return self._site.links.number(PURPOSE, request.path_params["token"])

    async def _answer(self, request: Request, told: _Told) -> Response:
        found = await run_in_threadpool(self._reviews.look, self._number(request))
        language = self._site.language(request)
        if found is None:
            return page(self._site.pages.expired(language), status=404)
        return page(
            self._html(request, found, language, told), policy=REVIEW, status=422 if told.bad else 200
        )

    def _html(self, request: Request, found: Reviewed, language: str, told: _Told) -> str:
        return self._site.pages.page(
            "review",
            language,
            Sentence("{title}", {"title": found.edition.title}),
            letter=f"{self._site.base}/r/{request.path_params['token']}/letter",
            found=found,
            said=_WORDS,
            told=told,
        )
