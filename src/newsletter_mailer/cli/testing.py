"""The test: an issue to a few people, before it goes to everyone."""

from __future__ import annotations

import click

from newsletter_mailer.cli import campaign_output as show
from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import say


@click.command()
@click.argument("issue")
@click.option(
    "--to", "to", multiple=True, help="Who gets the test; can be given several times. Default: test_readers."
)
@click.argument("more", nargs=-1)
@click.pass_obj
def test(face: Face, issue: str, to: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Send the issue as a test, its subject marked [TEST].

    Example: newsletter test 2026-12-noel --to chair@example.org me@example.org
    """
    import secrets

    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.actions.test import send_test

    with face.app() as app:
        addresses = (*to, *more) or app.workspace.settings.test_readers
        if not addresses:
            raise click.UsageError(
                say("Say who gets it: --to you@example.org, or test_readers in newsletter.yaml")
            )
        account = account_of(app.workspace)
        done = send_test(
            app.workspace,
            issue,
            addresses,
            database=app.database,
            account=account,
            now=app.now,
            new_id=secrets.token_hex(8),
            secret=app.secret,
        )
    show.tests(face, done)
    failed = [one for one in done if not show.accepted(one.outcome)]
    if not failed and app.workspace.settings.approval == "required":
        face.talk(
            say(
                "Next, once it is approved: newsletter approve {issue} --by NAME --code X; the code stands in the test.",
                issue=issue,
            ),
            style="green",
        )
    elif not failed:
        face.talk(say("Next: newsletter dispatch {issue} --list LIST", issue=issue), style="green")
    click.get_current_context().exit(5 if failed else 0)


COMMANDS = (test,)
