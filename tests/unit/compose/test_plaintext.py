"""The text part keeps to 72 columns, whatever is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.compose.merge import Marks
from newsletter_mailer.compose.plaintext import (
    VALUE,
    WIDTH,
    LinkList,
    capitals,
    row,
    tidied,
    underlined,
    wrap,
)


@given(st.lists(st.text(st.sampled_from("abé,.'-"), min_size=1, max_size=20), min_size=1, max_size=60))
def test_no_line_is_longer_than_72_and_no_word_is_lost(words: list[str]) -> None:
    text = " ".join(words)

    lines = wrap(text, "- ", "  ")

    assert max(len(line) for line in lines.split("\n")) <= WIDTH
    assert lines.split() == ["-", *text.split()]


def test_an_address_is_never_broken() -> None:
    address = "https://example.org/" + "a-b" * 40

    assert address in wrap(f"voir {address} et la suite")


def test_a_no_break_space_holds_its_words_together() -> None:
    text = wrap("x" * 66 + " 5\u00a0136\u00a0personnes")

    assert text.split("\n")[1] == "5\u00a0136\u00a0personnes"


def test_the_line_ends_of_the_author_stay() -> None:
    assert wrap("un\ndeux", "> ") == "> un\n> deux"


def test_a_heading_stands_over_a_line_of_its_own_length() -> None:
    assert underlined("Été") == "Été\n---"
    assert underlined("x" * 60 + " " + "y" * 20, "=").split("\n")[2] == "=" * 60


def test_a_table_folds_its_right_column_only() -> None:
    lines = row("16 sept.", "mot " * 30, 15).split("\n")

    assert lines[0].startswith("16 sept.       mot")
    assert all(line.startswith(" " * 15) for line in lines[1:])


def test_what_fills_the_left_column_has_its_text_below() -> None:
    assert (
        row("27 500 000 €", "de chiffre d'affaires", 12) == f"27 500 000 €\n{' ' * 12}de chiffre d'affaires"
    )


def test_blank_lines_and_trailing_spaces_go_but_the_signature_mark_stays() -> None:
    assert tidied("\n\na  \n\n\n\n-- \nb \n") == "a\n\n-- \nb"


def test_links_are_numbered_through_the_mail_and_listed_where_they_are_used() -> None:
    links = LinkList(Marks.of(""))

    first = [links.reference("https://a"), links.reference("https://b"), links.reference("https://a")]
    listed = links.listed()
    again = links.reference("https://b")

    assert first == [" [1]", " [2]", " [1]"]
    assert listed == "\n\n[1] https://a\n[2] https://b"
    assert (again, links.listed(), links.listed()) == (" [2]", "\n\n[2] https://b", "")


def test_a_merge_tag_is_folded_and_underlined_as_ten_columns() -> None:
    mark = Marks.of("").expression("subscriber.first_name")

    assert underlined(f"Pour {mark}") == f"Pour {mark}\n{'-' * (5 + VALUE)}"
    assert wrap(f"{'x' * 61} {mark}") == f"{'x' * 61} {mark}"
    assert wrap(f"{'x' * 62} {mark}") == f"{'x' * 62}\n{mark}"
    assert row(mark, "habitants", 12) == f"{mark}  habitants"


def test_capitals_leave_merge_tags_as_they_are() -> None:
    mark = Marks.of("").expression("subscriber.first_name")

    assert capitals(f"Pour {mark} été") == f"POUR {mark} ÉTÉ"


def test_a_link_that_may_lead_nowhere_is_numbered_and_listed_under_its_condition() -> None:
    marks = Marks.of("")
    links, own = LinkList(marks), marks.expression("subscriber.website")

    said = links.reference(own) + links.reference("https://a")
    listed = links.listed()

    begin, end = marks.begin("(subscriber.website) is link"), marks.end("(subscriber.website) is link")
    assert said == f"{begin} [1]{end} [2]"
    assert listed == f"\n\n[2] https://a{begin}\n[1] {marks.address(own)}{end}"
