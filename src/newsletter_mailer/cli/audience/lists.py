"""Commands on lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli.names import basis_name
from newsletter_mailer.cli.output import Face, number, table
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.model.audience import MailingList

BASES = ("consent", "soft_opt_in", "legitimate_interest_assoc", "b2b")
_SAID = (
    click.option(
        "--public/--private", default=None, help="Whether anybody may subscribe on the public page."
    ),
    click.option("--language", metavar="LL", help="Two letters, when its mails are in another language."),
    click.option("--commercial/--not-commercial", default=None, help="Whether it promotes what is sold."),
    click.option("--basis", type=click.Choice(BASES), help="Why its readers may be written to."),
    click.option("--wording", metavar="TEXT", help="What a reader agrees to, as the form shows it."),
    click.option("--purpose", metavar="TEXT", help="What its mails are for, as the register says."),
    click.option("--name", help="Its name, as readers see it."),
)


def _what_is_said(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say something of a list."""
    for option in _SAID:
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@click.pass_context
def lists(context: click.Context) -> None:
    """Show the lists and how many readers each has; add one, or change what is said of it.

    Example: newsletter lists
    """
    if context.invoked_subcommand is None:
        _show(context.obj)


@lists.command()
@click.argument("slug")
@_what_is_said
@click.pass_obj
def add(face: Face, /, slug: str, **said: Any) -> None:
    """Make an empty list. Without --basis its readers have to give their consent.

    Example: newsletter lists add adherents --name "Nos adhérents" --purpose "la vie de l'association" --public
    """
    from newsletter_mailer.actions.lists import add_list

    with face.app() as app:
        made = add_list(app.database, slug, _given(said), now=app.now)
    _tell(face, made)


@lists.command()
@click.argument("slug")
@_what_is_said
@click.pass_obj
def edit(face: Face, /, slug: str, **said: Any) -> None:
    """Change what is said of a list; who is on it keeps the basis and the wording they had.

    Example: newsletter lists edit adherents --wording "J'accepte de recevoir la lettre de l'association."
    """
    from newsletter_mailer.actions.lists import edit_list

    with face.app() as app:
        changed = edit_list(app.database, slug, _given(said))
    _tell(face, changed)


def _given(said: dict[str, Any]) -> dict[str, Any]:
    """The options that were used, as fields of a list."""
    from newsletter_mailer.model.audience import Basis

    given = {name: value for name, value in said.items() if value is not None}
    return given | ({"basis": Basis(given["basis"])} if "basis" in given else {})


def _show(face: Face) -> None:
    from newsletter_mailer.actions.lists import lists as all_lists

    with face.app() as app:
        found = all_lists(app.database)
    if face.json:
        face.data_json([_as_json(one) for one in found])
    elif found:
        rows = [
            (
                one.slug,
                one.name,
                basis_name(one.basis.value),
                say("anybody") if one.public else say("you alone"),
                number(one.confirmed),
            )
            for one in found
        ]
        headings = (say("list"), say("name"), say("basis"), say("who adds readers"), say("readers"))
        table(rows, headings, counts=(4,))
    else:
        face.talk(say("There is no list yet: newsletter subscribers import people.csv --list adherents"))


def _as_json(one: MailingList) -> dict[str, object]:
    return {
        "slug": one.slug,
        "name": one.name,
        "basis": one.basis.value,
        "confirmed": one.confirmed,
        "purpose": one.purpose,
        "wording": one.wording,
        "commercial": one.commercial,
        "language": one.language,
        "public": one.public,
    }


def _tell(face: Face, one: MailingList) -> None:
    """All that is said of a list."""
    if face.json:
        face.data_json(_as_json(one))
        return
    face.data(
        say("{list}: “{name}”, {basis}", list=one.slug, name=one.name, basis=basis_name(one.basis.value))
    )
    if not one.purpose:
        face.talk(
            say("The register lacks its purpose: newsletter lists edit {list} --purpose …", list=one.slug)
        )
    if one.public:
        face.talk(say("Anybody may subscribe to it on the public page."))


COMMANDS = (lists,)
