"""What comes in from a CSV file, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter_mailer.actions.subscribers import Imported, import_people, unknown_columns, write_rejects
from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import LANGUAGES, in_language

SECRET = Secret(bytes(32))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as database:
        yield database


def workspace(folder: Path) -> Workspace:
    settings = Settings(
        identity=Identity(name="R", address="1 rue", email="r@example.org"),
        sender=SenderSettings(name="R", email="r@example.org"),
        subscriber_fields={"department": ""},
    )
    return Workspace(folder, settings)


def imported(tmp_path: Path, database: Database, raw: bytes, into: str = "adherents") -> Imported:
    path = tmp_path / "people.csv"
    path.write_bytes(raw)
    return import_people(
        path,
        into,
        workspace=workspace(tmp_path),
        database=database,
        secret=SECRET,
        now=1,
        source="test",
    )


@pytest.mark.parametrize(
    "raw",
    [
        "email;prénom;department\nann@example.org;Anne;31\n".encode(),
        "\ufeffE-mail,Prénom,Department\r\nann@example.org,Anne,31\r\n".encode(),
        b"Courriel\tprenom\tdepartment\nann@example.org\tAnne\t31",
        "adresse e-mail;Prénom;department\nann@example.org;Anne;31\n".encode("cp1252"),
        "email;prénom;department\nann@example.org;Anne;31\n".encode("utf-16"),
    ],
    ids=["semicolon", "bom and commas", "tabs", "windows", "utf-16"],
)
def test_a_table_is_read_whatever_program_wrote_it(tmp_path: Path, database: Database, raw: bytes) -> None:
    done = imported(tmp_path, database, raw)

    assert done.count.added == 1
    with database.reading() as connection:
        ann = audience.subscriber(connection, "ann@example.org")
    assert ann is not None
    assert (ann.first_name, dict(ann.attributes)) == ("Anne", {"department": "31"})


def test_rows_that_are_no_subscriber_are_left_out_with_line_and_reason(
    tmp_path: Path, database: Database
) -> None:
    rows = (
        b"email;nom",
        b"ann@example.org;A",
        b"nobody",
        b";B",
        b"",
        b"x@example.org;a;b;c",
        b'"multi\nline@example.org";C',
        b'"evil@example.org\nBcc: x";D',
        b"",
    )
    raw = b"\n".join(rows)

    done = imported(tmp_path, database, raw)

    assert done.count.added == 1
    assert [reject.line for reject in done.rejects] == [3, 4, 6, 7, 9]
    rejects = write_rejects(tmp_path / "people.csv", done)
    assert rejects is not None
    assert rejects.stat().st_mode & 0o077 == 0
    assert "nobody" in rejects.read_text(encoding="utf-8-sig")


def test_no_rejects_no_file(tmp_path: Path, database: Database) -> None:
    done = imported(tmp_path, database, b"email\nann@example.org\n")

    assert write_rejects(tmp_path / "people.csv", done) is None


def test_rejects_that_are_being_mended_are_never_overwritten(tmp_path: Path, database: Database) -> None:
    done = imported(tmp_path, database, b"email\nnobody\n")
    first = write_rejects(tmp_path / "people.csv", done)
    assert first is not None
    first.write_text("mended", encoding="utf-8")

    second = write_rejects(tmp_path / "people.csv", done)
    third = write_rejects(tmp_path / "people.2.rejects.csv", done)

    assert first.read_text(encoding="utf-8") == "mended"
    assert second == tmp_path / "people.2.rejects.csv"
    assert third == tmp_path / "people.3.rejects.csv"


def test_the_rejects_are_never_written_through_a_link(tmp_path: Path, database: Database) -> None:
    target = tmp_path / "precious"
    target.write_text("keep", encoding="utf-8")
    (tmp_path / "people.rejects.csv").symlink_to(target)
    done = imported(tmp_path, database, b"email\nnobody\n")

    written = write_rejects(tmp_path / "people.csv", done)

    assert target.read_text(encoding="utf-8") == "keep"
    assert written == tmp_path / "people.2.rejects.csv"


def test_rejects_that_cannot_be_written_are_an_error_in_words(tmp_path: Path, database: Database) -> None:
    done = imported(tmp_path, database, b"email\nann@example.org\nnobody\n")

    with pytest.raises(NewsletterError, match="cannot be written: a file stands where"):
        write_rejects(tmp_path / "people.csv" / "people.csv", done)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mended_rejects_are_imported_without_a_word_on_their_reasons(
    tmp_path: Path, database: Database, language: str
) -> None:
    with in_language(language):
        rejects = write_rejects(
            tmp_path / "people.csv", imported(tmp_path, database, b"email;nom\nann@;A\nb;B\n")
        )
    assert rejects is not None

    again = imported(tmp_path, database, rejects.read_bytes().replace(b"ann@", b"ann@example.org"))

    assert again.count.added == 1
    assert again.ignored == ()
    assert (again.header, [reject.row for reject in again.rejects]) == (("email", "nom"), [("b", "B")])


def test_rejects_run_no_formula_and_are_imported_as_they_were_typed(
    tmp_path: Path, database: Database
) -> None:
    done = imported(tmp_path, database, b"email;nom;department\nann@;=1+1;-31\n")
    rejects = write_rejects(tmp_path / "people.csv", done)
    assert rejects is not None
    assert ";'=1+1;'-31;" in rejects.read_text(encoding="utf-8-sig")

    imported(tmp_path, database, rejects.read_bytes().replace(b"ann@", b"ann@example.org"))

    with database.reading() as connection:
        ann = audience.subscriber(connection, "ann@example.org")
    assert ann is not None
    assert (ann.last_name, ann.attributes["department"]) == ("=1+1", "-31")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Amis du jardin", "amis-du-jardin"),
        ("Été_2026", "ete-2026"),
        ("-x", "e.g. x"),
        ("é" * 90, f"e.g. {'e' * 63}"),
        ("…", "e.g. members"),
        ("", "e.g. members"),
    ],
)
def test_a_list_has_a_name_that_its_messages_can_bear(
    tmp_path: Path, database: Database, name: str, hint: str
) -> None:
    with pytest.raises(UsageError, match="name of a list") as refused:
        imported(tmp_path, database, b"email\nann@example.org\n", into=name)

    assert hint in str(refused.value)


def test_a_second_import_changes_what_changed_and_revives_nobody(tmp_path: Path, database: Database) -> None:
    first = b"email;nom\nann@example.org;A\nbob@example.org;B\ncat@example.org;C\n"
    imported(tmp_path, database, first)
    with database.transaction() as connection:
        cat = audience.subscriber(connection, "cat@example.org")
        into = audience.find_list(connection, "adherents")
        assert cat is not None
        assert into is not None
        audience.unsubscribe(connection, cat.id, [into.id], now=2)

    done = imported(tmp_path, database, first.replace(b";A", b";Z"))

    assert (done.count.added, done.count.updated, done.count.unchanged, done.count.left_refused) == (
        0,
        1,
        1,
        1,
    )
    assert not done.new_list


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"nom;prenom\nA;B\n", "no column of addresses"),
        (b"", "is empty"),
        (b"email;courriel\na@example.org;b@example.org\n", "several columns for one thing: email, courriel"),
        (b"email;nom\r\n\r\n;\r\n", "names nobody"),
        (b"PK\x03\x04\x14\x00\x06\x00", "is a damaged archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a spreadsheet"),
        (b"email;nom\nann@example.org;" + b"x" * 140_000, "a cell on line 2 is too long"),
        (b"email;nom" + b"x" * 140_000, "a cell on line 1 is too long"),
        (b'email;nom\nann@example.org;"A\nbob@example.org;B\n', "a quote opened on line 2 is never closed"),
        (b'email;"nom\nann@example.org;A\n', "a quote opened on line 1 is never closed"),
        (
            b'email;nom;structure\nann@example.org;"A\nB";C\nbob@example.org;"B\n2";"C',
            "a quote opened on line 5 is never closed",
        ),
    ],
)
def test_a_file_that_is_no_table_of_people_is_refused_whole(
    tmp_path: Path, database: Database, raw: bytes, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        imported(tmp_path, database, raw)

    with database.reading() as connection:
        assert audience.lists(connection) == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('"Ann;ann@example.org\nCleo";cleo@example.org', "“Prénom” holds a line break"),
        ('"Ann, qui\na rappelé;\ndeux fois";ann@example.org', "“Prénom” holds a line break"),
        ('Ann;"ann@example\n.org"', "“E-mail” holds a line break"),
        ("Ann;Bob bob@example.com <ann@example.org>", "“Bob bob@example.com <ann@example.org>” is not"),
        ("Ann;mailto:", "no address"),
        ("Ann\x07;ann@example.org", "“Prénom” holds a control character"),
        (f"{'x' * 1001};ann@example.org", "“Prénom” is longer than 1000 characters"),
        ("Zé;zé@example.org", "“zé@example.org” has “é” before the @"),
    ],
)
def test_a_row_left_out_is_told_in_the_words_of_the_file(
    tmp_path: Path, database: Database, row: str, why: str
) -> None:
    done = imported(tmp_path, database, f"Prénom;E-mail\nBob;bob@example.org\n\n{row}\n".encode())

    assert [reject.line for reject in done.rejects] == [4]
    assert str(done.rejects[0].why).startswith(why)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("Ann\nSmith", "Ann Smith"),
        ("Ann,\r\n Smith", "Ann, Smith"),
        ("Ann\n\n\nSmith\u2028", "Ann Smith"),
    ],
)
def test_a_cell_of_several_lines_is_put_on_one(
    tmp_path: Path, database: Database, cell: str, kept: str
) -> None:
    done = imported(tmp_path, database, f'Prénom;E-mail\n"{cell}";ann@example.org\n'.encode())

    assert done.rejects == ()
    with database.reading() as connection:
        found = audience.subscriber(connection, "ann@example.org")
    assert found is not None
    assert found.first_name == kept


@pytest.mark.parametrize(
    "written",
    [
        "mailto:ann@example.org",
        "MAILTO:ann@example.org?subject=Bonjour",
        "Ann Élie <ann@example.org>",
        "<ann@example.org>",
        '"" <mailto:ann@example.org>',
        "ann@example.org <ann@example.org>",
    ],
)
def test_an_address_is_found_in_a_link_and_beside_a_name(
    tmp_path: Path, database: Database, written: str
) -> None:
    quoted = written.replace('"', '""')

    done = imported(tmp_path, database, f'E-mail;Prénom\n"{quoted}";Ann\n'.encode())

    assert done.rejects == ()
    with database.reading() as connection:
        assert audience.subscriber(connection, "ann@example.org") is not None


def test_a_file_in_which_no_row_can_be_read_makes_no_list(tmp_path: Path, database: Database) -> None:
    done = imported(tmp_path, database, b"email\nnobody\n")

    assert len(done.rejects) == 1
    assert not done.new_list
    assert not done.on_list
    with database.reading() as connection:
        assert audience.lists(connection) == []


def test_columns_that_nobody_asked_for_are_named(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email;téléphone;ville\n", encoding="utf-8")

    assert unknown_columns(path, workspace=workspace(tmp_path)) == ("téléphone", "ville")
