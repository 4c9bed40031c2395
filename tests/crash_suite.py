"""The crash suite: senders are killed at seeded moments and continue, until every reader is accounted for.

python tests/crash_suite.py --kills 2000 --seed 1        prints kills, lost, doubled, in doubt; exit 1 when it must not be
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import crash_deaths as deaths
from crash_deaths import Steps, Way
from crash_world import Server, Verdict, World, build, judge, server

_MOST_LIVES = 400  # of senders of one campaign: more is a hang
_ROUGH = (
    *("--rate", "refuse=0.02", "--rate", "refuse_whole=0.005"),
    *("--rate", "defer=0.04", "--rate", "defer_whole=0.02", "--rate", "hang_up=0.02", "--rate", "reset=0.02"),
    *("--rate", "cut=0.01", "--rate", "close=0.03", "--rate", "goodbye=0.02", "--rate", "late=0.05"),
    *("--rate", "die_taking=0.01", "--rate", "die_dropping=0.01", "--rate", "bytewise=0.05"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A server and a way of sending to it."""

    name: str
    way: Way
    options: tuple[str, ...] = ()
    mistake: str = ""  #: something wrong with the sender, to see that the suite sees it
    power_cuts: bool = False


SETTINGS = (
    Setting("one connection", Way()),
    Setting("eight connections", Way(8)),
    Setting("a window of four", Way(4, 4), ("--offer", "CHUNKING")),
    Setting("no pipelining", Way(8), ("--without", "PIPELINING")),
    Setting("rough weather", Way(8), _ROUGH),
    Setting("rough weather, a window", Way(4, 4), ("--offer", "CHUNKING", *_ROUGH)),
    Setting("power cuts", Way(8), power_cuts=True),
    Setting("power cuts, a window", Way(2, 4), ("--offer", "CHUNKING"), power_cuts=True),
)


@dataclass(slots=True)
class Tally:
    """What all rounds came to."""

    rounds: int = 0
    readers: int = 0
    lives: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    misjudged: int = 0
    breaches: int = 0
    unfinished: int = 0
    in_doubt: int = 0  #: after kills
    in_doubt_allowed: int = 0  #: connections × window a kill, and where the server itself left it open
    powerless: int = 0  #: in doubt after power cuts
    powerless_allowed: int = 0  #: what was claimed
    over: int = 0  #: rounds with more in doubt than their kills explain

    @property
    def innocent(self) -> bool:
        crimes = (self.lost, self.doubled, self.misjudged, self.breaches, self.unfinished, self.over)
        return not any(crimes)


class Round:
    """One campaign from its first sender to its last."""

    def __init__(self, world: World, at: Server, setting: Setting, chance: random.Random) -> None:
        self._world = world
        self._server = at
        self._setting = setting
        self._chance = chance
        self._since = at.log.stat().st_size
        self.lives = 0
        self.kills = 0
        self.allowed = 0  #: how many may be in doubt by our doing

    def run(self, kills: int) -> Verdict:
        """Kill senders that often, or until they are done; then let one finish. Raises AssertionError when none can."""
        code = deaths.STOPPED
        while self.kills < kills and code != 0:
            code = self._life()
        return self._finish(code)

    def run_to_step(self, number: int) -> Verdict:
        """Let the first sender die at that step, and the next one finish."""
        code = self._checked(
            deaths.ended(self._start(Steps(number, journal_only=bool(self._setting.mistake))))
        )
        if code < 0:
            self._killed()
        return self._finish(code)

    def _finish(self, code: int) -> Verdict:
        while code != 0:
            assert self.lives < _MOST_LIVES, "no sender comes to an end"
            code = self._checked(deaths.ended(self._start(None)))
        return judge(self._world, self._server.log, self._since)

    def _start(self, death: Steps | None) -> int:
        self.lives += 1
        return deaths.send(self._world, self._server, self._setting.way, death, self._setting.mistake)

    def _life(self) -> int:
        """One sender, killed in one of several ways unless it is faster."""
        chance, way = self._chance, self._setting.way
        kind = chance.choice(("step", "step", "start", "work", "line"))
        if kind == "step":
            code = deaths.ended(self._start(Steps(chance.randint(1, 12 * way.connections * way.window + 40))))
        elif kind == "start":
            code = deaths.kill_after(self._start(None), chance.uniform(0.0, 0.2))
        elif kind == "work":
            code = deaths.kill_at_work(self._start(None), self._world, chance.uniform(0.0, 0.1))
        else:
            log = self._server.log
            size = log.stat().st_size + chance.randint(1, 3000)
            code = deaths.kill_at_line(self._start(None), log, size)
        if self._checked(code) < 0:
            self._killed()
        return code

    def _killed(self) -> None:
        self.kills += 1
        way = self._setting.way
        if self._setting.power_cuts:
            self.allowed += deaths.power_cut(self._world, self._chance)
        else:
            self.allowed += way.connections * way.window

    def _checked(self, code: int) -> int:
        told = self._world.folder / "sender.err"
        assert code < 0 or code in (0, deaths.STOPPED), told.read_text() if told.exists() else code
        return code


