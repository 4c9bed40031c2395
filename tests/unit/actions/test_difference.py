"""What changed in an issue, piece by piece: words, looks, order, and the head of the mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from composing import composed
from issue_files import HEAD, issue_text, workspace_at, write_issue
from newsletter_mailer.actions.difference import Kind, Mark, as_html, difference, since_approval
from newsletter_mailer.actions.difference.comparing import Change, changes
from newsletter_mailer.actions.difference.words import compared
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.edition import Attachment, Edition, Sender
from newsletter_mailer.store import campaigns, reviews
from newsletter_mailer.store.database import Database

NOON = 1_800_000_000_000
GARDEN = "  - { type: article, title: Le jardin, text: Trois hectares et douze personnes. }\n"
BIKES = "  - { type: article, title: Les vélos, text: L'atelier répare tout. }\n"
KITCHEN = "  - { type: article, title: La cuisine, text: On mange ce qui reste du marché. }\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


def edition(workspace: Workspace, blocks: str = GARDEN + BIKES, head: str = HEAD) -> Edition:
    return composed(workspace, blocks, head=head).edition


def told(found: tuple[Change, ...]) -> list[tuple[Kind, str]]:
    return [(change.kind, str(change.title)) for change in found]


def marked(change: Change) -> list[tuple[Mark, str]]:
    return [(run.mark, run.text.strip()) for run in change.words if run.mark is not Mark.SAME]


def test_the_same_issue_twice_has_no_difference(workspace: Workspace) -> None:
    assert changes(edition(workspace), edition(workspace)) == ()


def test_words_that_changed_are_marked_in_their_block_alone(workspace: Workspace) -> None:
    before = edition(workspace)
    after = edition(workspace, GARDEN.replace("Trois", "Quatre").replace("douze", "treize") + BIKES)

    (change,) = changes(before, after)

    assert (change.kind, str(change.title)) == (Kind.CHANGED, "Le jardin")
    assert marked(change) == [
        (Mark.GONE, "Trois"),
        (Mark.NEW, "Quatre"),
        (Mark.GONE, "douze"),
        (Mark.NEW, "treize"),
    ]
    assert "Trois hectares" in change.before
    assert "Quatre hectares" in change.after


def test_blocks_that_came_went_and_moved_are_told_as_such(workspace: Workspace) -> None:
    before = edition(workspace, GARDEN + BIKES + KITCHEN + "  - { type: divider }\n")
    after = edition(workspace, BIKES + KITCHEN + "  - { type: text, text: Bonne année ! }\n" + GARDEN)

    found = told(changes(before, after))

    assert sorted(found) == sorted([
        (Kind.MOVED, "Le jardin"),
        (Kind.ADDED, "Bonne année\u202f!"),
        (Kind.REMOVED, "A line between two parts"),
    ])  # fmt: skip


def test_another_picture_under_the_same_words_looks_different(workspace: Workspace) -> None:
    block = "  - { type: image, src: a.png, alt: Une affiche }\n"
    folder = workspace.issues / "lettre"
    folder.mkdir()
    Image.new("RGB", (80, 40), "#0B4A57").save(folder / "a.png")
    before = edition(workspace, block)
    Image.new("RGB", (80, 40), "#F2B441").save(folder / "a.png")

    assert told(changes(before, edition(workspace, block))) == [(Kind.LOOKS, "Une affiche")]


def test_another_target_of_a_link_is_another_word(workspace: Workspace) -> None:
    button = "  - {{ type: button, label: Adhérer, link: 'https://example.org/{page}' }}\n"

    (change,) = changes(
        edition(workspace, button.format(page="un")), edition(workspace, button.format(page="deux"))
    )

    assert str(change.title) == "Adhérer"
    assert marked(change)[0][0] is Mark.GONE
    assert "un" in marked(change)[0][1]


def test_another_merge_tag_and_another_condition_are_seen(workspace: Workspace) -> None:
    text = "  - {{ type: text, text: 'Bonjour {{{{ subscriber.{name} }}}}', when: 'subscriber.department == \"{of}\"' }}\n"
    before = edition(workspace, text.format(name="first_name", of="31"))

    found = changes(before, edition(workspace, text.format(name="last_name", of="32")))

    assert str(found[0].title) == "Who gets which part"
    assert marked(found[0]) == [(Mark.GONE, "31"), (Mark.NEW, "32")]
    assert (Mark.GONE, "subscriber.first_name") in marked(found[1])


def test_the_head_of_the_mail_is_compared_too(workspace: Workspace) -> None:
    before = replace(edition(workspace), attachments=(Attachment("agenda.ics", "text/calendar", b"1"),))
    after = edition(workspace, head=HEAD.replace("Des nouvelles", "De bonnes nouvelles"))
    after = replace(
        after,
        sender=Sender("Réseau", "autre@example.org"),
        title="Autre",
        language="en",
        fallbacks=(("department", "31"),),
        attachments=(Attachment("agenda.ics", "text/calendar", b"2"),),
    )

    assert [str(change.title) for change in changes(before, after)][:6] == [
        "Subject",
        "Sender",
        "Title of the page",
        "Language",
        "In place of what is not known of a reader",
        "Attached file agenda.ics",
    ]


def test_a_theme_that_words_only_the_plain_text_anew_is_noticed(workspace: Workspace) -> None:
    before = edition(workspace)
    own = workspace.root / "templates" / "default" / "blocks" / "article.txt"
    own.parent.mkdir(parents=True)
    own.write_text("{{ block.title | capitals }}\n", encoding="utf-8")

    assert told(changes(before, edition(workspace))) == [(Kind.CHANGED, "The plain-text part")]


def test_an_edition_without_sections_is_one_piece(workspace: Workspace) -> None:
    from dispatch_kit import CORRECTED, EDITION

    assert told(changes(EDITION, CORRECTED)) == [(Kind.CHANGED, "The plain-text part")]


WORDS = st.lists(st.sampled_from(["un", "deux", "trois", ",", "l’été", "\n", "2027", "«"]), max_size=30)


@given(WORDS, WORDS)
def test_the_marks_give_back_both_texts(before: list[str], after: list[str]) -> None:
    runs = compared(" ".join(before), " ".join(after))

    for kept, text in ((Mark.GONE, before), (Mark.NEW, after)):
        assert (
            "".join(run.text for run in runs if run.mark in (Mark.SAME, kept)).split()
            == " ".join(text).split()
        )
    assert (before == after) <= all(run.mark is Mark.SAME for run in runs)


@pytest.fixture
def ledger(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'ledger.db'}")


def issue(workspace: Workspace, blocks: str, slug: str = "lettre", head: str = HEAD) -> Path:
    return write_issue(workspace, issue_text(blocks, head=head), slug)


def test_since_the_last_test_and_since_the_approval(workspace: Workspace, ledger: Database) -> None:
    tested, approved = edition(workspace), edition(workspace, BIKES)
    other = replace(tested, issue_id="autre-000001")
    with ledger.transaction() as c:
        for number, one in enumerate((approved, tested, other)):
            campaigns.record_test(c, one, address="a@example.org", now=NOON + number, reply="250 ok")
        reviews.approve(c, approved, reviewer="Nadia", now=NOON)
    path = issue(workspace, KITCHEN + BIKES)

    since_test = difference(workspace, path, "test", database=ledger)
    since_yes = difference(workspace, path, "approval", database=ledger)

    assert (since_test.before.edition, since_test.before.at) == (tested, NOON + 1)
    assert told(since_yes.changes) == [(Kind.ADDED, "La cuisine")]
    assert str(since_yes.before.name) == "as Nadia approved it"


def test_an_edition_is_compared_with_the_approved_one_of_its_issue(
    workspace: Workspace, ledger: Database
) -> None:
    approved, now = edition(workspace, BIKES), edition(workspace)
    nothing = since_approval(ledger, now)
    with ledger.transaction() as c:
        reviews.approve(c, approved, reviewer="Nadia", now=NOON)

    found = since_approval(ledger, now)

    assert nothing is None
    assert found is not None
    assert told(found.changes) == [(Kind.ADDED, "Le jardin")]


def test_the_issue_before_is_the_one_before_by_date(workspace: Workspace) -> None:
    for slug, date, blocks in (
        ("a", "2026-09-01", KITCHEN),
        ("c", "2026-10-20", GARDEN),
        ("b", "2026-12-01", ""),
    ):
        head = HEAD.replace("lettre-2026-11", f"lettre-000{slug}").replace("2026-11-22", date)
        issue(workspace, blocks, slug, head)
    issue(workspace, "  - { type: nonsense }\n", "broken", HEAD.replace("lettre-2026-11", "lettre-broken"))

    found = difference(workspace, issue(workspace, GARDEN + BIKES), "last", database=None)

    assert str(found.before.name) == "the issue c"
    assert told(found.changes) == [(Kind.ADDED, "Les vélos")]


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("test", "never sent as a test"),
        ("approval", "nobody has approved"),
        ("last", "no issue before"),
        ("nowhere", "no issue “nowhere”"),
    ],
)
def test_nothing_to_compare_with_is_told(
    workspace: Workspace, ledger: Database, since: str, said: str
) -> None:
    path = issue(workspace, GARDEN)

    with pytest.raises(UsageError, match=said):
        difference(workspace, path, since, database=ledger)


def test_the_page_shows_both_sides_and_fetches_nothing(workspace: Workspace, ledger: Database) -> None:
    with ledger.transaction() as c:
        campaigns.record_test(c, edition(workspace), address="a@example.org", now=NOON, reply="250 ok")
    path = issue(workspace, GARDEN.replace("douze", "<script>treize</script>") + BIKES)

    page = as_html(difference(workspace, path, "test", database=ledger), workspace, nonce="n1")

    assert "<del>douze</del>" in page
    assert "<ins>treize</ins>" in page or "treize" in page
    assert page.count('<iframe sandbox="allow-same-origin"') == 2
    assert page.count("<script") == 1
    assert "default-src 'none'" in page
    assert "January 15, 2027" in page
