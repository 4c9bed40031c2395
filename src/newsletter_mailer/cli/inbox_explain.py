"""`newsletter inbox explain`: what returned mails are, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.output import Face
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.bounce import BounceClass, Kind
from newsletter_mailer.wording import say, sentence

if TYPE_CHECKING:
    from newsletter_mailer.actions.explain import Explained, Ledger
    from newsletter_mailer.model.bounce import Failed, Returned

_KINDS = {
    Kind.BOUNCE: sentence("it could not be delivered"),
    Kind.COMPLAINT: sentence("a reader complains"),
    Kind.AUTO_REPLY: sentence("an automatic answer"),
    Kind.UNSUBSCRIBE: sentence("somebody asks to be taken off"),
    Kind.REPLY: sentence("somebody writes"),
    Kind.DELIVERED: sentence("it was delivered"),
    Kind.DELAYED: sentence("not delivered yet, somebody still tries"),
    Kind.UNKNOWN: sentence("nobody understands it"),
}
_CLASSES = {
    BounceClass.HARD: sentence("nobody has this address"),
    BounceClass.SOFT: sentence("not this time"),
    BounceClass.POLICY: sentence("a word about us, and not about the reader"),
    BounceClass.OTHER: sentence("says nothing of the address"),
}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="An array on stdout, as with the global --json.")
@click.pass_obj
def explain(face: Face, files: tuple[Path, ...], as_json: bool) -> None:
    """Say of each returned mail, saved as a file, what it is and why. Changes nothing.

    Example: newsletter inbox explain returned.eml
    """
    from newsletter_mailer.actions.explain import explain as read

    with _ledger(face) as ledger:
        found = read(files, ledger=ledger)
        if face.json or as_json:
            face.data_json([one.as_data() for one in found])
            return
        for one in found:
            _tell(face, one)


@contextmanager
def _ledger(face: Face) -> Iterator[Ledger | None]:
    """Where letters of ours stand; None outside a workspace, and before the first letter."""
    with ExitStack() as stack:
        ledger = None
        with suppress(UsageError):
            app = stack.enter_context(face.app())
            ledger = (app.database, app.secret) if app.has_ledger else None
        yield ledger


def _tell(face: Face, one: Explained) -> None:
    ours = say("about a letter of ours") if one.matched else say("about no letter of ours")
    face.data(f"{one.file}: {_KINDS[one.mail.kind]} ({ours}; {one.mail.rule})")
    for recipient in one.mail.recipients:
        _tell_recipient(face, one.mail, recipient)


def _tell_recipient(face: Face, mail: Returned, one: Failed) -> None:
    follows = say("would never be written to again") if mail.suppresses(one) else say("would stay")
    what = say("wants no more") if mail.kind is Kind.COMPLAINT else str(_CLASSES[one.bounce_class])
    face.data(f"  {one.address or '?'}: {what}, {follows} ({one.rule})")
    if mail.kind is not Kind.COMPLAINT and one.reason:
        face.data(f"    {one.reason}")
