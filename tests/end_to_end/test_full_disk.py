"""A disk that is full, or fails: the sender stops at once, and nobody is lost, doubled or in doubt afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newsletter_mailer.store.journal import RECORD
from program import Newsletter, Postbox
from small_disk import SmallDisk, small_disk

ISSUE = "2026-11"
KILO = 1024
WaitUntil = Callable[[Callable[[], bool]], None]
LIMITED = """\
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
os.execv(sys.argv[2], sys.argv[2:])
"""
FAILING = """\
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fails(void) { const char *sign = getenv("SYNC_FAILS"); return sign && access(sign, F_OK) == 0; }
int fsync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(file);
}
int fdatasync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(file);
}
"""


@pytest.fixture
def disk(tmp_path: Path, newsletter: Newsletter) -> Iterator[SmallDisk]:
    """A small disk with the ledger and all that belongs to it; the issues and the secret stand elsewhere."""
    with small_disk(tmp_path / "disk", megabytes=24) as mounted:
        newsletter.environment["NEWSLETTER_DATABASE__URL"] = f"sqlite:///{mounted.folder}/newsletter.db"
        yield mounted


def readers(newsletter: Newsletter, count: int) -> list[str]:
    addresses = [f"reader{number:04}@example.org" for number in range(count)]
    newsletter.on_list("members", addresses)
    return addresses


def dispatch(count: int) -> tuple[str, ...]:
    return ("dispatch", ISSUE, "--list", "members", "--yes", "--expect", str(count))


def judged(newsletter: Newsletter, postbox: Postbox, everyone: list[str]) -> None:
    """Each exactly once, by what arrived; and the ledger knows it."""
    assert sorted(postbox.addresses) == everyone
    counts = json.loads(newsletter.run("--json", "status", ISSUE).stdout)["counts"]
    assert (counts["sent"], counts["in_doubt"], counts["total"]) == (len(everyone), 0, len(everyone))


def stopped(sender: subprocess.Popen[str]) -> str:
    """What a sender said that found no room."""
    _, said = sender.communicate(timeout=120)
    assert sender.returncode == 75, said
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("leave", [0, 48 * KILO, 700 * KILO], ids=["to open", "to plan", "for the journal"])
def test_a_disk_that_is_full_before_the_run_lets_nothing_leave(
    newsletter: Newsletter, postbox: Postbox, disk: SmallDisk, leave: int
) -> None:
    everyone = readers(newsletter, 30)
    disk.fill(leave)

    said = newsletter.run(*dispatch(30), code=75).stderr

    assert "make room on the disk" in said
    assert postbox.received == []
    disk.make_room()
    newsletter.run(*dispatch(30))
    judged(newsletter, postbox, everyone)


# So much room is left that it is met when outcomes are settled, at a claim, later, and later still
@pytest.mark.parametrize("leave", [0, 24, 64, 160])
def test_a_disk_that_fills_up_in_mid_campaign_stops_it_at_once(
    newsletter: Newsletter, postbox: Postbox, disk: SmallDisk, wait_until: WaitUntil, leave: int
) -> None:
    everyone = readers(newsletter, 600)
    postbox.hold_at = 5
    sender = newsletter.start(*dispatch(600))
    wait_until(lambda: len(postbox.received) >= 5)

    disk.fill(leave * KILO)
    postbox.let_go()

    assert "make room on the disk" in stopped(sender)
    arrived = len(postbox.received)
    assert arrived < 600
    disk.fill()
    newsletter.run("resume", ISSUE, code=75)
    assert len(postbox.received) == arrived
    disk.make_room()
    newsletter.run("resume", ISSUE)
    judged(newsletter, postbox, everyone)


def test_a_journal_that_cannot_grow_stops_before_the_dot(
    newsletter: Newsletter, postbox: Postbox, disk: SmallDisk, wait_until: WaitUntil
) -> None:
    everyone = readers(newsletter, 2200)
    postbox.hold_at = 1
    sender = newsletter.start(*dispatch(2200))
    wait_until(lambda: len(postbox.received) >= 1)
    (journal,) = disk.folder.glob("newsletter-journals/*.journal")
    room = journal.stat().st_size // RECORD // 2  # a message takes two records
    assert room < 2200

    postbox.hold_at = room - 3
    wait_until(lambda: len(postbox.received) >= room - 3)
    disk.fill(leave=800 * KILO)  # for the ledger to go on, but not for another piece of journal
    postbox.let_go()

    assert "newsletter-journals cannot be written: the disk is full" in stopped(sender)
    assert len(postbox.received) <= room
    disk.make_room()
    newsletter.run("resume", ISSUE)
    judged(newsletter, postbox, everyone)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize(
    ("limit", "count", "begins"),
    [(512 * KILO, 30, False), (1100 * KILO, 1500, True)],
    ids=["of the journal", "of the ledger"],
)
def test_a_file_that_may_not_grow_is_a_full_disk(
    newsletter: Newsletter, postbox: Postbox, limit: int, count: int, begins: bool
) -> None:
    everyone = readers(newsletter, count)
    command = [sys.executable, "-c", LIMITED, str(limit), *newsletter.command(*dispatch(count))]

    done = subprocess.run(command, env=newsletter.environment, capture_output=True, text=True, timeout=120)

    assert done.returncode == 75, done.stderr
    assert "cannot be written" in done.stderr
    assert len(postbox.received) < count
    assert bool(postbox.received) is begins
    newsletter.run("resume", ISSUE)
    judged(newsletter, postbox, everyone)


@pytest.fixture
def sync_fails(tmp_path: Path, newsletter: Newsletter) -> Path:
    """A file: as long as it is there, no program's writes reach the disk, and the program is told so."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs a C compiler on Linux")
    source, library, sign = tmp_path / "failing.c", tmp_path / "failing.so", tmp_path / "sign"
    source.write_text(FAILING)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    newsletter.environment |= {"LD_PRELOAD": str(library), "SYNC_FAILS": str(sign)}
    return sign


def test_a_disk_that_does_not_keep_what_is_written_stops_the_campaign(
    newsletter: Newsletter, postbox: Postbox, sync_fails: Path, wait_until: WaitUntil
) -> None:
    everyone = readers(newsletter, 300)
    postbox.hold_at = 5
    sender = newsletter.start(*dispatch(300))
    wait_until(lambda: len(postbox.received) >= 5)

    sync_fails.touch()
    postbox.let_go()

    assert "the ledger cannot be written: disk I/O error" in stopped(sender)
    arrived = len(postbox.received)
    assert arrived < 300
    newsletter.run("resume", ISSUE, code=75)
    assert len(postbox.received) == arrived
    sync_fails.unlink()
    newsletter.run("resume", ISSUE)
    judged(newsletter, postbox, everyone)
