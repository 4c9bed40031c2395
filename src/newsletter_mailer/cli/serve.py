"""The command that serves the readers' pages."""

from __future__ import annotations

import click

from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import say


@click.command()
@click.option("--host", help="Address of this machine to listen on (default: serve.host).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: serve.port; 0 takes a free one).")
@click.option(
    "--officer",
    is_flag=True,
    help="Show a link that opens the officer's pages here, once: campaigns and reports.",
)
@click.pass_obj
def serve(face: Face, host: str | None, port: int | None, officer: bool) -> None:
    """Serve the readers' pages: subscribe, choose, unsubscribe, view in the browser, archive.

    A web server with a certificate stands before it: docs/serving.md shows how. Ctrl-C ends it.

    Example: newsletter serve
    """
    from newsletter_mailer.actions.doctor.signing import without_certificate
    from newsletter_mailer.web.public.server import serve as run

    with face.app() as app:
        settings = app.workspace.settings.serve
        if unencrypted := without_certificate(app.workspace):
            face.talk(str(unencrypted), style="yellow")
        run(
            app,
            host=settings.host if host is None else host,
            port=settings.port if port is None else port,
            announce=lambda url: _announce(face, url, app.workspace.settings.public_url or ""),
            officer=(lambda link: _announce_officer(face, link)) if officer else None,
            trouble=lambda error: face.talk(str(error), style="yellow"),
        )


def _announce(face: Face, url: str, public_url: str) -> None:
    face.data(url)
    face.talk(say("Readers reach it as {url}. Ctrl-C ends it.", url=public_url))


def _announce_officer(face: Face, link: str) -> None:
    face.data(link)
    face.talk(say("The officer’s pages open by this link, once, within half an hour; show it to nobody."))


COMMANDS = (serve,)
