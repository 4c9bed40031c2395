"""Raises a ledger's turn again and again, killed at the first call into the system, at the second, and so on.

python killed_turn.py FOLDER       makes FOLDER/01, FOLDER/02 … each with a file `end`: killed, or done
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from newsletter_mailer.store.copies import begin_turn
from newsletter_mailer.store.database import Database

CALLS = frozenset({"open", "write", "flush", "fsync", "replace", "execute", "do_commit", "commit"})
OURS = frozenset({"copies.py", "notes.py", "pathlib.py", "default.py"})  # the last: SQLAlchemy's, for SQLite


def kill_at(step: int) -> None:
    """Die by SIGKILL right before the call of that number."""
    left = step

    def watch(frame: Any, event: str, called: Any) -> None:
        nonlocal left
        ours = Path(frame.f_code.co_filename).name in OURS
        if event == "c_call" and ours and called.__name__ in CALLS:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def raised(workspace: Path, step: int) -> None:
    """In a process of its own: one turn, or as much of it as it lives for."""
    with Database(f"sqlite:///{workspace}/var/newsletter.db") as database:
        kill_at(step)
        begin_turn(database, workspace / "issues" / "novembre", now=1_790_000_000_000)
        sys.setprofile(None)


def main(folder: Path) -> None:
    """Every moment, until the turn is raised before the killer comes."""
    first = folder / "00"
    (first / "issues" / "novembre").mkdir(parents=True)
    for _ in range(2):
        raised(first, -1)
    step, done = 0, False
    while not done:
        step += 1
        workspace = folder / f"{step:02}"
        (workspace / "issues" / "novembre").mkdir(parents=True)
        for _ in range(2):
            raised(workspace, -1)
        child = os.fork()
        if not child:
            raised(workspace, step)
            os._exit(0)
        done = os.waitpid(child, 0)[1] == 0
        (workspace / "end").write_text("done" if done else "killed")
    shutil.rmtree(first)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
