"""The Tab key knows commands, options, and the names that the workspace holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from cli_kit import PLAIN
from issue_files import issue_text, workspace_at, write_issue
from newsletter_mailer.actions.lists import add_list
from newsletter_mailer.app import open_app
from newsletter_mailer.cli import newsletter
from newsletter_mailer.cli.completion import SHELLS, completion

NOW = 1_790_000_000_000


def completed(*words: str) -> list[str]:
    """What Tab offers behind these words; the last one may be half typed."""
    *before, last = words
    offered = ShellComplete(newsletter, {}, "newsletter", "").get_completions(before, last)
    return [item.value for item in offered]


@pytest.fixture
def project(tmp_path: Path) -> str:
    """A workspace with two issues and no ledger."""
    workspace = workspace_at(tmp_path)
    for slug in ("2026-11-automne", "2026-12-noel"):
        write_issue(workspace, issue_text(), slug)
    return str(workspace.root)


def test_an_issue_is_completed_by_its_slug(project: str) -> None:
    offered = completed("--project", project, "compose", "2026-")

    assert offered == ["2026-11-automne", "2026-12-noel"]


def test_a_list_is_completed_by_its_slug(project: str) -> None:
    with open_app(Path(project)) as app:
        for slug in ("members", "partners"):
            add_list(app.database, slug, {}, now=NOW)

    offered = completed("--project", project, "dispatch", "2026-12-noel", "--list", "mem")

    assert offered == ["members"]


def test_a_tab_makes_no_ledger(project: str) -> None:
    offered = completed("--project", project, "status", "")

    assert offered == []
    assert not (Path(project) / "var").exists()


@pytest.mark.parametrize("words", [("compose", ""), ("dispatch", "--list", ""), ("log", "")])
def test_a_tab_where_there_is_no_workspace_offers_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    offered = completed("--project", str(tmp_path), *words)

    assert offered == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script_and_is_told_where_to_put_it(shell: str) -> None:
    done = CliRunner().invoke(completion, [shell], obj=PLAIN)

    assert done.exit_code == 0
    assert "_NEWSLETTER_COMPLETE" in done.stdout
    assert f"newsletter completion {shell}" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_a_slug_by_the_script(project: str, tmp_path: Path) -> None:
    program = tmp_path / "newsletter"
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import newsletter_mailer.cli as c; c.main()" "$@"\n'
    )
    program.chmod(0o755)
    asked = (
        f'eval "$({program} completion bash 2>/dev/null)"; COMP_WORDS=(newsletter compose 2026-12); COMP_CWORD=2;'
        f' _newsletter_completion {program}; echo "${{COMPREPLY[@]}}"'
    )

    done = subprocess.run(
        ["bash", "-c", asked],
        cwd=project,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout.strip() == "2026-12-noel"
