"""Takes the rules of the checks out, one by one, and tells which of them no test misses: `make mutation`.

A rule is a `yield` of a check, or an `if` that is always or never true from then on. First the samples of the module are
looked at again in this process, which costs milliseconds; what survives them meets the tests of tests/unit/checks.
A yield that nobody misses is a fault (exit 1); an `if` that nobody misses is told, for some only save time.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.util
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

from newsletter_mailer import checks
from newsletter_mailer.checks import all as all_checks
from newsletter_mailer.checks.subject import Check, Subject
from unit.checks.samples import every_sample, made

ROOT = Path(__file__).parents[1]
TESTS = "tests/unit/checks"
TRIED_OR_ELSEWHERE = ("samples", "all_faults", "asking_pages", "dns", "spf", "dmarc", "dkim_keys", "browser")
PATIENCE_S = 600


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one rule less."""

    module: str
    line: int
    change: str  #: "yield", "always" or "never"
    code: CodeType
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.change}"


class _One(ast.NodeTransformer):
    """Changes the n-th place that can be changed, and counts them all."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seen = 0
        self.line = 0
        self.change = ""

    def _is_wanted(self, node: ast.AST, change: str) -> bool:
        here = self.seen == self.wanted
        self.seen += 1
        if here:
            self.line, self.change = getattr(node, "lineno", 0), change
        return here

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A rule speaks."""
        if isinstance(node.value, ast.Yield | ast.YieldFrom) and self._is_wanted(node, "yield"):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        """A rule asks."""
        self.generic_visit(node)
        for value, change in ((True, "always"), (False, "never")):
            if self._is_wanted(node, change):
                node.test = ast.copy_location(ast.Constant(value), node.test)
        return node


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Every version of the module with one thing changed."""
    source = Path(module.__file__ or "").read_text(encoding="utf-8")
    number = 0
    while True:
        one = _One(number)
        tree = ast.fix_missing_locations(one.visit(ast.parse(source)))
        if number >= one.seen:
            return
        code = compile(tree, module.__file__ or "", "exec")
        yield Mutant(module.__name__, one.line, one.change, code, ast.unparse(tree))
        number += 1


class Samples:
    """The subjects of all samples, composed once: a mutant costs the looking only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._samples = every_sample()
        self._made: dict[tuple[str, bool], Subject] = {}

    def miss(self, checks: Sequence[Check]) -> bool:
        """Whether a sample says otherwise than it should. An error counts: some test would end with it."""
        try:
            return any(not self._holds(check, code) for check in checks for code in check.codes)
        except Exception:  # noqa: BLE001
            return True

    def _holds(self, check: Check, code: str) -> bool:
        failing = {finding.code for finding in check.look(self._subject(code, failing=True))}
        passing = {finding.code for finding in check.look(self._subject(code, failing=False))}
        return code in failing and failing <= set(check.codes) and code not in passing

    def _subject(self, code: str, *, failing: bool) -> Subject:
        key = (code, failing)
        if key not in self._made:
            sample = self._samples[code].failing if failing else self._samples[code].passing
            self._made[key] = made(sample, self._folder / f"{code}-{failing}")
        return self._made[key]


def survives_samples(mutant: Mutant, module: ModuleType, samples: Samples) -> bool:
    """Whether no sample of the module's own checks misses what was taken out."""
    changed = ModuleType(module.__name__)
    changed.__file__ = module.__file__
    before = sys.modules[module.__name__]
    sys.modules[module.__name__] = changed  # dataclasses look their module up
    try:
        exec(mutant.code, changed.__dict__)
    finally:
        sys.modules[module.__name__] = before
    left = [check for check in getattr(changed, "CHECKS", ()) if not check.slow]
    return not samples.miss(left)


def survives_tests(mutant: Mutant) -> bool:
    """Whether the tests of the checks pass with it; they run in a process of their own."""
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
        file.write(mutant.source)
        file.flush()
        command = [sys.executable, __file__, "--with", mutant.module, file.name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE_S, check=False)
    return done.returncode == 0


class _Changed(importlib.abc.MetaPathFinder):
    """Gives out another source for one module."""

    def __init__(self, module: str, path: str) -> None:
        self._module, self._path = module, path

    def find_spec(
        self, name: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The other source, for that module."""
        _ = path, target
        return importlib.util.spec_from_file_location(name, self._path) if name == self._module else None


def run_tests_with(module: str, path: str) -> int:
    """The tests of the checks in this process, with that source for that module."""
    import pytest

    for name in [name for name in sys.modules if name.startswith(("newsletter_mailer.", "unit."))]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Changed(module, path))
    rest = [f"--ignore={TESTS}/test_{name}.py" for name in TRIED_OR_ELSEWHERE]
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *rest, TESTS]))


def modules(only: str) -> list[ModuleType]:
    """The modules that hold checks."""
    names = (found.name for found in pkgutil.walk_packages(checks.__path__, "newsletter_mailer.checks."))
    found = [importlib.import_module(name) for name in sorted(names) if only in name]
    return [module for module in found if hasattr(module, "CHECKS") and module is not all_checks]


def say(words: object) -> None:
    """A line of the report."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> int:
    """Take out every rule of every check; exit 1 when nobody misses one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="modules whose name holds this")
    parser.add_argument("--samples-only", action="store_true", help="without the tests, in a minute")
    parser.add_argument("--with", dest="with_", nargs=2, metavar=("MODULE", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.with_:
        return run_tests_with(*given.with_)
    with tempfile.TemporaryDirectory() as folder:
        samples = Samples(Path(folder))
        tried = [(mutant, module) for module in modules(given.only) for mutant in mutants(module)]
        alive = [mutant for mutant, module in tried if survives_samples(mutant, module, samples)]
    say(f"{len(tried)} rules taken out, {len(tried) - len(alive)} noticed by the samples")
    if not given.samples_only:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            alive = [
                mutant for mutant, lives in zip(alive, pool.map(survives_tests, alive), strict=True) if lives
            ]
        say(f"{len(alive)} noticed by no test")
    for mutant in alive:
        say(mutant)
    return 1 if any(mutant.change == "yield" for mutant in alive) and not given.samples_only else 0


if __name__ == "__main__":
    sys.exit(main())
