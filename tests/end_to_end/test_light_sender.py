"""A sender may be at work for days: it holds nothing in memory that only composing, migrating or the web needs."""

from __future__ import annotations

import subprocess
import sys

from program import Newsletter, Postbox

HEAVY = {"mjml", "premailer", "PIL", "alembic", "starlette", "uvicorn"}
OPENED = """
import sys
from pathlib import Path
from newsletter_mailer.app import open_app

with open_app(Path(sys.argv[1])) as app:
"""
PLAN = f"""{OPENED}
    from newsletter_mailer.actions.plan import Audience, plan, propose

    proposal = propose(app.database, app.workspace, "2026-11", Audience(("la",)))
    plan(app.database, app.workspace, proposal, secret=app.secret, now=app.now)
"""
SEND = """
import sys
from newsletter_mailer.cli import newsletter

newsletter.main(["--project", sys.argv[1], "--no-input", "resume", "1"], standalone_mode=False)
print(*{name.partition(".")[0] for name in sys.modules})
"""
HELP = """
import sys
from newsletter_mailer.cli import newsletter

newsletter.main(["--help"], standalone_mode=False)
print(*{name.partition(".")[0] for name in sys.modules})
"""
SLOW_TO_IMPORT = HEAVY | {"pydantic", "sqlalchemy", "jinja2", "yaml", "cryptography"}


def run(newsletter: Newsletter, program: str) -> str:
    command = [sys.executable, "-c", program, str(newsletter.folder)]
    done = subprocess.run(
        command, env=newsletter.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_planned_campaign_is_sent_without_what_only_composing_migrating_and_the_web_need(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.run(
        "subscribers",
        "import",
        str(newsletter.people(["ann@example.org", "bob@example.org"])),
        "--list",
        "la",
    )
    run(newsletter, PLAN)

    modules = set(run(newsletter, SEND).split())

    assert sorted(postbox.addresses) == ["ann@example.org", "bob@example.org"]
    assert "newsletter_mailer" in modules
    assert modules & HEAVY == set()


def test_help_waits_for_nothing_that_is_slow_to_import(newsletter: Newsletter) -> None:
    modules = set(run(newsletter, HELP).split())

    assert "click" in modules
    assert modules & SLOW_TO_IMPORT == set()
