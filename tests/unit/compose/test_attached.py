"""Files that go along with an issue: which ones, how large, and how the mail tells of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from composing import composed, mail
from issue_files import FOOT, HEAD, said, workspace_at, write_issue
from newsletter_mailer.compose.attached import MOST_BYTES
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import IssueError

PDF = b"%PDF-1.7\n"


def office(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


def kept(workspace: Workspace, name: str, data: bytes) -> None:
    path = workspace.issues / "lettre" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def head(*files: str) -> str:
    entries = "".join(f"  - {{ file: '{file}' }}\n" for file in files)
    return HEAD.replace("blocks:", f"attachments:\n{entries}blocks:")


def refusal(workspace: Workspace, *files: str) -> str:
    with pytest.raises(IssueError) as refused:
        load_issue(workspace, write_issue(workspace, head(*files) + FOOT))
    return "\n".join(said(refused.value.problems))


def test_a_file_goes_along_under_its_own_name_and_both_parts_tell_of_it(workspace: Workspace) -> None:
    kept(workspace, "files/Été 2027.pdf", PDF.ljust(240_000))

    composition = composed(workspace, head=head("files/Été 2027.pdf"))

    file = composition.edition.attachments[0]
    assert (file.filename, file.media_type) == ("Été 2027.pdf", "application/pdf")
    assert file.data.startswith(PDF)
    assert "Joint à cette lettre\u00a0:\n- Été 2027 (Été 2027.pdf, 240\u00a0ko)\n" in mail(composition).text
    assert ">Été 2027.pdf</span>, PDF, 240\u00a0ko" in mail(composition).html


def test_a_title_may_hold_merge_tags_and_is_written_as_text(workspace: Workspace) -> None:
    kept(workspace, "a.txt", b"x")
    entry = """attachments: [{ file: a.txt, title: "Pour <b> {{ subscriber.first_name }}" }]\nblocks:"""

    got = mail(composed(workspace, head=HEAD.replace("blocks:", entry)))

    assert "- Pour <b> Ann (a.txt, 1\u00a0ko)" in got.text
    assert "Pour &lt;b&gt; Ann" in got.html


def test_the_calendar_comes_first_and_stays_what_it_is(workspace: Workspace) -> None:
    kept(workspace, "plan.pdf", PDF)
    agenda = "  - { type: agenda, groups: [{ entries: [{ title: AG, date: 2026-12-01 }] }] }\n"

    edition = composed(workspace, agenda, head=head("plan.pdf")).edition

    assert [file.filename for file in edition.attachments] == ["agenda.ics", "plan.pdf"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", office("word/document.xml")),
        ("a.xlsx", office("xl/workbook.xml")),
        ("a.pptx", office("ppt/presentation.xml")),
        ("a.odt", office("mimetype", "content.xml")),
        ("a.PNG", b"\x89PNG\r\n\x1a\n"),
        ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("a.ics", b"BEGIN:VCALENDAR\r\n"),
        ("a.csv", b"a;b\n"),
    ],
)
def test_what_mailboxes_take_goes_along(workspace: Workspace, name: str, data: bytes) -> None:
    kept(workspace, name, data)

    edition = composed(workspace, head=head(name)).edition

    assert [file.filename for file in edition.attachments] == [name]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.exe", b"MZ", "a file such as “a.exe” does not go along: mailboxes refuse it (save it as PDF"),
        ("a.pdf.js", b"x", "a file such as “a.pdf.js” does not go along"),
        ("a.zip", office("a.exe"), "a file such as “a.zip” does not go along"),
        ("a.docm", office("word/document.xml"), "a file such as “a.docm” does not go along"),
        ("a.pdf", b"MZ\x90", "“a.pdf” is not what its name says, is damaged, or holds macros"),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin"), "or holds macros"),
        ("a.odt", office("content.xml", "Basic/Standard/script-lb.xml"), "or holds macros"),
        ("a.docx", b"PK\x03\x04 cut short", "is damaged"),
        ("a.xlsx", office("word/document.xml"), "is not what its name says"),
        ("a.csv", b"MZ\0\0", "is not what its name says"),
        ("a.txt", b"", "the file “a.txt” is empty"),
        ("a.txt", b"x" * (MOST_BYTES + 1), "the file “a.txt” is larger than 5 MB (put it on your web site"),
        (f"{'a' * 120}.txt", b"x", "is too long (at most 120 characters fit)"),
    ],
)
def test_what_no_mailbox_takes_is_refused_with_a_way_out(
    workspace: Workspace, name: str, data: bytes, words: str
) -> None:
    kept(workspace, name, data)

    told = refusal(workspace, name)

    assert words in told
    assert told.startswith("6:13: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../../etc/passwd", "the file “../../../etc/passwd” is outside of the workspace"),
        ("/etc/passwd", "is outside of the workspace (copy it into the folder of the issue"),
        ("https://example.org/a.pdf", "nothing is fetched from the network (a link stands in a text"),
        ("files\\a.pdf", "is written with \\ (write files/name.pdf, with /"),
        ("files/programe.pdf", "there is no file “files/programe.pdf” (did you mean “files/programme.pdf”?)"),
    ],
)
def test_only_files_of_the_workspace_go_along(workspace: Workspace, name: str, words: str) -> None:
    kept(workspace, "files/programme.pdf", PDF)

    assert words in refusal(workspace, name)


def test_a_link_to_a_file_elsewhere_does_not_lead_out(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-secret.txt"
    outside.write_text("secret", "utf-8")
    folder = workspace.issues / "lettre"
    folder.mkdir(parents=True)
    (folder / "a.txt").symlink_to(outside)

    assert "the file “a.txt” is outside of the workspace" in refusal(workspace, "a.txt")


def test_files_that_are_fine_one_by_one_may_be_too_much_together(workspace: Workspace) -> None:
    for name in ("a.txt", "b.txt"):
        kept(workspace, name, b"x" * (MOST_BYTES // 2 + 1))

    assert refusal(workspace, "a.txt", "b.txt").startswith(
        "7:13: the attached files are larger than 5 MB together"
    )


@pytest.mark.parametrize("second", ["b/plan.pdf", "b/PLAN.pdf"])
def test_two_files_of_one_name_are_refused(workspace: Workspace, second: str) -> None:
    for name in ("a/plan.pdf", second):
        kept(workspace, name, PDF)

    assert "7:13: two attached files have the name" in refusal(workspace, "a/plan.pdf", second)


def test_no_file_takes_the_name_of_the_calendar(workspace: Workspace) -> None:
    kept(workspace, "agenda.ics", b"BEGIN:VCALENDAR\r\n")

    assert "two attached files have the name “agenda.ics”" in refusal(workspace, "agenda.ics")


def test_sizes_are_written_as_people_of_the_language_write_them(workspace: Workspace) -> None:
    kept(workspace, "a.pdf", PDF.ljust(1_240_000))

    french = mail(composed(workspace, head=head("a.pdf"))).text
    english = mail(composed(workspace, head=head("a.pdf").replace("date:", "language: en\ndate:"))).text

    assert "(a.pdf, 1,2\u00a0Mo)" in french
    assert "Attached to this letter:\n- a (a.pdf, 1.2\u00a0MB)" in english
