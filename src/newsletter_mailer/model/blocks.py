"""The typed pieces of an issue. A block is one model here, one `.mjml` and one `.txt` in the theme, and one sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from newsletter_mailer.model.text import Day, Expression, Link, Markdown, PicturePath, Text, Time


class Part(BaseModel):
    """Anything an author writes: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @classmethod
    def faults(cls, written: Mapping[str, Any]) -> Iterable[PydanticCustomError]:  # noqa: ARG003
        """What is wrong with the part as a whole, told from what is written before its fields are valid."""
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(cls, written: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """The part's own faults beside those of its fields: an author mends a file in one go, not in two."""
        own = list(cls.faults(written)) if isinstance(written, Mapping) else []
        try:
            part = validate(written)
        except ValidationError as error:
            if not own:
                raise
            of_fields = [_again(details) for details in error.errors(include_url=False)]
        else:
            if not own:
                return part
            of_fields = []
        of_all = [InitErrorDetails(type=fault, input=written) for fault in own]
        raise ValidationError.from_exception_data(cls.__name__, [*of_fields, *of_all])


def _again(error: Any) -> InitErrorDetails:
    """An error of a field, to be raised once more."""
    kind = PydanticCustomError(error["type"], error["msg"].replace("{", "{{"), error.get("ctx"))
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"])


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


class AgendaEntry(Part):
    """Something that takes place."""

    title: Text
    date: Day
    end_date: Day | None = None
    time: Time | None = None
    end_time: Time | None = None
    place: Text | None = None
    link: Link | None = None
    text: Text | None = None
    """The entry in your own words; shown instead of title, date and place (the calendar still has them)."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> AgendaEntry:
        last = self.end_date or self.date
        if last < self.date:
            raise PydanticCustomError("ends_before", "ends before it begins")
        if self.end_time is not None and self.time is None:
            raise PydanticCustomError("end_without_start", "an end without a beginning")
        if self.time and self.end_time and last == self.date and self.end_time <= self.time:
            raise PydanticCustomError("ends_before", "ends before it begins")
        return self


class AgendaGroup(Part):
    """Entries under one title, such as regional and national meetings."""

    title: Text | None = None
    entries: Annotated[tuple[AgendaEntry, ...], Field(min_length=1)]


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
    | Footer,
    Field(discriminator="type"),
]
