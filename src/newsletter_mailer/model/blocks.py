"""The typed pieces of an issue. A block is one model here, one `.mjml` and one `.txt` in the theme, and one sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from newsletter_mailer.model.agenda import AgendaGroup
from newsletter_mailer.model.part import Part
from newsletter_mailer.model.text import Day, Expression, Link, Markdown, MjmlSource, PicturePath, Text


class Picture(Part):
    """A picture with what it shows in words."""

    src: PicturePath
    """File beside issue.yaml, such as `pictures/team.jpg`; PNG, JPEG, GIF or WebP."""
    alt: Text | None = None
    """What the picture shows, for those who do not see it."""
    decorative: bool = False
    """The picture says nothing: readers who do not see it miss nothing."""
    caption: Text | None = None
    credit: Text | None = None
    link: Link | None = None

    @classmethod
    def faults(cls, written: Mapping[str, Any]) -> Iterable[PydanticCustomError]:
        """It says what it shows, or that there is nothing to say."""
        says_nothing = bool(written.get("decorative"))
        if written.get("alt") is None and not says_nothing:
            yield PydanticCustomError("alt_missing", "a picture without alt")
        if written.get("alt") is not None and says_nothing:
            yield PydanticCustomError("alt_decorative", "a decorative picture with alt")
        if written.get("link") is not None and says_nothing:
            yield PydanticCustomError("link_decorative", "a decorative picture with a link")


class Button(Part):
    """A link that asks for something."""

    label: Text
    link: Link


class Block(Part):
    """What every block has."""

    when: Expression | None = None
    """Only readers for whom this is true get the block, e.g. `subscriber.department == "31"`."""


class Masthead(Block):
    """The head of the issue: logo, title, number and date."""

    type: Literal["masthead"]
    title: Text
    tagline: Text | None = None
    number: Text | None = None
    """As it is printed, e.g. "n° 12"."""
    date: Text | None = None
    """As it is printed; without it the issue's date is written in words."""
    logo: Picture | None = None
    logo_dark: Picture | None = None
    """The logo for dark screens."""


class Heading(Block):
    """A heading that opens a part of the issue."""

    type: Literal["heading"]
    title: Text
    subtitle: Text | None = None


class TextBlock(Block):
    """Running text."""

    type: Literal["text"]
    title: Text | None = None
    text: Markdown
    lead: bool = False
    """Set larger, as an opening."""


class Article(Block):
    """A title, a text, a picture and where to read more."""

    type: Literal["article"]
    title: Text | None = None
    kicker: Text | None = None
    """A word or two above the title."""
    text: Markdown
    picture: Picture | None = None
    picture_position: Literal["top", "left", "right"] = "top"
    button: Button | None = None
    read_more: Button | None = None
    """A plain link after the text."""


class Profile(Part):
    """One person or organisation."""

    name: Text
    kind: Text | None = None
    """What it is, e.g. "Association intermédiaire"."""
    logo: Picture | None = None
    text: Markdown
    place: Text | None = None
    website: Link | None = None
    website_label: Text | None = None
    """Instead of the theme's own words for a website."""


class Profiles(Block):
    """Cards that present people or organisations."""

    type: Literal["profiles"]
    title: Text | None = None
    profiles: Annotated[tuple[Profile, ...], Field(min_length=1)]


class Agenda(Block):
    """Dates to keep, each offered for the reader's calendar."""

    type: Literal["agenda"]
    title: Text | None = None
    groups: Annotated[tuple[AgendaGroup, ...], Field(min_length=1)]
    text: Markdown | None = None
    """After the entries."""
    calendar: bool = True
    """Offer the entries for the reader's calendar."""


class Figure(Part):
    """One key number."""

    value: Text
    """As it is printed, with its unit: "27,5 M€"."""
    label: Text


class Figures(Block):
    """Key numbers, beside the sentences that say them."""

    type: Literal["figures"]
    title: Text | None = None
    figures: Annotated[tuple[Figure, ...], Field(min_length=1, max_length=4)]


class ButtonBlock(Block):
    """A button on its own."""

    type: Literal["button"]
    label: Text
    link: Link


class Image(Block, Picture):
    """A picture over the whole width."""

    type: Literal["image"]


class Divider(Block):
    """A line between two parts."""

    type: Literal["divider"]


class SocialLink(Part):
    """One network."""

    network: Literal["facebook", "instagram", "linkedin", "mastodon", "bluesky", "youtube", "x", "website"]
    link: Link


class Social(Block):
    """An invitation to follow, with or without links."""

    type: Literal["social"]
    title: Text | None = None
    text: Markdown | None = None
    links: tuple[SocialLink, ...] = ()

    @classmethod
    def faults(cls, written: Mapping[str, Any]) -> Iterable[PydanticCustomError]:
        """It says something."""
        if not any(written.get(field) for field in ("title", "text", "links")):
            yield PydanticCustomError("empty_block", "an empty block")


class Quote(Block):
    """Words that somebody said, set large."""

    type: Literal["quote"]
    text: Markdown
    """Without quotation marks: the theme sets them."""
    name: Text | None = None
    """Who said it."""
    role: Text | None = None
    """What that person does, e.g. "salariée en insertion"."""
    picture: Picture | None = None
    """A portrait."""


class Partner(Part):
    """One organisation that supports."""

    name: Text
    """Shown where there is no logo, or one that is decorative."""
    logo: Picture | None = None
    link: Link | None = None


class Partners(Block):
    """The logos of those who support."""

    type: Literal["partners"]
    title: Text | None = None
    text: Markdown | None = None
    """Before the logos."""
    partners: Annotated[tuple[Partner, ...], Field(min_length=1, max_length=24)]


class Opportunity(Block):
    """A job, or a call to answer, until its deadline."""

    type: Literal["opportunity"]
    kind: Literal["job", "call"] = "job"
    """A post to fill, or a call for projects, applications or contributions."""
    kicker: Text | None = None
    """Above the title, instead of the theme's own words for that kind."""
    title: Text
    organisation: Text | None = None
    """Who offers it."""
    place: Text | None = None
    terms: Text | None = None
    """In a few words, e.g. "CDI, temps plein" or "jusqu'à 5 000 €"."""
    deadline: Day | None = None
    """The last day to answer; an issue that leaves after it is stopped by its check."""
    text: Markdown
    button: Button | None = None


class Mjml(Block):
    """Sections in MJML, for those who know it; the theme does not dress them."""

    type: Literal["mjml"]
    mjml: MjmlSource
    """One or more `<mj-section>` or `<mj-wrapper>`."""
    text: Markdown
    """The same in words: for the plain-text part."""


class Footer(Block):
    """Who sends this, why, and how to leave; the legal identity comes from the settings."""

    type: Literal["footer"]
    text: Markdown | None = None
    """Before the legal identity."""
    reason: Text | None = None
    """Why the reader gets this mail, instead of the theme's sentence."""


AnyBlock = Annotated[
    Masthead
    | Heading
    | TextBlock
    | Article
    | Profiles
    | Agenda
    | Figures
    | ButtonBlock
    | Image
    | Divider
    | Social
    | Quote
    | Partners
    | Opportunity
    | Mjml
    | Footer,
    Field(discriminator="type"),
]
