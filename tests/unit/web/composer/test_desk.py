"""The desk composes once per save and tells everybody who waits."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from composer_desk import Composing, composing, workspace_in
from newsletter_mailer.app import open_app
from newsletter_mailer.config import load_workspace
from newsletter_mailer.web.composer.desk import Desk
from newsletter_mailer.web.composer.watch import folders
from newsletter_mailer.yamlio.reader import LONGEST_FILE


def test_a_save_wakes_everybody_who_waits(tmp_path: Path) -> None:
    workspace_in(tmp_path)

    async def story(desk: Desk) -> list[bool]:
        waiting = [asyncio.create_task(desk.newer_than(desk.version, patience_s=20)) for _ in range(3)]
        await asyncio.sleep(0)
        desk.changed()
        return list(await asyncio.gather(*waiting))

    with open_app(tmp_path) as app:
        assert asyncio.run(story(Desk(app))) == [True, True, True]


def test_a_save_that_came_before_the_question_is_told_at_once(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    with open_app(tmp_path) as app:
        desk = Desk(app)
        before = desk.version

        desk.changed()

        assert asyncio.run(desk.newer_than(before, patience_s=20))
        assert not asyncio.run(desk.newer_than(desk.version, patience_s=0.01))


def test_closing_sends_home_who_waits(tmp_path: Path) -> None:
    workspace_in(tmp_path)

    async def story(desk: Desk) -> bool:
        waiting = asyncio.create_task(desk.newer_than(desk.version, patience_s=20))
        await asyncio.sleep(0)
        desk.close()
        return await waiting

    with open_app(tmp_path) as app:
        assert not asyncio.run(story(Desk(app)))


def test_an_issue_is_composed_once_per_save_however_many_ask(tmp_path: Path) -> None:
    path = workspace_in(tmp_path)

    async def story(desk: Desk) -> None:
        first, second = await asyncio.gather(desk.sheet(path), desk.sheet(path))
        assert first is second
        desk.changed()
        assert await desk.sheet(path) is not first

    with open_app(tmp_path) as app:
        asyncio.run(story(Desk(app)))


def test_a_mistake_keeps_the_last_good_edition_and_its_time(tmp_path: Path) -> None:
    path = workspace_in(tmp_path)

    async def story(desk: Desk) -> None:
        good = await desk.sheet(path)
        path.write_text("title: [\n", encoding="utf-8")
        desk.changed()
        bad = await desk.sheet(path)
        assert bad.problems
        assert bad.edition is good.edition
        assert bad.good_at == good.good_at
        assert bad.composed_at >= good.composed_at

    with open_app(tmp_path) as app:
        asyncio.run(story(Desk(app)))


def test_a_ledger_that_does_not_open_hides_no_issue(tmp_path: Path) -> None:
    path = workspace_in(tmp_path)
    ledger = tmp_path / "var" / "newsletter.db"
    ledger.parent.mkdir()
    ledger.write_bytes(b"no database at all, but long enough to be looked at" * 100)

    async def story(desk: Desk) -> None:
        assert await desk.readers("") == []
        assert (await desk.reader(3, None)).id == 0
        assert (await desk.sheet(path)).edition is not None

    with open_app(tmp_path) as app:
        asyncio.run(story(Desk(app)))


def test_folders_are_watched_whole_and_none_twice(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    aside = tmp_path / "drafts" / "idea" / "issue.yaml"
    aside.parent.mkdir(parents=True)
    (tmp_path / "templates" / "default").mkdir(parents=True)
    workspace = load_workspace(tmp_path.resolve(), environment={})

    watched = folders(workspace, aside)

    assert {tmp_path / "issues", tmp_path / "templates", aside.parent} <= set(watched)
    assert tmp_path / "templates" / "default" not in watched
    assert all(folder.is_dir() for folder in watched)


def test_any_listed_issue_is_served_and_no_other(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    with composing(tmp_path, issue=None) as desk:
        cookie = {"Cookie": desk.cookie()}

        assert desk.ask("/", cookie).headers["location"] == "/issues"
        assert [issue["slug"] for issue in desk.ask("/api/issues", cookie).json()] == ["essai"]
        assert desk.ask("/issues/essai/state?as=x", cookie).json()["reader"]["id"] == 0
        assert desk.ask("/issues/autre", cookie).status == 404


def test_an_issue_that_was_never_good_has_problems_and_no_preview(tmp_path: Path) -> None:
    path = workspace_in(tmp_path)
    path.write_bytes(b"title: \xff\n")
    with composing(tmp_path) as desk:
        cookie = {"Cookie": desk.cookie()}

        state = desk.ask("/issues/essai/state", cookie).json()

        assert state["preview"] is None
        assert state["goodAt"] is None
        assert state["problems"][0]["path"] == "issues/essai/issue.yaml"
        assert state["source"]["text"] == "title: \ufffd\n"
        assert desk.ask("/issues/essai/preview", cookie).status == 404
        assert desk.ask("/issues/essai/html", cookie).status == 404


def test_an_endless_issue_file_is_a_problem_of_the_page(tmp_path: Path) -> None:
    file = workspace_in(tmp_path)
    os.truncate(file, 1 << 40)  # a hole: takes no room on the disk, and no memory would hold it
    with composing(tmp_path) as desk:
        state = desk.ask("/issues/essai/state", {"Cookie": desk.cookie()}).json()

    assert len(state["problems"]) == 1
    assert len(state["source"]["text"]) <= LONGEST_FILE


def test_a_mail_that_cannot_be_written_is_a_problem_of_the_page(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    settings = tmp_path / "newsletter.yaml"
    text = settings.read_text("utf-8").replace(
        "email: lettre@example.org }", 'email: "let\\u0007tre@example.org" }'
    )
    settings.write_text(text, encoding="utf-8")
    with composing(tmp_path) as desk:
        state = desk.ask("/issues/essai/state", {"Cookie": desk.cookie()}).json()

        assert state["preview"] is None
        assert "mail cannot come from" in state["problems"][0]["what"]


def test_a_garbled_cookie_is_a_stranger(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    with composing(tmp_path) as desk:
        assert _status(desk, f"newsletter_{desk.port}=\x01; a[]=b") in (400, 403)
        assert _status(desk, "garbled") == 403


def _status(desk: Composing, cookie: str) -> int:
    return desk.ask("/issues", {"Cookie": cookie}).status
