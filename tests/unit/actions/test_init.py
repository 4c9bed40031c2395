"""A workspace in a synchronised folder keeps its ledger elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from newsletter_mailer.actions.init import Answers, init
from newsletter_mailer.cli.beginning import init as command
from newsletter_mailer.cli.output import Face
from newsletter_mailer.config import load_workspace
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.places import unsafe_place

QUIET = Face(
    project=None,
    language="en",
    language_given=True,
    json=False,
    quiet=False,
    verbose=False,
    colour=False,
    ask=False,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    return tmp_path


def ledger_of(folder: Path) -> Path:
    return Path(load_workspace(folder, {}).database_url.removeprefix("sqlite:///"))


def test_on_a_disk_of_its_own_the_ledger_stands_in_the_workspace(home: Path) -> None:
    made = init(home / "Lettre", Answers(), language="en")

    assert made.ledger is None
    assert ledger_of(home / "Lettre") == home / "Lettre" / "var" / "newsletter.db"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_in_a_synchronised_folder_the_ledger_stands_among_the_users_data(home: Path, language: str) -> None:
    folder = home / "Dropbox" / "Lettre du réseau"

    made = init(folder, Answers(), language=language)

    ledger = ledger_of(folder)
    assert ledger.is_relative_to(home)
    assert unsafe_place(ledger) is None
    assert "Dropbox" in str(made.ledger)
    assert str(ledger) in str(made.ledger)
    with Database(load_workspace(folder, {}).database_url) as database:
        assert database.path == ledger


def test_the_command_says_where_the_ledger_is(home: Path) -> None:
    folder = home / "Nextcloud" / "lettre"

    done = CliRunner().invoke(command, [str(folder)], obj=QUIET)

    assert done.exit_code == 0, done.output
    assert f"the ledger will therefore be {ledger_of(folder)}" in " ".join(done.output.split())


def test_two_workspaces_never_share_a_ledger(home: Path) -> None:
    for folder in ("one/lettre", "two/lettre"):
        init(home / "Dropbox" / folder, Answers(), language="fr")
    first = ledger_of(home / "Dropbox" / "one" / "lettre")
    Database(f"sqlite:///{first}").close()

    (home / "Dropbox" / "one" / "lettre" / "newsletter.yaml").unlink()
    init(home / "Dropbox" / "one" / "lettre", Answers(), language="fr")

    ledgers = {first, *(ledger_of(home / "Dropbox" / name / "lettre") for name in ("one", "two"))}
    assert len(ledgers) == 3


def test_settings_that_are_there_already_decide(home: Path) -> None:
    folder = home / "Dropbox" / "lettre"
    init(home / "lettre", Answers(), language="fr")
    folder.mkdir(parents=True)
    (home / "lettre" / "newsletter.yaml").rename(folder / "newsletter.yaml")

    made = init(folder, Answers(), language="fr")

    assert made.ledger is None
    assert ledger_of(folder) == folder / "var" / "newsletter.db"


def test_where_no_place_is_safe_the_officer_is_asked_to_choose_one(home: Path) -> None:
    (home / ".stfolder").mkdir()  # the whole home folder is synchronised

    made = init(home / "lettre", Answers(), language="en")

    assert "Syncthing" in str(made.ledger)
    assert "`database.url`" in str(made.ledger)
