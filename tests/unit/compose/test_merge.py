"""Merge tags survive every serialiser under marks, and come out as slots that know where they stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from newsletter_mailer.compose.merge import Marks, split_html, split_plain
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.edition import Place, Segment, Slot


@pytest.fixture
def marks() -> Marks:
    return Marks.of("an issue")


def places(html: str, marks: Marks) -> list[Place]:
    return [piece.content.place for piece in split_html(html, marks) if isinstance(piece.content, Slot)]


def test_a_tag_used_twice_is_one_expression(marks: Marks) -> None:
    hidden = marks.hide("{{ subscriber.first_name }} et {{subscriber.first_name}}, {{ list.name }}")

    assert "{" not in hidden
    assert list(marks.expressions) == ["subscriber.first_name", "list.name"]


def test_marks_are_letters_and_digits_and_differ_from_issue_to_issue(marks: Marks) -> None:
    assert marks.expression("x").isalnum()
    assert marks.prefix != Marks.of("another issue").prefix
    assert marks.prefix == Marks.of("an issue").prefix


def test_a_mark_written_by_an_author_of_another_issue_is_a_word_like_any_other(marks: Marks) -> None:
    stranger = Marks.of("another issue").expression("subscriber.first_name")

    assert split_plain(stranger, marks, Place.PLAIN) == (Segment(stranger),)


def test_a_slot_knows_where_it_stands(marks: Marks) -> None:
    name = marks.expression("subscriber.first_name")

    assert places(f"<p>{name}</p>", marks) == [Place.HTML_TEXT]
    assert places(f'<img alt="{name}">', marks) == [Place.HTML_ATTRIBUTE]
    assert places(f"<img title='à {name}'>", marks) == [Place.HTML_ATTRIBUTE]
    assert places(f'<a href="{name}">', marks) == [Place.HTML_URL]
    assert places(f'<a href="https://example.org/?n={name}">', marks) == [Place.HTML_URL_PART]
    assert places(f'<a href="{name}/x">', marks) == [Place.HTML_URL_PART]
    assert places(f"<title>{name}</title>", marks) == [Place.HTML_TEXT]


def test_what_only_outlook_reads_is_filled_like_the_rest(marks: Marks) -> None:
    name = marks.expression("subscriber.first_name")

    assert places(f'<!--[if mso | IE]><td><a href="{name}">{name}</a></td><![endif]-->', marks) == [
        Place.HTML_URL,
        Place.HTML_TEXT,
    ]
    assert places(f"<!--[if !mso]><!--><p>{name}</p><!--<![endif]-->", marks) == [Place.HTML_TEXT]


@pytest.mark.parametrize(
    "html",
    [
        "<style>a { color: %s }</style>",
        "<script>%s</script>",
        "<!-- %s -->",
        '<p style="color:%s">',
        '<p onclick="%s">',
        '<p class="%s">',
        "<p %s>",
        "<!doctype %s>",
    ],
)
def test_where_a_value_could_not_be_escaped_the_theme_is_refused(html: str, marks: Marks) -> None:
    with pytest.raises(NewsletterError, match=r"nothing can be filled in: subscriber\.first_name"):
        split_html(html % marks.expression("subscriber.first_name"), marks)


def test_a_condition_where_no_text_stands_is_refused_too(marks: Marks) -> None:
    with pytest.raises(NewsletterError, match=r"nothing can be filled in: links\.preferences"):
        split_html(f"<style>{marks.begin('links.preferences')}</style>", marks)


def test_a_span_goes_to_those_of_whom_its_condition_is_true(marks: Marks) -> None:
    begin, end = marks.begin("links.preferences"), marks.end("links.preferences")
    mark = marks.expression("links.preferences")

    segments = split_plain(f"a{begin}b{mark}{end}c", marks, Place.PLAIN)

    assert segments == (Segment("a"), Segment("b", 0), Segment(Slot(0, Place.PLAIN), 0), Segment("c"))
    assert list(marks.conditions) == ["links.preferences"]


def test_a_span_inside_a_span_needs_both_conditions(marks: Marks) -> None:
    text = f"{marks.begin('a')}1{marks.begin('b')}2{marks.end('b')}3{marks.end('a')}"

    segments = split_plain(text, marks, Place.PLAIN)

    assert segments == (Segment("1", 0), Segment("2", 2), Segment("3", 0))
    assert list(marks.conditions) == ["a", "b", "(a) and (b)"]


def test_text_without_marks_is_one_segment(marks: Marks) -> None:
    html = "<!DOCTYPE html><p class='x'>a < b & c</p><!-- x --><style>y</style>"

    assert split_html(html, marks) == (Segment(html),)


def test_the_segments_put_together_are_the_page(marks: Marks) -> None:
    name = marks.expression("subscriber.first_name")
    html = f"<p title=\"{name}\">{name}<!--[if mso]><b>{name}</b><![endif]--></p><a href='{name}'>x</a>"

    again = "".join(
        piece.content if isinstance(piece.content, str) else name for piece in split_html(html, marks)
    )

    assert again == html


@pytest.mark.parametrize("harm", [str.upper, str.title, lambda text: text[:-4]])
def test_a_theme_that_changes_or_cuts_a_merge_tag_is_refused(
    harm: Callable[[str], str], marks: Marks
) -> None:
    name = harm(f"Pour {marks.expression('subscriber.first_name')}")

    with pytest.raises(NewsletterError, match="the theme changes or cuts a text that holds a merge tag"):
        split_plain(name, marks, Place.PLAIN)
    with pytest.raises(NewsletterError, match="the theme changes or cuts a text that holds a merge tag"):
        split_html(f"<p>{name}</p>", marks)


def test_a_slot_in_the_text_part_knows_whether_it_stands_in_an_address(marks: Marks) -> None:
    name = marks.expression("subscriber.first_name")
    text = f"Chère {name}, https://example.org/?q={name} {name}\n[1] {marks.address(name)}"

    segments = split_plain(text, marks, Place.PLAIN)

    assert [piece.content.place for piece in segments if isinstance(piece.content, Slot)] == [
        Place.PLAIN,
        Place.PLAIN_URL_PART,
        Place.PLAIN,
        Place.PLAIN_URL,
    ]


def test_a_link_that_may_lead_nowhere_is_one_only_where_it_leads(marks: Marks) -> None:
    site = marks.expression("subscriber.website")

    segments = split_html(f'voir <a class="x" href="{site}">mon site</a>.', marks)

    assert segments == (
        Segment("voir "),
        Segment('<a class="x" href="', 0),
        Segment(Slot(0, Place.HTML_URL), 0),
        Segment('">', 0),
        Segment("mon site"),
        Segment("</a>", 0),
        Segment("."),
    )
    assert list(marks.conditions) == ["(subscriber.website) is link"]


def test_a_page_of_the_readers_own_that_the_theme_guards_costs_no_second_condition(marks: Marks) -> None:
    own, gone = marks.expression("links.preferences"), marks.expression("links.unsubscribe")
    guarded = marks.spanned("links.preferences", f'<a href="{own}">x</a>')

    split_html(f'{guarded}<a href="{gone}">y</a>', marks)

    assert list(marks.conditions) == ["links.preferences"]
