"""Commands on lists, subscribers and segments."""

from __future__ import annotations

import click

from newsletter_mailer.cli.audience import importing, lists, measuring, people, rights, segments, upkeep


@click.group()
def subscribers() -> None:
    """Import subscribers, show what is known of one, and do what they ask for."""


for command in (*importing.COMMANDS, *people.COMMANDS, *rights.COMMANDS, *measuring.COMMANDS):
    subscribers.add_command(command)

COMMANDS: tuple[click.Command, ...] = (*lists.COMMANDS, subscribers, *segments.COMMANDS, *upkeep.COMMANDS)
