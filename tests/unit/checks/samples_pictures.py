"""Samples of pictures."""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image

from issue_files import gif
from newsletter_mailer.checks.subject import Subject
from unit.checks.samples import Make, Sample, subject_of
from unit.checks.samples_content import text

WORDS = text(
    "Le jardin a ouvert ses portes, et toute l'équipe vous y attend avec du thé et des gâteaux. " * 4
)


def noise(width: int, height: int, *, colours: int = 256) -> bytes:
    """A picture that no format makes small."""
    stream = io.BytesIO()
    dots = random.Random(1).randbytes(width * height * 3)
    picture = Image.frombytes("RGB", (width, height), dots)
    if colours < 256:
        picture = picture.point(lambda value: value * colours // 256)
    picture.save(stream, "PNG")
    return stream.getvalue()


def flat(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "#446688").save(stream, "PNG")
    return stream.getvalue()


def with_pictures(alt: str = "Le jardin sous la neige", words: str = WORDS, **files: bytes) -> Make:
    def make(root: Path) -> Subject:
        blocks = "".join(
            f"  - {{ type: image, src: pictures/{name}.{kind(data)}, alt: {alt} }}\n"
            for name, data in files.items()
        )
        beside = {f"pictures/{name}.{kind(data)}": data for name, data in files.items()}
        return subject_of(root, blocks + words, files=beside)

    return make


def kind(data: bytes) -> str:
    return "gif" if data.startswith(b"GIF") else "png"


SAMPLES = {
    "picture-weight": Sample(with_pictures(a=noise(1200, 800)), with_pictures(a=flat(1200, 800))),
    "pictures-weight": Sample(
        with_pictures(a=noise(1200, 900), b=noise(1201, 900), c=noise(1202, 900)),
        with_pictures(a=flat(1200, 900), b=flat(1200, 300)),
    ),
    "picture-soft": Sample(with_pictures(a=flat(600, 200)), with_pictures(a=flat(1200, 400))),
    "picture-moves": Sample(with_pictures(a=gif(2)), with_pictures(a=gif(1))),
    "alt-words": Sample(with_pictures("IMG_2034", a=flat(1200, 400)), with_pictures(a=flat(1200, 400))),
    "alt-length": Sample(
        with_pictures("Le jardin " * 20, a=flat(1200, 400)), with_pictures(a=flat(1200, 400))
    ),
    "picture-only": Sample(with_pictures(words="", a=flat(1200, 400)), with_pictures(a=flat(1200, 400))),
}
