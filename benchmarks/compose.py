"""What composing costs, and what one personalised message costs beside Jinja2 + EmailMessage for every reader.

Run: python benchmarks/compose.py. Both sides take turns in one process, so a busy machine slows both; the figures
are medians. Nothing is sent.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from jinja2 import Environment, Template

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.message.mime import Copy, Letterhead, MessageTemplate, links_for
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Segment

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("2021-07-coorace-occitanie", "exemple-tous-les-blocs")
PAIRS = 9
OURS, THEIRS = 400, 12  # messages a turn: about as long for each side
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LETTERHEAD = Letterhead("members.example.org", "Adhérents", "leave@example.org", "https://news.example.org")


def median_s(turns: int, work: Callable[[], object]) -> float:
    """Median seconds of one call."""
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def subscribers(count: int) -> list[Subscriber]:
    """Readers numbered from 0, every second one with a name."""
    return [
        Subscriber(
            n,
            f"reader{n}@example.org",
            f"k{n}",
            first_name="Zoé" if n % 2 else "",
            organisation=f"Association {n}",
        )
        for n in range(count)
    ]


def copy_for(reader: Subscriber) -> Copy:
    """The copy of a reader."""
    return Copy(reader.address, f"<{reader.id}.bench@example.org>", NOW, f"aeaaaaaaaaaaa{reader.id:030d}")


class PerReader:
    """What people write: a template rendered and an EmailMessage built for every reader."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        page = Environment(autoescape=True)
        plain = Environment(autoescape=False)
        self.html = page.from_string(self._source(edition.html))
        self.text = plain.from_string(self._source(edition.text))
        self.subject: Template = plain.from_string(self._source(edition.subject))

    def _source(self, segments: Iterable[Segment]) -> str:
        """The edition as the Jinja2 template that it would have been."""
        return "".join(self._segment(segment) for segment in segments)

    def _segment(self, segment: Segment) -> str:
        content = segment.content
        source = (
            content
            if isinstance(content, str)
            else "{{ " + self.edition.expressions[content.expression] + " }}"
        )
        if segment.when is None:
            return source
        return "{% if " + self.edition.conditions[segment.when] + " %}" + source + "{% endif %}"

    def build(self, reader: Subscriber, copy: Copy) -> bytes:
        """One message."""
        values = {
            "subscriber": {**dict(self.edition.fallbacks), **vars_of(reader)},
            "organisation": {"name": reader.organisation},
            "list": {"name": LETTERHEAD.list_name},
            "links": {"unsubscribe": links_for(LETTERHEAD, copy.token).unsubscribe},
        }
        message = EmailMessage(policy=SMTP)
        message["From"] = f"{self.edition.sender.name} <{self.edition.sender.email}>"
        message["To"] = copy.to
        message["Subject"] = self.subject.render(values).strip()
        message["Date"] = copy.date
        message["Message-ID"] = copy.message_id
        message["List-Unsubscribe"] = f"<{values['links']['unsubscribe']}>"
        message.set_content(self.text.render(values))
        message.add_alternative(self.html.render(values), subtype="html")
        self._add_files(message)
        return message.as_bytes()

    def _add_files(self, message: EmailMessage) -> None:
        for picture in self.edition.pictures:
            page = message.get_body(("html",)) or message
            subtype = picture.media_type.partition("/")[2]
            page.add_related(
                picture.data, "image", subtype, cid=f"<{picture.cid}>", filename=picture.filename
            )
        for attachment in self.edition.attachments:
            message.add_attachment(attachment.data, "text", "calendar", filename=attachment.filename)


def vars_of(reader: Subscriber) -> dict[str, str]:
    """What merge tags see of a reader."""
    names = ("address", "first_name", "last_name", "language")
    return {name: getattr(reader, name) for name in names}


def seconds_each(build: Callable[[Subscriber, Copy], object], readers: list[Subscriber]) -> float:
    """Seconds a message, one after the other as a sender makes them."""
    copies = [(reader, copy_for(reader)) for reader in readers]
    start = time.perf_counter()
    for reader, copy in copies:
        build(reader, copy)
    return (time.perf_counter() - start) / len(copies)


def compare(edition: Edition) -> tuple[float, float, float, int]:
    """Median microseconds a message for us and for them, the median of the ratios, and the bytes of a message."""
    ours, theirs = MessageTemplate(edition, LETTERHEAD), PerReader(edition)
    many, few = subscribers(OURS), subscribers(THEIRS)
    pairs = []
    for _ in range(PAIRS):
        fast = seconds_each(ours.build, many)
        slow = seconds_each(theirs.build, few)
        pairs.append((fast, slow))
    size = len(ours.build(many[1], copy_for(many[1]))[1])
    fast_us = statistics.median(fast for fast, _ in pairs) * 1e6
    slow_us = statistics.median(slow for _, slow in pairs) * 1e6
    return fast_us, slow_us, statistics.median(slow / fast for fast, slow in pairs), size


def composed(workspace: Workspace, slug: str) -> Edition:
    """The edition of a sample, from its files."""
    return compose(load_issue(workspace, find_issue(workspace, slug)), workspace).edition


def main() -> None:
    """Print both tables."""
    workspace = load_workspace(ROOT, {})
    editions = {
        slug: composed(workspace, slug) for slug in SAMPLES
    }  # also fills caches of imports and templates
    print(f"{'issue':28} {'YAML to edition':>16} {'slots':>6} {'HTML':>9}")
    for slug, edition in editions.items():
        seconds = median_s(7, lambda slug=slug: composed(workspace, slug))  # type: ignore[misc]
        slots = sum(
            not isinstance(s.content, str)
            for part in (edition.subject, edition.html, edition.text)
            for s in part
        )
        size = sum(len(s.content.encode()) for s in edition.html if isinstance(s.content, str))
        print(f"{slug:28} {seconds * 1000:13.1f} ms {slots:6} {size / 1000:6.1f} kB")
    print(f"\n{'message':44} {'kB':>7} {'ours':>9} {'Jinja2 + EmailMessage':>22} {'ratio':>7}")
    for slug, edition in editions.items():
        bare = replace(edition, pictures=(), attachments=())
        for name, one in ((slug, edition), (f"{slug}, text only", bare)):
            fast, slow, ratio, size = compare(one)
            print(f"{name:44} {size / 1000:7.1f} {fast:6.1f} µs {slow:19.0f} µs {ratio:6.0f}×")


if __name__ == "__main__":
    main()
