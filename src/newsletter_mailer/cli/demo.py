"""The demonstration."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli import log_output, status_output
from newsletter_mailer.cli.audience.import_output import tell_import
from newsletter_mailer.cli.output import Face, number, program_name
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from newsletter_mailer.actions.campaigns import LogRow
    from newsletter_mailer.actions.plan import Proposal
    from newsletter_mailer.actions.render import Rendered
    from newsletter_mailer.actions.subscribers import Imported
    from newsletter_mailer.actions.test import Tested
    from newsletter_mailer.model.campaign import Campaign


@click.command()
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--exit", "exit_", is_flag=True, help="End at once instead of showing the mails that arrived.")
@click.pass_obj
def demo(face: Face, no_open: bool, exit_: bool) -> None:
    """Do everything at once on a local sandbox; nothing leaves the machine.

    Example: newsletter demo
    """
    from newsletter_mailer.app import App, clock
    from newsletter_mailer.scenarios.demo import run, stage
    from newsletter_mailer.web.arrived.server import serving
    from newsletter_mailer.web.screen import has_screen

    folder = Path(tempfile.mkdtemp(prefix="newsletter-demo-"))
    with stage(folder) as scene:
        app = App(scene.workspace)
        try:
            face.talk(say("A workspace in {folder}", folder=folder))
            done = run(
                scene,
                _Teller(face, scene.workspace.zone),
                database=app.database,
                secret=app.secret,
                clock=clock,
            )
        finally:
            app.close()
        with serving(scene.arrived) as url:
            face.talk(say("\nThe mails that arrived: {url}", url=url), style="green")
            _next(face, folder, done.slug)
            if exit_ or not (no_open or has_screen()):
                face.talk(
                    say("The page ends with the demonstration; with --no-open and without --exit it stays.")
                )
                return
            if not no_open:
                click.launch(url)
            face.talk(say("Ctrl-C ends the demonstration."))
            _until_interrupted()


def _until_interrupted() -> None:
    import threading

    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


class _Teller:
    """Tells each step on the terminal."""

    def __init__(self, face: Face, zone: ZoneInfo) -> None:
        self._face = face
        self._zone = zone

    def _step(self, title: str) -> None:
        self._face.talk(f"\n{self._face.styled('▸', 'cyan')} {title}")

    def rendered(self, done: Rendered) -> None:
        self._step(say("The issue is composed: {size} bytes of HTML", size=number(done.html_bytes)))
        self._face.talk(f"  {done.folder / 'issue.html'}")

    def imported(self, done: Imported) -> None:
        self._step(say("Readers are imported"))
        tell_import(self._face, done)

    def tested(self, done: list[Tested]) -> None:
        self._step(say("A test goes to the chair"))
        show.tests(self._face, done)

    def proposed(self, found: Proposal) -> None:
        self._step(say("The readers are counted before anything leaves"))
        show.proposal(self._face, found, found.edition.slug)

    def sent(self, done: Campaign) -> None:
        self._step(say("It is sent"))
        status_output.counts(self._face, done)

    def logged(self, rows: list[LogRow]) -> None:
        self._step(say("The log has every recipient; the unusual ones first"))
        unusual = [row for row in rows if row.attempts > 1 or row.status.value != "sent"]
        log_output.log([*unusual[:6], *[row for row in rows if row not in unusual][:3]], "table", self._zone)

    def reported(self, page: Path) -> None:
        self._step(say("The report says who got it, who did not, and why"))
        self._face.talk(f"  {page}")


def _next(face: Face, folder: Path, slug: str) -> None:
    face.talk(say("\nTry next:"))
    program = program_name()
    for command in (
        f"{program} --project {folder} log {slug} --status refused",
        f"{program} --project {folder} compose {slug}",
        f"{program} init my-newsletter",
    ):
        face.talk(f"  {command}")


COMMANDS = (demo,)
