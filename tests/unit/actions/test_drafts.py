"""What is written on the page is in the file at once, and every state of the file can be had again."""

from __future__ import annotations

import codecs
import json
import re
import shutil
import stat
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from drafting import MINUTE, Pen, path_of, pen_in
from newsletter_mailer.actions.drafts import CannotSave, Choice, Conflict, Edit, EditRefused, Op, told
from newsletter_mailer.actions.drafts import files as files_of_drafts
from newsletter_mailer.actions.drafts.history import MOST_STEPS, Kind, Step, load
from newsletter_mailer.errors import FileProblems
from small_disk import small_disk


@pytest.fixture
def pen(tmp_path: Path) -> Pen:
    return pen_in(tmp_path)


def test_a_change_is_in_the_file_and_the_rest_of_it_as_it_was(pen: Pen) -> None:
    before = pen.text

    draft = pen.write("subject", "Des nouvelles : décembre")

    assert pen.text == before.replace("Des nouvelles de novembre", '"Des nouvelles : décembre"')
    assert draft.data["subject"] == "Des nouvelles : décembre"
    assert not draft.problems


def test_a_text_of_several_lines_is_written_as_people_write_it_and_shown_without_its_last_line_end(
    pen: Pen,
) -> None:
    draft = pen.write("blocks.2.text", "Bonjour\r\n\r\nÀ bientôt")

    assert "    text: |\n      Bonjour\n\n      À bientôt\n  - type: footer\n" in pen.text
    assert draft.data["blocks"][2]["text"] == "Bonjour\n\nÀ bientôt"


def test_a_long_history_never_makes_a_conflict_of_what_was_brought_together(pen: Pen) -> None:
    kept = load(pen.history, "issues/essai/issue.yaml")
    for number in range(MOST_STEPS):
        kept.add(pen.path.read_bytes(), Step(number, Kind.EDITED))
    kept.save()
    base = pen.draft.version
    pen.elsewhere("Trois rendez-vous", "Quatre rendez-vous")

    brought = pen.write("subject", "Mien", base=base)
    pen.write("subject", "Le mien", base=brought.yours)

    assert "subject: Le mien\n" in pen.text
    assert "Quatre rendez-vous" in pen.text


def test_what_is_wrong_is_saved_all_the_same_and_told_with_its_field(pen: Pen) -> None:
    draft = pen.write("date", "demain")

    assert "date: demain\n" in pen.text
    assert [problem.field for problem in draft.problems] == ["date"]


