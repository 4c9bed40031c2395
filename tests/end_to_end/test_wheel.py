"""What a new user installs: the wheel alone, in a fresh environment, away from the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
INSIDE = (
    "newsletter_mailer/shipped/templates/default/layout.mjml",
    "newsletter_mailer/shipped/templates/default/public/layout.html",
    "newsletter_mailer/shipped/templates/workspace/newsletter.fr.yaml",
    "newsletter_mailer/shipped/issues/exemple-tous-les-blocs/issue.yaml",
    "newsletter_mailer/locale/fr/LC_MESSAGES/newsletter.mo",
    "newsletter_mailer/store/migrations/versions/r0001_ledger.py",
    "newsletter_mailer/web/composer/static/composer.js",
    "newsletter_mailer/config/profiles.yaml",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the source distribution of this work tree."""
    into = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), str(ROOT))
    return into


@pytest.fixture(scope="module", params=VERSIONS)
def program(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command that the wheel installs on each Python that is here, with the versions that the gate uses."""
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"Python {request.param} is not on this machine")
    folder = tmp_path_factory.mktemp("installed") / "environment"
    run(python, "-m", "venv", str(folder))
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    wheel = str(next(built.glob("*.whl")))
    run(str(scripts / "python"), "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), wheel)
    return scripts / "newsletter"


def interpreter(version: str) -> str | None:
    """A Python of that version: this one, or the first that the PATH or pyenv knows."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [*map(str, sorted(pyenv.glob(f"{version}.*/bin/python"))), shutil.which(f"python{version}")]
    for python in filter(None, found):
        asked = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True).stdout.strip() == version:
            return python
    return None


def run(*command: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run it as a new user would: nothing of this process's Python is seen."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSLETTER_", "PYTHON", "COV"))
    }
    done = subprocess.run(
        command, cwd=at, env={**kept, "LANG": "fr_FR.UTF-8"}, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def test_the_wheel_carries_all_that_the_program_reads(built: Path) -> None:
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())

    assert [name for name in INSIDE if name not in names] == []
    assert [name for name in names if name.startswith("tests/") or "/var/" in name] == []


def test_the_packages_would_be_taken_by_an_index(built: Path) -> None:
    packages = [str(path) for path in built.iterdir()]

    said = run(sys.executable, "-m", "twine", "check", "--strict", *packages).stdout

    assert said.count("PASSED") == len(packages) == 2


def test_the_first_steps_work_from_the_wheel_alone(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ma-lettre"

    run(str(program), "--no-input", "init", str(folder), at=tmp_path)
    run(str(program), "new", "2026-12-hiver", at=folder)
    run(str(program), "render", "2026-12-hiver", "-o", "out", at=folder)
    looked = run(str(program), "check", "2026-12-hiver", at=folder)
    shown = run(str(program), "demo", "--no-open", "--exit", at=tmp_path)

    assert (folder / "out" / "issue.html").stat().st_size > 10_000
    assert ": error " not in looked.stdout
    assert "Traceback" not in shown.stderr
