"""The archive: what it shows, to whom, and that nothing in it is a reader's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import icalendar
import pytest

from archive_kit import DAY, NOVEMBER, SECRET, SETTINGS, on_list, sample, sent, workspace, written
from newsletter_mailer.actions.archive import Archive, export, static_archive
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.database import Database

ATOM = "{http://www.w3.org/2005/Atom}"
ISSUE = """\
id: {id}
title: {title}
subject: S
date: 2026-11-01
language: {language}
blocks:
  - type: text
    text: >-
      Bonjour {{{{ subscriber.first_name or "à vous" }}}}, [partir]({{{{ links.unsubscribe }}}}), voici la lettre et tout
      ce qu'elle a de nouveau à dire.
  - type: text
    when: subscriber.department == "31"
    text: Pour le département seulement.
{more}
  - type: footer
"""
MEETING = """\
  - type: agenda
    groups:
      - entries:
          - {{ title: Assemblée générale, date: 2026-12-05, time: "{time}", place: Toulouse }}
"""


def issue(number: int, *, title: str = "Une lettre", language: str = "fr", more: str = "") -> str:
    return ISSUE.format(id=f"lettre-00000{number}", title=title, language=language, more=more.rstrip("\n"))


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "ws")


@pytest.fixture
def database(ws: Workspace) -> Iterator[Database]:
    with Database(ws.database_url) as opened:
        opened.check_secret(SECRET)
        on_list(opened, "adherents", ["ann@example.org"])
        on_list(opened, "bureau", ["bob@example.org"], public=False)
        yield opened


def paths(database: Database, ws: Workspace, *lists: str) -> list[str]:
    return [entry.path for entry in Archive(database, ws, lists=lists).entries()]


def page(database: Database, ws: Workspace, path: str) -> str:
    found = Archive(database, ws, subscribe="subscribe").page(path)
    assert found
    return found.decode()


class Links(HTMLParser):
    """Where a page leads, and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("href") is not None and tag == "a":
            self.hrefs.append(values["href"] or "")
        self.loaded += [values[name] or "" for name in ("src", "background") if name in values]
        if tag == "link":
            self.loaded.append(values["href"] or "")


def test_letters_to_public_lists_are_shown_newest_first(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "octobre", issue(1)), at=NOVEMBER - 30 * DAY)
    sent(database, written(ws, "bureau-3", issue(2)), to="bureau")
    sent(database, written(ws, "novembre", issue(3)))

    archive = Archive(database, ws)

    assert [entry.path for entry in archive.entries()] == ["novembre", "octobre"]
    assert archive.left_out() == ("bureau-3",)
    assert archive.page("bureau-3") is None
    assert paths(database, ws, "bureau") == ["novembre", "bureau-3", "octobre"]


def test_what_went_to_some_readers_of_a_public_list_is_theirs(database: Database, ws: Workspace) -> None:
    segment = SavedSegment("ann", 'subscriber.address == "ann@example.org"')
    for_some = written(ws, "relance", issue(1))
    sent(database, for_some, segment=segment)
    sent(database, written(ws, "novembre", issue(2)))
    later = replace(for_some, issue_id="lettre-000002", slug="novembre", title="Pour Ann seule")
    on_list(database, "adherents", ["dan@example.org"])
    sent(database, later, segment=SavedSegment("dan", "1"), at=NOVEMBER + DAY)

    entries = Archive(database, ws).entries()

    assert [entry.letter.title for entry in entries] == ["Une lettre"]
    assert paths(database, ws, "adherents") == ["novembre", "relance"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (CampaignState.SENDING, True),
        (CampaignState.WAITING, True),
        (CampaignState.STOPPED, True),
        (CampaignState.FINISHED, True),
        (CampaignState.PLANNED, False),
        (CampaignState.SCHEDULED, False),
        (CampaignState.PAUSED, False),
        (CampaignState.HELD, False),
        (CampaignState.CANCELLED, False),
    ],
)
def test_only_what_is_out_is_shown(
    database: Database, ws: Workspace, state: CampaignState, shown: bool
) -> None:
    sent(database, written(ws, "novembre", issue(1)), state=state)

    assert paths(database, ws) == (["novembre"] if shown else [])


