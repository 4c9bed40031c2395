"""Where a followed link leads: to what the ledger knows, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable

from newsletter_mailer.actions.measuring.recording import Recorder
from newsletter_mailer.model.machines import Rule, Visit, is_machine, signs_of
from newsletter_mailer.store import links
from newsletter_mailer.store.database import Database

_COUNTED = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{34})")
_NUMBER = re.compile(r"[0-9]{1,6}")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_KEPT = 10_000  # addresses in memory
_HEAD_MS = 60_000
IsSealed = Callable[[str, str, str], bool]
"""Whether a proof of some words, for a purpose, is ours: purpose, words, proof."""


class Following:
    """Every link and picture of the mails that lead by us."""

    def __init__(self, database: Database, is_sealed: IsSealed, recorder: Recorder) -> None:
        self._database = database
        self._is_sealed = is_sealed
        self._recorder = recorder
        self._urls: dict[int, str] = {}
        self._heads: dict[
            str, int
        ] = {}  # of tokens that were asked for without wanting the page; for a minute

    def target(self, campaign: str, link: str) -> str | None:
        """Where the link that is the same for everybody leads, "" when nowhere; None when the ledger must be asked."""
        found = _COUNTED.fullmatch(link)
        if found is None or not self._is_sealed("link", f"{campaign}/{found[1]}", found[2]):
            return ""
        return self._urls.get(int(found[1]))

    def looked_up(self, link: str) -> str:
        """The same from the ledger, for a link whose proof is right."""
        number = int(link.partition("-")[0])
        with self._database.reading() as connection:
            url = links.url_of(connection, number)
        if url and len(self._urls) < _KEPT:
            self._urls[number] = url
        return url

    def followed(self, campaign: str, link: str, agent: str, *, now: int) -> None:
        """Count it. agent: what the visitor calls itself, which is looked at and not kept."""
        machine = is_machine(frozenset(signs_of(agent, opened=False)))
        self._recorder.followed(int(campaign), int(link.partition("-")[0]), machine=machine, now=now)

    def tracked_target(self, token: str, link: str) -> str:
        """Where a link of the copy with that token leads; "" when nowhere."""
        if not _TOKEN.fullmatch(token) or not _NUMBER.fullmatch(link):
            return ""
        with self._database.reading() as connection:
            return links.url_behind(connection, token, int(link))

    def tracked(self, token: str, link: str, agent: str, *, now: int) -> None:
        """Keep what the copy's reader agreed to, if they did."""
        if _TOKEN.fullmatch(token) and _NUMBER.fullmatch(link):
            signs = frozenset(signs_of(agent, opened=False))
            if now - self._heads.get(token, 0) <= _HEAD_MS:
                signs |= {Rule.HEAD_FIRST}
            self._recorder.visited(token, Visit(now, int(link), signs))

    def asked_without_looking(self, token: str, *, now: int) -> None:
        """A HEAD: nothing is kept of it, but who comes back within a minute is no reader."""
        self._heads = {one: at for one, at in self._heads.items() if now - at <= _HEAD_MS}
        if _TOKEN.fullmatch(token) and len(self._heads) < _KEPT:
            self._heads[token] = now

    def opened(self, name: str, agent: str, *, now: int) -> None:
        """A picture was loaded: that of a copy, or the one of all; whatever its name is worth, it is served."""
        if _TOKEN.fullmatch(name):
            self._recorder.visited(name, Visit(now, None, frozenset(signs_of(agent, opened=True))))
            return
        found = _COUNTED.fullmatch(name)
        if found and self._is_sealed("picture", found[1], found[2]):
            self._recorder.loaded(int(found[1]), now=now)
