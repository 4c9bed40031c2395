"""What the Tab key completes: commands and options by click, and the names of issues, lists and campaigns by us."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from newsletter_mailer.wording import sentence

if TYPE_CHECKING:
    from newsletter_mailer.app import App

SHELLS = ("bash", "zsh", "fish", "powershell")
VARIABLE = "_NEWSLETTER_COMPLETE"  #: by which the shell's script asks; click makes it of the program's name
_HOW = {
    "bash": sentence("Put this line into ~/.bashrc: {line}", line='eval "$(newsletter completion bash)"'),
    "zsh": sentence("Put this line into ~/.zshrc: {line}", line='eval "$(newsletter completion zsh)"'),
    "fish": sentence(
        "Run once: {line}", line="newsletter completion fish > ~/.config/fish/completions/newsletter.fish"
    ),
    "powershell": sentence(
        "Put this line into the file that $PROFILE names: {line}",
        line="newsletter completion powershell | Out-String | Invoke-Expression",
    ),
}


class Known(click.types.StringParamType):
    """A text of which the workspace knows what it may be."""

    def __init__(self, names: Callable[[Path | None], Iterable[str]]) -> None:
        self._names = names

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """The names that begin so; none where there is no workspace, for a Tab must never fail."""
        try:
            found = sorted(set(self._names(ctx.find_root().params.get("project"))))
        except Exception:  # noqa: BLE001  whatever is wrong is said by the command itself
            return []
        return [CompletionItem(name) for name in found if name.startswith(incomplete)]


def teach(command: click.Command) -> None:
    """Let every argument and option that takes a name of the workspace complete it."""
    for parameter in command.params:
        if parameter.name in _NAMES and isinstance(parameter.type, click.types.StringParamType):
            parameter.type = Known(_NAMES[parameter.name])
    if isinstance(command, click.Group):
        for below in command.commands.values():
            teach(below)


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what lets your shell complete commands, issues, lists and campaigns with the Tab key.

    Example: newsletter completion bash
    """
    found = get_completion_class(shell)
    assert found is not None
    context.obj.data(found(context.find_root().command, {}, "newsletter", VARIABLE).source())
    context.obj.talk(str(_HOW[shell]))


def _issues(project: Path | None) -> Iterable[str]:
    from newsletter_mailer.config import find_workspace

    root = find_workspace(project or Path.cwd())
    return [path.parent.name for path in root.glob("issues/*/issue.yaml")]


def _lists(project: Path | None) -> Iterable[str]:
    from newsletter_mailer.actions.lists import lists

    return _of_the_ledger(project, lambda app: [each.slug for each in lists(app.database)])


def _campaigns(project: Path | None) -> Iterable[str]:
    from newsletter_mailer.actions.campaigns import every

    return _of_the_ledger(project, lambda app: [each.slug for each in every(app.database)])


def _segments(project: Path | None) -> Iterable[str]:
    from newsletter_mailer.actions.segments import every

    return _of_the_ledger(
        project, lambda app: [each.segment.name for each in every(app.database, app.workspace)]
    )


def _of_the_ledger(project: Path | None, names: Callable[[App], Iterable[str]]) -> Iterable[str]:
    from newsletter_mailer.app import open_app

    with open_app(project) as app:
        return names(app) if app.has_ledger else ()


_NAMES: dict[str | None, Callable[[Path | None], Iterable[str]]] = {
    "issue": _issues,
    "copy_of": _issues,
    "lists": _lists,
    "exclude": _lists,
    "list_slug": _lists,
    "campaign": _campaigns,
    "segment": _segments,
}
COMMANDS = (completion,)
