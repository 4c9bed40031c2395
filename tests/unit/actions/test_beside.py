"""Pictures and files that an officer drops into the composer."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from composer_desk import workspace_in
from newsletter_mailer.actions.beside import (
    NotKept,
    PictureRefused,
    add_file,
    add_picture,
    plain_name,
    thumbnail,
)
from newsletter_mailer.config import load_workspace
from newsletter_mailer.errors import NewsletterError
from small_disk import small_disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return workspace_in(tmp_path)


def photograph(width: int = 2400, height: int = 1200) -> bytes:
    """A JPEG that knows where it was taken."""
    image = Image.effect_mandelbrot((width, height), (-2, -1, 1, 1), 20).convert("RGB")
    notes = Image.Exif()
    notes[0x010F] = "Camera of somebody"
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=notes)
    return stream.getvalue()


def test_a_large_photograph_becomes_1600_wide_and_forgets_its_camera(file: Path) -> None:
    added = add_picture(file, "IMG 0042.jpeg", photograph())

    kept = file.parent / added.src
    assert added.src == "pictures/img-0042.jpg"
    with Image.open(kept) as image:
        assert image.size == (1600, 800)
        assert not image.getexif()
    assert added.bytes == kept.stat().st_size


def test_another_picture_of_that_name_is_not_written_over_and_the_same_one_is_taken(file: Path) -> None:
    first = add_picture(file, "a.jpg", photograph(40, 20))

    other = add_picture(file, "a.jpg", photograph(60, 20))
    again = add_picture(file, "a.jpg", photograph(40, 20))

    assert [first.src, other.src, again.src] == ["pictures/a.jpg", "pictures/a-2.jpg", "pictures/a.jpg"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Été à l'atelier.JPG", "ete-a-l-atelier"),
        ("../../etc/passwd.png", "passwd"),
        ("C:\\photos\\b c.png", "b-c"),
        ("cœur.png", "coeur"),
        ("con.png", "picture-con"),
        ("图.png", "picture"),
        (".png", "png"),
        ("x" * 300 + ".png", "x" * 60),
    ],
)
def test_a_name_becomes_one_that_every_computer_takes(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize("data", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused_and_leaves_nothing(file: Path, data: bytes) -> None:
    with pytest.raises(PictureRefused, match=r"note\.png"):
        add_picture(file, "dir/note.png", data)

    assert not file.parent.joinpath("pictures").exists()


def test_a_folder_that_cannot_be_written_is_told(file: Path) -> None:
    file.parent.joinpath("pictures").write_text("a file in its place")

    with pytest.raises(NotKept, match=r"a\.jpg cannot be kept"):
        add_picture(file, "a.jpg", photograph(40, 20))


def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        issue = workspace_in(disk.folder)
        calendar = b"BEGIN:VCALENDAR\r\n" + b"X:" + b"y" * 200_000
        disk.fill(leave=40_000)

        with pytest.raises(NewsletterError, match="full"):
            add_file(issue, "dates.ics", calendar)
        half = (issue.parent / "files" / "dates.ics").exists()
        disk.make_room()

        assert not half
        assert add_file(issue, "dates.ics", calendar).src == "files/dates.ics"


def test_a_thumbnail_is_small_and_stays_in_the_workspace(file: Path) -> None:
    workspace = load_workspace(file.parents[2], environment={})

    small = thumbnail(workspace, file, "picture.png")

    with Image.open(io.BytesIO(small.data)) as image:
        assert image.width <= 480
    with pytest.raises(PictureRefused):
        thumbnail(workspace, file, "../../../etc/passwd")


def test_a_file_that_goes_along_is_kept_as_it_is(file: Path) -> None:
    data = b"%PDF-1.7 the programme"

    added = add_file(file, "Le Programme.PDF", data)

    assert (added.src, added.bytes) == ("files/le-programme.pdf", len(data))
    assert file.parent.joinpath(added.src).read_bytes() == data


@pytest.mark.parametrize(("name", "data"), [("tool.exe", b"MZ"), ("programme.pdf", b"MZ"), ("none", b"")])
def test_a_file_that_mailboxes_refuse_is_refused_and_leaves_nothing(
    file: Path, name: str, data: bytes
) -> None:
    with pytest.raises(NewsletterError):
        add_file(file, name, data)

    assert not file.parent.joinpath("files").exists()
