"""Commands on segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli.output import Face, number, table
from newsletter_mailer.cli.whom import audience_options, segment_line
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.segments import Counted


@click.group(invoke_without_command=True)
@click.pass_context
def segments(context: click.Context) -> None:
    """Show the segments, or change them: readers told apart by an expression.

    Example: newsletter segments
    """
    if context.invoked_subcommand is None:
        _show_all(context.obj)


def _show_all(face: Face) -> None:
    from newsletter_mailer.actions.segments import every

    with face.app() as app:
        found = every(app.database, app.workspace)
    if face.json:
        face.data_json([_as_json(one) for one in found])
        return
    if not found:
        face.talk(
            say("There is no segment yet: newsletter segments add french 'subscriber.language == \"fr\"'")
        )
        return
    rows = [
        (one.segment.name, one.segment.expression, "–" if one.members is None else number(one.members))
        for one in found
    ]
    table(rows, (say("segment"), say("expression"), say("readers")), counts=(2,))
    for one in found:
        _tell_fault(face, one)


@segments.command("add")
@click.argument("name")
@click.argument("expression")
@click.option("--replace", is_flag=True, help="Put it in the place of an expression that has this name.")
@click.pass_obj
def add(face: Face, name: str, expression: str, replace: bool) -> None:
    """Save an expression under a name, for `dispatch --segment`.

    It is written as after `when:`, and may ask what a reader received and where they are subscribed.

    Example: newsletter segments add toulouse 'subscriber.department == "31" and not received("2026-09")'
    """
    from newsletter_mailer.actions import segments as action
    from newsletter_mailer.model.segments import SavedSegment

    with face.app() as app:
        wanted = SavedSegment(name, expression)
        done = action.add(app.database, app.workspace, wanted, replace=replace, now=app.now)
    _show(face, done)
    if done.before:
        face.talk(say("Before, it was: {expression}", expression=done.before))
    face.talk(
        say(
            "Next: newsletter dispatch ISSUE --list LIST {segment}",
            segment=audience_options((), (), done.segment),
        ),
        style="green",
    )


@segments.command("show")
@click.argument("name")
@click.option("--list", "lists", multiple=True, help="Count only readers of this list; several can be given.")
@click.pass_obj
def show(face: Face, name: str, lists: tuple[str, ...]) -> None:
    """Show a segment and how many readers it means.

    Example: newsletter segments show toulouse --list adherents
    """
    from newsletter_mailer.actions.segments import one

    with face.app() as app:
        found = one(app.database, app.workspace, name, lists)
    _show(face, found)


@segments.command("remove")
@click.argument("name")
@click.pass_obj
def remove(face: Face, name: str) -> None:
    """Remove a segment. Nobody leaves a list, and campaigns keep their readers.

    Example: newsletter segments remove toulouse
    """
    from newsletter_mailer.actions import segments as action

    with face.app() as app:
        done = action.remove(app.database, name)
    face.talk(
        say(
            "The segment “{name}” is removed; it was: {expression}",
            name=done.name,
            expression=done.expression,
        )
    )


def _show(face: Face, found: Counted) -> None:
    if face.json:
        face.data_json(_as_json(found))
        return
    face.data(segment_line(found.segment))
    if found.members is not None:
        face.data(
            say_many(
                "{count} of {readers} reader",
                "{count} of {readers} readers",
                found.readers,
                count=number(found.members),
                readers=number(found.readers),
            )
        )
    _tell_fault(face, found)


def _tell_fault(face: Face, found: Counted) -> None:
    if found.fault is not None:
        face.talk(f"! {found.fault}", style="yellow")


def _as_json(found: Counted) -> dict[str, Any]:
    """One segment, for programs (docs/reference.md)."""
    told = {
        "name": found.segment.name,
        "expression": found.segment.expression,
        "members": found.members,
        "readers": found.readers,
    }
    return told | ({"problem": str(found.fault)} if found.fault else {})


COMMANDS: tuple[click.Command, ...] = (segments,)
