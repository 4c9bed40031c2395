"""Pictures come from the workspace and nowhere else, and are looked at before a pixel is decoded."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from issue_files import gif, issue_text, png, said, workspace_at, write_issue
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.picture_paths import picture_file
from newsletter_mailer.compose.pictures import MOST_BYTES, MOST_FRAMES, PictureInfo, PictureRefused, inspect
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import IssueError


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


def photograph(kind: str = "JPEG", *, frames: int = 1) -> bytes:
    stream = io.BytesIO()
    images = [Image.new("RGB", (20, 10), (100 * n, 0, 0)) for n in range(frames)]
    images[0].save(stream, kind, **({"save_all": True, "append_images": images[1:]} if frames > 1 else {}))
    return stream.getvalue()


def refusal(workspace: Workspace, src: str) -> str:
    quoted = src.replace("\\", "\\\\").replace("\0", "\\0")
    path = write_issue(workspace, issue_text(f'  - {{ type: image, alt: x, src: "{quoted}" }}\n'))
    with pytest.raises(IssueError) as refused:
        load_issue(workspace, path)
    return said(refused.value.problems)[-1]


def kept(workspace: Workspace, name: str, data: bytes) -> Path:
    path = workspace.issues / "lettre" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "src",
    [
        "../../../secret.png",
        "pictures/../../../../secret.png",
        "/../secret.png",
        "/etc/passwd",
        "//server/share/a.png",
        "C:\\Users\\a.png",
        "C:/Users/a.png",
        "\\\\server\\share\\a.png",
        "..%2f..%2f..%2fsecret.png",
        "%2e%2e/%2e%2e/%2e%2e/secret.png",
        "a.png\0.jpg",
        "a%00.png",
    ],
)
def test_a_picture_outside_of_the_workspace_is_refused(
    workspace: Workspace, tmp_path: Path, src: str
) -> None:
    (tmp_path / "secret.png").write_bytes(photograph("PNG"))

    assert "is outside of the workspace" in refusal(workspace, src)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_a_link_that_leaves_the_workspace_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(photograph("PNG"))
    folder = workspace.issues / "lettre"
    folder.mkdir()
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    (folder / "dehors").symlink_to(tmp_path)
    (folder / "boucle.png").symlink_to(folder / "boucle.png")

    assert "is outside of the workspace" in refusal(workspace, "a.png")
    assert "is outside of the workspace" in refusal(workspace, "dehors/secret.png")
    assert "boucle.png" in refusal(workspace, "boucle.png")


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_what_is_no_ordinary_file_is_not_opened(workspace: Workspace) -> None:
    (workspace.issues / "lettre").mkdir()
    os.mkfifo(workspace.issues / "lettre" / "a.png")

    assert "there is no picture “a.png”" in refusal(workspace, "a.png")


def test_a_name_too_long_for_the_system_is_said(workspace: Workspace) -> None:
    assert "xxx" in refusal(workspace, "x" * 5000)


@pytest.mark.parametrize(
    "src", ["https://example.org/a.png", "data:image/png;base64,AAAA", "file:///etc/passwd"]
)
def test_a_picture_is_never_fetched(workspace: Workspace, src: str) -> None:
    assert "pictures are never fetched from the network" in refusal(workspace, src)


def test_a_windows_path_inside_the_folder_is_corrected(workspace: Workspace) -> None:
    assert "is written with \\ (write pictures/name.jpg" in refusal(workspace, "pictures\\a.png")


def test_a_missing_picture_is_looked_for_by_its_name(workspace: Workspace) -> None:
    assert "(put it into the folder of the issue)" in refusal(workspace, "equipe.jpg")

    kept(workspace, "pictures/équipe.jpg", photograph())

    assert "there is no picture “equipe.jpg” (did you mean “pictures/équipe.jpg”?)" in refusal(
        workspace, "equipe.jpg"
    )
    assert "did you mean “pictures/équipe.jpg”?" in refusal(workspace, "images/Équipe.jpg")
    assert "there are: pictures/équipe.jpg" in refusal(workspace, "zzz.gif")
    assert "did you mean “/issues/lettre/pictures/équipe.jpg”?" in refusal(
        workspace, "/issues/lettre/équipe.jpg"
    )


def test_a_picture_is_found_beside_the_issue_and_from_the_workspace(workspace: Workspace) -> None:
    beside = kept(workspace, "a 100 % œuvre.png", photograph("PNG"))
    logo = workspace.root / "commun" / "logo.png"
    logo.parent.mkdir()
    logo.write_bytes(photograph("PNG"))

    assert picture_file(workspace.root, beside.parent, "a 100 % œuvre.png") == beside.resolve()
    assert picture_file(workspace.root, beside.parent, "/commun/logo.png") == logo.resolve()
    assert picture_file(workspace.root, beside.parent, "../../commun/logo.png") == logo.resolve()


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.png", b"bonjour", "a.png is not a picture (mail programs show PNG, JPEG, GIF and WebP"),
        ("a.png", b"", "a.png is not a picture"),
        ("a.png", png(20, 10)[:20], "a.png is not a picture"),
        ("a.gif", b"GIF89a\x01", "a.gif is not a picture"),
        ("a.pdf", b"%PDF-1.7\n", "a.pdf is not a picture"),
        ("a.png", png(10_000, 10_000), "the picture a.png has more than 50 million pixels"),
        ("a.png", png(60_000, 60_000), "the picture a.png has more than 50 million pixels"),
        ("a.png", png(7500, 7500), "the picture a.png has more than 50 million pixels"),
        ("a.gif", gif(MOST_FRAMES + 1), "the animation a.gif has more than 300 frames"),
        ("a.gif", gif(100_000), "the animation a.gif has more than 300 frames"),
        ("a.png", b"x" * (MOST_BYTES + 1), "the picture a.png is larger than 10 MB"),
        ("a.svg", b"", "a.svg is an SVG drawing, which Gmail and Outlook do not show (export it as PNG"),
        ("a.png", b'<?xml version="1.0"?><svg xmlns="x">', "a.png is an SVG drawing"),
        ("a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0", "a.jpg is a photograph in a format (HEIC or AVIF)"),
    ],
)
def test_what_cannot_go_into_a_mail_is_refused_with_its_reason(
    workspace: Workspace, name: str, data: bytes, expected: str
) -> None:
    kept(workspace, name, data)

    assert expected in refusal(workspace, name)


@pytest.mark.parametrize(("kind", "frames"), [("PNG", 1), ("JPEG", 1), ("GIF", 1), ("GIF", 3)])
def test_a_picture_cut_in_half_is_refused_at_its_line(workspace: Workspace, kind: str, frames: int) -> None:
    stream = io.BytesIO()
    images = [Image.effect_noise((90, 90), 20 + n) for n in range(frames)]
    images[0].save(stream, kind, **({"save_all": True, "append_images": images[1:]} if frames > 1 else {}))
    kept(workspace, "a", stream.getvalue()[: len(stream.getvalue()) * 2 // 3])

    assert refusal(workspace, "a").startswith("6:33: the picture a is damaged or incomplete (copy it again")


def test_an_animation_too_heavy_for_every_reader_is_refused_at_its_line(workspace: Workspace) -> None:
    kept(workspace, "a.gif", gif(2)[:-1] + b"!\xfe" + (b"\xff" + b"x" * 255) * 4000 + b"\0;")

    assert refusal(workspace, "a.gif").startswith("6:33: the animation a.gif is larger than 1 MB")


def test_a_whole_animation_that_lacks_its_last_byte_still_goes(workspace: Workspace) -> None:
    kept(workspace, "a.gif", gif(3)[:-1])
    path = write_issue(workspace, issue_text("  - { type: image, alt: x, src: a.gif }\n"))

    assert load_issue(workspace, path).issue.blocks[0].type == "image"


def test_an_unreadable_picture_is_said(workspace: Workspace) -> None:
    path = kept(workspace, "a.png", photograph("PNG"))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")

    assert "the picture “a.png” cannot be read: Permission denied" in refusal(workspace, "a.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_header_tells_what_a_picture_is(workspace: Workspace, kind: str) -> None:
    data = photograph(kind)

    assert inspect(kept(workspace, "a", data)) == PictureInfo(20, 10, kind, 1, False, len(data))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_the_frames_of_an_animation_are_counted(workspace: Workspace, kind: str) -> None:
    info = inspect(kept(workspace, "a", photograph(kind, frames=3)))

    assert (info.frames, info.animated) == (3, True)


def test_a_gif_that_ends_early_is_counted_as_far_as_it_goes(workspace: Workspace) -> None:
    whole, first = gif(5), len(gif(1))

    counts = {inspect(kept(workspace, "a", whole[:end])).frames for end in range(first, len(whole))}

    assert counts == {1, 2, 3, 4, 5}


def test_a_picture_with_many_pixels_still_goes(workspace: Workspace) -> None:
    assert inspect(kept(workspace, "a", png(7000, 7000))).width == 7000


def test_a_refusal_has_a_sentence_and_a_hint(workspace: Workspace) -> None:
    with pytest.raises(PictureRefused) as refused:
        picture_file(workspace.root, workspace.issues, "rien.png")

    assert str(refused.value) == "there is no picture “rien.png” (put it into the folder of the issue)"
