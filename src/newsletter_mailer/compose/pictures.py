"""Pictures: looked at before they are trusted, then made fit for a mail. The only module that knows Pillow."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from newsletter_mailer.compose import gif
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import Sentence, sentence

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000  # a telephone's best photograph; decoded, this is 200 MB
MOST_FRAMES = 300
HEAVIEST_ANIMATION = 1_000_000  # bytes: it goes out as it is, to every reader
MOST_FLAT_COLOURS = 4096
_UNREADABLE = (
    SyntaxError,
    ValueError,
    OSError,
    EOFError,
    struct.error,
)  # what Pillow raises for a damaged file


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What a picture's header says."""

    width: int  #: pixels
    height: int  #: pixels
    format: str  #: one of FORMATS
    frames: int
    animated: bool
    bytes: int


class PictureRefused(NewsletterError):
    """A file that cannot go into a mail as a picture."""


def inspect(path: Path) -> PictureInfo:
    """What the file's header says; no pixel is decoded. Raises PictureRefused, OSError when it cannot be read."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        what = sentence(
            "the picture {name} is larger than {most} MB", name=path.name, most=MOST_BYTES // 1_000_000
        )
        raise PictureRefused(what, sentence("save a smaller copy: 1200 pixels wide is enough"))
    with path.open("rb") as file:
        _refuse_by_name_or_start(path, file.read(1024))
        file.seek(0)
        try:
            width, height, kind, frames = _header(file)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels(path) from error
        except _UNREADABLE as error:
            raise _not_a_picture(path) from error
        if width * height > MOST_PIXELS:
            raise _too_many_pixels(path)
        if kind == "GIF":
            file.seek(0)
            frames = gif.frames(file.read(), MOST_FRAMES)
    if frames > MOST_FRAMES:
        what = sentence("the animation {name} has more than {most} frames", name=path.name, most=MOST_FRAMES)
        raise PictureRefused(what, sentence("shorten it, or use a picture that stands still"))
    return PictureInfo(width, height, kind, frames, frames > 1, size)


def _header(file: BinaryIO) -> tuple[int, int, str, int]:
    """Width, height, format and frames (1 for a GIF, whose header does not say)."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(file, formats=FORMATS)  # reads the header only
    kind = image.format or ""
    return image.width, image.height, kind, 1 if kind == "GIF" else getattr(image, "n_frames", 1)


