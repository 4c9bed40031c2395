"""What a text consists of, in reading order, and what of it could not be taken over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import Sentence, say_many, sentence


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above what follows."""

    level: int  #: 1 to 6
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, a list or a quotation, in Markdown."""

    markdown: str
    link: tuple[str, str] | None = None  #: label and address of a paragraph that is one link and nothing else


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that came along."""

    number: int  #: its place among the pictures found
    alt: str = ""
    caption: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two parts."""


Piece = Heading | Words | Image | Line


@dataclass(frozen=True, slots=True)
class Found:
    """A picture of the text: a name and its bytes, not looked at yet."""

    name: str
    data: bytes


class Loss(Enum):
    """What no mail can carry, or what is nobody's to fetch."""

    FORM = "form"  #: fields and buttons
    MEDIA = "media"  #: films, sounds, maps and other pages shown inside this one
    DRAWING = "drawing"  #: drawings, charts and formulas
    MENU = "menu"  #: navigation, side columns and the foot of a web page
    LINK = "link"  #: links that lead into the page itself or onto somebody's computer
    FORMAT = "format"  #: pictures in formats that cannot be read
    BRACES = "braces"  #: double braces that are no merge tag
    TABLE = "table"  #: became lines


@dataclass(slots=True)
class Notes:
    """Collects while the text is read."""

    pictures: list[Found] = field(default_factory=list)
    lost: Counter[Loss] = field(default_factory=Counter)
    elsewhere: list[str] = field(default_factory=list)  #: addresses of pictures that did not come along

    def picture(self, found: Found) -> int:
        """The number of a picture; the same bytes have the same."""
        for number, known in enumerate(self.pictures):
            if known.data == found.data:
                return number
        self.pictures.append(found)
        return len(self.pictures) - 1

    def told(self) -> tuple[Sentence, ...]:
        """Everything that was not taken over as it was, for the author."""
        lines = [Sentence("{line}", {"line": _LINES[loss](count)}) for loss, count in self.lost.items()]
        lines += (
            sentence(
                "The picture {address} did not come along, for nothing is fetched: save it and add it yourself.",
                address=address,
            )
            for address in dict.fromkeys(self.elsewhere)
        )
        return tuple(lines)


def _braces(count: int) -> str:
    return say_many(
        "{count} text holds {open} or {close}, which begin and end a merge tag here: they were written apart.",
        "{count} texts hold {open} or {close}, which begin and end a merge tag here: they were written apart.",
        count,
        open="{{",
        close="}}",
    )


_LINES: Mapping[Loss, Callable[[int], str]] = {
    Loss.FORM: lambda count: say_many(
        "{count} form was left out: no mail can carry one.",
        "{count} forms or fields were left out: no mail can carry them.",
        count,
    ),
    Loss.MEDIA: lambda count: say_many(
        "{count} film, sound, map or embedded page was left out: link to it instead.",
        "{count} films, sounds, maps or embedded pages were left out: link to them instead.",
        count,
    ),
    Loss.DRAWING: lambda count: say_many(
        "{count} drawing, chart or formula was left out: add it as a picture.",
        "{count} drawings, charts or formulas were left out: add them as pictures.",
        count,
    ),
    Loss.MENU: lambda count: say_many(
        "{count} menu, side column or page foot was left out.",
        "{count} menus, side columns or page feet were left out.",
        count,
    ),
    Loss.LINK: lambda count: say_many(
        "{count} link leads nowhere outside its page: its words stay, without the link.",
        "{count} links lead nowhere outside their page: their words stay, without the link.",
        count,
    ),
    Loss.FORMAT: lambda count: say_many(
        "{count} picture cannot be read: save it as PNG or JPEG and add it yourself.",
        "{count} pictures cannot be read: save them as PNG or JPEG and add them yourself.",
        count,
    ),
    Loss.BRACES: _braces,
    Loss.TABLE: lambda count: say_many(
        "{count} table became a list, a row each: tables are hard to read on telephones.",
        "{count} tables became lists, a row each: tables are hard to read on telephones.",
        count,
    ),
}


def too_long() -> UsageError:
    """What is told of a text that would take minutes to read."""
    return UsageError(sentence("this text is too long for a mail"), sentence("take over a part of it"))
