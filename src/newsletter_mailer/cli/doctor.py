"""The command that looks whether mails will leave, arrive and be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from newsletter_mailer.cli import doctor_output as show
from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.app import App
    from newsletter_mailer.model.health import Chapter

_FOUND_ERRORS = 3


@click.command()
@click.option(
    "--online", is_flag=True, help="Look into the DNS as well: SPF, DKIM, DMARC, and what providers ask for."
)
@click.option(
    "--make-key", is_flag=True, help="Make the DKIM key, if there is none yet, and show its record alone."
)
@click.option(
    "--self-test", is_flag=True, help="Send a mail to your own mailbox and explain what comes back."
)
@click.option(
    "--explain",
    type=click.File("rb"),
    metavar="FILE",
    help="Explain what the head of a saved mail says of its origin; nothing else.",
)
@click.pass_obj
def doctor(face: Face, online: bool, make_key: bool, self_test: bool, explain: BinaryIO | None) -> None:
    """Look whether your mails can leave, and will be believed: settings, ledger, mail server, mailbox, domain.

    Nothing is sent, unless --self-test asks for it. Exit 3 when something has to be mended.

    Example: newsletter doctor --online
    """
    if explain is not None:
        _explain(face, explain)
        return
    with face.app() as app:
        if make_key:
            _make_key(face, app)
            return
        _examine(face, app, online=online, self_test=self_test)


def _make_key(face: Face, app: App) -> None:
    from newsletter_mailer.actions.doctor import signing as action

    made = action.make_key(app.workspace)
    record = action.dkim_record(app.workspace)
    assert record is not None, "make_key refuses without smtp.dkim"
    show.key(face, record, made)
    unencrypted = action.without_certificate(app.workspace)
    if unencrypted:
        face.talk(str(unencrypted), style="yellow")
    if face.json:
        face.data_json(show.key_json(record, unencrypted))
    else:
        show.record(face, record)


def _examine(face: Face, app: App, *, online: bool, self_test: bool) -> None:
    from dataclasses import replace

    from newsletter_mailer.scenarios.checkup import checkup

    sheet = checkup(app.workspace, lambda: app.database, online=online, now=app.now)
    if self_test:
        sheet = replace(sheet, chapters=(*sheet.chapters, _sent_around(face, app)))
    if face.json:
        face.data_json(show.sheet_json(sheet))
    else:
        show.sheet(face, sheet)
        if not online:
            face.talk(say("What the DNS says of your domain: newsletter doctor --online"))
    show.exit_with(sheet, _FOUND_ERRORS)


def _sent_around(face: Face, app: App) -> Chapter:
    import secrets
    import time

    from newsletter_mailer.app import clock
    from newsletter_mailer.scenarios.checkup import Round, write_to_ourselves

    face.talk(say("A mail to yourself is on its way; up to two minutes …"))
    return write_to_ourselves(app.workspace, Round(clock, secrets.token_hex(8), time.sleep))


def _explain(face: Face, file: BinaryIO) -> None:
    from newsletter_mailer.model.health import Sheet
    from newsletter_mailer.scenarios.checkup import explained
    from newsletter_mailer.wording import use_language

    use_language(face.language)
    sheet = Sheet((explained(file.read(1_000_000)),))
    if face.json:
        face.data_json(show.sheet_json(sheet))
    else:
        show.sheet(face, sheet)
    show.exit_with(sheet, _FOUND_ERRORS)


COMMANDS = (doctor,)