def test_byte_order_mark_mode_and_link_of_the_file_stay(pen: Pen, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.yaml"
    real.write_bytes(codecs.BOM_UTF8 + pen.path.read_bytes())
    real.chmod(0o640)
    pen.path.unlink()
    pen.path.symlink_to(real)
    pen.path = real
    pen.draft = pen.drafts.draft(real)

    pen.write("title", "Neu")

    assert real.read_bytes().startswith(codecs.BOM_UTF8 + b"id: essai-2026-11\ntitle: Neu\n")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_undo_and_redo_go_from_step_to_step(pen: Pen) -> None:
    texts = [pen.text]
    for number in range(3):
        pen.write("title", f"Titre {number}")
        texts.append(pen.text)

    back = [pen.undo() and pen.text for _ in range(4)]
    forth = [pen.redo() and pen.text for _ in range(4)]

    assert back == [texts[2], texts[1], texts[0], texts[0]]
    assert forth == [texts[1], texts[2], texts[3], texts[3]]
    assert not pen.draft.can_redo


def test_typing_in_one_field_is_one_step_until_its_author_pauses(pen: Pen) -> None:
    for number, after_ms in enumerate([MINUTE, 500, 500, MINUTE, 500]):
        pen.write("title", "T" * (number + 1), after_ms=after_ms)

    titles = [pen.undo().data["title"] for _ in range(2)]

    assert titles == ["TTT", "La lettre d'essai"]


def test_long_typing_leaves_a_step_each_minute(pen: Pen) -> None:
    for number in range(40):
        pen.write("title", f"{number}", after_ms=5000)

    steps = [past.step.at for past in pen.drafts.history(pen.path)]

    assert len(steps) == 5
    assert max(one - other for one, other in pairwise(steps[:-1])) <= MINUTE


def test_what_was_undone_before_something_else_was_written_stays_in_the_history(pen: Pen) -> None:
    pen.write("title", "Un")
    pen.undo()
    pen.write("title", "Deux")

    undone = next(past for past in pen.drafts.history(pen.path) if past.step.place.value == "branch")
    draft = pen.drafts.restore(pen.path, undone.step.at)

    assert draft.data["title"] == "Un"
    assert pen.drafts.undo(pen.path, draft.version).data["title"] == "Deux"


def test_history_and_undo_survive_the_program(pen: Pen, tmp_path: Path) -> None:
    pen.write("title", "Un")
    pen.write("subject", "Deux")

    again = Pen(tmp_path)

    assert again.draft.can_undo
    kinds = [(past.step.kind, past.step.field) for past in again.drafts.history(again.path)]
    assert kinds == [("edited", "subject"), ("edited", "title"), ("opened", "")]
    assert again.undo().data["subject"] == "Des nouvelles de novembre"


def test_the_history_is_for_its_owner_alone(pen: Pen) -> None:
    pen.write("title", "Un")

    modes = {stat.S_IMODE(path.stat().st_mode) for path in pen.history.iterdir()}

    assert modes == {0o600}


def test_a_history_whose_order_was_lost_is_found_again(pen: Pen, tmp_path: Path) -> None:
    pen.write("title", "Un")
    pen.write("title", "Deux")
    (pen.history / "steps.json").write_text("{half")

    again = Pen(tmp_path)

    titles = {
        again.drafts.restore(again.path, past.step.at).data["title"]
        for past in again.drafts.history(again.path)
    }
    assert titles >= {"La lettre d'essai", "Un", "Deux"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda _body: "[" * 100_000,
        lambda body: body.replace('"here": 1', '"here": 1e999'),
        lambda body: body.replace('"at": ', '"at": "x", "was": '),
        lambda body: re.sub(r'"at": (\d+)', r'"at": "\1"', body),
        lambda body: re.sub(r'"version": "\w+"', '"version": null', body),
        lambda _body: "\0" * 300,
    ],
)
def test_a_history_whose_order_was_damaged_stops_nobody_from_writing(
    pen: Pen, tmp_path: Path, damage: Callable[[str], str]
) -> None:
    pen.write("title", "Un")
    index = pen.history / "steps.json"
    index.write_text(damage(index.read_text()))

    again = Pen(tmp_path)
    again.write("title", "Deux")

    assert "title: Deux" in again.text
    assert again.drafts.undo(again.path, again.draft.version).data["title"] == "Un"


def test_what_was_left_half_written_when_the_machine_stopped_is_swept_away(pen: Pen, tmp_path: Path) -> None:
    left = [pen.path.with_name(".issue.yaml.0a1b2c3d"), pen.history / ".steps.json.0a1b2c3d"]
    others = [pen.path.with_name(".issue.yaml.swp"), pen.path.with_name(".issue.yaml.0a1b2c3d.bak")]
    for path in (*left, *others):
        path.write_text("half")

    Pen(tmp_path)

    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in others)


def test_a_folder_whose_name_is_no_text_has_a_history(tmp_path: Path) -> None:
    folder = tmp_path / "vieux\udce9"

    pen = pen_in(folder)
    pen.write("title", "Un", batch="\ud800")

    assert pen.drafts.undo(pen.path, pen.draft.version).data["title"] == "La lettre d'essai"


def test_a_file_that_its_author_protected_is_not_replaced(pen: Pen) -> None:
    before = pen.text
    pen.path.chmod(0o444)

    with pytest.raises(CannotSave, match=r"issue\.yaml cannot be written: there is no right"):
        pen.write("title", "Un")

    assert pen.text == before
    pen.path.chmod(0o644)
    assert pen.write("title", "Un").data["title"] == "Un"


