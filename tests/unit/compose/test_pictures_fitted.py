"""Pictures leave light, upright, and without what the camera noted."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from issue_files import gif
from newsletter_mailer.compose.album import Album
from newsletter_mailer.compose.pictures import Fitted, PictureRefused, fit
from newsletter_mailer.model.blocks import Picture


def photograph(width: int, height: int) -> Image.Image:
    """Colours without end, as a camera sees them."""
    across = Image.linear_gradient("L").resize((width, height))
    return Image.merge(
        "RGB", (across, across.transpose(Image.Transpose.ROTATE_180), Image.effect_noise((width, height), 90))
    )


def drawing(width: int, height: int, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (width, height), "#0B4A57")
    ImageDraw.Draw(image).ellipse((0, 0, width // 2, height // 2), fill="#F2B441")
    return image


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


def opened(fitted: Fitted) -> Image.Image:
    return Image.open(io.BytesIO(fitted.data))


def test_a_picture_is_twice_as_sharp_as_its_place(tmp_path: Path) -> None:
    fitted = fit(saved(photograph(2400, 1200), tmp_path / "a.jpg"), 512)

    assert (fitted.width, fitted.height, opened(fitted).size) == (512, 256, (1024, 512))


def test_a_small_picture_is_never_enlarged(tmp_path: Path) -> None:
    middling = fit(saved(photograph(800, 400), tmp_path / "a.jpg"), 512)
    small = fit(saved(photograph(300, 150), tmp_path / "b.jpg"), 512)

    assert (middling.width, opened(middling).size) == (512, (800, 400))
    assert (small.width, small.height, opened(small).size) == (300, 150, (300, 150))


def test_a_logo_fits_its_box_both_ways(tmp_path: Path) -> None:
    path = saved(drawing(200, 400), tmp_path / "logo.png")

    assert (fit(path, 200, 60).width, fit(path, 200, 60).height) == (30, 60)


def test_a_very_flat_picture_keeps_a_pixel_of_height(tmp_path: Path) -> None:
    assert fit(saved(drawing(1000, 1), tmp_path / "a.png"), 100).height == 1


def test_the_camera_s_notes_and_place_stay_at_home_and_the_picture_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter
    exif[0x9286] = "secret words"
    exif.get_ifd(0x8825)[2] = (43.0, 36.0, 0.0)
    path = saved(photograph(400, 200), tmp_path / "a.jpg", exif=exif, comment=b"secret words")

    fitted = fit(path, 512)

    assert (fitted.width, fitted.height) == (200, 400)
    assert opened(fitted).size == (200, 400)
    assert len(opened(fitted).getexif()) == 0
    assert b"secret" not in fitted.data
    assert b"Exif" not in fitted.data


def test_a_picture_whose_notes_cannot_be_read_goes_without_them(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(photograph(200, 100), tmp_path / "a.webp", exif=exif)
    path.write_bytes(path.read_bytes().replace(b"MM\0*", b"??\0*").replace(b"II*\0", b"??*\0"))

    assert opened(fit(path, 100)).size == (200, 100)


@pytest.mark.parametrize(
    ("image", "name", "media_type"),
    [
        (photograph(200, 100), "photo.png", "image/jpeg"),
        (photograph(200, 100), "photo.webp", "image/jpeg"),
        (photograph(200, 100).convert("CMYK"), "print.jpg", "image/jpeg"),
        (drawing(200, 100), "drawing.png", "image/png"),
        (drawing(200, 100).convert("P"), "palette.png", "image/png"),
        (drawing(200, 100).convert("1"), "ink.png", "image/png"),
        (drawing(200, 100, "RGBA"), "glass.png", "image/png"),
        (drawing(200, 100).convert("P"), "still.gif", "image/png"),
    ],
)
def test_the_format_is_chosen_by_what_the_picture_shows(
    tmp_path: Path, image: Image.Image, name: str, media_type: str
) -> None:
    options = {"quality": 95} if name.endswith("webp") else {}

    fitted = fit(saved(image, tmp_path / name, **options), 100)

    assert fitted.media_type == media_type
    assert opened(fitted).format == {"image/jpeg": "JPEG", "image/png": "PNG"}[media_type]
    assert fitted.suffix == {"image/jpeg": "jpg", "image/png": "png"}[media_type]


def test_what_is_transparent_stays_transparent(tmp_path: Path) -> None:
    image = photograph(200, 100).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((200, 100)))

    fitted = fit(saved(image, tmp_path / "a.png"), 50)

    assert fitted.media_type == "image/png"
    least, most = opened(fitted).convert("RGBA").getchannel("A").getextrema()
    assert least in range(5)
    assert most in range(250, 256)


def test_a_profile_is_applied_before_it_is_dropped(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(photograph(100, 50), tmp_path / "a.jpg", icc_profile=profile)
    broken = saved(photograph(100, 50), tmp_path / "b.jpg", icc_profile=b"not a profile")

    assert "icc_profile" not in opened(fit(path, 50)).info
    assert opened(fit(broken, 50)).size == (100, 50)


def test_an_animation_keeps_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(gif(3))

    fitted = fit(path, 512)

    assert (fitted.data, fitted.media_type, fitted.width) == (gif(3), "image/gif", 1)


def test_the_notes_of_an_animation_stay_at_home(tmp_path: Path) -> None:
    path, whole, head = tmp_path / "a.gif", gif(3), len(gif(0)) - 1
    loop = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    notes = b"!\xfe\x0csecret words\0" + b"!\xff\x0bXMP DataXMP\x0csecret words\0"
    path.write_bytes(whole[:head] + loop + notes + whole[head:] + b"secret words")

    fitted = fit(path, 512)

    assert fitted.data == whole[:head] + loop + whole[head:]
    assert getattr(opened(fitted), "n_frames", 1) == 3


def test_an_animation_too_heavy_for_every_reader_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(gif(2)[:-1] + b"!\xfe" + (b"\xff" + b"x" * 255) * 4000 + b"\0;")

    with pytest.raises(PictureRefused, match=r"a\.gif is larger than 1 MB"):
        fit(path, 512)


def test_a_picture_cut_short_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = saved(photograph(400, 400), tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:3000])

    with pytest.raises(PictureRefused, match=r"the picture a\.jpg is damaged or incomplete"):
        fit(path, 100)


def test_a_png_whose_pixels_are_rubbish_is_refused(tmp_path: Path) -> None:
    raw = bytearray(saved(drawing(60, 60), tmp_path / "a.png").read_bytes())
    at = raw.index(b"IDAT")
    (length,) = struct.unpack(">I", raw[at - 4 : at])
    raw[at + 4 : at + 4 + length] = b"\0" * length
    (tmp_path / "a.png").write_bytes(raw)

    with pytest.raises(PictureRefused, match=r"the picture a\.png is damaged or incomplete"):
        fit(tmp_path / "a.png", 60)


def album(folder: Path, base: str | None = None) -> Album:
    return Album(lambda src: folder / src, domain="médiathèque.example", base=base)


def test_the_same_file_gives_the_same_bytes_under_the_same_id(tmp_path: Path) -> None:
    saved(photograph(300, 200), tmp_path / "équipe.jpg")
    picture = Picture(src="équipe.jpg", alt="L’équipe")
    one, two = album(tmp_path), album(tmp_path)

    shown = one.show(picture, 100)

    assert shown == one.show(picture, 100) == two.show(picture, 100)
    assert one.pictures == two.pictures
    assert len(one.pictures) == 1
    assert shown.src == f"cid:{one.pictures[0].cid}"
    assert (shown.alt, one.pictures[0].filename) == ("L’équipe", "équipe.jpg")
    assert one.pictures[0].cid.endswith("@xn--mdiathque-f4ag.example") or one.pictures[0].cid.isascii()


def test_hosted_pictures_are_named_by_what_they_show(tmp_path: Path) -> None:
    saved(drawing(300, 200), tmp_path / "a.png")
    hosted = album(tmp_path, "https://lettres.example.org/p/")

    shown = hosted.show(Picture(src="a.png", decorative=True), 100)

    assert shown.alt == ""
    assert shown.src == f"https://lettres.example.org/p/{hosted.pictures[0].filename}"
    assert hosted.pictures[0].filename.endswith(".png")
