"""`/officer/in`: by the link of the terminal, or with the password; a cookie holds for a working day."""

from __future__ import annotations

import hashlib
import ipaddress
from functools import partial
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from newsletter_mailer.actions.consent.pages import Pages
from newsletter_mailer.app import App
from newsletter_mailer.web.officer.door import STAY_MS, Door
from newsletter_mailer.web.officer.words import WORDS
from newsletter_mailer.web.public.answers import document, page
from newsletter_mailer.web.public.site import Site, fields, first
from newsletter_mailer.web.public.visitors import Patience
from newsletter_mailer.wording import Sentence, sentence

_TRIES_AN_HOUR = 10  # of one visitor
_ALL_TRIES_AN_HOUR = 300  # of all together, for guesses may come from many places
_TITLE = sentence("Sign in")
_WRONG = sentence("This is not the password. Nothing else was looked at.")
_PATIENCE = sentence("Too many tries. Please wait an hour, or take the link of newsletter serve --officer.")
_OPEN_LINE = sentence("Others could read the password on its way: these pages want an address with https.")
_SIGN_IN_WORDS = {
    "lead": sentence("Here the association sees how its letters fare. Readers need nothing of it."),
    "password": sentence("Password"),
    "do": sentence("Sign in"),
    "forgotten": sentence("Forgotten? newsletter secret set officer sets a new one."),
}


class SigningIn:
    """The door, and who stands before it."""

    def __init__(self, app: App, site: Site, door: Door, pages: Pages, policy: str) -> None:
        """policy: of the pages that it shows."""
        self._site = site
        self._door = door
        self._pages = pages
        self._policy = policy
        public = urlsplit(app.workspace.settings.public_url or "")
        self._public, self._public_host = public, public.hostname or ""
        self._patience = Patience(_TRIES_AN_HOUR)
        self._all_patience = Patience(_ALL_TRIES_AN_HOUR)
        # cookies do not know ports: two workspaces of one machine must not share a name
        self._cookie = f"newsletter_{hashlib.sha256(app.database.ledger_id.encode()).hexdigest()[:12]}"

    def routes(self) -> list[Route]:
        """A link opens by a button: programs that look at every link use none up."""
        return [
            Route("/officer/pages.css", self.style),
            Route("/officer/in", self.form, methods=["GET"]),
            Route("/officer/in", self.password, methods=["POST"]),
            Route("/officer/in/{token}", self.link, methods=["GET"]),
            Route("/officer/in/{token}", self.open_link, methods=["POST"]),
            Route("/officer/out", self.leave, methods=["POST"]),
        ]

    @property
    def by_password(self) -> bool:
        """Whether strangers are asked for one."""
        return self._door.has_password

    def is_signed_in(self, request: Request) -> bool:
        """Whether the visitor came in before, and may still stay."""
        return self._door.lets_in(request.cookies.get(self._cookie, ""), now=self._site.clock())

    async def style(self, request: Request) -> Response:
        """Of the officer's pages."""
        if not self._door.is_there:
            raise HTTPException(404)
        return document(request, self._pages.style().encode(), "text/css")

    async def form(self, request: Request) -> Response:
        """Asks for the password, where there is one."""
        self._there_is_a_password()
        if self.is_signed_in(request):
            return self._home()
        return self._asked(request)

    async def password(self, request: Request) -> Response:
        """Compares it."""
        self._there_is_a_password()
        self._from_here(request)
        given = await fields(request)
        now = self._site.clock()
        if not self._is_private(request):
            return self._asked(request, _OPEN_LINE, status=403)
        if not (self._patience.allows(request, now=now) and self._everybodys_patience(now)):
            return self._asked(request, _PATIENCE, status=429)
        key = await run_in_threadpool(partial(self._door.by_password, first(given, "password"), now=now))
        return self._asked(request, _WRONG, status=403) if key is None else self._let_in(request, key)

    async def link(self, request: Request) -> Response:
        """The button behind the terminal's link."""
        if not self._door.knows_link(request.path_params["token"], now=self._site.clock()):
            return self._used_up(request)
        language = self._site.language(request)
        html = self._site.pages.press(
            language,
            _TITLE,
            sentence("This link opens the officer’s pages on this computer, once."),
            button=sentence("Open them"),
        )
        return page(html)

    async def open_link(self, request: Request) -> Response:
        """Uses the link up."""
        self._from_here(request)
        key = self._door.by_link(request.path_params["token"], now=self._site.clock())
        return self._used_up(request) if key is None else self._let_in(request, key)

    async def leave(self, request: Request) -> Response:
        """Ends the stay."""
        self._from_here(request)
        if not self._door.is_there:
            raise HTTPException(404)
        self._door.leave(request.cookies.get(self._cookie, ""))
        language = self._site.language(request)
        answer = page(self._site.pages.message(language, sentence("You are signed out")))
        answer.delete_cookie(self._cookie, path=self._path)
        return answer

    @property
    def _path(self) -> str:
        return f"{self._site.base}/officer"

    def _there_is_a_password(self) -> None:
        if not self._door.has_password:
            raise HTTPException(404)

    def _home(self) -> Response:
        return RedirectResponse(self._path, status_code=303)

    def _let_in(self, request: Request, key: str) -> Response:
        answer = self._home()
        answer.set_cookie(
            self._cookie,
            key,
            max_age=STAY_MS // 1000,
            path=self._path,
            secure=self._is_encrypted(request),
            httponly=True,
            samesite="strict",
        )
        return answer

    def _used_up(self, request: Request) -> Response:
        if not self._door.is_there:
            raise HTTPException(404)
        return page(self._site.pages.message(
            self._site.language(request),
            sentence("This link no longer works"),
            sentence("It opens once, within half an hour. Start newsletter serve --officer again for a new one."),
        ), status=404)  # fmt: skip

    def _asked(self, request: Request, wrong: Sentence | str = "", *, status: int = 200) -> Response:
        html = self._pages.page(
            "sign_in", self._site.language(request), _TITLE, said={**WORDS, **_SIGN_IN_WORDS}, wrong=wrong
        )
        return page(html, status=status, policy=self._policy)

    def _everybodys_patience(self, now: int) -> bool:
        """Guesses that come from everywhere at once are one visitor's."""
        return self._all_patience.allows(Request({"type": "http", "headers": []}), now=now)

    def _from_here(self, request: Request) -> None:
        """No other site's page may send a form here. Raises HTTPException."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            if site not in ("same-origin", "none"):
                raise HTTPException(403)
            return
        origin = urlsplit(request.headers.get("origin", ""))  # an old browser
        if origin.hostname and origin.hostname not in (request.url.hostname, self._public_host):
            raise HTTPException(403)

    def _is_encrypted(self, request: Request) -> bool:
        """Whether the visitor's line is, as far as the web server before these pages says."""
        through_it = self._public.scheme == "https" and request.url.hostname == self._public_host
        return request.url.scheme == "https" or through_it

    def _is_private(self, request: Request) -> bool:
        """Whether nobody reads along: an encrypted line, or none that leaves this machine."""
        if self._is_encrypted(request):
            return True
        try:
            return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
        except ValueError:
            return False
