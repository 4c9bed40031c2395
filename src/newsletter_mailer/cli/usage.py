"""What was typed wrongly, in the officer's language: click says it in English alone."""

from __future__ import annotations

import re
from pathlib import Path

import click

from newsletter_mailer.cli.output import cross, language_of_system, program_name
from newsletter_mailer.wording import Sentence, say, sentence, use_language

_QUOTED = re.compile(r"'(.*)'", re.DOTALL)  # click's errors hold what was typed only so
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)


def show_usage(error: click.ClickException) -> None:
    """A line on stderr for what is wrong, and one for where the help is."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = getattr(error, "ctx", None)
    if context is not None and context.parent is None:  # before `--lang` was looked at
        use_language(context.params.get("lang") or language_of_system())
    cross(str(_problem(error)))
    help_ = " ".join((program_name(), *_names(context), "--help"))
    click.echo(say("How it is used: {command}", command=help_), err=True)


def _names(context: click.Context | None) -> list[str]:
    """The commands down to this one, without the program's own name."""
    if context is None or context.parent is None:
        return []
    return [*_names(context.parent), context.info_name or ""]


def _problem(error: click.ClickException) -> Sentence | str:
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return sentence("{option} is missing", option=_name(parameter, error.ctx))
        case click.NoSuchOption() if _is_of_the_program(error):
            return _stands_first(error)
        case click.NoSuchOption():
            return _or_nearest(
                sentence("there is no option {name}", name=error.option_name), error.possibilities
            )
        case click.exceptions.NoSuchCommand():
            return _or_nearest(
                sentence("there is no command {name}", name=error.command_name), error.possibilities
            )
        case click.BadOptionUsage():
            option = error.option_name
            if "requires" in error.message:
                return sentence("{option} needs something behind it", option=option)
            return sentence("{option} stands alone: nothing belongs behind it", option=option)
        case click.BadParameter(param=click.Parameter() as parameter):
            return _unfit(error, parameter)
    extra = _EXTRA.match(error.message)
    if extra:
        return sentence("“{words}” is one word too many: quotes around a name with spaces?", words=extra[1])
    return error.format_message()


def _is_of_the_program(error: click.NoSuchOption) -> bool:
    """Whether every command has it, but before its name."""
    return error.ctx is not None and any(
        error.option_name in each.opts for each in error.ctx.find_root().command.params
    )


def _stands_first(error: click.NoSuchOption) -> Sentence:
    context = error.ctx
    assert context is not None
    named = next(each for each in context.find_root().command.params if error.option_name in each.opts)
    value = "" if isinstance(named, click.Option) and named.is_flag else " …"
    command = " ".join((program_name(), f"{error.option_name}{value}", *_names(context)))
    return sentence("{name} stands before the command: {command}", name=error.option_name, command=command)


def _or_nearest(problem: Sentence, nearest: list[str] | None) -> str:
    """With what was perhaps meant."""
    if not nearest:
        return str(problem)
    meant = say("did you mean {name}?", name=nearest[0])
    return f"{problem} ({meant})"


def _unfit(error: click.BadParameter, parameter: click.Parameter) -> Sentence | str:
    """By what the parameter takes; a message of our own stays as it is."""
    found = _QUOTED.search(error.message)
    typed, option = found[1] if found else "", _name(parameter, error.ctx)
    match parameter.type:
        case click.Choice(choices=choices):
            return sentence("{option} is one of: {choices}", option=option, choices=", ".join(choices))
        case click.IntRange(min=low, max=high) if low is not None and high is not None:
            return sentence("{option} is a number from {low} to {high}", option=option, low=low, high=high)
        case click.IntRange(min=low) if low is not None:
            return sentence("{option} is a number from {low} on", option=option, low=low)
        case click.types.IntParamType():
            return sentence("{option} is a whole number", option=option)
        case click.DateTime():
            return sentence("{option} is a day such as 2026-11-30", option=option)
        case click.Path():
            return _unfit_path(Path(typed), error.message)
    return error.message


def _unfit_path(path: Path, otherwise: str) -> Sentence | str:
    if not path.exists():
        return sentence("there is no {path}", path=path)
    if path.is_dir():
        return sentence("{path} is a folder: a file is needed", path=path)
    return (
        sentence("{path} is a file: a folder is needed", path=path) if "is a file" in otherwise else otherwise
    )


def _name(parameter: click.Parameter, context: click.Context | None) -> str:
    if isinstance(parameter, click.Option) or context is None:
        return max(parameter.opts, key=len)
    if isinstance(parameter.type, click.Choice):  # else its name would be what it may be, all of it
        return (parameter.name or "").upper()
    return parameter.make_metavar(context)
