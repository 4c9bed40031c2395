"""The archive of a ledger: which issues it shows, and each of its pages as bytes."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from newsletter_mailer.actions.archive.agenda import merged
from newsletter_mailer.actions.archive.feed import atom
from newsletter_mailer.actions.archive.letter import Letter, file_names, letter
from newsletter_mailer.actions.archive.pages import Pages
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store import campaigns, publication
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.publication import Publication

# First parts of addresses that `newsletter serve` answers itself, and names of files beside the letters.
_ROUTES = ("u", "p", "v", "c", "health", "subscribe", "pictures", "archive", "static")
_FILES = ("index.html", "style.css", "pages.css", "feed.atom", "calendar.ics", "robots.txt", "favicon.ico")
_TAKEN = frozenset((*_ROUTES, *_FILES))
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PICTURE = re.compile(r"([0-9a-f]{20})-[\w.-]{1,80}")
_EDITIONS_KEPT = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue in the archive."""

    path: str  #: of its page from the index on, without slashes: "2026-11"
    letter: Letter
    publication: Publication


class Archive:
    """The issues that were sent to public lists, newest first. Safe to use from several threads.

    All links between its pages are relative: the index stands at an address that ends with a slash, beside it
    `style.css`, `feed.atom`, `calendar.ics`, `pictures/<name>` and for each issue `<path>/`.
    """

    def __init__(
        self,
        database: Database,
        workspace: Workspace,
        *,
        home: str = "",
        subscribe: str = "",
        lists: Collection[str] = (),
    ) -> None:
        """home: the index's own address, absolute, for feed readers; "" where nobody knows it.

        subscribe: where readers join, absolute or as seen from the index. lists: slugs of lists that are shown
        besides the public ones.
        """
        self._database = database
        self._workspace = workspace
        self._home = home.rstrip("/") + "/" if home else ""
        self._subscribe = subscribe
        self._lists = frozenset(lists)
        self._letters: dict[tuple[str, str], Letter | None] = {}
        self._editions: dict[str, Edition] = {}
        self._calendar: tuple[tuple[bytes, ...], bytes] | None = None

    @property
    def language(self) -> str:
        """Two letters: in which the index speaks when no other is asked for."""
        return self._workspace.settings.language

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self._workspace, subscribe=self._subscribe)

    def entries(self) -> tuple[Entry, ...]:
        """What is shown, newest first."""
        return self._shown()[0]

    def left_out(self) -> tuple[str, ...]:
        """Slugs of issues that were sent, and not to a whole public list, or that need a reader to be shown to."""
        return self._shown()[1]

    def index(self, language: str = "") -> bytes:
        """The page of all issues."""
        return self._pages.index(self.entries(), language or self.language)

    def page(self, path: str) -> bytes | None:
        """The page of the issue with that path, None when there is none."""
        entries = self.entries()
        for number, entry in enumerate(entries):
            if entry.path == path:
                newer = entries[number - 1] if number else None
                older = entries[number + 1] if number + 1 < len(entries) else None
                return self._pages.issue(entry, newer=newer, older=older)
        return None

    def feed(self) -> bytes:
        """The same issues as an Atom feed (RFC 4287)."""
        identity = self._workspace.settings.identity
        return atom(
            self.entries(),
            title=identity.name,
            language=self.language,
            home=self._home,
            ledger_id=self._database.ledger_id,
        )

    def calendar(self) -> bytes:
        """The dates of all agendas, as a calendar to subscribe to (RFC 5545)."""
        calendars = tuple(entry.letter.calendar for entry in self.entries())
        if (
            self._calendar is None or self._calendar[0] != calendars
        ):  # reading them again costs a second in time
            name = self._workspace.settings.identity.name
            self._calendar = calendars, merged(calendars, name=name)
        return self._calendar[1]

    def style(self) -> bytes:
        """The style sheet of all pages, in the theme's colours."""
        return self._pages.style()

    def picture(self, name: str) -> tuple[bytes, str] | None:
        """A file of `pictures/` and its media type, None when there is none: also of an issue that is left out.

        Its name holds the hash of an edition, which nobody has who was not sent it.
        """
        found = _PICTURE.fullmatch(name)
        if found is None:
            return None
        with self._database.reading() as connection:
            hash_ = publication.edition_beginning(connection, found[1])
        return None if hash_ is None else file_names(self._edition(hash_), hash_).get(name)

    def pictures(self) -> dict[str, bytes]:
        """All files of `pictures/` that the pages need."""
        files: dict[str, bytes] = {}
        for entry in self.entries():
            hash_ = entry.publication.edition
            files |= {name: data for name, (data, _) in file_names(self._edition(hash_), hash_).items()}
        return files

    def _shown(self) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        with self._database.reading() as connection:
            found = publication.publications(connection, also=self._lists)
        entries: dict[str, Entry] = {}
        left_out = []
        for one in reversed(found):  # the oldest first: a path once given stays
            shown = self._letter(one) if one.public else None
            if shown is None:
                left_out.append(one.slug)
                continue
            path = _path(one.slug, entries)
            entries[path] = Entry(path, shown, one)
        return tuple(reversed(entries.values())), tuple(left_out)

    def _letter(self, one: Publication) -> Letter | None:
        """The issue as anybody may see it; None when it cannot be shown without a reader. Editions never change."""
        key = one.edition, one.list_name
        if key not in self._letters:
            made = None
            with suppress(ValueError):
                made = letter(self._edition(one.edition), one.edition, one.list_name)
            self._letters[key] = made
        return self._letters[key]

    def _edition(self, hash_: str) -> Edition:
        known = self._editions.get(hash_)
        if known is not None:
            return known
        with self._database.reading() as connection:
            read = campaigns.edition(connection, hash_)
        while len(self._editions) >= _EDITIONS_KEPT:
            self._editions.pop(next(iter(self._editions), ""), None)
        self._editions[hash_] = read
        return read


def _path(slug: str, taken: Collection[str]) -> str:
    """The slug as a part of an address, and as a folder on any system; with a number when it is taken."""
    plain = _UNSAFE.sub("-", slug).strip(".-") or "issue"
    path, number = plain, 1
    while path in taken or path.lower() in _TAKEN:
        number += 1
        path = f"{plain}-{number}"
    return path