def test_the_history_keeps_a_bounded_number_of_states(pen: Pen) -> None:
    body = json.loads((pen.history / "steps.json").read_text())
    body["steps"] = [{**body["steps"][0], "at": number} for number in range(450)]
    (pen.history / "steps.json").write_text(json.dumps({**body, "here": 449}))

    pen.write("title", "Un")

    assert len(pen.drafts.history(pen.path)) == 400
    assert pen.undo().data["title"] == "La lettre d'essai"


def test_a_copy_of_the_folder_has_a_history_of_its_own(pen: Pen, tmp_path: Path) -> None:
    pen.write("title", "Un")
    copy = Path(shutil.copytree(pen.path.parent, tmp_path / "issues" / "copie")) / "issue.yaml"

    other = pen.drafts.draft(copy)

    assert not other.can_undo
    assert pen.undo().data["title"] == "La lettre d'essai"


def test_a_folder_that_was_renamed_keeps_its_history(pen: Pen, tmp_path: Path) -> None:
    pen.write("title", "Un")
    pen.path = pen.path.parent.rename(tmp_path / "issues" / "decembre") / "issue.yaml"

    assert pen.drafts.undo(pen.path, pen.draft.version).data["title"] == "La lettre d'essai"


def test_the_same_batch_twice_is_written_once(pen: Pen) -> None:
    base = pen.draft.version
    new = Edit(Op.INSERT, ("blocks", 1), {"type": "divider"})
    pen.send(new, base=base, batch="b1")

    again = pen.send(new, base=base, batch="b1")

    assert [block["type"] for block in again.data["blocks"]] == [
        "masthead",
        "divider",
        "image",
        "text",
        "footer",
    ]


def test_what_another_program_changed_elsewhere_is_taken_in_quietly(pen: Pen) -> None:
    base = pen.draft.version
    pen.elsewhere("  - type: image", "  # neu\n  - type: divider\n\n  - type: image")

    draft = pen.write("blocks.1.alt", "Un champ", base=base)

    assert draft.is_news
    assert [block["type"] for block in draft.data["blocks"]] == [
        "masthead",
        "divider",
        "image",
        "text",
        "footer",
    ]
    assert draft.data["blocks"][2]["alt"] == "Un champ"
    assert "  # neu\n" in pen.text


def test_what_the_page_writes_next_may_build_on_what_it_knows(pen: Pen) -> None:
    pen.elsewhere("  - type: image", "  - type: divider\n  - type: image")
    first = pen.write("blocks.1.alt", "Un", base=pen.draft.version)

    second = pen.write("blocks.2.text", "Deux", base=first.yours)

    assert [block.get("alt") or block.get("text") for block in second.data["blocks"]] == [
        None,
        None,
        "Un",
        "Deux",
        None,
    ]


def test_undo_does_not_take_back_what_another_program_wrote_unseen(pen: Pen) -> None:
    pen.write("title", "Un")
    pen.elsewhere("Un\n", "Deux\n")

    draft = pen.undo()

    assert draft.data["title"] == "Deux"
    assert pen.undo().data["title"] == "Un"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("subject", "Des nouvelles de novembre", "Lui"),
        ("blocks.1.alt", "    alt: Des plantes qui poussent\n", ""),
        ("blocks.1.alt", "  - type: image\n    src: picture.png\n    alt: Des plantes qui poussent\n", ""),
        ("blocks", "title: La lettre\n", "title: Sa lettre\n"),
    ],
)
def test_where_both_changed_the_author_is_asked_and_nothing_is_written(
    pen: Pen, name: str, old: str, new: str
) -> None:
    pen.elsewhere(old, new)
    theirs = pen.text

    with pytest.raises(Conflict) as asked:
        pen.write(name, [] if name == "blocks" else "Moi")

    assert pen.text == theirs
    assert asked.value.draft.version != pen.draft.version


