"""The pictures of one composition: fitted once, embedded under a Content-ID or named by their public address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import idna

from newsletter_mailer.compose.pictures import fit
from newsletter_mailer.model import blocks
from newsletter_mailer.model.edition import Picture


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a template writes it."""

    src: str
    width: int  #: CSS pixels
    height: int
    alt: str  #: empty for a decorative one
    opaque: bool  #: nothing behind it shows through


def tallest(width: int) -> int:
    """How tall a picture may stand in a place of that width (CSS pixels): a portrait would fill the screen."""
    return width * 5 // 4


class Album:
    """Collects the pictures that the templates ask for."""

    def __init__(self, find: Callable[[str], Path], *, domain: str, base: str | None = None) -> None:
        """find: the file of a `src`. domain: of the Content-IDs. base: the address under which pictures are hosted."""
        self._find = find
        self._domain = idna.encode(domain, uts46=True).decode()
        self._base = base
        self._pictures: dict[str, Picture] = {}

    def show(self, picture: blocks.Picture, width: int, height: int | None = None) -> Shown:
        """The picture for a place of that many CSS pixels."""
        path = self._find(picture.src)
        fitted = fit(path, width, height)
        digest = hashlib.sha256(fitted.data).hexdigest()[:24]
        cid = f"{digest}@{self._domain}"
        name = f"{digest}.{fitted.suffix}" if self._base is not None else f"{path.stem}.{fitted.suffix}"
        self._pictures.setdefault(cid, Picture(cid, name, fitted.media_type, fitted.data))
        src = f"cid:{cid}" if self._base is None else f"{self._base.rstrip('/')}/{name}"
        return Shown(src, fitted.width, fitted.height, picture.alt or "", fitted.opaque)

    def fills(self, picture: blocks.Picture, width: int) -> bool:
        """Whether the picture is wide enough for a place of that many CSS pixels, and not too tall."""
        return fit(self._find(picture.src), width, tallest(width)).width == width

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All that were shown, in the order in which they first were."""
        return tuple(self._pictures.values())
