"""The server of the readers' pages: one process, behind any web server, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.archive import Archive
from newsletter_mailer.actions.archive.letter import picture_name
from newsletter_mailer.actions.consent.links import SignedLinks
from newsletter_mailer.actions.consent.mailing import Post
from newsletter_mailer.actions.consent.pages import Pages
from newsletter_mailer.actions.consent.viewing import Letters
from newsletter_mailer.actions.consent.writing import Writer
from newsletter_mailer.actions.measuring.following import Following
from newsletter_mailer.actions.measuring.recording import Recorder
from newsletter_mailer.actions.officer.password import kept
from newsletter_mailer.app import App, clock
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.web.listening import LOOPBACK, ended_like_ctrl_c, listening
from newsletter_mailer.web.officer.door import Door
from newsletter_mailer.web.officer.pages import Officer
from newsletter_mailer.web.public import following, leaving, measuring
from newsletter_mailer.web.public.answers import Manners, page
from newsletter_mailer.web.public.choosing import Choices
from newsletter_mailer.web.public.joining import Joining
from newsletter_mailer.web.public.postman import Postman
from newsletter_mailer.web.public.reading import Reading
from newsletter_mailer.web.public.reviewing import Reviewing
from newsletter_mailer.web.public.site import Site
from newsletter_mailer.web.public.visitors import Patience
from newsletter_mailer.wording import sentence

_ANOTHER = sentence("choose another one with --port, or `serve.port` in newsletter.yaml")
_MOST_VISITORS = 800  # at once: with 1,024 open files, which is usual, the ledger still finds some
Trouble = Callable[[NewsletterError], None]


def serve(
    app: App,
    *,
    host: str,
    port: int,
    announce: Callable[[str], None],
    trouble: Trouble,
    officer: Callable[[str], None] | None = None,
) -> None:
    """Serve the pages until Ctrl-C or SIGTERM. `announce` gets the address once somebody listens there.

    officer: gets a link that opens the officer's pages once, where one is wanted. trouble: gets what goes wrong
    meanwhile and mends itself. Raises UsageError without `public_url`, or when the port is taken; SecretError when the
    mail server's password is missing.
    """
    account_of(app.workspace)
    door = Door(lambda: kept(app.workspace))
    with listening(port, host, hint=_ANOTHER) as listener, public_pages(app, trouble, door=door) as pages:
        own = listener.getsockname()[1]
        announce(f"http://{_named(host)}:{own}")
        if officer is not None:
            officer(f"http://{_here(host)}:{own}/officer/in/{door.new_link(now=clock())}")
        try:
            with ended_like_ctrl_c():
                server_of(pages, app.workspace).run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has closed everything by then and passes the signal on
            return


def _here(host: str) -> str:
    """The name by which this machine reaches itself there."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  of all its addresses
        return LOOPBACK
    return _named(host)


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def server_of(pages: ASGIApp, workspace: Workspace) -> uvicorn.Server:
    """What speaks HTTP for the pages."""
    config = uvicorn.Config(
        pages,
        log_level="warning",
        access_log=False,  # no visitor's address is written down
        lifespan="off",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(workspace.settings.serve.proxies),
        timeout_graceful_shutdown=5,
        limit_concurrency=_MOST_VISITORS,
    )
    return uvicorn.Server(config)


@contextmanager
def public_pages(
    app: App, trouble: Trouble, *, now: Callable[[], int] = clock, door: Door | None = None
) -> Iterator[ASGIApp]:
    """The application, with its writer and its postman at work. Raises UsageError without `public_url`.

    now: milliseconds since 1970, UTC. door: to the officer's pages; None for the one that the password alone opens.
    Raises SecretError for a file of it that is of no use.
    """
    kept(app.workspace)  # a file that is of no use is told now, not to the officer at the door
    door = door or Door(lambda: kept(app.workspace))
    url = app.workspace.settings.public_url
    if not url:
        raise UsageError(
            sentence("the readers' pages have no address yet"),
            sentence(
                "write `public_url: https://…` into newsletter.yaml: the address by which readers reach them"
            ),
        )
    links = SignedLinks(app.secret, app.read_secret_again)
    post = Post(app.database, app.workspace, links, lambda: account_of(app.workspace), url.rstrip("/"))
    with (
        Writer(app.database) as writer,
        Recorder(writer.write) as recorder,
        Postman(post, now, trouble) as postman,
    ):
        base = urlsplit(url).path.rstrip("/")
        site = Site(
            workspace=app.workspace,
            pages=Pages(app.workspace, base=base),
            links=links,
            patience=Patience(app.workspace.settings.serve.asks_per_hour),
            base=base,
            clock=now,
            asked=postman.wake,
            mail_own_link=postman.mail_own_link,
        )
        yield application(app, site, writer, recorder, door, home=url)


def application(
    app: App, site: Site, writer: Writer, recorder: Recorder, door: Door, *, home: str
) -> ASGIApp:
    """All routes. home: the public address."""
    archive = Archive(app.database, app.workspace, home=home, subscribe=f"{site.base}/subscribe")

    def picture(hash_: str, place: int, edition: Edition) -> str:
        return f"{site.base}/pictures/{picture_name(hash_, place, edition.pictures[place - 1])}"

    letters = Letters(app.database, site.links, picture=picture)
    routes = [
        *following.routes(site, Following(app.database, site.links.is_sealed, recorder)),
        *leaving.routes(site, writer),
        *measuring.routes(app, site, writer),
        *Choices(app, site, writer, letters).routes(),
        *Joining(app, site, writer).routes(),
        *Reviewing(app, site, writer).routes(),
        *Officer(app, site, door).routes(),
        *Reading(site, archive, ledger_id=app.database.ledger_id).routes(),
    ]
    starlette = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: lambda request, error: _not_there(site, request, error),
            NewsletterError: lambda request, _error: _later(site, request),
            500: lambda request, _error: _later(site, request),
        },
    )
    starlette.router.redirect_slashes = False  # it would lead to the name in Host, whoever wrote that
    return Manners(starlette, base=site.base)


def _not_there(site: Site, request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    language = site.language(request)
    html = site.pages.message(
        language,
        sentence("There is nothing here"),
        sentence("The address may have been cut off, or the page is no more."),
        link=f"{site.base}/",
        link_text=sentence("All our letters"),
    )
    answer = page(html, status=status)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})  # Allow, with a 405
    return answer


def _later(site: Site, request: Request) -> Response:
    """The ledger is busy or the disk full: the same click works later."""
    html = site.pages.message(
        site.language(request),
        sentence("Please try again in a minute"),
        sentence("Something here is busy. Nothing was changed."),
    )
    answer = page(html, status=503)
    answer.headers["Retry-After"] = "60"
    return answer