def test_both_may_have_changed_it_to_the_same(pen: Pen) -> None:
    pen.elsewhere("Des nouvelles de novembre", "Pareil")

    assert pen.write("subject", "Pareil").data["subject"] == "Pareil"


@pytest.mark.parametrize(
    ("choice", "subject", "title"),
    [
        (Choice.MINE, "Moi", "La lettre d'essai"),
        (Choice.DISK, "Lui", "Son titre"),
        (Choice.BOTH, "Moi", "Son titre"),
    ],
)
def test_each_choice_makes_what_it_says_and_the_other_version_stays_in_the_history(
    pen: Pen, choice: Choice, subject: str, title: str
) -> None:
    base = pen.draft.version
    pen.elsewhere("Des nouvelles de novembre", "Lui")
    pen.elsewhere("La lettre d'essai", "Son titre")
    shown = pen.drafts.draft(pen.path).version

    draft = pen.drafts.resolve(
        pen.path, choice, base=base, shown=shown, edits=[Edit(Op.SET, ("subject",), "Moi")]
    )

    assert (draft.data["subject"], draft.data["title"]) == (subject, title)
    subjects = set()
    for past in pen.drafts.history(pen.path):
        subjects.add(pen.drafts.restore(pen.path, past.step.at).data["subject"])
    assert subjects >= {"Moi", "Lui"}


def test_of_a_long_text_both_versions_are_kept_paragraph_by_paragraph(pen: Pen) -> None:
    pen.write("blocks.2.text", "Un.\n\nDeux.\n\nTrois.")
    base = pen.draft.version
    pen.elsewhere("Trois.", "Trois, et lui.")
    shown = pen.drafts.draft(pen.path).version
    mine = Edit(Op.SET, path_of("blocks.2.text"), "Un, et moi.\n\nDeux.\n\nTrois.")

    draft = pen.drafts.resolve(pen.path, Choice.BOTH, base=base, shown=shown, edits=[mine])

    assert draft.data["blocks"][2]["text"] == "Un, et moi.\n\nDeux.\n\nTrois, et lui."


def test_a_block_that_the_other_removed_comes_back_with_what_the_author_writes_in_it(pen: Pen) -> None:
    base = pen.draft.version
    pen.elsewhere("  - type: image\n    src: picture.png\n    alt: Des plantes qui poussent\n", "")
    shown = pen.drafts.draft(pen.path).version

    draft = pen.drafts.resolve(
        pen.path, Choice.BOTH, base=base, shown=shown, edits=[Edit(Op.SET, path_of("blocks.1.alt"), "Moi")]
    )

    assert [block["type"] for block in draft.data["blocks"]] == ["masthead", "image", "text", "footer"]
    assert draft.data["blocks"][1] == {"type": "image", "src": "picture.png", "alt": "Moi"}


def test_a_choice_about_a_version_that_changed_again_is_asked_anew(pen: Pen) -> None:
    base = pen.draft.version
    pen.elsewhere("Des nouvelles de novembre", "Lui")
    shown = pen.drafts.draft(pen.path).version
    pen.elsewhere("Lui", "Lui encore")

    with pytest.raises(Conflict):
        pen.drafts.resolve(pen.path, Choice.DISK, base=base, shown=shown, edits=[])


def test_a_file_that_is_no_yaml_takes_no_edit_and_can_be_brought_back(pen: Pen) -> None:
    pen.elsewhere("blocks:", "blocks: [")

    with pytest.raises(FileProblems):
        pen.write("title", "Un")
    found = pen.drafts.draft(pen.path)
    first = pen.drafts.history(pen.path)[-1]

    assert found.data is None
    assert found.problems
    assert pen.drafts.restore(pen.path, first.step.at).data["title"] == "La lettre d'essai"


def test_an_edit_that_does_not_fit_leaves_file_and_history_alone(pen: Pen) -> None:
    before = pen.text

    with pytest.raises(EditRefused):
        pen.send(Edit(Op.SET, ("title",), "Un"), Edit(Op.REMOVE, ("blocks", 9)))

    assert pen.text == before
    assert len(pen.drafts.history(pen.path)) == 1


