"""What a reader does with the link of a letter: choose, take their data along, be forgotten, look at it again."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter_mailer.actions.consent import preferences as choosing
from newsletter_mailer.actions.consent.preferences import Preferences
from newsletter_mailer.actions.consent.viewing import Letters
from newsletter_mailer.actions.consent.words import CHANGED
from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.actions.rights import everything_of, export_bytes, forget_key
from newsletter_mailer.app import App
from newsletter_mailer.web.public.answers import LETTER, PRIVATE, page
from newsletter_mailer.web.public.site import Site, done, fields, first
from newsletter_mailer.wording import LANGUAGES as CODES
from newsletter_mailer.wording import Sentence, sentence

_SAVED = sentence("Your choices are saved.")
_STOPPED = sentence("You get no more mail from us. Choose a letter and save to receive it again.")
_DATA_FILE = {"fr": "mes-donnees.json", "en": "my-data.json"}


class Choices:
    """`/p/<token>` and `/v/<token>`."""

    def __init__(self, app: App, site: Site, writer: Writer, letters: Letters) -> None:
        self._app = app
        self._site = site
        self._writer = writer
        self._letters = letters

    def routes(self) -> list[Route]:
        """Looking changes nothing; each button is a POST."""
        return [
            Route("/p/{token}", self.look, methods=["GET"]),
            Route("/p/{token}", self.act, methods=["POST"]),
            Route("/v/{token}", self.view, methods=["GET"]),
        ]

    async def look(self, request: Request) -> Response:
        """The page of the reader's choices."""
        found = await run_in_threadpool(self._found, request)
        return self._page(found) if found else self._expired(request)

    async def act(self, request: Request) -> Response:
        """One of its buttons."""
        given = await fields(request)
        found = await run_in_threadpool(self._found, request)
        if found is None:
            return self._expired(request)
        match first(given, "do"):
            case "save":
                return await self._save(request, found, given)
            case "stop":
                write = partial(choosing.stop, subscriber_id=found.subscriber.id, now=self._site.clock())
                await done(self._writer.write(write))
                return await self._again(request, _STOPPED)
            case "export" | "erase" | "erase-now" if not self._is_own(request):
                return self._mailed(found)
            case "export":
                return await run_in_threadpool(self._export, found)
            case "erase":
                return self._sure(found)
            case "erase-now":
                return await self._erase(found)
        return self._page(found)

    async def view(self, request: Request) -> Response:
        """The letter as its reader got it."""
        token = request.path_params["token"]
        html = await run_in_threadpool(self._letters.html, token)
        return page(html, policy=LETTER) if html else self._expired(request)

    def _is_own(self, request: Request) -> bool:
        return choosing.is_own(self._site.links, request.path_params["token"])

    def _mailed(self, found: Preferences) -> Response:
        """A letter is passed on, its links with it: whose data they are is known by who reads the mailbox."""
        self._site.mail_own_link(found.subscriber.id, found.language)
        html = self._site.pages.message(
            found.language,
            sentence("Look into your mailbox"),
            sentence(
                "A letter is easily passed on, and this link with it. So that nobody else gets your data or "
                "erases them, a mail with a link of your own is on its way to you."
            ),
            sentence(
                "Nothing there after ten minutes? Look into the junk folder, or write to us: our address is below."
            ),
        )
        return page(html)

    def _found(self, request: Request) -> Preferences | None:
        with self._app.database.reading() as connection:
            number = choosing.reader_behind(connection, self._site.links, request.path_params["token"])
            return choosing.preferences(
                connection, number, association=self._site.association, speaks=self._speaks(request)
            )

    def _speaks(self, request: Request) -> choosing.Speaks:
        def speaks(known: str) -> str:
            own = known[:2].lower()
            return self._site.language(request, own if own in CODES else "")

        return speaks

    async def _save(self, request: Request, found: Preferences, given: dict[str, list[str]]) -> Response:
        write = partial(
            choosing.choose,
            subscriber_id=found.subscriber.id,
            wish=choosing.wish_of(given, CODES),
            association=self._site.association,
            speaks=self._speaks(request),
            now=self._site.clock(),
        )
        as_wished = await done(self._writer.write(write))
        return await self._again(request, _SAVED if as_wished else CHANGED)

    async def _again(self, request: Request, told: Sentence) -> Response:
        found = await run_in_threadpool(self._found, request)
        return self._page(found, told) if found else self._expired(request)

    def _page(self, found: Preferences, told: Sentence | str = "") -> Response:
        speaks = found.subscriber.language[:2].lower()
        html = self._site.pages.page(
            "preferences",
            found.language,
            sentence("Choose what you receive"),
            shown=found,
            saved=told,
            just_stopped=told is _STOPPED,
            speaks=speaks if speaks in CODES else found.language,
        )
        return page(html)

    def _export(self, found: Preferences) -> Response:
        with self._app.database.reading() as connection:
            data = export_bytes(everything_of(connection, found.subscriber.recipient_key))
        name = f'attachment; filename="{_DATA_FILE.get(found.language, _DATA_FILE["en"])}"'
        return Response(data, media_type="application/json", headers={"Content-Disposition": name, **PRIVATE})

    def _sure(self, found: Preferences) -> Response:
        html = self._site.pages.press(
            found.language,
            sentence("Erase your data?"),
            sentence("Your address, your name and what became of our mails to you are erased, for good."),
            sentence("You get no more mail from us. To come back one day, subscribe again."),
            button=sentence("Erase my data"),
            fields=(("do", "erase-now"),),
            back="?",
            grave=True,
        )
        return page(html)

    async def _erase(self, found: Preferences) -> Response:
        key, now = found.subscriber.recipient_key, self._site.clock()
        await done(self._writer.write(partial(forget_key, key=key, now=now, source=choosing.SOURCE)))
        await run_in_threadpool(self._app.database.fold)
        html = self._site.pages.message(
            found.language,
            sentence("Your data are erased"),
            sentence("We no longer know your address, and write to it no more."),
        )
        return page(html)

    def _expired(self, request: Request) -> Response:
        return page(self._site.pages.expired(self._site.language(request)), status=404)