def rounds(kills: int, seed: int, folder: Path, *, readers: int, each: int) -> Iterator[Tally]:
    """Rounds until there were so many kills; what they came to so far, after each."""
    tally = Tally()
    planned = build(folder / "planned", readers)
    while tally.kills < kills:
        setting = SETTINGS[tally.rounds % len(SETTINGS)]
        chance = random.Random(f"{seed}.{tally.rounds}")
        place = folder / str(tally.rounds)
        world = _copy(planned, place)
        with server(place / "server.log", "--seed", f"{seed}.{tally.rounds}", *setting.options) as at:
            played = Round(world, at, setting, chance)
            verdict = played.run(min(each, kills - tally.kills))
        _add(tally, played, verdict, setting, readers)
        if not verdict.innocent:
            sys.stderr.write(f"seed {seed}, round {tally.rounds}, {setting.name}: {verdict} in {place}\n")
        yield tally


def every_step(folder: Path, setting: Setting, *, readers: int) -> Iterator[Tally]:
    """The same campaign again and again, its first sender killed one step later each time, until it gets through."""
    tally = Tally()
    planned = build(folder / "planned", readers)
    with server(folder / "server.log", *setting.options) as at:
        while tally.kills == tally.rounds and (tally.innocent or not setting.mistake):
            world = _copy(planned, folder / str(tally.rounds))
            played = Round(world, at, setting, random.Random(tally.rounds))
            _add(tally, played, played.run_to_step(tally.rounds + 1), setting, readers)
            yield tally


def _copy(planned: World, place: Path) -> World:
    shutil.copytree(planned.folder, place)
    return replace(planned, folder=place, began=time.time())


def _add(tally: Tally, played: Round, verdict: Verdict, setting: Setting, readers: int) -> None:
    allowed = played.allowed + verdict.unclear * setting.way.window
    tally.rounds += 1
    tally.readers += readers
    tally.lives += played.lives
    tally.kills += played.kills
    tally.lost += len(verdict.lost)
    tally.doubled += len(verdict.doubled)
    tally.misjudged += len(verdict.misjudged)
    tally.breaches += len(verdict.breaches)
    tally.unfinished += verdict.open
    if setting.power_cuts:
        tally.powerless += verdict.in_doubt
        tally.powerless_allowed += allowed
    else:
        tally.in_doubt += verdict.in_doubt
        tally.in_doubt_allowed += allowed
    tally.over += verdict.in_doubt > allowed


def main() -> int:
    """Run the suite and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, default=200, help="of each campaign")
    parser.add_argument("--each", type=int, default=10, help="kills of each campaign")
    parser.add_argument("--every-step", action="store_true", help="of one sender, one after the other")
    parser.add_argument("--setting", type=int, default=1, help="for --every-step")
    parser.add_argument("--mistake", choices=sorted(deaths.MISTAKES), default="", help="for --every-step")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    tally = Tally()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="crash-", dir=memory if memory.is_dir() else None) as folder:
        for tally in _asked(asked, Path(folder)):
            sys.stderr.write(_line(tally) + "\n")
    sys.stdout.write((json.dumps(asdict(tally)) if asked.json else _line(tally)) + "\n")
    return 0 if tally.innocent else 1


def _asked(asked: argparse.Namespace, folder: Path) -> Iterator[Tally]:
    if asked.every_step:
        setting = replace(SETTINGS[asked.setting], mistake=asked.mistake)
        return every_step(folder, setting, readers=asked.readers)
    return rounds(asked.kills, asked.seed, folder, readers=asked.readers, each=asked.each)


def _line(tally: Tally) -> str:
    return (
        f"kills {tally.kills} · lost {tally.lost} · doubled {tally.doubled} · in doubt {tally.in_doubt}"
        f" of {tally.in_doubt_allowed}, by power cuts {tally.powerless} of {tally.powerless_allowed}"
        f" · wrong in the ledger {tally.misjudged} · breaches {tally.breaches} · unfinished {tally.unfinished}"
        f" · {tally.readers} readers in {tally.rounds} campaigns, {tally.lives} senders"
    )


if __name__ == "__main__":
    sys.exit(main())
