"""Asking readers whether their reading may be measured."""

from __future__ import annotations

import click

from newsletter_mailer.cli.audience.upkeep import tell_asked
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.errors import NotConfirmed
from newsletter_mailer.wording import say_many, sentence


@click.command("ask-tracking")
@click.option("--list", "lists", multiple=True, required=True, metavar="L", help="Readers of this list.")
@click.option("--dry-run", is_flag=True, help="Show how many would be asked, and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def ask_tracking(face: Face, lists: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Ask readers by mail whether their reading may be measured, 50 at a call.

    Who has agreed is not asked; nor is who refused, or was asked, in the last six months. The mail measures nothing, and
    who does not answer has said no.

    Example: newsletter subscribers ask-tracking --list members --dry-run
    """
    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.actions.measuring.asking import to_ask
    from newsletter_mailer.app import clock
    from newsletter_mailer.scenarios.asking import MOST, ask_about_measuring

    with face.app() as app:
        waiting = len(to_ask(app.database, lists, now=app.now))
        if dry_run or not waiting:
            _tell_waiting(face, waiting)
            return
        if not yes:
            _confirm(face, min(waiting, MOST))
        account = account_of(app.workspace)
        found = ask_about_measuring(app.workspace, app.database, account, app.secret, lists, clock=clock)
    if face.json:
        refused = [{"address": address, "why": str(why)} for address, why in found.refused]
        face.data_json({"asked": found.asked, "refused": refused, "left": found.left})
        return
    tell_asked(face, found)


def _tell_waiting(face: Face, count: int) -> None:
    if face.json:
        face.data_json({"asked": 0, "refused": [], "left": count})
        return
    face.data(
        say_many("{count} reader can be asked.", "{count} readers can be asked.", count, count=number(count))
    )


def _confirm(face: Face, count: int) -> None:
    if not face.ask:
        raise NotConfirmed(sentence("nobody was asked"), sentence("confirm it with --yes"))
    question = say_many(
        "Mail the question to {count} reader?",
        "Mail the question to {count} readers?",
        count,
        count=number(count),
    )
    if not face.confirm(question):
        raise NotConfirmed(sentence("nobody was asked"))


@click.command("unread")
@click.option("--months", type=click.IntRange(1, 36), default=12, show_default=True, help="For so long.")
@click.pass_obj
def unread(face: Face, months: int) -> None:
    """List readers who have opened none of their letters for months, to ask them, or to write to them no more.

    Known where `privacy.hygiene` is set, and as surely as pictures tell: who reads without pictures stands here, too.

    Example: newsletter subscribers unread --months 18
    """
    from newsletter_mailer.actions.measuring.unread import who

    with face.app() as app:
        found = who(app.database, months=months, now=app.now)
    if face.json:
        face.data_json([{"address": address, "last_open": day or None} for address, day in found])
        return
    for address, day in found:
        face.data(f"{address}  {day}".rstrip())
    face.talk(
        say_many(
            "{count} reader opened nothing for {months} months.",
            "{count} readers opened nothing for {months} months.",
            len(found),
            count=number(len(found)),
            months=months,
        )
    )


COMMANDS = (ask_tracking, unread)
