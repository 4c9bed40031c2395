"""Spreadsheets, cards, JSON and archives; what columns mean; what a list allows; what a dry run says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from import_kit import consents, reader, standing, take_in, written
from newsletter_mailer.actions.subscribers import imported as results
from newsletter_mailer.actions.subscribers import write_rejects
from newsletter_mailer.actions.subscribers.person import _ORDINARY
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.addresses import why_unmailable
from newsletter_mailer.model.audience import Basis, ImportCount, normalise_address
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database

ANN = "ann@example.org"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


def sheet(path: Path, *rows: tuple[object, ...]) -> Path:
    """A spreadsheet as Excel writes it."""
    book = Workbook()
    assert book.active is not None
    book.create_sheet("Notes")
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_spreadsheet_is_read_as_it_shows_itself(tmp_path: Path, database: Database) -> None:
    path = sheet(
        tmp_path / "people.xlsx",
        ("Courriel", "Prénom", "Department", "Role", None),
        (ANN, "Anne", 31.0, datetime(2024, 2, 1), None),
        (None, " ", None),
        ("bob@example.org", None, "09", True),
        ("cat@example.org", "Cat", 2.5, date(2024, 2, 1), "", ""),
        ("nobody", "x"),
    )

    done = take_in(path, database)

    assert done.count == ImportCount(added=3)
    assert [(reject.line, str(reject.why)) for reject in done.rejects] == [
        (6, "“nobody” is not an e-mail address")
    ]
    assert reader(database, ANN).attributes == {"department": "31", "role": "2024-02-01"}
    assert reader(database, "bob@example.org").attributes == {"department": "09", "role": "true"}
    assert reader(database, "cat@example.org").attributes["department"] == "2.5"


def test_remarks_of_several_lines_leave_nobody_out(tmp_path: Path, database: Database) -> None:
    remark = "Présidente ; trésorière\nécrire à ann@example.com,\r\npas le lundi"
    path = sheet(tmp_path / "people.xlsx", ("Courriel", "Role", "Remarques"), (ANN, remark, remark))

    done = take_in(path, database)

    assert done.count == ImportCount(added=1)
    assert reader(database, ANN).attributes == {
        "role": "Présidente ; trésorière écrire à ann@example.com, pas le lundi"
    }


def test_what_is_no_spreadsheet_is_told_in_words(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "people.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<broken")
    other = tmp_path / "people.ods"
    with ZipFile(other, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    with pytest.raises(UsageError, match=r"is damaged, or is no spreadsheet \(open it and save it as CSV\)"):
        take_in(path, database)
    with pytest.raises(UsageError, match="another kind than Excel’s"):
        take_in(other, database)


def test_an_archive_that_would_fill_the_disk_is_not_unpacked(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "people.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", "email\n" + "\n" * (11 << 20))

    with pytest.raises(UsageError, match="unpacks to far more than a table of people"):
        take_in(path, database)


def test_a_damaged_archive_brings_nobody(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "people.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("people.csv", "email\n" + "".join(f"reader{n}@example.org\n" for n in range(9000)))
    raw = bytearray(path.read_bytes())
    raw[-3000] ^= 1
    path.write_bytes(raw)
    others = tmp_path / "others.zip"
    with ZipFile(others, "w") as archive:
        archive.writestr("people.xlsx", b"")

    with pytest.raises(UsageError, match=r"people.csv in .* cannot be unpacked"):
        take_in(path, database)
    with pytest.raises(UsageError, match="holds spreadsheets"):
        take_in(others, database)
    assert standing(database) == {}


def test_rejects_of_an_archive_name_their_file(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "people.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "email;nom\nann@;A\n")
        archive.writestr("b/c.csv", "prénom;email\nB;bob\n")

    done = take_in(path, database)

    assert done.header == ("email", "nom", "prénom")
    assert [(reject.place, reject.row) for reject in done.rejects] == [
        ("a.csv:2", ("ann@", "A", "")),
        ("c.csv:2", ("bob", "", "B")),
    ]


CARDS = """\
BEGIN:VCARD
VERSION:3.0
N:Roy;Anne;;;
FN:Anne Roy
EMAIL;TYPE=work:other@example.org
item1.EMAIL;TYPE=INTERNET,pref:Ann@example.org
ORG:Exemple\\, Réseau;Toulouse
NOTE:a long
  note\\nof two lines
PHOTO;ENCODING=b:AAAA
 BBBB
