"""What the mail programs of the readers do not know of the HTML and CSS of the page (data of Can I Email)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from newsletter_mailer.checks.clients.usage import used
from newsletter_mailer.checks.page import page_of
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

#: What a page cannot do without where it uses it; all else is only plainer where it is not known.
NEEDED = frozenset(
    [
        *("css-display-flex", "css-display-grid", "css-position", "css-float", "css-left-right-top-bottom"),
        *(
            "css-background-image",
            "css-linear-gradient",
            "css-radial-gradient",
            "css-conic-gradient",
            "css-variables",
        ),
        *("css-unit-calc", "css-unit-rem", "css-unit-vh", "css-unit-vw", "css-unit-vmin", "css-unit-vmax"),
        *(
            "css-function-clamp",
            "css-function-min",
            "css-function-max",
            "css-function-light-dark",
            "css-modern-color",
        ),
        *(
            "css-animation",
            "css-transform",
            "css-visibility",
            "css-object-fit",
            "css-clip-path",
            "css-filter",
        ),
        *(
            "css-mask-image",
            "css-mix-blend-mode",
            "css-nesting",
            "css-at-import",
            "css-at-font-face",
            "css-z-index",
        ),
        *("html-video", "html-audio", "html-svg", "html-object", "html-form", "html-select", "html-textarea"),
        *(
            "html-input-text",
            "html-input-submit",
            "html-input-checkbox",
            "html-input-radio",
            "html-button-submit",
        ),
        *(
            "html-image-maps",
            "html-link",
            "html-base",
            "html-dialog",
            "html-marquee",
            "html-picture",
            "html-srcset",
        ),
        *("html-anchor-links", "html-meter", "html-progress", "html-popover", "html-ruby", "html-required"),
        *("image-webp", "image-avif", "image-svg", "image-apng", "image-heif", "image-bmp", "image-base64"),
    ]
)
#: What nobody misses where it is not known: finish, help for screen readers that costs nothing, and how MJML hides things.
UNSEEN = frozenset(
    [
        *(
            "css-cursor",
            "css-outline",
            "css-text-wrap",
            "css-overflow-wrap",
            "css-word-break",
            "css-word-spacing",
        ),
        *(
            "css-color-scheme",
            "css-pseudo-class-hover",
            "css-opacity",
            "css-overflow",
            "css-max-height",
            "css-height",
        ),
        *("html-target", "html-role", "html-aria-label", "html-aria-hidden", "html-lang", "html-dir"),
    ]
)

#: What officers call it; all else goes by its name in HTML or CSS.
IN_WORDS = {
    "css-border-radius": sentence("round corners"),
    "css-at-media": sentence("another layout on telephones"),
    "css-at-media-prefers-color-scheme": sentence("colours for dark screens"),
    "css-white-space": sentence("lines that stay whole"),
    "css-box-shadow": sentence("shadows"),
    "css-background-image": sentence("pictures behind the text"),
    "css-display-flex": sentence("boxes side by side"),
    "css-display-grid": sentence("boxes in a grid"),
    "css-animation": sentence("movement"),
    "css-at-font-face": sentence("typefaces of your own"),
    "html-video": sentence("films"),
    "html-form": sentence("forms"),
    "html-svg": sentence("drawings (SVG)"),
    "image-webp": sentence("WebP pictures"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Which program knows what: y, n, a (partly) or u (nobody knows), a letter for each program."""

    date: str  #: of the data, e.g. "2026-05-13"
    clients: tuple[str, ...]
    features: dict[str, tuple[str, str, str]]  #: by name: title, day of its test, letters

    def without(self, feature: str) -> list[str]:
        """The programs that do not know it."""
        letters = self.features[feature][2] if feature in self.features else ""
        return [client for client, letter in zip(self.clients, letters, strict=False) if letter == "n"]


@cache
def table() -> Table:
    """The table that `tools/can_i_email.py` made."""
    data = json.loads(files(__package__).joinpath("support.json").read_text("utf-8"))
    features = {name: (row[0], row[1], row[2]) for name, row in data["features"].items()}
    return Table(data["date"], tuple(data["clients"]), features)


def support(subject: Subject) -> Iterator[Finding]:
    """What some programs do not know: what the page needs, and what is only plainer there."""
    known, uses = table(), used(page_of(subject.html), subject.composition.edition)
    for feature, count in uses.most_common():
        lacking = known.without(feature)
        if lacking and feature not in UNSEEN:
            yield _lacked(known, feature, count, lacking)


def _lacked(known: Table, feature: str, count: int, clients: list[str]) -> Finding:
    title = known.features[feature][0]
    words = IN_WORDS.get(feature)
    what = sentence(
        "not supported in {clients}: {feature}, {count}×",
        clients=", ".join(clients),
        feature=sentence("{words} ({name})", words=words, name=title) if words else title,
        count=count,
    )
    if feature in NEEDED:
        hint = sentence(
            "readers there would miss something: say it with words, tables and pictures, as the blocks do"
        )
        return Finding("client-support", Level.WARNING, what, hint)
    hint = sentence("it looks plainer there, and nothing is missing; Can I Email, {date}", date=known.date)
    return Finding("client-plainer", Level.NOTE, what, hint)


CHECKS = (Check(("client-support", "client-plainer"), support),)
