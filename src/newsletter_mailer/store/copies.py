"""Whether this ledger is the only one of its name: a restored backup or a copied folder would mail people twice.

The ledger has an id, and a turn that every run raises. Both stand in the ledger, in a note beside it
(`newsletter.db.turn`), and in `issues/<slug>/sent.json`. A run goes from turn n to n + 1 in four steps, and may be
killed between any two of them:

    1. the note     "at n, going to n + 1"
    2. the ledger   n + 1, committed             nothing leaves before step 4 is done
    3. sent.json    n + 1
    4. the note     "at n + 1"

So the ledger is at one of the note's two numbers, and never behind sent.json. Anything else is a disagreement. Each turn
has a mark of its own, drawn by lot: a ledger that was restored and has run as often again is not taken for the lost one.
A sent.json that cannot be written stops nobody (a read-only folder): the note still guards the ledger.
Call these with the sender's lock held.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select, text

from newsletter_mailer.store.database import Database
from newsletter_mailer.store.machine import host, machine
from newsletter_mailer.store.notes import (
    LedgerNote,
    SentNote,
    Unreadable,
    read_ledger_note,
    read_sent_note,
    write_ledger_note,
    write_sent_note,
)
from newsletter_mailer.store.schema import campaigns, issues, meta
from newsletter_mailer.wording import Sentence, sentence

SENT = "sent.json"
_TURN = "turn"
_LOST = "lost turn "  # and its mark: a run that the ledger does not know, and the officer knows of
_SET = text(
    "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Why this ledger may not be the one that was used last."""

    what: Sentence  #: the difference, and what it could lead to
    hint: Sentence  #: what to do


def disagreement(
    database: Database, issue_folder: Path | None, *, campaign: int | None = None
) -> Disagreement | None:
    """What speaks against this ledger, or None when all agree.

    `campaign` tells which issue is meant; without it, the newest campaign called like the folder. A sent.json of
    another issue, copied along with a folder, says nothing.
    """
    with database.reading() as connection:
        turn = _turn(connection)
        issue, number = _issue(connection, issue_folder, campaign)
    what = (
        _of_ledger(database, turn)
        or _of_issue(database, turn, issue_folder, issue)
        or _of_others(database, issue_folder)
    )
    if what is None:
        return None
    hint = sentence(
        "bring back the one that was used last; if this is the one, go on with: newsletter resume {campaign} --yes",
        campaign=number or (issue_folder.name if issue_folder else "C"),
    )
    return Disagreement(what, hint)


def begin_turn(
    database: Database, issue_folder: Path | None, *, now: int, campaign: int | None = None
) -> int:
    """Raise the turn everywhere, before anything leaves, and give it. Raises OSError when the note cannot be written."""
    return _raise_turn(database, issue_folder, campaign, now)


def accept(database: Database, issue_folder: Path | None, *, now: int, campaign: int | None = None) -> None:
    """The officer says that this ledger is the right one: all agree again, above every number that was seen."""
    unknown = [{"key": _LOST + note.mark, "value": note.when} for _, note in _lost(database, issue_folder)]
    if unknown:
        with database.transaction() as connection:
            connection.execute(_SET, unknown)
    _raise_turn(database, issue_folder, campaign, now)


def note_of(ledger: Path) -> Path:
    """The note beside a ledger."""
    return ledger.with_name(f"{ledger.name}.turn")


def _raise_turn(database: Database, folder: Path | None, campaign: int | None, now: int) -> int:
    with database.reading() as connection:
        at = _turn(connection)
        known = _mark(connection, at)
        issue, campaign = _issue(connection, folder, campaign)
    turn, mark = 1 + max(at, *_seen(database.path, folder)), secrets.token_hex(4)
    _write_note(database, (at, known), (turn, mark), now)
    with database.transaction() as connection:
        connection.execute(_SET, [{"key": _TURN, "value": str(turn)}, {"key": _key(turn), "value": mark}])
    if folder is not None:
        with suppress(OSError):
            note = SentNote(issue or folder.name, campaign, database.ledger_id, turn, mark, _iso(now))
            write_sent_note(folder / SENT, note)
    _write_note(database, (turn, mark), (turn, mark), now)
    return turn


def _write_note(database: Database, at: tuple[int, str], going_to: tuple[int, str], now: int) -> None:
    path = database.path.resolve()
    note = LedgerNote(database.ledger_id, *at, *going_to, host(), machine(), str(path), _iso(now))
    write_ledger_note(note_of(database.path), note)


def _seen(ledger: Path, folder: Path | None) -> list[int]:
    """The numbers that stand in the notes, whoever wrote them."""
    seen = [0]
    with suppress(Unreadable):
        if note := read_ledger_note(note_of(ledger)):
            seen += [note.turn, note.going_to]
    with suppress(Unreadable):
        if folder is not None and (sent := read_sent_note(folder / SENT)):
            seen.append(sent.turn)
    return seen


def _lost(database: Database, folder: Path | None) -> list[tuple[Path, SentNote]]:
    """What stands in the folders of all issues about runs of this ledger of which it knows nothing."""
    if folder is None:
        return []
    found = []
    with database.reading() as connection:
        for file in sorted(folder.parent.glob(f"*/{SENT}")):
            with suppress(Unreadable):
                note = read_sent_note(file)
                if note is None or note.ledger != database.ledger_id:
                    continue
                given_up = connection.scalar(select(meta.c.value).where(meta.c.key == _LOST + note.mark))
                if given_up is None and _mark(connection, note.turn) != note.mark:
                    found.append((file, note))
    return found


