"""One sender at a time, and a dead one holds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter_mailer.errors import Busy
from newsletter_mailer.store.lock import SenderLock, WorkerLock

HOLDER = """
import sys, time
from pathlib import Path
from newsletter_mailer.store.lock import SenderLock
with SenderLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_sender_is_refused_at_once_until_the_first_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "sender.lock"

    with SenderLock(path), pytest.raises(Busy) as busy, SenderLock(path):
        pass

    assert busy.value.exit_code == 75
    with SenderLock(path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_sender_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sender.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(Busy), SenderLock(path):
            pass

        child.send_signal(signal.SIGKILL)

    with SenderLock(path):
        pass


def test_a_worker_and_a_sender_do_not_bar_each_other_and_are_told_apart(tmp_path: Path) -> None:
    sender, worker = tmp_path / "ledger.lock", tmp_path / "ledger.worker.lock"

    with SenderLock(sender), WorkerLock(worker), pytest.raises(Busy) as busy, WorkerLock(worker):
        pass

    assert "worker" in str(busy.value)
