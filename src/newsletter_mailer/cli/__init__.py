"""The command line: thin commands over the actions. stdout is data, stderr is talk."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from newsletter_mailer import __version__
from newsletter_mailer.cli import (
    approving,
    archive,
    audience,
    beginning,
    campaigns,
    check,
    completion,
    demo,
    dispatching,
    doctor,
    inbox,
    issues,
    output,
    rehearse,
    reporting,
    secret,
    serve,
    testing,
    worker,
)
from newsletter_mailer.cli.contents import write_contents
from newsletter_mailer.cli.spoken_help import language_asked, spoken
from newsletter_mailer.cli.usage import show_usage
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import LANGUAGES, say, use_language

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """The commands; a reader that stops reading (`… | head`) is no error."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, and write out what it said while that can still be told."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:  # before click sees it, for which it is exit code 1
            output.silence_stdout()
            return None
        return done

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """By what one has in mind, not by the alphabet."""
        write_contents(self, ctx, formatter)


@click.group(cls=_Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="newsletter")
@click.option(
    "--project",
    type=click.Path(file_okay=False, path_type=Path),
    help="The workspace (default: here or above).",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of what the program says.")
@click.option("--json", "as_json", is_flag=True, help="Data on stdout as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Only results and errors.")
@click.option("-v", "--verbose", is_flag=True, help="More detail, and the traceback of an unforeseen error.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR.")
@click.option("--no-input", is_flag=True, help="Never ask; take defaults or stop.")
@click.pass_context
def newsletter(context: click.Context, /, **options: object) -> None:
    """Newsletters from plain files: compose, test, dispatch, with every reader accounted for.

    Start with `newsletter demo`, then `newsletter init my-newsletter`.
    """
    context.obj = output.Face.from_options(options)
    use_language(context.obj.language)
    output.tell_more(context.obj.verbose)


for module in (
    beginning,
    issues,
    audience,
    check,
    testing,
    approving,
    rehearse,
    dispatching,
    campaigns,
    reporting,
    doctor,
    secret,
    serve,
    worker,
    demo,
    inbox,
    archive,
    completion,
):
    for command in module.COMMANDS:
        newsletter.add_command(command)
completion.teach(newsletter)


def main() -> None:
    """Run the command; what a person can mend is a sentence and an exit code, a traceback only what -v asks for."""
    output.prepare_streams()
    use_language(language_asked(sys.argv[1:], output.language_of_system()))
    try:
        code = spoken(newsletter).main(standalone_mode=False, complete_var=completion.VARIABLE)
    except click.ClickException as error:
        show_usage(error)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        asked = (
            isinstance(error, click.Abort) and error.__cause__ is None
        )  # at a question, whose line is open
        click.echo(
            "\n" * asked + say("Interrupted; nothing is lost: the same command takes it up again."), err=True
        )
        code = 130
    except NewsletterError as error:
        output.show_error(error)
        code = error.exit_code
    except BrokenPipeError:
        output.silence_stdout()
        code = 0
    except OSError as error:
        output.show_refusal(error)
        code = 1
    except Exception as error:  # noqa: BLE001  the last place where it can be told in words
        output.show_unforeseen(error)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