def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        pen = pen_in(disk.folder)
        before, disk_was_full = pen.text, False
        disk.fill()

        try:
            pen.write("title", "Un")
        except CannotSave as refused:
            disk_was_full = refused.no_room and "the disk is full" in str(refused)
        kept = pen.text
        disk.make_room()

        assert disk_was_full
        assert kept == before
        assert pen.write("title", "Un").data["title"] == "Un"


def test_a_history_that_cannot_be_written_is_told_before_the_file_is_touched(pen: Pen) -> None:
    before = pen.text
    shutil.rmtree(pen.history.parent)
    pen.history.parent.write_text("in the way")

    with pytest.raises(CannotSave, match="the history in var/history/essai-2026-11 cannot be written"):
        pen.write("title", "Un")

    assert pen.text == before


def test_a_file_that_is_gone_is_told_and_its_history_stays(pen: Pen) -> None:
    pen.write("title", "Un")
    pen.path.unlink()

    with pytest.raises(CannotSave, match="no such file"):
        pen.drafts.draft(pen.path)
    assert any("Un" in path.read_text(encoding="utf-8") for path in pen.history.glob("*.yaml"))


def test_an_editor_that_saved_since_the_file_was_read_is_not_overwritten(pen: Pen) -> None:
    read = files_of_drafts.state(pen.path)
    pen.elsewhere("La lettre d'essai", "Lui")

    with pytest.raises(files_of_drafts.ChangedMeanwhile):
        files_of_drafts.put(pen.path, b"x", instead_of=read, new_id="n")

    assert "Lui" in pen.text
    assert {path.name for path in pen.path.parent.iterdir()} == {"issue.yaml", "picture.png"}


def test_the_history_says_what_was_done_where(pen: Pen) -> None:
    pen.write("title", "Un")
    pen.write("blocks.1.alt", "Un champ")
    pen.send(Edit(Op.INSERT, ("blocks", 1), {"type": "divider"}))
    pen.send(Edit(Op.MOVE, ("blocks", 1), to=2))
    pen.send(Edit(Op.REMOVE, ("blocks", 2)))
    pen.send(Edit(Op.SET, ("title",), "a"), Edit(Op.SET, ("subject",), "b"))
    pen.elsewhere("subject: b", "subject: c")

    said = [str(told(past.step, lambda part, field: field or part)) for past in pen.drafts.history(pen.path)]

    assert said == [
        "saved by another program",
        "several changes",
        "block 3 removed: divider",
        "block 2 moved: divider",
        "block 2 added: divider",
        "alt in block 2, image",
        "title",
        "as the composer found it",
    ]


def test_what_the_file_can_never_take_is_left_out_and_the_rest_is_saved(pen: Pen) -> None:
    edits = [
        Edit(Op.SET, ("title",), "Un"),
        Edit(Op.REMOVE, ("blocks", 9)),
        Edit(Op.SET, ("subject",), "Deux"),
    ]
    version = pen.draft.version

    draft = pen.drafts.resolve(pen.path, Choice.BOTH, base=version, shown=version, edits=edits)

    assert (draft.data["title"], draft.data["subject"]) == ("Un", "Deux")


def test_a_file_that_grew_too_large_is_kept_whole_in_the_history(pen: Pen) -> None:
    pen.path.write_text(pen.text + "# x\n" * 300_000, encoding="utf-8")
    large = pen.drafts.draft(pen.path)

    pen.drafts.undo(pen.path, large.version)
    pen.drafts.redo(pen.path, pen.drafts.draft(pen.path).version)

    assert large.data is None
    assert "larger than" in str(large.problems[0])
    assert pen.path.stat().st_size > 1_200_000


def test_a_file_that_is_no_issue_at_all_is_not_taken_into_the_history(pen: Pen) -> None:
    with pen.path.open("r+b") as file:
        file.truncate(30_000_000)

    with pytest.raises(CannotSave, match="larger than"):
        pen.drafts.draft(pen.path)
