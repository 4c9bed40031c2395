"""An issue as files: what the reader would get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.message.letterhead import letterhead, message_template, sender_domain
from newsletter_mailer.message.mime import Copy, links_for
from newsletter_mailer.message.slots import Filler, Reader
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition

DEAD_TOKEN = "this-was-a-preview"  # noqa: S105 - no secret: links of a preview lead nowhere


@dataclass(frozen=True, slots=True)
class Rendered:
    """Paths and sizes of what was written, in bytes."""

    folder: Path
    sizes: dict[str, int]
    html_bytes: int  #: of the decoded HTML, which Gmail counts


def render(workspace: Workspace, issue: str, *, into: Path, reader: Subscriber, now: int) -> Rendered:
    """Write issue.mjml, issue.html, issue.txt and message.eml for that reader. Raises IssueError."""
    composition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace)
    edition = composition.edition
    on = letterhead(workspace, "preview", test=True)
    copy = Copy(
        to=reader.address,
        message_id=f"<preview@{sender_domain(workspace)}>",
        date=datetime.fromtimestamp(now / 1000, UTC).astimezone(workspace.zone),
        token=DEAD_TOKEN,
    )
    _, wire = message_template(edition, on).build(reader, copy)
    filler = Filler(edition)
    seen = Reader(reader, links=links_for(on, DEAD_TOKEN))
    html = filler.html(seen)
    files = {
        "issue.mjml": composition.mjml.encode(),
        "issue.html": _with_files(html, edition).encode(),
        "issue.txt": filler.text(seen).encode(),
        "message.eml": wire,
    }
    into.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (into / name).write_bytes(data)
    for picture in edition.pictures:
        (into / picture.filename).write_bytes(picture.data)
    return Rendered(into, {name: len(data) for name, data in files.items()}, len(html.encode()))


def _with_files(html: str, edition: Edition) -> str:
    """The page with its pictures as files beside it: a browser knows no `cid:`."""
    for picture in edition.pictures:
        html = html.replace(f"cid:{picture.cid}", picture.filename)
    return html