def test_while_only_the_first_readers_have_it_nobody_else_sees_it(database: Database, ws: Workspace) -> None:
    on_list(database, "adherents", [f"reader{number}@example.org" for number in range(9)])
    campaign = sent(database, written(ws, "novembre", issue(1)), state=CampaignState.SENDING, canary=2)
    before = paths(database, ws)

    with database.transaction() as c:
        campaigns.end_canary(c, campaign.id, now=NOVEMBER)

    assert before == []
    assert paths(database, ws) == ["novembre"]


def test_an_erratum_takes_the_place_of_what_it_corrects(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))
    sent(database, written(ws, "novembre", issue(1, title="Corrigée")), at=NOVEMBER + DAY, erratum=1)

    (entry,) = Archive(database, ws).entries()

    assert entry.letter.title == "Corrigée"
    assert (entry.publication.sent_at, entry.publication.changed_at) == (NOVEMBER, NOVEMBER + DAY)


def test_a_page_is_nobodys_own(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))

    html = page(database, ws, "novembre")

    assert "Bonjour à vous, partir, voici" in html
    assert "Pour le département" not in html
    assert not re.search(r"leave\.invalid|unsubscribe|désinscrire|ann@example|cid:|\{\{", html)


def test_the_sample_with_all_blocks_leads_nowhere_wrong(database: Database, ws: Workspace) -> None:
    sent(database, sample(ws, "hiver"))
    sent(database, sample(ws, "ete", source="2021-07-coorace-occitanie"), at=NOVEMBER - DAY)
    folder = ws.root / "site"

    export(static_archive(database, ws), folder)

    for html in folder.rglob("*.html"):
        links = Links(html.read_text(encoding="utf-8"))
        near = [href for href in links.hrefs + links.loaded if ":" not in href]
        assert near
        assert [href for href in near if not _target(html, href).is_file()] == []
        assert [href for href in links.loaded if ":" in href] == []  # nothing comes from elsewhere
        assert "" not in links.hrefs


def _target(html: Path, href: str) -> Path:
    path = html.parent / href.partition("#")[0]
    return path / "index.html" if href.partition("#")[0].endswith(("/", "")) and path.is_dir() else path


def test_the_pages_say_who_answers_for_them(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))

    index = Archive(database, ws).index("fr").decode()

    for words in (
        "1 rue de l&#39;Exemple, 31000 Toulouse",
        "La présidente",
        "Hébergeur Exemple, 2 rue du Serveur",
    ):
        assert words in index
    assert 'href="../#legal"' in page(database, ws, "novembre")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_index_speaks_the_language_that_is_asked_for(
    database: Database, ws: Workspace, language: str
) -> None:
    sent(database, written(ws, "november", issue(1, language="en")))

    index = Archive(database, ws).index(language).decode()

    assert f'<html lang="{language}">' in index
    assert 'lang="en"' in index


def test_words_of_the_officer_are_text_and_not_markup(database: Database, ws: Workspace) -> None:
    edition = written(ws, "novembre", issue(1))
    sent(database, replace(edition, title="</title><script>alert(1)</script>"))
    sent(database, replace(edition, issue_id="lettre-000002", slug='"><b>', title="B"), at=NOVEMBER + DAY)
    archive = Archive(database, ws)

    index, feed = archive.index().decode(), archive.feed().decode()

    assert "<script" not in index
    assert "<script" not in feed
    assert [entry.path for entry in archive.entries()] == ["b", "novembre"]


def test_two_issues_of_one_name_have_two_addresses_and_none_is_the_programs(
    database: Database, ws: Workspace
) -> None:
    edition = written(ws, "novembre", issue(1))
    for number, slug in enumerate(("lettre", "lettre", "subscribe", "..")):
        sent(
            database,
            replace(edition, issue_id=f"lettre-00001{number}", slug=slug),
            at=NOVEMBER + number * DAY,
        )

    assert paths(database, ws) == ["issue", "subscribe-2", "lettre-2", "lettre"]


def test_the_feed_keeps_its_ids_whatever_an_issue_is_called(database: Database, ws: Workspace) -> None:
    edition = written(ws, "novembre", issue(1))
    sent(database, edition)
    archive = Archive(database, ws, home="https://lettres.example.org/a")
    before = Xml.fromstring(archive.feed())

    sent(database, replace(edition, slug="renommee", title="Un autre titre"), at=NOVEMBER + DAY, erratum=1)
    after = Xml.fromstring(archive.feed())

    ids = [[e.findtext(f"{ATOM}id") for e in (feed, *feed.iter(f"{ATOM}entry"))] for feed in (before, after)]
    assert ids[0] == ids[1]
    assert after.findtext(f"{ATOM}entry/{ATOM}title") == "Un autre titre"
    assert after.findtext(f"{ATOM}entry/{ATOM}published") == "2026-11-01T08:00:00Z"
    assert after.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-11-02T08:00:00Z"