def _refuse_by_name_or_start(path: Path, start: bytes) -> None:
    if path.suffix.lower() in (".svg", ".svgz") or b"<svg" in start.lower():
        what = sentence("{name} is an SVG drawing, which Gmail and Outlook do not show", name=path.name)
        raise PictureRefused(what, sentence("export it as PNG, twice as wide as it will appear"))
    if start[4:8] == b"ftyp" and start[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        what = sentence(
            "{name} is a photograph in a format (HEIC or AVIF) that mail programs do not show", name=path.name
        )
        raise PictureRefused(what, sentence("save it as JPEG"))


def _not_a_picture(path: Path) -> PictureRefused:
    what = sentence("{name} is not a picture", name=path.name)
    return PictureRefused(
        what, sentence("mail programs show PNG, JPEG, GIF and WebP: save it in one of them")
    )


def _damaged(path: Path) -> PictureRefused:
    what = sentence("the picture {name} is damaged or incomplete", name=path.name)
    return PictureRefused(what, sentence("copy it again from where it came from, or save it anew"))


def _too_many_pixels(path: Path) -> PictureRefused:
    what: Sentence = sentence(
        "the picture {name} has more than {most} million pixels",
        name=path.name,
        most=MOST_PIXELS // 1_000_000,
    )
    return PictureRefused(what, sentence("save a smaller copy: 1200 pixels wide is enough"))


def check(path: Path) -> None:
    """Whether the file can go into a mail, decoded as `fit` will. Raises PictureRefused, OSError."""
    file = path.stat()
    _checked(path, file.st_mtime_ns, file.st_size)


@lru_cache(maxsize=512)  # the composer looks at each picture again after every save
def _checked(path: Path, _changed: int, _size: int) -> None:
    info = inspect(path)
    if info.format == "GIF" and info.animated:
        _animation(path, info)
        return
    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft(None, (1, 1))  # a JPEG is read to its end, with an eighth of its pixels
            image.load()
    except _UNREADABLE as error:  # a header that promised more than the file holds
        raise _damaged(path) from error


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture as it leaves: light, turned upright, without what the camera noted."""

    data: bytes
    media_type: str  #: "image/png", "image/jpeg" or "image/gif"
    suffix: str  #: "png", "jpg" or "gif"
    width: int  #: as shown, in CSS pixels
    height: int
    opaque: bool = False  #: surely nothing behind it shows through


def fit(path: Path, width: int, height: int | None = None) -> Fitted:
    """The picture for a place of that many CSS pixels, twice as sharp where its own pixels allow, never enlarged.

    The same file gives the same bytes. Raises PictureRefused.
    """
    try:
        file = path.stat()
    except OSError:
        return _fitted(path, 0, 0, width, height)  # which says what is wrong with it
    return _fitted(path, file.st_mtime_ns, file.st_size, width, height)


@lru_cache(maxsize=128)  # composing is mostly this, and the composer does it after each save
def _fitted(path: Path, _changed: int, _size: int, width: int, height: int | None) -> Fitted:
    info = inspect(path)
    if info.format == "GIF" and info.animated:
        return _kept(path, info, width, height)
    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft(None, (2 * width, 2 * width * 4))  # a JPEG is decoded no larger than needed
            upright = _upright(image)
            shown = _shown(upright.width, upright.height, width, height) if upright.size != (0, 0) else (1, 1)
            return _encoded(_true_colours(upright), shown, flat=_is_flat(image))
    except _UNREADABLE as error:
        raise _damaged(path) from error


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera was held; notes that cannot be read turn nothing."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except _UNREADABLE:
        return image


def _shown(natural_width: int, natural_height: int, width: int, height: int | None) -> tuple[int, int]:
    scale = min(1.0, width / natural_width, height / natural_height if height else 1.0)
    return max(1, round(natural_width * scale)), max(1, round(natural_height * scale))


def _kept(path: Path, info: PictureInfo, width: int, height: int | None) -> Fitted:
    """An animation with its frames as they are: taking it apart would lose its timing."""
    data = gif.without_notes(_animation(path, info))
    return Fitted(data, "image/gif", "gif", *_shown(info.width, info.height, width, height))


def _animation(path: Path, info: PictureInfo) -> bytes:
    """The whole file of an animation that can go out. Raises PictureRefused."""
    if info.bytes > HEAVIEST_ANIMATION:
        what = sentence(
            "the animation {name} is larger than {most} MB",
            name=path.name,
            most=HEAVIEST_ANIMATION // 1_000_000,
        )
        raise PictureRefused(what, sentence("fewer frames or a smaller size make it lighter"))
    data = path.read_bytes()
    if gif.is_cut_short(data):
        raise _damaged(path)
    return data


def _true_colours(image: Image.Image) -> Image.Image:
    """In sRGB, as RGB or RGBA: wide-gamut photographs would look dull once their profile is gone."""
    transparent = image.has_transparency_data
    plain = image.convert("RGBA" if transparent else "RGB")
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA"):
        return plain
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            plain, source, ImageCms.createProfile("sRGB"), outputMode=plain.mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return plain  # an unreadable profile is as good as none
    return converted or plain


def _is_flat(image: Image.Image) -> bool:
    """Whether it is a drawing of few colours rather than a photograph."""
    if image.format == "JPEG":
        return False
    return image.mode in ("P", "1", "L") or image.convert("RGB").getcolors(MOST_FLAT_COLOURS) is not None


def _encoded(image: Image.Image, shown: tuple[int, int], *, flat: bool) -> Fitted:
    size = min(2 * shown[0], image.width), min(2 * shown[1], image.height)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    image.info.clear()
    stream = io.BytesIO()
    if image.mode == "RGBA" or flat:
        method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
        drawing = image.quantize(256, method=method, dither=Image.Dither.NONE) if flat else image
        drawing.save(stream, "PNG", optimize=True)
        return Fitted(stream.getvalue(), "image/png", "png", *shown, opaque=image.mode == "RGB")
    image.save(stream, "JPEG", quality=82, optimize=True, progressive=True)
    return Fitted(stream.getvalue(), "image/jpeg", "jpg", *shown, opaque=True)
