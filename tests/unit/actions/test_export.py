"""What goes out comes in again as it was, and runs nothing in a spreadsheet."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from import_kit import SECRET, out_for_good, reader, standing, take_in, written
from newsletter_mailer.actions.subscribers import FORMATS, export_people, exporting, format_of
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.model.audience import Arrival, Basis, NewSubscriber, SuppressionReason
from newsletter_mailer.model.cells import as_typed, defused
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import recipient_key
from properties import examples

ANN, BOB, CAT, DAN = (f"{name}@example.org" for name in ("ann", "bob", "cat", "dan"))


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be copied: making one takes longer than everything else here."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    Database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


def keep(database: Database, people: list[NewSubscriber], slug: str = "members") -> None:
    """On a list."""
    with database.transaction() as c:
        into = audience.find_list(c, slug) or audience.add_list(
            c, slug, name=slug, basis=Basis.CONSENT, now=1, source="t"
        )
        audience.import_rows(c, people, into=into, secret=SECRET, source="t", now=1)


def everyone(database: Database) -> list[tuple[object, ...]]:
    """All that is known of everyone."""
    return [
        (*reader(database, address)[1:7], reader(database, address).attributes)
        for address in sorted(standing(database))
    ]


WORDS = st.one_of(
    st.sampled_from(
        [
            "=1+1",
            "'=1+1",
            "-31",
            "''+",
            "@x",
            "＝1",
            "'",
            "_x0041_",
            "a;b",
            'a"b,c',
            "00031",
            "1e5",
            "\ufeffx",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=12),
).map(lambda text: " ".join(text.split()))
PEOPLE = st.lists(
    st.builds(
        NewSubscriber,
        address=st.from_regex(r"[a-z0-9]{1,8}(\+[a-z]{1,3})?@[a-z]{1,8}\.org", fullmatch=True),
        first_name=WORDS,
        last_name=WORDS,
        language=st.sampled_from(["", "fr", "en"]),
        organisation=WORDS,
        attributes=st.dictionaries(st.sampled_from(["department", "role"]), WORDS.filter(bool)),
        arrival=st.just(Arrival.MEMBER),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda person: person.address,
)


@pytest.mark.parametrize("kind", FORMATS)
@given(people=PEOPLE)
@example(people=[NewSubscriber(ANN, "'=1+1", "-_x0041_", "fr", '"; =x', {"role": "＝1"})])
@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_goes_out_comes_in_again_as_it_was(
    kind: str, empty_ledger: Path, people: list[NewSubscriber]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people.{kind}"
        for name in ("one.db", "two.db"):
            shutil.copy(empty_ledger, Path(folder) / name)
        with Database(f"sqlite:///{folder}/one.db") as one, Database(f"sqlite:///{folder}/two.db") as two:
            keep(one, people)

            count = export_people(one, "members", kind, into=path)
            done = take_in(path, two)

            assert (count, done.count.added, done.rejects, done.ignored) == (len(people), len(people), (), ())
            assert everyone(two) == everyone(one)
            assert path.stat().st_mode & 0o077 == 0


@given(st.text(st.sampled_from("'=+-@\t\r\n＝a"), max_size=6))
def test_every_cell_comes_back_and_none_is_a_formula(cell: str) -> None:
    assert as_typed(defused(cell)) == cell
    assert not defused(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


@pytest.mark.parametrize("kind", FORMATS)
def test_who_left_goes_out_as_such_and_is_kept_out_elsewhere(
    tmp_path: Path, database: Database, kind: str
) -> None:
    keep(database, [NewSubscriber(address) for address in (ANN, BOB, CAT, DAN)])
    keep(database, [NewSubscriber(DAN)], "press")
    with database.transaction() as c:
        members = audience.find_list(c, "members")
        assert members is not None
        audience.unsubscribe_key(c, recipient_key(SECRET, BOB), [members.id], now=2, source="t")
        audience.suppress(c, recipient_key(SECRET, CAT), reason=SuppressionReason.MANUAL, now=2)
        audience.unsubscribe_key(c, recipient_key(SECRET, DAN), [members.id], now=2, source="t")
    path = tmp_path / f"all.{kind}"
    one_list = tmp_path / f"members.{kind}"

    assert export_people(database, None, kind, into=path) == 4
    assert export_people(database, "members", kind, into=one_list) == 4

    with Database(f"sqlite:///{tmp_path}/other.db") as other:
        done = take_in(one_list, other)
        assert (standing(other), done.services) == ({ANN: "confirmed"}, ("newsletter",))
        assert out_for_good(other, [ANN, BOB, CAT, DAN]) == {BOB: "left", CAT: "manual", DAN: "left"}
    with Database(f"sqlite:///{tmp_path}/third.db") as third:
        take_in(path, third)
        assert standing(third) == {ANN: "confirmed"}
        take_in(path, third, "press")
        assert set(standing(third)) == {ANN, DAN}  # who left another list is welcome here


def test_a_spreadsheet_holds_texts_and_no_formula(tmp_path: Path, database: Database) -> None:
    keep(database, [NewSubscriber(ANN, "=1+1", "00031")])
    path = tmp_path / "people.xlsx"

    export_people(database, None, "xlsx", into=path)

    book = load_workbook(path)
    assert book.active is not None
    assert [(cell.value, cell.data_type) for cell in book.active[2]][:3] == [
        (ANN, "s"),
        ("'=1+1", "s"),
        ("00031", "s"),
    ]


def test_an_earlier_export_is_replaced_whole_and_a_link_is_not_followed(
    tmp_path: Path, database: Database
) -> None:
    keep(database, [NewSubscriber(ANN)])
    precious, path = written(tmp_path, "keep", "precious"), tmp_path / "people.csv"
    path.symlink_to(precious)

    export_people(database, None, "csv", into=path)

    assert precious.read_text(encoding="utf-8") == "keep"
    assert not path.is_symlink()
    assert path.read_bytes().startswith(b"\xef\xbb\xbfemail;")
    assert sorted(one.name for one in tmp_path.glob(".*")) == []


def test_what_goes_to_a_pipe_is_utf_8(database: Database) -> None:
    keep(database, [NewSubscriber(ANN, "Zoé")])
    stream, json_stream = io.BytesIO(), io.BytesIO()

    export_people(database, "members", "csv", into=stream)
    export_people(database, None, "json", into=json_stream)

    assert stream.getvalue().decode().splitlines()[1] == f"{ANN};Zoé;;;;confirmed"
    assert json.loads(json_stream.getvalue()) == [
        {
            "email": ANN,
            "first_name": "Zoé",
            "last_name": "",
            "language": "",
            "organisation": "",
            "newsletter_status": "confirmed",
            "newsletter_lists": "members",
        }
    ]


def test_what_cannot_go_out_is_told(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, [NewSubscriber(ANN), NewSubscriber(BOB)])
    monkeypatch.setattr("newsletter_mailer.store.workbooks.MOST_ROWS", 2)

    with pytest.raises(UsageError, match="there is no list “press”"):
        export_people(database, "press", "csv", into=tmp_path / "x.csv")
    with pytest.raises(UsageError, match="has to go into a file"):
        export_people(database, None, "xlsx", into=io.BytesIO())
    with pytest.raises(UsageError, match="no room for more than 1 people"):
        export_people(database, None, "xlsx", into=tmp_path / "x.xlsx")
    with pytest.raises(NewsletterError, match="cannot be written: there is no such file or folder"):
        export_people(database, None, "csv", into=tmp_path / "nowhere" / "x.csv")
    assert list(tmp_path.glob("*.xlsx")) == []


def test_nobody_goes_out_as_a_header(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "people.json"

    assert export_people(database, None, "json", into=path) == 0
    assert json.loads(path.read_text(encoding="utf-8")) == []


def test_many_go_out_page_by_page(database: Database) -> None:
    keep(database, [NewSubscriber(f"reader{number}@example.org") for number in range(2500)])
    stream = io.BytesIO()

    assert export_people(database, "members", "csv", into=stream) == 2500

    rows = stream.getvalue().decode().splitlines()
    assert [row.partition("@")[0] for row in rows[1:]] == [f"reader{number}" for number in range(2500)]


@pytest.mark.parametrize(
    ("name", "given_", "kind"),
    [("a.XLSX", None, "xlsx"), ("a.txt", None, "csv"), (None, None, "csv"), ("a.csv", "json", "json")],
)
def test_the_format_is_the_one_asked_for_or_the_files(
    name: str | None, given_: str | None, kind: str
) -> None:
    assert format_of(Path(name) if name else None, given_) == kind
    assert kind in exporting.FORMATS
