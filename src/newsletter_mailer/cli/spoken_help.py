"""The help in the officer's language: it stands in the code in English, and is translated when it is shown."""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Sequence

import click

from newsletter_mailer.wording import LOCALES, language, say, sentence

_AS_IT_IS = "\b"  #: click's mark of a paragraph whose lines stay as they are
_EXAMPLE = "Example: "

CLICKS_WORDS = (  # what click itself says of a command; named here so that the catalogue holds them
    sentence("Usage:"),
    sentence("Options"),
    sentence("Commands"),
    sentence("Positional arguments"),
    sentence("required"),
    sentence("default: {default}"),
    sentence("Show the version and exit."),
    sentence("Show this message and exit."),
    sentence("Press any key to continue..."),
)


_HARD_SPACE = "\ue000"  # stands for a no-break space, at which click would break a line


class _Formatter(click.HelpFormatter):
    """Lines break at no-break spaces no more."""

    def getvalue(self) -> str:
        """The help, as it is shown."""
        return super().getvalue().replace(_HARD_SPACE, "\u00a0")


class _Context(click.Context):
    formatter_class = _Formatter


def language_asked(arguments: Sequence[str], otherwise: str) -> str:
    """The language of `--lang`, before click has looked at anything: its help comes before everything else."""
    for number, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            return value if equals else "".join(arguments[number + 1 : number + 2])
    return otherwise


def spoken(command: click.Command) -> click.Command:
    """The command in the language spoken now: a copy, with all that is below it."""
    _let_click_speak()
    return _translated(command)


def _let_click_speak() -> None:
    """Click's own words come from the catalogue too; it asks gettext, and gettext asks the environment."""
    gettext.bindtextdomain("newsletter", str(LOCALES))
    gettext.textdomain("newsletter")
    os.environ["LANGUAGE"] = language()


def _translated(command: click.Command) -> click.Command:
    made = copy.copy(command)
    made.context_class = _Context
    made._help_option = None  # click keeps --help once it was made, in the language of that moment
    made.help = _paragraphs(command.help)
    made.short_help = (
        (made.help or "").split("\n\n")[0].removesuffix(".")
    )  # whole, where click would cut it off
    made.params = [_parameter(parameter) for parameter in command.params]
    made.options_metavar = say("[OPTIONS]") if command.options_metavar else ""
    if isinstance(made, click.Group):
        made.subcommand_metavar = say("COMMAND [ARGS]...")
        made.commands = {name: _translated(below) for name, below in made.commands.items()}
    return made


def _paragraphs(text: str | None) -> str | None:
    if not text:
        return text
    return _kept_together("\n\n".join(map(_paragraph, inspect.cleandoc(text).split("\n\n"))))


def _kept_together(text: str) -> str:
    return text.replace("\u00a0", _HARD_SPACE).replace("\u202f", _HARD_SPACE)


def _paragraph(written: str) -> str:
    if written.startswith(_AS_IT_IS):
        return written
    whole = " ".join(written.split())
    if whole.startswith(_EXAMPLE):
        return say("Example: {command}", command=whole.removeprefix(_EXAMPLE))
    return say(whole)


def _parameter(parameter: click.Parameter) -> click.Parameter:
    made = copy.copy(parameter)
    if isinstance(made, click.Argument) and made.name in _names():
        made.metavar = _shown(made, _names()[made.name])
    if isinstance(made, click.Option):
        made.help = _kept_together(say(made.help)) if made.help else made.help
        if made.metavar is None and not made.is_flag and not isinstance(made.type, click.Choice):
            made.metavar = _kinds().get(made.type.name)
        elif made.metavar is not None:
            made.metavar = _takes().get(made.metavar, made.metavar)
    return made


def _shown(argument: click.Argument, word: str) -> str:
    """As click shows it: in brackets where it may be left out, with dots where there may be several."""
    return (word if argument.required else f"[{word}]") + ("..." if argument.nargs != 1 else "")


def _names() -> dict[str | None, str]:
    """What a command is about, as the help shows it."""
    return {
        "address": say("ADDRESS"),
        "campaign": say("CAMPAIGN"),
        "expression": say("EXPRESSION"),
        "file": say("FILE"),
        "files": say("FILE"),
        "folder": say("FOLDER"),
        "issue": say("ISSUE"),
        "more": say("ADDRESS"),
        "name": say("NAME"),
        "slug": say("NAME"),
    }


def _takes() -> dict[str, str]:
    """What an option takes where its command names it."""
    return {
        "COLUMN=FIELD": say("COLUMN=FIELD"),
        "DAY": say("DAY"),
        "FILE": say("FILE"),
        "NAME": say("NAME"),
        "NAME=VALUE": say("NAME=VALUE"),
        "TEXT": say("TEXT"),
        "TIME": say("TIME"),
        "WHAT": say("WHAT"),
    }


def _kinds() -> dict[str, str]:
    """What an option takes, as the help shows it."""
    return {
        "text": say("TEXT"),
        "directory": say("DIRECTORY"),
        "file": say("FILE"),
        "path": say("PATH"),
        "filename": say("FILE"),
        "integer": say("NUMBER"),
        "integer range": say("NUMBER"),
        "float": say("NUMBER"),
        "float range": say("NUMBER"),
        "datetime": say("DAY"),
    }
