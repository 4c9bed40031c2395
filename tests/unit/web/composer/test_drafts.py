"""What the page reads and writes over HTTP: only for this browser, and only what an issue can hold."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from composer_desk import Answer, Composing, composing, workspace_in

JSON = "application/json"


@dataclass
class Page:
    """The page of the issue, as far as the server can tell."""

    desk: Composing
    cookie: str

    def get(self, name: str) -> Answer:
        return self.desk.ask(f"/issues/essai/{name}", {"Cookie": self.cookie})

    def post(self, name: str, body: Any, **headers: str) -> Answer:
        given = {"Cookie": self.cookie, "Origin": self.desk.base, "Content-Type": JSON}
        given.update({key.replace("_", "-"): value for key, value in headers.items()})
        line = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=120)
        try:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            line.request("POST", f"/issues/essai/{name}", raw, {k: v for k, v in given.items() if v})
            answer = line.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            line.close()

    @property
    def version(self) -> str:
        return str(self.get("draft").json()["version"])

    def write(self, name: str, value: Any, *, base: str) -> Answer:
        return self.post("edits", {"base": base, "edits": [{"op": "set", "path": [name], "value": value}]})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composing]:
    folder = tmp_path_factory.mktemp("composer")
    workspace_in(folder)
    with composing(folder) as running:
        yield running


@pytest.fixture
def page(desk: Composing) -> Page:
    return Page(desk, desk.cookie())


def test_a_change_is_written_and_only_news_brings_the_data_back(page: Page) -> None:
    base = page.version

    first = page.write("subject", "Un", base=base)
    second = page.write("title", "Deux", base=base)

    assert (first.status, second.status) == (200, 200)
    assert "data" not in first.json()
    assert (second.json()["data"]["subject"], second.json()["data"]["title"]) == ("Un", "Deux")
    assert "subject: Un\n" in page.desk.file.read_text(encoding="utf-8")


def test_the_page_that_knows_the_version_is_not_told_it_again(page: Page) -> None:
    assert page.get(f"draft?known={page.version}").status == 204


def test_undo_history_and_restore(page: Page) -> None:
    page.write("title", "Un", base=page.version)
    before = page.get("draft").json()["data"]["title"]
    undone = page.post("undo", {"base": page.version}).json()
    redone = page.post("redo", {"base": page.version}).json()
    newest, *_, oldest = page.get("history").json()
    restored = page.post("restore", {"at": oldest["at"]}).json()

    assert redone["data"]["title"] == before
    assert undone["canRedo"]
    assert (newest["here"], oldest["here"]) == (True, False)
    assert restored["data"]["subject"] == "Des nouvelles de novembre"


def test_a_conflict_brings_the_other_version_and_a_choice_ends_it(page: Page) -> None:
    base = page.version
    page.write("subject", "Lui", base=base)

    asked = page.write("subject", "Moi", base=base)
    choice = {"choice": "mine", "base": base, "version": asked.json()["version"]}
    edits = [{"op": "set", "path": ["subject"], "value": "Moi"}]
    ended = page.post("resolve", {**choice, "edits": edits})

    assert (asked.status, asked.json()["data"]["subject"]) == (409, "Lui")
    assert (ended.status, ended.json()["data"]["subject"]) == (200, "Moi")


def test_what_does_not_fit_is_refused_in_words(page: Page) -> None:
    answer = page.post("edits", {"base": page.version, "edits": [{"op": "remove", "path": ["blocks", 99]}]})

    assert answer.status == 422
    assert answer.json()["what"] == "the file has no place “blocks.99”"
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Cookie": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_only_our_own_page_writes(page: Page, headers: dict[str, str], status: int) -> None:
    base, before = page.version, page.desk.file.read_bytes()
    body = {"base": base, "edits": [{"op": "set", "path": ["title"], "value": "x"}]}

    answers = {
        name: page.post(name, body, **headers).status
        for name in ("edits", "undo", "redo", "restore", "resolve")
    }

    assert set(answers.values()) == {status}
    assert page.desk.file.read_bytes() == before


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"[" * 100_000,
        {"edits": {}},
        {"edits": [{"op": "zap", "path": ["title"]}]},
        {"edits": [{"op": "set", "path": "title"}]},
        {"edits": [{"op": "set", "path": []}]},
        {"edits": [{"op": "set", "path": [True], "value": 1}]},
        {"edits": [{"op": "move", "path": ["blocks", 0], "to": "x"}]},
        {"edits": [], "base": 1},
        b'{"edits": [{"op": "set", "path": ["title"], "value": NaN}]}',
        b'{"edits": [{"op": "set", "path": ["title"], "value": ' + b"[" * 40 + b"]" * 40 + b"}]}",
    ],
)
def test_what_no_page_of_ours_sends_is_refused(page: Page, body: Any) -> None:
    assert page.post("edits", body).status == 400


def test_a_place_that_is_none_is_refused_with_words_so_that_the_page_can_go_on(page: Page) -> None:
    edits = [
        {"op": "set", "path": ["blocks", -1], "value": {"src": "pictures/x.png"}},
        {"op": "set", "path": ["title"], "value": "Un autre titre"},
    ]

    refused = page.post("edits", {"base": page.version, "edits": edits})
    body = {"choice": "both", "base": page.version, "version": page.version, "edits": edits}
    rest = page.post("resolve", body)

    assert refused.status == 422
    assert refused.json()["refused"] is True
    assert rest.json()["data"]["title"] == "Un autre titre"
    assert len(rest.json()["data"]["blocks"]) == 4


def test_more_than_an_issue_can_hold_is_refused(page: Page) -> None:
    assert page.post("edits", b'"' + b"x" * 4_000_001 + b'"').status == 413
    assert page.write("title", "x" * 1_000_001, base=page.version).status == 422


def test_half_a_character_is_refused_and_not_written(page: Page) -> None:
    before = page.desk.file.read_bytes()

    assert page.write("title", "\ud83c", base=page.version).status == 422
    assert page.desk.file.read_bytes() == before


def test_an_issue_that_is_not_there_has_no_draft(page: Page, tmp_path: Path) -> None:
    assert page.desk.ask("/issues/nothing/draft", {"Cookie": page.cookie}).status == 404
    assert not list(tmp_path.iterdir())
