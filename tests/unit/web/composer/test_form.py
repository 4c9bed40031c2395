"""What the form asks of the server."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from composer_desk import PICTURE, Composing, composing, workspace_in


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Composing]:
    workspace_in(tmp_path)
    with composing(tmp_path) as running:
        yield running


def headers(desk: Composing) -> dict[str, str]:
    return {"Host": f"127.0.0.1:{desk.port}", "Cookie": desk.cookie(), "Origin": desk.base}


def posted(desk: Composing, given: Mapping[str, str], body: bytes) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=120)
    line.request("POST", "/issues/essai/pictures", body=body, headers=dict(given))
    answer = line.getresponse()
    found = answer.status, answer.read().decode()
    line.close()
    return found


def test_the_form_knows_blocks_fields_and_what_can_be_filled_in(desk: Composing) -> None:
    told = desk.ask("/api/form", headers(desk)).json()

    assert "article" in [block["type"] for block in told["blocks"]]
    assert told["tags"][0] == {"expression": "subscriber.first_name", "fallback": "", "label": "First name"}


def test_a_picture_is_taken_from_this_page_only(desk: Composing) -> None:
    own, data = headers(desk) | {"X-Name": "a%20b.png"}, PICTURE.read_bytes()

    status, said = posted(desk, own, data)
    stranger, _ = posted(desk, {name: value for name, value in own.items() if name != "Origin"}, data)
    unknown, _ = posted(desk, {name: value for name, value in own.items() if name != "Cookie"}, data)

    assert (status, stranger, unknown) == (201, 403, 403)
    assert '"src":"pictures/a-b.png"' in said
    assert sorted(path.name for path in desk.file.parent.joinpath("pictures").iterdir()) == ["a-b.png"]


def test_a_picture_that_is_too_large_or_none_is_refused_with_words(desk: Composing) -> None:
    own = headers(desk) | {"X-Name": "note.png"}

    large, why = posted(desk, own, bytes(10_000_001))
    none, what = posted(desk, own, b"words")

    assert (large, none) == (422, 422)
    assert "10 MB" in why
    assert "note.png is not a picture" in what


def test_a_small_copy_is_drawn_of_pictures_of_the_workspace_only(desk: Composing) -> None:
    line = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=120)
    line.request("GET", "/issues/essai/picture?src=picture.png", headers=headers(desk))
    answer = line.getresponse()
    data = answer.read()
    line.close()

    outside = desk.ask("/issues/essai/picture?src=../../newsletter.yaml", headers(desk))

    assert (answer.status, answer.headers["Content-Type"], data[:4]) == (200, "image/png", b"\x89PNG")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert outside.status == 404
