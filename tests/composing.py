"""Issues composed for tests: from blocks as they are typed to the page that one reader gets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from issue_files import FOOT, HEAD, write_issue
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.pipeline import Composition, compose
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.message.slots import Filler, Links, Reader
from newsletter_mailer.model.audience import Subscriber

REPOSITORY = Path(__file__).parents[1]
SEED = "2021-07-coorace-occitanie"
EVERY_BLOCK = "exemple-tous-les-blocs"

BY_MAIL = Links(unsubscribe="mailto:lettre@example.org?subject=unsubscribe%20abc")
ON_THE_WEB = Links(
    unsubscribe="https://example.org/u/abc",
    preferences="https://example.org/p/abc",
    view_in_browser="https://example.org/v/abc",
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What one reader gets."""

    html: str
    text: str
    subject: str


def reader(first_name: str = "Ann", links: Links = BY_MAIL, **attributes: str) -> Reader:
    """Somebody on the list "Adhérents"."""
    person = Subscriber(1, "ann@example.org", "key", first_name=first_name, attributes=attributes)
    return Reader(person, list_name="Adhérents", links=links)


def composed(workspace: Workspace, blocks: str = "", *, head: str = HEAD, foot: str = FOOT) -> Composition:
    """An issue with these blocks."""
    return compose(load_issue(workspace, write_issue(workspace, head + blocks + foot)), workspace)


def mail(composition: Composition, to: Reader | None = None) -> Mail:
    """The mail of that reader."""
    filler, who = Filler(composition.edition), to or reader()
    return Mail(filler.html(who), filler.text(who), filler.subject(who))


def fresh_sample(slug: str, theme: str = "default") -> Composition:
    """A sample issue of the repository, composed anew."""
    workspace = load_workspace(REPOSITORY, environment={"NEWSLETTER_THEME": theme})
    return compose(load_issue(workspace, REPOSITORY / "issues" / slug / "issue.yaml"), workspace)


@cache
def sample(slug: str, theme: str = "default") -> Composition:
    """A sample issue of the repository, composed once for all tests."""
    return fresh_sample(slug, theme)
