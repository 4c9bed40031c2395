"""A workspace: where its files are, and the settings by which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter_mailer.config.settings import Settings
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import sentence

SETTINGS_FILE = "newsletter.yaml"
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Workspace:
    """A folder with newsletter.yaml, issues and lists, and its settings."""

    root: Path  #: absolute
    settings: Settings

    @property
    def issues(self) -> Path:
        """Where the issues are."""
        return self.root / "issues"

    @property
    def var(self) -> Path:
        """Where the program keeps what it writes: ledger, secret, journals."""
        return self.root / "var"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that people read."""
        return ZoneInfo(self.settings.time_zone)

    @cached_property
    def theme_folders(self) -> tuple[Path, ...]:
        """Where the theme's files are looked for: the workspace's own before the shipped, its theme before `default`."""
        names = dict.fromkeys((self.settings.theme, "default"))
        return tuple(base / name for name in names for base in self.theme_bases)

    @property
    def theme_bases(self) -> tuple[Path, Path]:
        """The folders of themes: the workspace's own, and the shipped."""
        return self.root / "templates", shipped("templates")

    def theme_file(self, name: str) -> Path:
        """The first file of that name in the theme. Raises UsageError when there is none."""
        for folder in self.theme_folders:
            if (folder / name).is_file():
                return folder / name
        raise UsageError(
            sentence("the theme “{theme}” has no file {name}", theme=self.settings.theme, name=name),
            sentence("it is looked for in {folders}", folders=", ".join(str(f) for f in self.theme_folders)),
        )

    @property
    def database_url(self) -> str:
        """The ledger's URL, with an absolute path."""
        url = self.settings.database.url
        prefix = "sqlite:///"
        return f"{prefix}{self.root / url.removeprefix(prefix)}" if url.startswith(prefix) else url

    def display(self, path: Path) -> str:
        """The path as people know it: from the workspace on, with slashes."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return str(path)


def shipped(name: str) -> Path:
    """A folder that comes with the program: inside the wheel, or at the top of the repository."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parents[1] / name


def find_workspace(start: Path) -> Path:
    """The nearest folder with a newsletter.yaml, from `start` upwards. Raises UsageError."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise UsageError(
        sentence("there is no {file} in {folder} or above it", file=SETTINGS_FILE, folder=start),
        sentence("`newsletter init` makes a workspace; --project names another one"),
    )
