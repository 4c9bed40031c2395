"""Commands on lists."""

from __future__ import annotations

import click

from newsletter_mailer.cli.names import basis_name
from newsletter_mailer.cli.output import Face, number, table
from newsletter_mailer.wording import say


@click.command()
@click.pass_obj
def lists(face: Face) -> None:
    """Show the lists and how many readers each has.

    Example: newsletter lists
    """
    from newsletter_mailer.actions.lists import lists as all_lists

    with face.app() as app:
        found = all_lists(app.database)
    if face.json:
        face.data_json(
            [
                {"slug": one.slug, "name": one.name, "basis": one.basis.value, "confirmed": one.confirmed}
                for one in found
            ]
        )
    elif found:
        rows = [(one.slug, one.name, basis_name(one.basis.value), number(one.confirmed)) for one in found]
        table(rows, (say("list"), say("name"), say("basis"), say("readers")), counts=(3,))
    else:
        face.talk(say("There is no list yet: newsletter subscribers import people.csv --list adherents"))


COMMANDS = (lists,)
