"""Import and export on the command line: what is asked, what is said, what a program reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import export_samples as samples
from cli_kit import PLAIN
from composer_desk import SETTINGS, workspace_in
from newsletter_mailer.actions.subscribers import Imported, Reject
from newsletter_mailer.cli.audience.import_output import reading_bar, tell_import
from newsletter_mailer.cli.audience.importing import import_
from newsletter_mailer.cli.output import Face
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import ImportCount
from newsletter_mailer.wording import sentence, use_language

Call = Callable[..., Result]
IMPORT = ("subscribers", "import", "--list", "members")
PEOPLE = "email;prénom;ville\nann@example.org;Ann;Albi\nbob@example.org;Bob;Pau\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace_in(tmp_path)
    settings = SETTINGS + "subscriber_fields:\n  department: ''  # theirs\n"
    (tmp_path / "newsletter.yaml").write_text(settings, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(root: Path) -> Iterator[Call]:
    """`newsletter …` in the workspace; errors as they are raised."""
    from newsletter_mailer.cli import newsletter

    def run(*arguments: str) -> Result:
        options = ["--project", str(root), "--lang", "en", "--no-input"]
        done = CliRunner().invoke(newsletter, [*options, *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    yield run
    use_language("en")


def test_a_dry_run_says_in_words_what_would_happen(call: Call, root: Path) -> None:
    people = root / "people.csv"
    call("subscribers", "import", str(people), "--list", "members")
    call("subscribers", "unsubscribe", "bob@example.org", "--list", "members")
    people.write_text(PEOPLE + "cat@example.org;Cat;\nnobody;;\n", encoding="utf-8")

    done = call("subscribers", "import", str(people), "--list", "members", "--dry-run")

    assert done.stdout == "members, nothing is written: 1 new reader, 1 unchanged, 1 row left out\n"
    assert "would re-subscribe 1 person who left: refused" in done.stderr
    assert "line 5: “nobody” is not an e-mail address" in done.stderr
    assert "Columns: email → address, prénom → first_name" in done.stderr
    assert "Next:" not in done.stderr
    assert not (root / "people.rejects.csv").exists()


def test_an_export_of_another_program_is_named(call: Call, root: Path) -> None:
    path = samples.mailchimp_zip(root / "audience.zip")

    done = call("subscribers", "import", str(path), "--list", "members", "--basis", "consent")

    assert done.stdout == "members: 2 new readers\n"
    for said in (
        "An export of Mailchimp.",
        "The list “members” is new; its basis: consent.",
        "1 left there, and is kept out of this list from now on.",
        "1 bounced, complained or was blocked there, and is never mailed from now on.",
        "1 never confirmed there, and was passed over.",
    ):
        assert said in done.stderr


def test_what_columns_mean_and_who_left_can_be_typed(call: Call, root: Path) -> None:
    people = root / "people.csv"
    people.write_text("a=b;Dép.\nann@example.org;31\n", encoding="utf-8")
    given = ("--map", "a=b=email", "--map", "Dép.=department")

    joined = call("--json", "subscribers", "import", str(people), "--list", "members", *given)
    left = call("--json", "subscribers", "import", str(people), "--list", "members", *given, "--as", "left")

    assert json.loads(joined.stdout)["columns"] == [
        {"column": "a=b", "field": "address"},
        {"column": "Dép.", "field": "department"},
    ]
    assert json.loads(left.stdout)["departed"] == 1
    with pytest.raises(UsageError, match=r"“email” is not COLUMN=FIELD"):
        call("subscribers", "import", str(people), "--list", "members", "--map", "email")


def test_people_go_out_and_come_in_again(call: Call, root: Path) -> None:
    call("subscribers", "import", str(root / "people.csv"), "--list", "members")
    path = root / "out.xlsx"

    piped = call("subscribers", "export", "--list", "members")
    filed = call("subscribers", "export", "-o", str(path))
    again = call("subscribers", "import", str(path), "--list", "members")

    assert piped.stdout.splitlines()[1] == "ann@example.org;Ann;;;;confirmed"
    assert "2 people are in" in filed.stderr
    assert path.stat().st_mode & 0o077 == 0
    assert again.stdout == "members: 0 new readers, 2 unchanged\n"


def asking(root: Path, answer: str) -> Result:
    """An import on a terminal, where a question may be put."""
    face: Face = replace(PLAIN, project=root, ask=True)
    return CliRunner().invoke(
        import_, [str(root / "people.csv"), "--list", "members"], obj=face, input=f"{answer}\n"
    )


def test_columns_that_nobody_knows_are_kept_for_who_says_yes(root: Path) -> None:
    done = asking(root, "y")

    assert done.exit_code == 0, done.output
    assert "Keep these columns too, as fields of your subscribers: ville?" in done.stderr
    assert "newsletter.yaml has new subscriber_fields: ville" in done.stderr
    assert "ville → ville" in done.stderr
    settings = (root / "newsletter.yaml").read_text(encoding="utf-8")
    assert settings.endswith("subscriber_fields:\n  department: ''  # theirs\n  ville: \"\"\n")


def test_who_says_no_is_told_how_to_keep_them_later(root: Path) -> None:
    before = (root / "newsletter.yaml").read_bytes()

    done = asking(root, "n")

    assert "Columns not taken: ville (name them under subscriber_fields" in done.stderr
    assert (root / "newsletter.yaml").read_bytes() == before


def test_rejects_of_an_archive_are_told_with_their_file(capsys: pytest.CaptureFixture[str]) -> None:
    reject = Reject(4, ("x",), sentence("no address"), "cleaned.csv")
    count = ImportCount(suppressed=2, left_refused=2)
    done = Imported(count, (reject,), ("email",), (), new_list=False, slug="members", dry_run=True)

    tell_import(PLAIN, done)

    said = capsys.readouterr().err
    assert "cleaned.csv, line 4: no address" in said
    assert "would re-subscribe 2 people who left: refused" in said
    assert "2 are suppressed and never mailed." in said


def test_on_a_terminal_a_bar_follows_the_reading(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    with reading_bar(PLAIN) as progress:
        assert progress is not None
        progress(0.5)
        progress(1.0)
    with reading_bar(replace(PLAIN, quiet=True)) as nothing:
        assert nothing is None

    assert "Reading" in capsys.readouterr().err


def _words_kept(call: Call, address: str) -> list[str]:
    known = json.loads(call("--json", "subscribers", "show", address).stdout)
    return [event["wording"] for event in known["consents"] if event["kind"] == "imported"]


def test_the_words_of_a_paper_form_are_kept_with_everyone_who_signed_it(call: Call, root: Path) -> None:
    words = "J’accepte de recevoir la lettre."
    call("lists", "add", "other")
    call("subscribers", "add", "bob@example.org", "--list", "other")  # known already, and joins

    done = call(*IMPORT, str(root / "people.csv"), "--basis", "consent", "--wording", words)

    assert _words_kept(call, "ann@example.org") == [words]
    assert _words_kept(call, "bob@example.org") == [words]
    assert "Nobody could prove" not in done.stderr


def test_consent_without_words_of_its_own_has_those_of_the_list(call: Call, root: Path) -> None:
    call("lists", "add", "members", "--wording", "I agree to the letter.")

    call(*IMPORT, str(root / "people.csv"), "--basis", "consent")

    assert _words_kept(call, "ann@example.org") == ["I agree to the letter."]


def test_who_did_not_consent_agreed_to_no_words(call: Call, root: Path) -> None:
    call("lists", "add", "members", "--wording", "I agree to the letter.", "--basis", "consent")

    done = call(*IMPORT, str(root / "people.csv"), "--basis", "soft_opt_in")

    assert _words_kept(call, "ann@example.org") == [""]
    assert "Nobody could prove" not in done.stderr


def test_consent_without_any_words_is_told(call: Call, root: Path) -> None:
    people = str(root / "people.csv")

    tried = call(*IMPORT, people, "--basis", "consent", "--dry-run")
    done = call(*IMPORT, people, "--basis", "consent")
    again = call(*IMPORT, people, "--basis", "consent")

    for said in (tried.stderr, done.stderr):
        assert "! Nobody could prove to what they agreed" in said
        assert "--wording" in said
    assert "Nobody could prove" not in again.stderr  # nobody joined
