"""Exports of other programs come in with those who left there, who never become members."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import export_samples as samples
from import_kit import SECRET, consents, out_for_good, reader, standing, take_in, written
from newsletter_mailer.actions.subscribers import write_rejects
from newsletter_mailer.actions.subscribers.headings import guessed
from newsletter_mailer.model.audience import Arrival, ImportCount
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import recipient_key

PEOPLE = [f"{name}@example.org" for name in ("ann", "bob", "cat", "dan", "eve", "fay", "zoe")]
BOB, CAT, DAN = PEOPLE[1:4]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


def test_the_archive_of_mailchimp_comes_in_whole(tmp_path: Path, database: Database) -> None:
    path = samples.mailchimp_zip(tmp_path / "audience.zip")

    done = take_in(path, database)

    assert done.services == ("Mailchimp",)
    assert done.count == ImportCount(added=2, departed=1, barred=1, unasked=1)
    assert (done.rejects, done.ignored) == ((), ())
    assert standing(database) == {"ann@example.org": "confirmed", "zoe@example.org": "confirmed"}
    assert out_for_good(database, PEOPLE) == {BOB: "left", CAT: "hard_bounce"}
    assert reader(database, "ann@example.org").organisation == "Exemple"


@pytest.mark.parametrize(
    ("kind", "count", "out"),
    [
        ("subscribed", ImportCount(added=2), {}),
        ("unsubscribed", ImportCount(departed=1), {BOB: "left"}),
        ("cleaned", ImportCount(barred=1), {CAT: "hard_bounce"}),
    ],
)
def test_the_files_of_mailchimp_say_by_themselves_who_left(
    tmp_path: Path, database: Database, kind: str, count: ImportCount, out: dict[str, str]
) -> None:
    path = written(tmp_path, samples.mailchimp(kind), "whatever.csv")

    done = take_in(path, database)

    assert done.count == count
    assert out_for_good(database, PEOPLE) == out


def test_who_never_subscribed_at_mailchimp_stands_in_a_file_of_that_name(
    tmp_path: Path, database: Database
) -> None:
    path = written(tmp_path, samples.mailchimp("nonsubscribed"), "nonsubscribed_email_audience_export_1.csv")

    done = take_in(path, database)

    assert (done.count, done.new_list) == (ImportCount(unasked=1), False)
    assert standing(database) == {}


def test_rows_of_mailchimp_without_an_address_are_mended_and_still_no_members(
    tmp_path: Path, database: Database
) -> None:
    text = samples.mailchimp("unsubscribed").replace("bob@example.org", "bob")
    path = written(tmp_path, text, "unsubscribed_email_audience_export_1.csv")
    rejects = write_rejects(path, take_in(path, database))
    assert rejects is not None

    mended = rejects.read_text(encoding="utf-8-sig").replace("bob;", "bob@example.org;")
    done = take_in(written(tmp_path, mended, "mended.csv"), database)

    assert done.count == ImportCount(departed=1)


def test_whom_brevo_blocks_for_mail_is_never_mailed(tmp_path: Path, database: Database) -> None:
    done = take_in(written(tmp_path, samples.brevo()), database)

    assert (done.services, done.ignored) == (("Brevo",), ())
    assert done.count == ImportCount(added=2, barred=1)
    assert standing(database) == {"ann@example.org": "confirmed", CAT: "confirmed"}
    assert out_for_good(database, PEOPLE) == {BOB: "stop_everything"}
    assert reader(database, CAT).attributes == {"department": "09"}


def test_an_older_file_of_brevo_is_understood(tmp_path: Path, database: Database) -> None:
    done = take_in(written(tmp_path, samples.brevo_older()), database)

    assert done.count == ImportCount(added=1, barred=1)
    assert (reader(database, "ann@example.org").first_name, standing(database)) == (
        "Ann",
        {"ann@example.org": "confirmed"},
    )


def test_mailerlite_says_who_left_bounced_or_complained(tmp_path: Path, database: Database) -> None:
    done = take_in(written(tmp_path, samples.mailerlite()), database)

    assert (done.services, done.ignored) == (("MailerLite",), ())
    assert done.count == ImportCount(added=1, departed=1, barred=2, unasked=1)
    assert [str(reject.why) for reject in done.rejects] == [
        "“Status” says “”: nobody knows whether they may be written to"
    ]
    assert standing(database) == {"ann@example.org": "confirmed"}
    assert out_for_good(database, PEOPLE) == {BOB: "left", CAT: "hard_bounce", DAN: "complaint"}
    assert (reader(database, PEOPLE[0]).first_name, reader(database, PEOPLE[0]).last_name) == ("Ann", "Roy")


def test_listmonk_has_names_in_one_cell_and_attributes_in_json(tmp_path: Path, database: Database) -> None:
    done = take_in(written(tmp_path, samples.listmonk(), "subscribers.csv"), database)

    assert done.count == ImportCount(added=1, barred=1, unasked=1)
    assert done.ignored == ("city", "tags")
    assert [(reject.line, str(reject.why)) for reject in done.rejects] == [
        (5, "“attributes” is not written in JSON")
    ]
    ann = reader(database, "ann@example.org")
    assert (ann.first_name, ann.last_name, ann.attributes) == ("Ann", "Roy Duval", {"department": "31"})
    assert out_for_good(database, PEOPLE) == {BOB: "stop_everything"}


def test_mailtrain_says_who_left_bounced_or_complained(tmp_path: Path, database: Database) -> None:
    done = take_in(written(tmp_path, samples.mailtrain()), database)

    assert done.services == ("Mailtrain",)
    assert done.count == ImportCount(added=1, departed=1, barred=2)
    assert [(reject.line, str(reject.why)) for reject in done.rejects] == [(6, "no address")]
    assert out_for_good(database, PEOPLE) == {BOB: "left", CAT: "hard_bounce", DAN: "complaint"}
    assert reader(database, "ann@example.org").attributes == {"department": "31"}


@pytest.mark.parametrize("sample", [samples.mailerlite, samples.mailtrain, samples.brevo])
def test_what_tells_who_left_is_no_field_even_where_the_workspace_has_one_of_that_name(
    tmp_path: Path, database: Database, sample: object
) -> None:
    assert callable(sample)
    fields = ("status", "unsubscribed", "blocklisted")

    take_in(written(tmp_path, sample()), database, fields=fields)

    assert BOB in out_for_good(database, PEOPLE)
    assert BOB not in standing(database)


def test_what_tells_who_left_tells_it_also_when_it_is_ignored(tmp_path: Path, database: Database) -> None:
    ignored = {"Status": "ignore", "Unsubscribed": "ignore"}

    take_in(written(tmp_path, samples.mailerlite()), database, given=ignored)

    assert standing(database) == {"ann@example.org": "confirmed"}


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("email;statut\nann@example.org;actif\nbob@example.org;désabonné\n", {BOB: "left"}),
        ("email;Date de désinscription\nann@example.org;\nbob@example.org;01/02/2024\n", {BOB: "left"}),
        ("email,Unsubscribed\nann@example.org,no\nbob@example.org,yes\n", {BOB: "left"}),
        ("email,Hard bounced at\nann@example.org,\nbob@example.org,2024-02-01\n", {BOB: "hard_bounce"}),
    ],
)
def test_in_any_table_a_column_may_say_who_left(
    tmp_path: Path, database: Database, text: str, out: dict[str, str]
) -> None:
    take_in(written(tmp_path, text), database)

    assert out_for_good(database, PEOPLE) == out
    assert standing(database) == {"ann@example.org": "confirmed"}


@pytest.mark.parametrize(
    ("heading", "member", "left"),
    [
        ("Statut", "Abonné(e)", "Désinscrit(e)"),
        ("Statut", "Inscrite", "désabonnée le 12/03/2024"),
        ("STATUT", "actif", "STOP !"),
        ("Etat", "Active", "ne plus lui écrire"),
        ("État", "", "Désinscription demandée"),
        ("Status", "subscribed", "Opt-out"),
        ("Statut d’abonnement", "abonné·e", "désinscrit·e"),
        ("Statut newsletter", "Abonné-e", "désinscrit-e"),
        ("Abonné", "oui", "non"),
        ("Abonné(e)", "x", "Non"),
        ("Abonnée à la lettre", "12/03/2024", "Désinscrite (12/03/2024)"),
        ("Newsletter", "1", "0"),
        ("Souhaitez-vous recevoir nos lettres ?", "OUI", "NON"),
        ("Subscribed", "true", "none"),
        ("Désinscrit(e)", "", "x"),
        ("DESABONNEE", "non", "oui"),
        ("Motif de désinscription", "", "trop de mails"),
        ("STOP mail", "", "1"),
        ("Ne plus écrire", "", "12/03/2024"),
    ],
)
def test_people_write_in_their_own_words_who_left(
    tmp_path: Path, database: Database, heading: str, member: str, left: str
) -> None:
    done = take_in(written(tmp_path, f"email;{heading}\nann@example.org;{member}\n{BOB};{left}\n"), database)

    assert done.count == ImportCount(added=1, departed=1)
    assert out_for_good(database, PEOPLE) == {BOB: "left"}
    assert standing(database) == {"ann@example.org": "confirmed"}


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("Statut", "salarié"),
        ("Statut", "pas désinscrit"),
        ("Statut", "manual"),
        ("Abonné", ""),
        ("Abonné", "?"),
        ("Newsletter", "peut-être"),
    ],
)
def test_whom_nobody_understands_is_left_out_until_the_column_is_said_to_be_something_else(
    tmp_path: Path, database: Database, heading: str, word: str
) -> None:
    path = written(tmp_path, f"email;{heading};nom\n{BOB};{word};Noir\n")

    unsaid = take_in(path, database)
    before = standing(database)
    mapped = take_in(path, database, given={heading: "ignore"})

    assert [str(reject.why) for reject in unsaid.rejects] == [
        f"“{heading}” says “{word}”: nobody knows whether they may be written to; if it is about something else: "
        f'--map "{heading}=ignore"'
    ]
    assert (before, out_for_good(database, PEOPLE)) == ({}, {})
    assert (mapped.count, standing(database)) == (ImportCount(added=1), {BOB: "confirmed"})


@pytest.mark.parametrize(
    "heading", ["Statut juridique", "Inscrit le", "Abonné depuis", "State", "Lien de désinscription"]
)
def test_what_only_sounds_like_it_leaves_nobody_out(tmp_path: Path, database: Database, heading: str) -> None:
    take_in(written(tmp_path, f"email;{heading}\n{BOB};SARL\n"), database)

    assert standing(database) == {BOB: "confirmed"}


def test_a_field_of_the_workspace_keeps_its_words_and_a_departure_in_it_counts(
    tmp_path: Path, database: Database
) -> None:
    text = f"email;statut\nann@example.org;salarié\n{BOB};désabonné\n"

    take_in(written(tmp_path, text), database, fields=("statut",))

    assert reader(database, "ann@example.org").attributes == {"statut": "salarié"}
    assert out_for_good(database, PEOPLE) == {BOB: "left"}


def test_the_street_in_an_export_of_mailchimp_is_not_taken_for_the_address(
    tmp_path: Path, database: Database
) -> None:
    text = "Email Address,First Name,Address,LEID,EUID\nann@example.org,Ann,1 rue de la Paix,1,a\n"

    done = take_in(written(tmp_path, text), database)

    assert done.columns == (("Email Address", "address"), ("First Name", "first_name"))
    assert done.ignored == ("Address",)


@pytest.mark.parametrize(
    ("heading", "means"),
    [
        ("Adresse de messagerie", "address"),
        ("ADRESSE ELECTRONIQUE", "address"),
        ("E-mail 1 - Value", "address"),
        ("Courriel :", "address"),
        ("PRENOM", "first_name"),
        ("Organisme", "organisation"),
        ("Nom de l’association", "organisation"),
        ("Dép.", "department"),
        ("Département", "department"),
        ("Fonction", "role"),
    ],
)
def test_headings_are_known_as_french_spreadsheets_write_them(heading: str, means: str) -> None:
    assert guessed(heading, ("department", "role")) == means
    assert guessed(heading, ()) == (None if means in ("department", "role") else means)


def test_a_field_called_status_may_say_it_too_unless_somebody_typed_what_it_means(
    tmp_path: Path, database: Database
) -> None:
    path = written(tmp_path, "email;status\nann@example.org;manual\nbob@example.org;unsubscribed\n")

    unsaid = take_in(path, database, fields=("status", "role"))
    typed = take_in(path, database, into="other", fields=("status", "role"), given={"status": "role"})

    assert unsaid.count == ImportCount(added=1, departed=1)
    assert typed.count == ImportCount(added=1, joined=1)
    assert reader(database, PEOPLE[0]).attributes == {"status": "manual", "role": "manual"}


@pytest.mark.parametrize(
    ("everyone", "why"),
    [
        (Arrival.LEFT, "left"),
        (Arrival.BOUNCED, "hard_bounce"),
        (Arrival.COMPLAINED, "complaint"),
        (Arrival.BLOCKED, "stop_everything"),
    ],
)
def test_a_whole_file_may_be_of_people_who_left_and_its_rejects_say_so(
    tmp_path: Path, database: Database, everyone: Arrival, why: str
) -> None:
    path = written(tmp_path, "email\nbob@example.org\ncat\n")

    done = take_in(path, database, everyone=everyone)
    rejects = write_rejects(path, done)

    assert out_for_good(database, PEOPLE) == {BOB: why}
    assert rejects is not None
    mended = rejects.read_text(encoding="utf-8-sig").replace("cat;", "cat@example.org;")
    take_in(written(tmp_path, mended, "mended.csv"), database)
    assert out_for_good(database, PEOPLE) == {BOB: why, CAT: why}
    assert standing(database) == {}


def test_who_left_there_leaves_here_whatever_row_says_it_first(tmp_path: Path, database: Database) -> None:
    rows = "bob@example.org,subscribed\nBOB@example.org,unsubscribed\nbob@example.org,subscribed\n"

    done = take_in(written(tmp_path, "email,status\n" + rows), database)

    assert (done.count.departed, done.on_list) == (1, True)
    assert standing(database) == {}
    assert out_for_good(database, PEOPLE) == {BOB: "left"}


def test_a_member_here_who_left_there_has_left_and_it_is_written_down(
    tmp_path: Path, database: Database
) -> None:
    take_in(written(tmp_path, "email\nbob@example.org\ncat@example.org\ndan@example.org\n"), database)

    done = take_in(
        written(tmp_path, f"email,status\n{BOB},unsubscribed\n{CAT},blocklisted\n{DAN},junk\n"), database
    )

    assert done.count == ImportCount(departed=1, barred=2)
    assert standing(database) == {BOB: "unsubscribed", CAT: "unsubscribed", DAN: "confirmed"}
    assert out_for_good(database, PEOPLE) == {CAT: "stop_everything", DAN: "complaint"}
    kinds = [event["kind"] for event in consents(database)]
    assert sorted(kinds[3:]) == ["stopped_everything", "suppressed", "unsubscribed", "unsubscribed"]


def test_an_export_that_comes_twice_changes_nothing(tmp_path: Path, database: Database) -> None:
    path = samples.mailchimp_zip(tmp_path / "audience.zip")
    take_in(path, database)
    before = len(consents(database))

    done = take_in(path, database)

    assert done.count == ImportCount(unchanged=4, unasked=1)
    assert len(consents(database)) == before


def test_the_suppressed_and_those_who_left_are_not_stored_again(tmp_path: Path, database: Database) -> None:
    take_in(
        written(tmp_path, "email,status\nbob@example.org,bounced\ncat@example.org,unsubscribed\n"), database
    )

    done = take_in(written(tmp_path, f"email,prénom\n{BOB},Bob\n{CAT},Cat\n{DAN},Dan\n"), database)

    assert done.count == ImportCount(added=1, suppressed=1, left_refused=1)
    with database.reading() as connection:
        assert audience.subscriber(connection, BOB) is None
        assert audience.subscriber(connection, CAT) is None


def test_only_the_reader_brings_themselves_back(tmp_path: Path, database: Database) -> None:
    path = written(tmp_path, "email\nbob@example.org\n")
    take_in(path, database)
    bob = reader(database, BOB)
    with database.transaction() as connection:
        audience.stop_everything(connection, recipient_key(SECRET, BOB), now=2000, source="mail")
    assert take_in(path, database).count == ImportCount(left_refused=1)

    with database.transaction() as connection:
        into = audience.find_list(connection, "members")
        assert into is not None
        audience.rejoin(connection, bob.id, into.id, now=3000, wording="Oui", source="form")

    assert take_in(path, database).count == ImportCount(unchanged=1)
    assert standing(database) == {BOB: "confirmed"}
