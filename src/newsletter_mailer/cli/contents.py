"""The table of contents of `newsletter --help`: the commands by what an officer has in mind."""

from __future__ import annotations

import click

from newsletter_mailer.wording import Sentence, sentence

GROUPS: tuple[tuple[Sentence, tuple[str, ...]], ...] = (
    (sentence("Begin"), ("demo", "init", "doctor", "secret", "completion")),
    (sentence("Write"), ("new", "compose", "render", "check", "test", "approve")),
    (sentence("Send"), ("rehearse", "dispatch", "worker")),
    (
        sentence("Afterwards"),
        ("campaigns", "status", "log", "report", "pause", "resume", "cancel", "retry", "resolve"),
    ),
    (sentence("Readers"), ("lists", "subscribers", "segments", "inbox", "retention", "register")),
    (sentence("Pages"), ("serve", "archive")),
)


def write_contents(group: click.Group, context: click.Context, formatter: click.HelpFormatter) -> None:
    """Each command with the first sentence of its help, whole."""
    named = {name for _, names in GROUPS for name in names}
    rest = tuple(name for name in group.list_commands(context) if name not in named)
    width = max(map(len, group.commands))
    for title, names in (*GROUPS, (sentence("More"), rest)):
        rows = [
            (name.ljust(width), group.commands[name].get_short_help_str())
            for name in names
            if name in group.commands
        ]
        if rows:
            with formatter.section(str(title)):
                formatter.write_dl(rows)
