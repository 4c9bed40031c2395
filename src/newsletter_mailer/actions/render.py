"""An issue as files: what the reader would get."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import specimen
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition


@dataclass(frozen=True, slots=True)
class Rendered:
    """Paths and sizes of what was written, in bytes."""

    folder: Path
    sizes: dict[str, int]
    html_bytes: int  #: of the decoded HTML, which Gmail counts


def render(
    workspace: Workspace, issue: str, *, into: Path, reader: Subscriber | None, now: int, new_id: str
) -> Rendered:
    """Write issue.mjml, issue.html, issue.txt and message.eml for that reader, or for a sample reader.

    new_id: part of the Message-ID. Raises IssueError, and NewsletterError when there is no mail for that reader.
    """
    composition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace)
    edition = composition.edition
    seen = specimen(
        edition, workspace, reader=reader or sample_subscriber(edition.language), now=now, new_id=new_id
    )
    files = {
        "issue.mjml": composition.mjml.encode(),
        "issue.html": _with_files(seen.html, edition).encode(),
        "issue.txt": seen.text.encode(),
        "message.eml": seen.wire,
    }
    into.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (into / name).write_bytes(data)
    for picture in edition.pictures:
        (into / picture.filename).write_bytes(picture.data)
    return Rendered(into, {name: len(data) for name, data in files.items()}, len(seen.html.encode()))


def _with_files(html: str, edition: Edition) -> str:
    """The page with its pictures as files beside it: a browser knows no `cid:`."""
    for picture in edition.pictures:
        html = html.replace(f"cid:{picture.cid}", picture.filename)
    return html
