"""The reviewers' page: bound to one edition, harmless to look at, and read again by the officer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from composer_desk import ISSUE, PICTURE
from newsletter_mailer.actions.reviewing import standing
from newsletter_mailer.model.edition import short_code
from newsletter_mailer.store.editions import edition_hash
from public_pages import Serving, serving

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Serving]:
    folder = tmp_path / "issues" / "essai"
    folder.mkdir(parents=True)
    (folder / "issue.yaml").write_text(ISSUE, encoding="utf-8")
    (folder / "picture.png").write_bytes(PICTURE.read_bytes())
    with serving(tmp_path) as opened:
        yield opened


@pytest.fixture
def link(site: Serving) -> str:
    """The path of the page of the issue's edition as it is now."""
    found = standing(site.app.database, site.app.workspace, "essai", secret=site.app.secret, now=1)
    return found.review_link.removeprefix(site.url)


def change(site: Serving) -> None:
    path = site.app.workspace.issues / "essai" / "issue.yaml"
    path.write_text(ISSUE.replace("lisez ceci", "lisez cela"), encoding="utf-8")


def test_a_reviewer_reads_the_letter_and_its_code(site: Serving, link: str) -> None:
    page, letter = site.ask(link), site.ask(f"{link}/letter")

    now = standing(site.app.database, site.app.workspace, "essai")
    assert page.status == letter.status == 200
    assert short_code(edition_hash(now.edition)) in page.text
    assert '<a id="block-2">' in letter.text
    assert "data:image/png" in letter.text
    assert "<script" not in letter.text
    assert "sandbox" in letter.headers["content-security-policy"]
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_looking_changes_nothing(site: Serving, link: str) -> None:
    before = site.everything()

    for path in (link, f"{link}/letter", f"{link}?lang=en", f"{link}?do=approve&name=Anne"):
        assert site.ask(path).status == 200

    assert site.everything() == before


def test_a_comment_on_a_block_reaches_the_officer(site: Serving, link: str) -> None:
    answer = site.send(link, do="comment", block="2", text="Une faute\nici", name="Anne Martin")

    (remark,) = standing(site.app.database, site.app.workspace, "essai").remarks
    assert answer.status == 200
    assert (remark.comment.block, remark.comment.reviewer) == (2, "Anne Martin")
    assert remark.comment.text == "Une faute\nici"
    assert remark.comment.about.startswith("Bonjour")
    assert remark.current
    assert "Une faute" in site.ask(link).text
    assert 'value="Anne Martin"' in answer.text  # for the next comment


def test_a_yes_holds_for_the_edition_of_the_page_alone(site: Serving, link: str) -> None:
    answer = site.send(link, do="approve", name="Anne Martin")
    approved = standing(site.app.database, site.app.workspace, "essai")
    change(site)
    changed = standing(site.app.database, site.app.workspace, "essai")

    assert answer.status == 200
    assert [one.reviewer for one in approved.approvals] == ["Anne Martin"]
    assert changed.approvals == ()
    assert changed.before is not None
    assert changed.before.reviewer == "Anne Martin"


def test_who_comes_after_a_change_is_told_and_still_sees_what_was_meant(site: Serving, link: str) -> None:
    change(site)

    page, letter = site.ask(f"{link}?lang=en"), site.ask(f"{link}/letter")

    assert "was changed since this link was made" in page.text
    assert "lisez ceci" in letter.text
    assert "lisez cela" not in letter.text


def test_a_comment_after_a_change_is_about_the_letter_as_it_was(site: Serving, link: str) -> None:
    change(site)

    site.send(link, do="comment", block="2", text="Trop tard ?", name="Anne")

    (remark,) = standing(site.app.database, site.app.workspace, "essai").remarks
    assert remark.comment.block is None
    assert not remark.current


@pytest.mark.parametrize(
    "given",
    [
        {"do": "approve", "name": " "},
        {"do": "comment", "name": "Anne", "text": " \n "},
        {"do": "comment", "text": "x"},
        {"do": "nothing"},
    ],
)
def test_a_form_that_says_nothing_is_told_so(site: Serving, link: str, given: dict[str, str]) -> None:
    answer = site.send(f"{link}?lang=en", **given)

    assert answer.status == 422
    assert "Please give your name" in answer.text
    assert standing(site.app.database, site.app.workspace, "essai").remarks == ()


def test_whatever_a_reviewer_types_is_only_words(site: Serving, link: str) -> None:
    answer = site.send(link, do="comment", block=HOSTILE, text=HOSTILE, name=HOSTILE)

    assert answer.status == 200
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "alert(1)" in answer.text


def test_a_forged_or_foreign_link_leads_nowhere(site: Serving, link: str) -> None:
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    foreign = f"/r/{site.token('preferences', 1)}"
    unknown = f"/r/{site.token('review', 999)}"

    for path in (forged, foreign, unknown, "/r/x"):
        assert site.ask(path).status == 404
        assert site.ask(f"{path}/letter").status == 404
        assert site.send(path, do="approve", name="Anne").status in (404, 422)
    assert not re.search("Anne", site.everything())