def test_the_feed_is_complete_by_the_standard(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))

    feed = Xml.fromstring(Archive(database, ws, home="https://lettres.example.org/a").feed())
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}

    for parent in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert parent.findtext(f"{ATOM}{name}")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Réseau Exemple"
    assert links == {
        "self": "https://lettres.example.org/a/feed.atom",
        "alternate": "https://lettres.example.org/a/",
    }
    assert feed.find(f"{ATOM}entry/{ATOM}link").get("href") == "https://lettres.example.org/a/novembre/"  # type: ignore[union-attr]


def test_the_calendar_has_every_date_once_under_the_id_it_has_in_the_mail(
    database: Database, ws: Workspace
) -> None:
    early = written(ws, "octobre", issue(1, more=MEETING.format(time="18:30")))
    late = written(ws, "novembre", issue(2, more=MEETING.format(time="18:30")))
    sent(database, early, at=NOVEMBER - 30 * DAY)
    sent(database, late)

    calendar = icalendar.Calendar.from_ical(Archive(database, ws).calendar())

    (event,) = calendar.events
    (mailed,) = icalendar.Calendar.from_ical(late.attachments[0].data).events
    assert event["uid"] == mailed["uid"]
    assert event.start == dt.datetime(2026, 12, 5, 18, 30, tzinfo=ws.zone)
    assert [zone["tzid"] for zone in calendar.timezones] == ["Europe/Paris"]


def test_an_archive_without_letters_says_so_and_stands_all_the_same(
    database: Database, ws: Workspace
) -> None:
    done = export(static_archive(database, ws), ws.root / "site")

    assert done.issues == 0
    assert Xml.fromstring((ws.root / "site" / "feed.atom").read_bytes()).findtext(f"{ATOM}updated")
    assert icalendar.Calendar.from_ical((ws.root / "site" / "calendar.ics").read_bytes()).events == []


def test_written_again_nothing_is_touched(database: Database, ws: Workspace) -> None:
    sent(database, sample(ws, "hiver"))
    folder = ws.root / "site"
    export(static_archive(database, ws), folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    done = export(static_archive(database, ws), folder)

    assert (done.written, done.removed) == ((), ())
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_letter_that_is_withdrawn_goes_and_other_peoples_files_stay(
    database: Database, ws: Workspace
) -> None:
    sent(database, written(ws, "octobre", issue(1)), at=NOVEMBER - DAY)
    campaign = sent(database, sample(ws, "novembre"))
    folder = ws.root / "site"
    export(static_archive(database, ws), folder)
    (folder / "CNAME").write_text("lettres.example.org")
    (folder / "octobre" / "photo.jpg").write_bytes(b"x")
    with database.transaction() as c:
        campaigns.set_state(c, campaign.id, CampaignState.CANCELLED, now=NOVEMBER)

    done = export(static_archive(database, ws), folder)

    assert "novembre/index.html" in done.removed
    assert not (folder / "novembre").exists()
    assert not any((folder / "pictures").glob("*.png")) if (folder / "pictures").exists() else True
    assert (folder / "CNAME").exists()
    assert (folder / "octobre" / "photo.jpg").exists()


def test_somebody_elses_page_is_not_overwritten(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))
    folder = ws.root / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Notre site</h1>")

    with pytest.raises(UsageError, match="did not write"):
        export(static_archive(database, ws), folder)

    assert [path.name for path in folder.iterdir()] == ["index.html"]


def test_a_folder_of_other_files_is_not_mixed_with(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))
    (ws.root / "site" / "octobre").mkdir(parents=True)
    for name in ("photo.jpg", "compta.ods", "zèbre.txt", "CNAME", ".nojekyll"):
        (ws.root / "site" / name).write_bytes(b"x")

    with pytest.raises(UsageError) as refused:
        export(static_archive(database, ws), ws.root / "site")

    assert "did not write: compta.ods, octobre, photo.jpg, … (" in str(refused.value)
    assert "such as " in str(refused.value)
    assert not (ws.root / "site" / "index.html").exists()


