"""The journal says what was written, and admits when something may be missing."""

from __future__ import annotations

import random
import resource
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.store.journal import RECORD, Journal, JournalRead, Record, read
from unit.store.ledger_kit import ACCEPTED, LOST

PER_CHUNK = 4096
PER_PAGE = 16


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journals" / "7.journal"


def test_a_journal_gives_back_what_was_written(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        journal.dot(41, 1, at=1_790_000_000_000)
        journal.reply(41, 1, ACCEPTED)
        journal.dot(42, 3)
        journal.reply(42, 3, LOST)

    found = read(path, run=7)

    assert found.whole
    assert found.records == (
        Record(41, 1, 1_790_000_000_000),
        Record(41, 1, 0, ACCEPTED),
        Record(42, 3, 0),
        Record(42, 3, 0, LOST),
    )


def test_it_is_readable_while_it_is_open_and_by_its_owner_alone(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        journal.dot(1, 1)

        assert read(path, run=7) == JournalRead((Record(1, 1, 0),), whole=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_empty_journal_is_whole(path: Path) -> None:
    Journal.create(path, 7).close()

    assert read(path, run=7) == JournalRead((), whole=True)


def test_room_is_taken_before_it_is_needed(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        assert path.stat().st_size == PER_CHUNK * RECORD
        for number in range(PER_CHUNK * 2):
            journal.dot(number, 1)

    found = read(path, run=7)
    assert found.whole
    assert len(found.records) == PER_CHUNK * 2
    assert path.stat().st_size == 3 * PER_CHUNK * RECORD
    assert path.stat().st_blocks * 512 >= path.stat().st_size  # allocated, not a hole


@pytest.mark.parametrize("written", [1, 100, PER_CHUNK - 3, PER_CHUNK - 2, PER_CHUNK - 1, PER_CHUNK + 5])
def test_a_journal_that_was_cut_anywhere_is_not_whole(path: Path, written: int) -> None:
    with Journal.create(path, 7) as journal:
        for number in range(written):
            journal.dot(number, 1)
    raw = path.read_bytes()
    chance = random.Random(written)
    boundaries = [RECORD * chance.randrange(len(raw) // RECORD) for _ in range(20)]

    for end in (*boundaries, 0, RECORD, RECORD * PER_CHUNK, len(raw) - 1):
        if end == len(raw):
            continue
        path.write_bytes(raw[:end])
        assert not read(path, run=7).whole


def test_a_flipped_bit_anywhere_in_a_record_is_seen(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        journal.dot(1, 1)
        journal.reply(1, 1, ACCEPTED)
    raw = path.read_bytes()

    for place in range(RECORD, 3 * RECORD):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :])
        found = read(path, run=7)
        assert not found.whole
        assert len(found.records) == 1


def test_a_missing_page_in_the_middle_is_seen(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        for number in range(40):
            journal.dot(number, 1)
    raw = bytearray(path.read_bytes())
    raw[4096:8192] = bytes(4096)
    path.write_bytes(raw)

    found = read(path, run=7)

    assert not found.whole
    assert len(found.records) == 24


def test_a_record_in_the_wrong_place_does_not_count(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        journal.dot(1, 1)
        journal.dot(2, 1)
    raw = bytearray(path.read_bytes())
    raw[2 * RECORD : 3 * RECORD] = raw[RECORD : 2 * RECORD]
    path.write_bytes(raw)

    assert read(path, run=7) == JournalRead((Record(1, 1, 0),), whole=False)


@pytest.mark.parametrize("content", [None, b"", b"something else" * 100])
def test_a_file_that_is_no_journal_is_an_empty_one_and_not_whole(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.parent.mkdir()
        path.write_bytes(content)

    assert read(path, run=7) == JournalRead((), whole=False)


def test_the_journal_of_another_run_is_not_believed(path: Path) -> None:
    with Journal.create(path, 8) as journal:
        journal.dot(1, 1)

    assert read(path, run=7) == JournalRead((), whole=False)


def test_an_existing_journal_is_never_written_over(path: Path) -> None:
    Journal.create(path, 7).close()

    with pytest.raises(FileExistsError):
        Journal.create(path, 8)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file can grow past that many bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_no_room_is_told_before_anything_is_sent_and_leaves_no_file(path: Path) -> None:
    with files_up_to(1000), pytest.raises(OSError, match="too large"):
        Journal.create(path, 7)

    assert not path.exists()


def test_a_journal_that_finds_no_more_room_is_whole_still(path: Path) -> None:
    with Journal.create(path, 7) as journal, files_up_to(PER_CHUNK * RECORD + 1000):
        for number in range(PER_CHUNK - 2):
            journal.dot(number, 1)
        for _ in range(2):
            with pytest.raises(OSError, match="too large"):
                journal.dot(PER_CHUNK, 1)

    found = read(path, run=7)
    assert found.whole
    assert [record.delivery for record in found.records] == list(range(PER_CHUNK - 2))


def test_of_a_long_journal_only_what_is_asked_for_is_kept(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        for number in range(PER_CHUNK * 2):
            journal.dot(number, 1)
    tracemalloc.start()

    found = read(path, run=7, of={5000})

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == JournalRead((Record(5000, 1, 0),), whole=True)
    assert most < PER_CHUNK * RECORD / 4


def test_a_journal_begins_anew_and_forgets(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        number = 0
        while not journal.grown():
            journal.dot(number, 1)
            number += 1

        journal.begin_anew()
        journal.dot(1, 2)

        assert not journal.grown()
        assert read(path, run=7) == JournalRead((Record(1, 2, 0),), whole=True)
    assert path.stat().st_size == PER_CHUNK * RECORD


def test_a_page_that_cannot_be_written_whole_is_told(path: Path) -> None:
    with Journal.create(path, 7) as journal, files_up_to(PER_PAGE * RECORD + 100):
        for number in range(PER_PAGE - 1):
            journal.dot(number, 1)
        for _ in range(2):
            with pytest.raises(OSError, match="put/output"):
                journal.dot(PER_PAGE, 1)

    found = read(path, run=7)
    assert found.whole
    assert [record.delivery for record in found.records] == list(range(PER_PAGE - 1))


def test_a_record_that_a_kill_cut_short_was_never_written(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        for number in range(3):
            journal.dot(number, 1)
    raw = path.read_bytes()
    begun = 3 * RECORD  # of the last one

    for written in range(RECORD):
        path.write_bytes(raw[: begun + written] + bytes(RECORD - written) + raw[begun + RECORD :])
        found = read(path, run=7)
        assert found.whole
        assert [record.delivery for record in found.records] == [0, 1]


def test_a_record_that_was_never_finished_is_no_excuse_for_those_after_it(path: Path) -> None:
    with Journal.create(path, 7) as journal:
        journal.dot(1, 1)
        journal.dot(2, 1)
    raw = bytearray(path.read_bytes())
    raw[2 * RECORD - 1] = 0
    path.write_bytes(raw)

    assert read(path, run=7) == JournalRead((Record(2, 1, 0),), whole=False)


@given(
    text=st.text(max_size=400),
    code=st.integers(200, 599),
    verb=st.sampled_from(Verb),
    event=st.sampled_from([Event.ACCEPTED, Event.DEFERRED, Event.REFUSED, Event.LOST, Event.RELEASED]),
)
def test_any_reply_comes_back_as_far_as_it_fits(
    tmp_path_factory: pytest.TempPathFactory, text: str, code: int, verb: Verb, event: Event
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    with Journal.create(path, 2**40) as journal:
        journal.reply(2**60, 9, Outcome(event, verb, Reply(code, text)))

    [record] = read(path, run=2**40).records

    assert record.outcome is not None
    assert (record.outcome.event, record.outcome.verb) == (event, verb)
    assert record.outcome.reply is not None
    assert record.outcome.reply.code == code
    assert text.startswith(record.outcome.reply.text)
    assert len(record.outcome.reply.text.encode()) >= min(len(text.encode()), 210)