def _mark(c: Connection, turn: int) -> str:
    return c.scalar(select(meta.c.value).where(meta.c.key == _key(turn))) or ""


def _key(turn: int) -> str:
    return f"{_TURN} {turn}"


def _turn(c: Connection) -> int:
    return int(c.scalar(select(meta.c.value).where(meta.c.key == _TURN)) or 0)


def _issue(c: Connection, folder: Path | None, campaign: int | None) -> tuple[str, int | None]:
    """The issue's key and its campaign, as far as the ledger knows them."""
    if folder is None:
        return "", campaign
    meant = campaigns.c.slug == folder.name if campaign is None else campaigns.c.id == campaign
    query = select(issues.c.key, campaigns.c.id).join(issues, issues.c.id == campaigns.c.issue_id)
    row = c.execute(query.where(meant).order_by(campaigns.c.id.desc()).limit(1)).one_or_none()
    return (row.key, row.id) if row else ("", campaign)


def _of_ledger(database: Database, turn: int) -> Sentence | None:
    path = note_of(database.path)
    try:
        note = read_ledger_note(path)
    except Unreadable:
        return sentence(
            "{note} cannot be read, so nobody can tell whether the ledger was copied or restored; if it was, readers "
            "would get mails twice",
            note=path,
        )
    if note is None:
        return _without_note(path) if turn else None
    if note.ledger != database.ledger_id:
        return sentence(
            "{note} belongs to another ledger than the one beside it: one of the two was brought here later, and what "
            "that other ledger sent would be sent again",
            note=path,
        )
    with database.reading() as connection:
        mark = _mark(connection, turn)
    return _of_turn(path, note, turn, mark) or _of_place(database.path.resolve(), note)


def _without_note(path: Path) -> Sentence:
    return sentence(
        "{note} is missing, and the ledger has sent before: perhaps it was copied or restored without it, and what "
        "another copy has sent since would be sent again",
        note=path,
    )


def _of_turn(path: Path, note: LedgerNote, turn: int, mark: str) -> Sentence | None:
    if (turn, mark) in ((note.turn, note.mark), (note.going_to, note.next_mark)):
        return None
    if turn in (note.turn, note.going_to):
        return sentence(
            "the ledger and {note} beside it have had run {turn} each, but not the same one. One of the two comes from "
            "elsewhere; what the other ledger sent would be sent again",
            note=path,
            turn=turn,
        )
    if turn < note.turn:
        return sentence(
            "the ledger is older than it should be: it stands at run {ours}, and {note} at run {theirs} of {when}. It "
            "was probably restored from a backup, and who got a mail since that backup would get it again",
            ours=turn,
            theirs=note.turn,
            note=path,
            when=_read_by_people(note.when),
        )
    return sentence(
        "the ledger is newer than {note} beside it: it stands at run {ours}, the note at run {theirs}. One of the two "
        "comes from elsewhere; if another copy of the ledger is still used, readers would get mails twice",
        ours=turn,
        theirs=note.turn,
        note=path,
    )


def _of_place(path: Path, note: LedgerNote) -> Sentence | None:
    this = machine()
    same_machine = this == note.machine if this and note.machine else host() == note.host
    if same_machine and _same_file(path, Path(note.path)):
        return None
    return sentence(
        "this ledger stood at {path} on {host}; if that one is still used, readers would get mails twice",
        path=note.path,
        host=note.host,
    )


def _same_file(path: Path, noted: Path) -> bool:
    """Whether both mean one file, also by another spelling or through a link."""
    try:
        return path == noted or path.samefile(noted)
    except OSError:
        return False


def _of_others(database: Database, folder: Path | None) -> Sentence | None:
    """A ledger that was restored shows it also by the issues that are not meant: who left since is forgotten, too."""
    for file, note in _lost(database, folder):
        return _forgotten(file, note)
    return None


def _forgotten(file: Path, note: SentNote) -> Sentence:
    return sentence(
        "{file} says that this issue was sent on {when} in a run of which the ledger knows nothing: it was probably "
        "restored from a backup of before, and who got the issue then would get it again",
        file=file,
        when=_read_by_people(note.when),
    )


def _of_issue(database: Database, turn: int, folder: Path | None, issue: str) -> Sentence | None:
    if folder is None:
        return None
    try:
        note = read_sent_note(folder / SENT)
    except Unreadable:
        return sentence(
            "{file} cannot be read, so nobody can tell from which ledger this issue was sent; if it was another one, "
            "readers would get it twice",
            file=folder / SENT,
        )
    if note is None or (issue and note.issue != issue):
        return None
    if note.ledger != database.ledger_id:
        return sentence(
            "{file} says that this issue was sent from another ledger on {when}: who got it from there would get it "
            "twice",
            when=_read_by_people(note.when),
            file=folder / SENT,
        )
    with database.reading() as connection:
        mark = _mark(connection, note.turn)
    if note.mark == mark:
        return None
    if note.turn <= turn:
        return _forgotten(folder / SENT, note)
    return sentence(
        "the ledger is older than it should be: it stands at run {ours}, and {file} says that this issue was sent in "
        "run {theirs} on {when}. It was probably restored from a backup, and who got the issue since would get it again",
        ours=turn,
        theirs=note.turn,
        when=_read_by_people(note.when),
        file=folder / SENT,
    )


def _iso(now: int) -> str:
    return datetime.fromtimestamp(now // 1000, UTC).isoformat()


def _read_by_people(when: str) -> str:
    return f"{when[:16].replace('T', ' ')} UTC"
