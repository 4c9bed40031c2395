"""What lies on the composer's desk: every issue as last composed, and the last state of it that was good."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from newsletter_mailer.actions import check, preview
from newsletter_mailer.actions.preview import IssueSummary, Preview, Proof
from newsletter_mailer.app import App, clock
from newsletter_mailer.checks.places import Placed
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import FileProblems, NewsletterError, Problem
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.yamlio.reader import LONGEST_FILE

KEPT = 3  #: previews, the last ones; each is a page with its pictures


@dataclass(frozen=True, slots=True)
class Sheet:
    """An issue as it stands: what is wrong now, and the edition of the last time when nothing was."""

    version: int  #: of the desk, when it was composed
    composed_at: int  #: ms since 1970
    problems: tuple[Problem, ...] = ()
    edition: Edition | None = None
    shown: Edition | None = None  #: the same with landmarks, to be looked at
    good_at: int = 0  #: when that edition was composed
    proof: Proof | None = None  #: what the checks look at, when it could be composed
    written: str = ""  #: fingerprint of the file that was read


@dataclass(slots=True)
class _Place:
    """An issue's place on the desk."""

    sheet: Sheet | None = None
    written: tuple[int, str] = (0, "")  #: version and fingerprint of what was last taken from the file
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    found: tuple[Placed, ...] = ()
    checked: int = 0  #: version of the sheet at which the checks looked
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Desk:
    """Composes an issue once per save, however many windows look at it. Lives in one event loop."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.workspace: Workspace = app.workspace
        self.version = 1  #: raised by each save
        self.closed = False
        self._bell = asyncio.Event()
        self._seen: deque[tuple[Edition, Subscriber, Preview]] = deque(maxlen=KEPT)
        self._looking = asyncio.Lock()
        self._places: defaultdict[Path, _Place] = defaultdict(_Place)

    def changed(self) -> None:
        """Something was saved: everybody who waits is told, and what was composed is composed again when asked for."""
        self.version += 1
        self._ring()

    def noticed(self, paths: Iterable[Path]) -> None:
        """Files were saved. An issue that lies on the desk as it is in its file is no news: the page itself wrote it."""
        if not all(self._is_known(path) for path in paths):
            self.changed()

    def _is_known(self, path: Path) -> bool:
        if path not in self._places:
            return path.name.startswith(".") and not path.exists()  # a file on its way to another name
        return self._places[path].written == (self.version, fingerprint(path))

    def close(self) -> None:
        """No more news: everybody who waits goes home."""
        self.closed = True
        self._ring()

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def newer_than(self, version: int, *, patience_s: float) -> bool:
        """Whether something was saved since that version; waits for it that long, or until the desk closes."""
        if self.version > version or self.closed:
            return not self.closed
        try:
            await asyncio.wait_for(self._bell.wait(), patience_s)
        except TimeoutError:
            return False
        return self.version > version and not self.closed

    async def issues(self) -> list[IssueSummary]:
        """The workspace's issues, newest first."""
        return await run_in_threadpool(preview.issues, self.workspace)

    async def sheet(self, path: Path) -> Sheet:
        """The issue as it stands, composed again if something was saved since."""
        place = self._places[path]
        async with place.busy:
            if place.sheet is None or place.sheet.version != self.version:
                version = self.version  # a save while it is composed makes the result old already
                written = fingerprint(path)
                place.written = version, written
                place.sheet = await run_in_threadpool(self._compose, path, (version, written), place.sheet)
            return place.sheet

    def _compose(self, path: Path, state: tuple[int, str], before: Sheet | None) -> Sheet:
        (version, written), now = state, clock()
        made = self._proof(path)
        if made.edition is not None:
            return Sheet(version, now, (), made.edition, made.shown, now, made, written)
        kept = (before.edition, before.shown, before.good_at) if before else (None, None, 0)
        return Sheet(version, now, made.problems, *kept, written=written)

    async def findings(self, path: Path) -> tuple[Placed, ...]:
        """What the quick checks find in the issue as it stands: after the mail is there, for nobody waits for them."""
        sheet, place = await self.sheet(path), self._places[path]
        async with place.checking:
            if place.checked != sheet.version:
                place.found = await run_in_threadpool(self._findings, sheet.proof, clock())
                place.checked = sheet.version
            return place.found

    def _findings(self, made: Proof | None, now: int) -> tuple[Placed, ...]:
        """None of a mail that cannot be written: whoever looks at it is told why."""
        if made is None or made.loaded is None or made.composition is None:
            return ()
        try:
            found = check.findings(
                self.workspace, made.loaded, made.composition, now=now, new_id=secrets.token_hex(8)
            )
        except NewsletterError:
            return ()
        return tuple(found)

    def _proof(self, path: Path) -> Proof:
        """With the settings as they are in the file now."""
        try:
            self.workspace = load_workspace(self.workspace.root)
        except FileProblems as error:
            return Proof(None, error.problems)
        return preview.proof(self.workspace, path)

    async def seen(self, shown: Edition, reader: Subscriber) -> Preview:
        """What a sheet shows, through that reader's eyes. Raises NewsletterError when it cannot be written as a mail.

        The page asks for what stands around a mail and then for the mail: the second time it is there already.
        """
        async with self._looking:
            for known, eyes, seen in self._seen:
                if known is shown and eyes == reader:
                    return seen
            made = await run_in_threadpool(self._preview, shown, reader)
            self._seen.append((shown, reader, made))
            return made

    def _preview(self, shown: Edition, reader: Subscriber) -> Preview:
        return preview.preview(shown, self.workspace, reader=reader, now=clock(), new_id=secrets.token_hex(8))

    async def reader(self, subscriber_id: int, edition: Edition | None) -> Subscriber:
        """The subscriber with that id, or a sample reader who speaks the language of the edition."""
        language = edition.language if edition else self.workspace.settings.language
        return await run_in_threadpool(self._reader, subscriber_id, language)

    async def readers(self, query: str) -> list[Subscriber]:
        """Subscribers to look through the eyes of; none when there is no ledger yet."""
        return await run_in_threadpool(self._readers, query)

    def _reader(self, subscriber_id: int, language: str) -> Subscriber:
        known = subscriber_id > 0 and self.app.has_ledger
        return preview.reader(self.app.database if known else None, subscriber_id, language=language)

    def _readers(self, query: str) -> list[Subscriber]:
        return preview.readers(self.app.database, query) if self.app.has_ledger else []


def fingerprint(path: Path) -> str:
    """SHA-256 of what is in the file, as far as any issue is read; "" when it cannot be."""
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(LONGEST_FILE + 1)).hexdigest()
    except OSError:
        return ""