END:VCARD
begin:vcard
VERSION:4.0
FN:Bob Noir Vert
EMAIL;PREF=2:z@example.org
EMAIL;PREF=1:mailto:bob@example.org
LANG:fr-FR
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89t=C3=A9;L=
=C3=A9a
EMAIL:lea@example.org
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:Everybody
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Nobody
END:VCARD
"""


def test_cards_of_any_version_come_in(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "contacts.vcf"
    path.write_bytes(b"\xef\xbb\xbf" + CARDS.replace("\n", "\r\n").encode())

    done = take_in(path, database)

    assert done.count == ImportCount(added=3)
    assert [(reject.line, str(reject.why)) for reject in done.rejects] == [(31, "no address")]
    ann, bob, lea = (reader(database, f"{name}@example.org") for name in ("ann", "bob", "lea"))
    assert (ann.address, ann.first_name, ann.last_name, ann.organisation) == (
        "Ann@example.org",
        "Anne",
        "Roy",
        "Exemple, Réseau",
    )
    assert (bob.first_name, bob.last_name, bob.language) == ("Bob", "Noir Vert", "fr")
    assert (lea.first_name, lea.last_name) == ("Léa", "Été")


def test_json_of_any_layout_comes_in(tmp_path: Path, database: Database) -> None:
    people = [{"email": ANN, "department": 31}, {"email": "bob@example.org", "prénom": None, "role": True}]
    path = written(tmp_path, json.dumps(people), "people.json")

    done = take_in(path, database)

    assert done.count == ImportCount(added=2)
    assert reader(database, ANN).attributes == {"department": "31"}
    assert reader(database, "bob@example.org").attributes == {"role": "true"}


@pytest.mark.parametrize("text", ["[{}, 3]", '[{"email": "a@example.org"', "[{" * 9999])
def test_json_of_something_else_is_refused(tmp_path: Path, database: Database, text: str) -> None:
    with pytest.raises(UsageError, match="is not a list of people in JSON"):
        take_in(written(tmp_path, text, "people.json"), database)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("email;name\nann@example.org;Ann Roy\n", ("Ann", "Roy")),
        ("email;name;last name\nann@example.org;Ann;Roy\n", ("Ann", "Roy")),
        ("email;first name;name\nann@example.org;Ann;Roy\n", ("Ann", "Roy")),
        ("email;first name;last name;name\nann@example.org;Ann;Roy;Ann Roy\n", ("Ann", "Roy")),
        ('sep=;\n"e,mail, or so";email;nom\n1;ann@example.org;Roy\n', ("", "Roy")),
        ('email|"a;b;c"|nom\r\nann@example.org|"x\r\ny;"|Roy\r\n', ("", "Roy")),
        ("email;nom\rann@example.org;Roy\r", ("", "Roy")),
    ],
)
def test_names_and_tables_are_understood_as_people_write_them(
    tmp_path: Path, database: Database, text: str, names: tuple[str, str]
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode())

    take_in(path, database)

    ann = reader(database, ANN)
    assert (ann.first_name, ann.last_name) == names


def test_columns_mean_what_is_typed(tmp_path: Path, database: Database) -> None:
    text = "Adresse du membre;E-mail;Dépt;État\nann@example.org;old@example.org;31;active\n"
    meaning = {"adresse du membre": "email", "E-mail": "ignore", "dépt": "Department", "État": "status"}

    done = take_in(written(tmp_path, text), database, given=meaning)

    assert done.columns == (
        ("Adresse du membre", "address"),
        ("Dépt", "department"),
        ("État", "status"),
    )
    assert done.ignored == ()
    assert reader(database, ANN).attributes == {"department": "31"}


@pytest.mark.parametrize(
    ("meaning", "says"),
    [
        ({"Fax": "role"}, r"has no column “Fax” \(its columns are: email, tel\)"),
        (
            {"tel": "phone"},
            r"there is no field “phone” \(the fields are: address, first_name, last_name, language",
        ),
        ({"tel": "address"}, r"several columns for one thing: email, tel \(leave out all but one"),
        ({"email": "ignore"}, "no column of addresses"),
    ],
)
def test_a_meaning_that_cannot_be_is_refused(
    tmp_path: Path, database: Database, meaning: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        take_in(written(tmp_path, "email;tel\nann@example.org;05\n"), database, given=meaning)


def test_a_dry_run_says_everything_and_writes_nothing(tmp_path: Path, database: Database) -> None:
    take_in(
        written(tmp_path, "email;nom\nann@example.org;A\nbob@example.org;B\ncat@example.org;C\n"), database
    )
    with database.transaction() as connection:
        cat, into = (
            audience.subscriber(connection, "cat@example.org"),
            audience.find_list(connection, "members"),
        )
        assert cat is not None
        assert into is not None
        audience.unsubscribe(connection, cat.id, [into.id], now=2)
    before = (standing(database), consents(database))
    rows = "ann@example.org;Z\nbob@example.org;\ncat@example.org;\ndan@example.org;\nx;\n"
    path = written(tmp_path, "email;nom\n" + rows)

    dry = take_in(path, database, dry_run=True)
    elsewhere = take_in(path, database, into="other", dry_run=True)

    assert (standing(database), consents(database)) == before
    assert (dry.dry_run, dry.count) == (True, ImportCount(added=1, updated=1, unchanged=1, left_refused=1))
    assert [reject.line for reject in dry.rejects] == [6]
    assert (elsewhere.new_list, elsewhere.count) == (True, ImportCount(added=1, joined=3))
    with database.reading() as connection:
        assert [one.slug for one in audience.lists(connection)] == ["members"]
    assert take_in(path, database).count == dry.count


def test_nothing_is_half_imported(tmp_path: Path, database: Database) -> None:
    rows = "".join(f"reader{number}@example.org;x\n" for number in range(5000))

    with pytest.raises(UsageError, match="a quote opened on line 5002 is never closed"):
        take_in(written(tmp_path, f'email;nom\n{rows}zoe@example.org;"Z\n'), database)

    with database.reading() as connection:
        assert audience.lists(connection) == []
    assert standing(database) == {}


def test_a_file_of_nothing_but_nonsense_stops(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MOST_REJECTS", 3)

    with pytest.raises(UsageError, match=r"more than 3 rows cannot be read; the last one: “f”"):
        take_in(written(tmp_path, "email\nann@example.org\nb\nc\nd\nf\n"), database)

    assert standing(database) == {}


def test_basis_and_source_are_kept_with_everyone_who_joins(tmp_path: Path, database: Database) -> None:
    path = written(tmp_path, "email\nann@example.org\nbob@example.org\n")
    take_in(written(tmp_path, "email\nann@example.org\n", "first.csv"), database, into="other")

    done = take_in(path, database, basis=Basis.CONSENT, source="forms of 2026")
    take_in(path, database, basis=Basis.B2B, source="again")

    assert (done.new_list, done.basis) == (True, Basis.CONSENT)
    told = [(event["kind"], event["basis"], event["source"], event["at"]) for event in consents(database)]
    assert told == [
        ("imported", "legitimate_interest_assoc", "first.csv", 1000),
        ("imported", "consent", "forms of 2026", 1000),
        ("imported", "consent", "forms of 2026", 1000),
    ]


def test_a_commercial_list_takes_nobody_on_an_associations_interest(
    tmp_path: Path, database: Database
) -> None:
    path = written(tmp_path, "email\nann@example.org\n")
    with database.transaction() as connection:
        basis = Basis.LEGITIMATE_INTEREST_ASSOC
        audience.add_list(connection, "shop", name="Shop", basis=basis, commercial=True, now=1, source="t")

    with pytest.raises(UsageError, match=r"“shop” is commercial: .*--basis consent"):
        take_in(path, database, into="shop")
    assert standing(database) == {}

    assert take_in(path, database, into="shop", basis=Basis.SOFT_OPT_IN).count == ImportCount(added=1)


def test_progress_is_told_up_to_the_end(tmp_path: Path, database: Database) -> None:
    rows = "".join(f"reader{number}@example.org\n" for number in range(2500))
    shares: list[float] = []

    take_in(written(tmp_path, f"email\n{rows}"), database, progress=shares.append)

    assert shares == sorted(shares)
    assert (len(shares), shares[-1]) == (4, 1.0)


LETTERS = "aZ09_+-."
LABELS = st.text("aZ09-", min_size=1, max_size=66)


@given(
    st.text(LETTERS, min_size=1, max_size=70),
    st.lists(LABELS, min_size=1, max_size=4),
    st.text("aZ", max_size=4),
)
@example("a", ["b" * 63, "b" * 63, "b" * 63], "com")
@example("a" * 64, ["b"], "test")
@example("a-.-b", ["xn", "b0"], "fr")
def test_an_ordinary_address_passes_the_long_way_too(local: str, labels: list[str], top: str) -> None:
    address = f"{local}@{'.'.join([*labels, top])}"

    if _ORDINARY.fullmatch(address):
        assert why_unmailable(address) is None
        assert normalise_address(address) == address.lower()


def test_a_mended_reject_says_what_the_first_file_said(tmp_path: Path, database: Database) -> None:
    path = written(tmp_path, "email;first_name;last_name\nann@@;'=1+1;+33\n")
    rejects = write_rejects(path, take_in(path, database))
    assert rejects is not None
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace("ann@@", ANN), encoding="utf-8")

    take_in(rejects, database)

    assert (reader(database, ANN).first_name, reader(database, ANN).last_name) == ("=1+1", "+33")
