"""How the program speaks on a terminal: data on stdout, talk on stderr, colours only where they are wanted."""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from newsletter_mailer.errors import FileProblems, NewsletterError, Stopped, system_reason
from newsletter_mailer.wording import number as number
from newsletter_mailer.wording import say, use_language

if TYPE_CHECKING:
    from newsletter_mailer.app import App

WIDTH_OF_FILES = 140  # of a table that goes into a file or a pipe, where nobody knows the width
Answer = TypeVar("Answer")
_YES = frozenset(("y", "yes", "o", "oui"))
_tracebacks: ContextVar[bool] = ContextVar("tracebacks", default=False)
_colours: ContextVar[bool] = ContextVar("colours", default=not os.environ.get("NO_COLOR"))


@dataclass(frozen=True, slots=True)
class Face:
    """The global options of one call."""

    project: Path | None
    language: str
    language_given: bool
    json: bool
    quiet: bool
    verbose: bool
    colour: bool
    ask: bool  #: whether a question may be put: a terminal, and no --no-input

    @staticmethod
    def from_options(options: dict[str, Any]) -> Face:
        """From click's options and the environment (NO_COLOR, LANG)."""
        _colours.set(not (options["no_color"] or os.environ.get("NO_COLOR")))
        return Face(
            project=options["project"],
            language=options["lang"] or language_of_system(),
            language_given=bool(options["lang"]),
            json=bool(options["as_json"]),
            quiet=bool(options["quiet"]),
            verbose=bool(options["verbose"]),
            colour=_colours.get(),
            ask=not options["no_input"] and sys.stdin.isatty(),
        )

    @contextmanager
    def app(self) -> Iterator[App]:
        """The workspace's parts; its language is spoken unless --lang says otherwise."""
        from newsletter_mailer.app import open_app

        with open_app(self.project) as app:
            if not self.language_given:
                use_language(app.workspace.settings.language)
            yield app

    def talk(self, text: str, *, style: str | None = None) -> None:
        """Say something on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(self.styled(text, style), err=True)

    def data(self, text: str) -> None:
        """Put a line of data on stdout."""
        click.echo(text)

    def data_json(self, value: Any) -> None:
        """Put a value on stdout as JSON."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def confirm(self, question: str) -> bool:
        """Whether yes was typed, in any language spoken here; anything else is a no."""
        asked = " ".join((question, say("[y/N]")))
        typed = click.prompt(asked, default="", show_default=False, prompt_suffix=" ", err=True)
        return typed.strip().casefold() in _YES

    def styled(self, text: str, style: str | None) -> str:
        """The text in that colour, where colours are wanted."""
        return click.style(text, fg=style) if style and self.colour else text

    def bold(self, text: str) -> str:
        """The text as a title, where colours are wanted; else without a single sign for the terminal."""
        return click.style(text, bold=True) if self.colour else text


def language_of_system() -> str:
    """Two letters, from the environment."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return named[:2]


def ask(question: str, *, value_proc: Callable[[str], Answer], **options: Any) -> Answer:
    """What is typed on a terminal, asked on stderr, and again while value_proc raises click.UsageError.

    options: as click.prompt has them.
    """
    while True:
        typed: str = click.prompt(question, prompt_suffix=say(": "), err=True, **options)
        try:
            return value_proc(typed)
        except click.UsageError as wrong:  # click itself would say "Error:" before it, in English
            cross(wrong.message)


def tell_more(wanted: bool) -> None:
    """Show tracebacks, or not, from here on."""
    _tracebacks.set(wanted)


def show_error(error: NewsletterError) -> None:
    """The sentence of an error, on stderr; a file's problems one a line, ready for an editor to jump to."""
    if isinstance(error, FileProblems):
        click.echo(str(error), err=True)
    elif isinstance(error, Stopped):
        _marked("→", "yellow", str(error))  # nothing failed: it goes on later
    else:
        cross(str(error))


def show_refusal(error: OSError) -> None:
    """What the system refuses, and of which file."""
    reason = str(system_reason(error)) or type(error).__name__
    cross(say("{file}: {reason}", file=error.filename, reason=reason) if error.filename else reason)
    _show_traceback(error)


def show_unforeseen(error: Exception) -> None:
    """What is a fault of this program, in one line, and what to do about it."""
    words = " ".join(str(error).split())
    name = type(error).__name__
    cross(say("a fault of this program: {error}", error=f"{name}: {words}" if words else name))
    if not _tracebacks.get():
        click.echo(
            say(
                "The ledger knows what was sent: the same command continues. "
                "`newsletter -v …` shows where it happened; please report that."
            ),
            err=True,
        )
    _show_traceback(error)


def cross(text: str) -> None:
    """Say on stderr that something is wrong."""
    _marked("✗", "red", text)


def _marked(mark: str, colour: str, text: str) -> None:
    styled = click.style(mark, fg=colour) if sys.stderr.isatty() and _colours.get() else mark
    click.echo(f"{styled} {text}", err=True)


def _show_traceback(error: Exception) -> None:
    if _tracebacks.get():
        traceback.print_exception(error)


def prepare_streams() -> None:
    """Never fail on a letter that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def program_name() -> str:
    """How to call this program again: its name, or its path where no shell would find it under that name."""
    called = sys.argv[0]
    if os.path.basename(called) == "__main__.py":  # noqa: PTH119
        return f"{sys.executable} -m newsletter_mailer"
    found = shutil.which("newsletter")
    same = found is not None and Path(found).resolve() == Path(called).resolve()
    return "newsletter" if same else called


def silence_stdout() -> None:
    """After `… | head` closed the pipe: keep Python from complaining at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(
    rows: Sequence[tuple[str, ...]], headings: tuple[str, ...], *, counts: Collection[int] = ()
) -> None:
    """A table on stdout, as wide as the terminal. counts: which columns are numbers, from 0."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column, heading in enumerate(headings):
        grid.add_column(heading, overflow="fold", justify="right" if column in counts else "left")
    for row in rows:
        grid.add_row(*row)
    width = None if sys.stdout.isatty() else WIDTH_OF_FILES
    # [brackets] are the officer's: a name or an expression, not rich's markup
    Console(width=width, no_color=not _colours.get(), markup=False).print(grid)
