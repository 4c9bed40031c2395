"""Pieces of a text as blocks of an issue: each heading opens an article, its first picture goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from newsletter_mailer.actions.importing_text.pieces import Heading, Image, Line, Piece, Words

AS_IS = "import:"  #: before the number of a picture, where a block names its file
_LEAD = 600  # characters that an opening has at most
_LABEL = 60  # characters of a link that invites to read more
_BLOCK = dict[str, Any]


def arranged(pieces: Sequence[Piece]) -> tuple[str, list[_BLOCK]]:
    """The title of the whole, "" without one, and its blocks in reading order."""
    title, rest = _titled(pieces)
    levels = sorted({piece.level for piece in rest if isinstance(piece, Heading)})
    opening = set(levels[:2])
    blocks: list[_BLOCK] = []
    part = _Part()
    following: list[Piece | None] = [*rest[1:], None]
    for piece, after in zip(rest, following, strict=False):
        if isinstance(piece, Heading) and piece.level in opening:
            blocks += part.blocks()
            part = _Part(piece.text, alone=_is_above(piece, after))
        elif isinstance(piece, Line):
            blocks += [*part.blocks(), {"type": "divider"}]
            part = _Part()
        else:
            part.take(piece)
    return title, _opened([*blocks, *part.blocks()])


def _titled(pieces: Sequence[Piece]) -> tuple[str, Sequence[Piece]]:
    """The one highest heading at the beginning is the title of all."""
    headings = [piece for piece in pieces if isinstance(piece, Heading)]
    top = min((heading.level for heading in headings), default=0)
    highest = [heading for heading in headings if heading.level == top]
    begins = next((piece for piece in pieces if not isinstance(piece, Image)), None)
    if len(highest) == 1 and highest[0] is begins and (len(headings) > 1 or highest[0].level == 1):
        return highest[0].text, [piece for piece in pieces if piece is not highest[0]]
    return "", pieces


def _is_above(heading: Heading, after: Piece | None) -> bool:
    """Whether it stands over other headings, with no words of its own."""
    return isinstance(after, Heading) and after.level > heading.level


def _opened(blocks: list[_BLOCK]) -> list[_BLOCK]:
    """Short words before anything else are set as an opening; lines at the ends divide nothing."""
    while blocks and blocks[0]["type"] == "divider":
        blocks = blocks[1:]
    while blocks and blocks[-1]["type"] == "divider":
        blocks = blocks[:-1]
    if len(blocks) > 1 and blocks[0]["type"] == "text" and len(blocks[0]["text"]) <= _LEAD:
        first = blocks[0]
        blocks[0] = {"type": "text", "lead": True, "text": first["text"]}
    return blocks


@dataclass(slots=True)
class _Part:
    """What stands under one heading, or under none."""

    title: str = ""
    alone: bool = False  #: other headings follow it at once
    words: list[Words] = field(default_factory=list)
    first: Image | None = None  #: the picture that goes with the article
    done: list[_BLOCK] = field(default_factory=list)  #: blocks that are complete

    def take(self, piece: Piece) -> None:
        """One more piece."""
        if isinstance(piece, Heading):  # a small one, within the text
            text = (
                piece.text.replace("\\", "\\\\").replace("*", "\\*").replace("[", "\\[").replace("<", "\\<")
            )
            self.words.append(Words(f"### {text}"))
        elif isinstance(piece, Words):
            self.words.append(piece)
        elif isinstance(piece, Image):
            self._picture(piece)

    def _picture(self, image: Image) -> None:
        if self.title and self.first is None and not self.done:
            self.first = image
            return
        self._close()
        self.done.append({"type": "image", **_picture(image)})

    def _close(self) -> None:
        """What was said until now is a block; what follows has no title of its own."""
        if self.words and self.title and not self.alone:
            self.done.append(self._article())
        elif self.title:
            self.done.append({"type": "heading", "title": self.title})
        if self.words and (self.alone or not self.title):
            self.done.append({"type": "text", "text": _joined(self.words)})
        elif not self.words and self.first is not None:
            self.done.append({"type": "image", **_picture(self.first)})
        self.title, self.words, self.first, self.alone = "", [], None, False

    def _article(self) -> _BLOCK:
        more = self.words[-1].link if len(self.words) > 1 else None
        more = more if more and len(more[0]) <= _LABEL and "{{" not in more[0] else None
        block: _BLOCK = {"type": "article", "title": self.title}
        block["text"] = _joined(self.words[:-1] if more else self.words)
        if self.first is not None:
            block["picture"] = _picture(self.first)
        if more:
            block["read_more"] = {"label": more[0], "link": more[1]}
        return block

    def blocks(self) -> list[_BLOCK]:
        """All blocks of the part."""
        self._close()
        return self.done


def _joined(words: Sequence[Words]) -> str:
    """Paragraphs with a blank line between them, as authors write them in YAML: with a line end at the end."""
    return "\n\n".join(said.markdown for said in words) + "\n"


def _picture(image: Image) -> _BLOCK:
    """A picture of which nothing is said counts as decorative until somebody says what it shows."""
    said: _BLOCK = {"src": f"{AS_IS}{image.number}"}
    said |= {"alt": image.alt} if image.alt else {"decorative": True}
    if image.caption:
        said["caption"] = image.caption
    if image.link and image.alt:
        said["link"] = image.link
    return said
