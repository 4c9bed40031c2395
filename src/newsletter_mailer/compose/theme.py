"""A theme: its design tokens, its own words in the language of the issue, and its templates."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems
from newsletter_mailer.model.blocks import Picture
from newsletter_mailer.model.text import Colour, Text
from newsletter_mailer.yamlio.problems import validate
from newsletter_mailer.yamlio.reader import Document, read

TOKENS_FILE = "tokens.yaml"
SPOKEN_EVERYWHERE = "en"  # the labels of an issue in a language that the theme does not know

M = TypeVar("M", bound=BaseModel)
Pixels = Annotated[int, Field(ge=0, le=700)]


class _Tokens(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Colours(_Tokens):
    """The palette by role; the same roles exist for dark screens."""

    page: Colour
    """Around the sheet."""
    paper: Colour
    """The sheet itself."""
    sand: Colour
    """A panel that sets cards apart."""
    mist: Colour
    """A panel that invites."""
    band: Colour
    """The head and the key figures."""
    night: Colour
    """The foot."""
    ink: Colour
    """Running text."""
    soft: Colour
    """Captions, places, small print."""
    title: Colour
    accent: Colour
    """Links and small headings."""
    highlight: Colour
    """Bars and numbers on the band; never a text on paper."""
    line: Colour
    """Fine borders."""
    on_band: Colour
    on_band_soft: Colour
    button: Colour
    on_button: Colour


class Fonts(_Tokens):
    """Stacks of fonts that readers have already; nothing is fetched."""

    display: Text
    body: Text


class Sizes(_Tokens):
    """In pixels."""

    width: Pixels
    """Of the sheet, 600 at most for Outlook."""
    gutter: Pixels
    """Left and right of the text."""
    gutter_phone: Pixels
    rhythm: Pixels
    """Between two blocks."""
    text: Pixels
    small: Pixels
    radius: Pixels


class Tokens(_Tokens):
    """Everything that a workspace may change of a theme without touching a template."""

    colours: Colours
    dark: Colours
    fonts: Fonts
    sizes: Sizes
    logo: Picture | None = None
    """Where a masthead names none; its path begins with "/", the workspace."""
    logo_dark: Picture | None = None


class Labels(RootModel[dict[str, Text]]):
    """The theme's own words."""


def load_tokens(workspace: Workspace) -> Tokens:
    """The tokens, a workspace's own values before the shipped ones. Raises FileProblems."""
    return _overlaid(workspace, [TOKENS_FILE], Tokens)


def load_labels(workspace: Workspace, language: str) -> dict[str, str]:
    """The theme's words in that language (BCP 47), English where it has none. Raises FileProblems."""
    names = [f"labels/{code}.yaml" for code in dict.fromkeys((SPOKEN_EVERYWHERE, language[:2].lower()))]
    return _overlaid(workspace, names, Labels).root


def _overlaid(workspace: Workspace, names: list[str], model: type[M]) -> M:
    """The files of those names in all folders of the theme, each over the one before; the last wins."""
    workspace.theme_file(names[0])
    paths = [folder / name for name in names for folder in reversed(workspace.theme_folders)]
    documents = [_read(workspace, path) for path in paths if path.is_file()]
    merged: Any = {}
    for document in documents:
        merged = _merge(merged, document.data)
    valid, problems = validate(replace(documents[-1], data=merged), model)
    if valid is None or problems:
        raise FileProblems(problems)
    return valid


def _read(workspace: Workspace, path: Path) -> Document:
    file = path.stat()
    return _kept(path, file.st_mtime_ns, file.st_size, workspace.display(path))


@lru_cache(maxsize=16)  # the composer needs them again after every save
def _kept(path: Path, _changed: int, _size: int, shown: str) -> Document:
    return read(path.read_bytes(), shown)


def _merge(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {key: _merge(below.get(key), value) for key, value in above.items()}
    return above
