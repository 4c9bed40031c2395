"""The newsletter of 2021 leaves word for word as it was written: in the HTML, in the text part, with its links."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from golden.wording_of import Page, extra_words, read_page, seed_links, seed_words, squeezed
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import load_workspace
from newsletter_mailer.message.slots import Filler, Links, Reader
from newsletter_mailer.model.audience import Subscriber

REPOSITORY = Path(__file__).parents[2]
ISSUE = REPOSITORY / "issues" / "2021-07-coorace-occitanie" / "issue.yaml"
SEED = Path(__file__).with_name("coorace-occitanie-2021.txt").read_text("utf-8")
UNSUBSCRIBE = "mailto:contact@cooraceoccitanie.org?subject=unsubscribe%20token"
READER = Reader(
    Subscriber(1, "ann@example.org", "key", first_name="Ann"), list_name="Adhérents", links=Links(UNSUBSCRIBE)
)


@dataclass(frozen=True, slots=True)
class Rendered:
    html: str
    text: str
    subject: str


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    workspace = load_workspace(REPOSITORY, environment={})
    filler = Filler(compose(load_issue(workspace, ISSUE), workspace).edition)
    return Rendered(filler.html(READER), filler.text(READER), filler.subject(READER))


@pytest.fixture(scope="module")
def page(rendered: Rendered) -> Page:
    return read_page(rendered.html)