def test_what_belongs_to_any_site_is_not_in_the_way(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))
    (ws.root / "site" / ".git").mkdir(parents=True)
    (ws.root / "site" / "CNAME").write_text("lettres.example.org")

    assert export(static_archive(database, ws), ws.root / "site").issues == 1


def test_a_later_letter_does_not_take_the_place_of_somebody_elses_page(
    database: Database, ws: Workspace
) -> None:
    folder = ws.root / "site"
    export(static_archive(database, ws), folder)
    (folder / "novembre").mkdir()
    (folder / "novembre" / "index.html").write_text("<h1>Notre novembre</h1>")
    sent(database, written(ws, "novembre", issue(1)))

    with pytest.raises(UsageError, match=r"did not write: novembre/index\.html"):
        export(static_archive(database, ws), folder)

    assert "Notre" in (folder / "novembre" / "index.html").read_text()


def test_an_export_that_was_cut_short_is_finished_by_the_next(database: Database, ws: Workspace) -> None:
    sent(database, written(ws, "novembre", issue(1)))
    folder = ws.root / "site"
    folder.mkdir()
    (folder / ".index.html.new").mkdir()  # the index cannot be written
    with pytest.raises(OSError, match=r"index\.html\.new"):
        export(static_archive(database, ws), folder)
    (folder / ".index.html.new").rmdir()
    (folder / "style.css").write_text("of an older version")

    done = export(static_archive(database, ws), folder)

    assert set(done.written) == {"style.css", "index.html"}


def test_letters_to_closed_lists_alone_are_not_published_by_mistake(
    database: Database, ws: Workspace
) -> None:
    sent(database, written(ws, "bureau-3", issue(1)), to="bureau")

    with pytest.raises(UsageError, match="none of your letters went to all readers of a public list"):
        export(static_archive(database, ws), ws.root / "site")
    with pytest.raises(UsageError, match="there is no list “amis”"):
        static_archive(database, ws, lists=["amis"])

    assert export(static_archive(database, ws, lists=["bureau"]), ws.root / "site").issues == 1


def test_only_a_picture_whose_name_is_known_is_given(database: Database, ws: Workspace) -> None:
    sent(database, sample(ws, "hiver"))
    archive = Archive(database, ws)

    (name, data), *_ = archive.pictures().items()

    assert archive.picture(name) == (data, "image/png")
    for other in (
        "",
        "../newsletter.yaml",
        "x.png",
        f"{'0' * 20}-1.png",
        "%-1.png",
        f"{name}x",
        f"{name[:20]}-99.png",
    ):
        assert archive.picture(other) is None


def test_attached_files_stand_beside_the_letter_under_names_that_every_server_knows(
    database: Database, ws: Workspace
) -> None:
    folder = ws.issues / "hiver"
    folder.mkdir(parents=True)
    (folder / "Été 1.pdf").write_bytes(b"%PDF-1.7")
    text = issue(1, more=MEETING.format(time="18:30")).replace(
        "blocks:", "attachments: [{ file: Été 1.pdf }]\nblocks:"
    )
    sent(database, written(ws, "hiver", text))

    shown = page(database, ws, "hiver")

    archive = Archive(database, ws)
    (link,) = [href for href in Links(shown).hrefs if href.endswith(".pdf")]
    assert re.fullmatch(r"\.\./pictures/[0-9a-f]{20}-1-Ete-1\.pdf", link)
    assert archive.picture(link.removeprefix("../pictures/")) == (b"%PDF-1.7", "application/pdf")
    assert ">Été 1.pdf</a>" in shown
    assert [event["summary"] for event in icalendar.Calendar.from_ical(archive.calendar()).events] == [
        "Assemblée générale"
    ]


def test_a_public_address_leads_to_where_readers_subscribe(tmp_path: Path) -> None:
    ws = workspace(tmp_path, f"{SETTINGS}public_url: https://lettres.example.org/n\n")
    with Database(ws.database_url) as database:
        database.check_secret(SECRET)
        on_list(database, "adherents", ["ann@example.org"])
        sent(database, written(ws, "novembre", issue(1)))

        index = static_archive(database, ws).index().decode()

    assert 'href="https://lettres.example.org/n/subscribe"' in index
