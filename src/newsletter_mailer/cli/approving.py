"""The approval: somebody's yes to one edition, written down before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from newsletter_mailer.cli.output import Face
from newsletter_mailer.cli.times import iso, local
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.actions.reviewing import Standing


@click.command()
@click.argument("issue")
@click.option("--by", metavar="NAME", help="Who said yes.")
@click.option("--code", metavar="X", help="The code that stands in their test.")
@click.pass_obj
def approve(face: Face, issue: str, by: str | None, code: str | None) -> None:
    """Note who approved an issue; without a name, show how it stands and what reviewers said.

    The yes is bound to the issue as it was tested: a change afterwards needs another one.

    Example: newsletter approve 2026-12-noel --by "Anne Martin" --code 7K3M-9QXD
    """
    from newsletter_mailer.actions.reviewing import approve as note
    from newsletter_mailer.actions.reviewing import standing

    if bool(by) != bool(code):
        raise click.UsageError(say("Give both, who said yes and the code of their test: --by NAME --code X"))
    with face.app() as app:
        if by and code:
            note(app.database, app.workspace, issue, by=by, code=code, now=app.now)
        found = standing(app.database, app.workspace, issue, secret=app.secret, now=app.now)
        _show(face, found, app.workspace.zone)
    if by:
        face.talk(say("Next: newsletter dispatch {issue} --list LIST", issue=issue), style="green")


def _show(face: Face, found: Standing, zone: ZoneInfo) -> None:
    if face.json:
        face.data_json(_data(found))
        return
    face.data(say("Edition {code}", code=found.code))
    for one in found.approvals:
        face.data(say("Approved by {name}, {time}", name=one.reviewer, time=local(one.at, zone)))
    if not found.approvals:
        face.data(say("Nobody has approved this edition."))
    if found.before:
        before = found.before
        face.talk(
            say(
                "{name} approved {code} on {time}; the issue was changed since.",
                name=before.reviewer,
                code=before.code,
                time=local(before.at, zone),
            ),
            style="yellow",
        )
    if not found.tested:
        face.talk(say("This edition was never sent as a test."), style="yellow")
    for remark in found.remarks:
        said = remark.comment
        about = said.about or say("the whole letter")
        face.data(f"{said.reviewer}, {local(said.at, zone)} · {remark.code} · {about}: {said.text}")
    if found.review_link:
        face.talk(say("Page for reviewers: {link}", link=found.review_link))


def _data(found: Standing) -> dict[str, object]:
    return {
        "issue": found.edition.slug,
        "code": found.code,
        "required": found.required,
        "tested": found.tested,
        "approvals": [{"by": one.reviewer, "code": one.code, "at": iso(one.at)} for one in found.approvals],
        "comments": [
            {
                "by": remark.comment.reviewer,
                "code": remark.code,
                "block": remark.comment.block,
                "about": remark.comment.about,
                "text": remark.comment.text,
                "at": iso(remark.comment.at),
            }
            for remark in found.remarks
        ],
        "review_link": found.review_link,
    }


COMMANDS = (approve,)
