"""Values are escaped for the place where they stand, and conditions choose what a reader gets."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message_samples import NASTY, edition, reader, slot
from newsletter_mailer.message.escapes import ESCAPES, one_line
from newsletter_mailer.message.slots import (
    Answers,
    Filler,
    Links,
    Reader,
    form,
    plain_value,
    sample_subscriber,
)
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Place, Segment, Slot
from newsletter_mailer.wording import in_language

ENDS_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FIRST_NAME = ("subscriber.first_name",)


class Tags(HTMLParser):
    """What a browser would see: start tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def page_with(place: Place, before: str, after: str) -> Edition:
    return edition(html=(Segment(before), slot(0, place), Segment(after)), expressions=FIRST_NAME)


@pytest.mark.parametrize("name", NASTY)
def test_a_value_between_tags_is_text(name: str) -> None:
    filler = Filler(page_with(Place.HTML_TEXT, "<p>", "</p>"))

    page = Tags(filler.html(Reader(reader(first_name=name))))

    assert page.tags == [("p", [])]
    assert page.text == one_line(name)


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_value_in_an_attribute_stays_in_it(name: str, quote: str) -> None:
    filler = Filler(page_with(Place.HTML_ATTRIBUTE, f"<p title={quote}", f"{quote}>x</p>"))

    page = Tags(filler.html(Reader(reader(first_name=name))))

    assert page.tags == [("p", [("title", one_line(name))])]


@pytest.mark.parametrize("name", NASTY)
def test_a_value_within_a_link_is_percent_encoded(name: str) -> None:
    filler = Filler(page_with(Place.HTML_URL_PART, '<a href="https://example.org/?q=', '&amp;x=1">x</a>'))

    page = Tags(filler.html(Reader(reader(first_name=name))))

    ((tag, ((attribute, target),)),) = page.tags
    assert (tag, attribute) == ("a", "href")
    assert target is not None
    assert re.fullmatch(r"https://example\.org/\?q=[A-Za-z0-9_.~%-]*&x=1", target)
    assert unquote(target.removeprefix("https://example.org/?q=").removesuffix("&x=1")) == one_line(name)


@pytest.mark.parametrize(
    "name",
    [*NASTY, "//example.org", "\\\\example.org", "/a", "#a", "ftp://example.org", "https:", "https:///"],
)
def test_a_whole_link_of_another_scheme_is_left_empty(name: str) -> None:
    filler = Filler(page_with(Place.HTML_URL, '<a href="', '">x</a>'))

    page = Tags(filler.html(Reader(reader(first_name=name))))

    assert page.tags == [("a", [("href", "")])]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
        (" HTTP://example.org ", "HTTP://example.org"),
        ("mailto:a@example.org?subject=x%20y", "mailto:a@example.org?subject=x%20y"),
        ("tel:+33561000000", "tel:+33561000000"),
        ("https://example.org/a b\"c<d>'", "https://example.org/a%20b%22c%3Cd%3E'"),
        ("https://example.org/\r\nx", "https://example.org/%20%20x"),
    ],
)
def test_a_whole_link_is_kept_and_made_safe(given: str, written: str) -> None:
    filler = Filler(page_with(Place.HTML_URL, '<a href="', '">x</a>'))

    page = Tags(filler.html(Reader(reader(first_name=given))))

    assert page.tags == [("a", [("href", written)])]


@pytest.mark.parametrize("name", [". .", "<b>{{7*7}}</b>", "a\nb", "é&x"])
def test_a_value_within_an_address_of_the_text_part_is_percent_encoded(name: str) -> None:
    text = (Segment("https://example.org/?q="), slot(0, Place.PLAIN_URL_PART), Segment("\n"))
    filler = Filler(edition(text=text, expressions=FIRST_NAME))

    address = filler.text(Reader(reader(first_name=name))).rstrip("\n")

    assert re.fullmatch(r"https://example\.org/\?q=[A-Za-z0-9_.~%-]*", address)
    assert unquote(address.removeprefix("https://example.org/?q=")) == one_line(name)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://example.org/a?b=1&c=<d> e", "https://example.org/a?b=1&c=%3Cd%3E%20e"),
        ("tel:+33561000000", "tel:+33561000000"),
        ("javascript:alert(1)", ""),
        ("Ann", ""),
    ],
)
def test_a_whole_address_of_the_text_part_is_a_link_or_nothing(given: str, written: str) -> None:
    text = (Segment("[1] "), slot(0, Place.PLAIN_URL))
    filler = Filler(edition(text=text, expressions=FIRST_NAME))

    assert filler.text(Reader(reader(first_name=given))) == f"[1] {written}"


@pytest.mark.parametrize("name", NASTY)
def test_a_value_in_text_or_subject_is_one_line(name: str) -> None:
    filler = Filler(
        edition(
            subject=(slot(0, Place.HEADER),),
            text=(slot(0, Place.PLAIN), Segment("\n")),
            expressions=FIRST_NAME,
        )
    )

    text = filler.text(Reader(reader(first_name=name)))
    subject = filler.subject(Reader(reader(first_name=name)))

    assert not ENDS_A_LINE.search(text.removesuffix("\n"))
    assert not ENDS_A_LINE.search(subject)
    assert subject == text.strip()


@given(st.text(), st.sampled_from(Place))
def test_no_escape_lets_a_control_character_pass(value: str, place: Place) -> None:
    assert not ENDS_A_LINE.search(ESCAPES[place](value))


def test_a_constant_of_the_author_cannot_break_a_line_either() -> None:
    filler = Filler(edition(subject=(slot(0, Place.HEADER),), expressions=(r'"a\r\nBcc: b"',)))

    assert filler.subject(Reader(reader())) == "a  Bcc: b"


def test_every_name_that_a_tag_may_use_has_its_value() -> None:
    names = (
        "subscriber.address",
        "subscriber.first_name",
        "subscriber.last_name",
        "subscriber.language",
        "subscriber.town",
        "organisation.name",
        "list.name",
        "links.unsubscribe",
        "links.preferences",
        "links.view_in_browser",
    )
    text = tuple(
        itertools.chain.from_iterable((slot(n, Place.PLAIN), Segment("|")) for n in range(len(names)))
    )
    filler = Filler(edition(text=text, expressions=names, fallbacks=(("town", ""),)))
    subscriber = reader(
        first_name="Zoé", last_name="Été", language="fr", organisation="Asso", attributes={"town": "Pau"}
    )

    said = filler.text(
        Reader(subscriber, list_name="Adhérents", links=Links("https://u", "https://p", "https://v"))
    )

    assert said == "reader1@example.org|Zoé|Été|fr|Pau|Asso|Adhérents|https://u|https://p|https://v|"


@pytest.mark.parametrize(("town", "said"), [("Pau", "Pau"), ("", "votre ville"), (None, "votre ville")])
def test_an_empty_field_gives_way_to_its_fallback(town: str | None, said: str) -> None:
    filler = Filler(
        edition(
            text=(slot(0, Place.PLAIN),),
            expressions=("subscriber.town",),
            fallbacks=(("town", "votre ville"),),
        )
    )
    attributes = {} if town is None else {"town": town}

    assert filler.text(Reader(reader(attributes=attributes))) == said


def test_a_fallback_may_stand_in_for_a_first_name_too() -> None:
    filler = Filler(
        edition(text=(slot(0, Place.PLAIN),), expressions=FIRST_NAME, fallbacks=(("first_name", "toi"),))
    )

    assert filler.text(Reader(reader(first_name="Zoé"))) == "Zoé"
    assert filler.text(Reader(reader())) == "toi"


def test_the_organisation_given_goes_before_the_subscribers_own() -> None:
    filler = Filler(edition(text=(slot(0, Place.PLAIN),), expressions=("organisation.name",)))

    assert filler.text(Reader(reader(organisation="A"), organisation="B")) == "B"


def test_ten_blocks_with_conditions_read_as_a_naive_rendering_for_readers_of_all_kinds() -> None:
    fields = [f"f{number}" for number in range(10)]
    segments = [Segment("start ")]
    for number in range(10):
        segments += [
            Segment(f"<{number}", number),
            slot(number, Place.PLAIN, number),
            Segment(f"{number}>", number),
        ]
    filler = Filler(
        edition(
            text=(*segments, Segment(" end")),
            expressions=tuple(f"subscriber.{field}" for field in fields),
            conditions=tuple(f'subscriber.{field} == "yes"' for field in fields),
            fallbacks=tuple((field, "") for field in fields),
        )
    )

    for chosen in range(2**10):
        values = {field: "yes" if chosen >> number & 1 else "no" for number, field in enumerate(fields)}
        naive = "".join(f"<{n}yes{n}>" for n in range(10) if chosen >> n & 1)
        assert filler.text(Reader(reader(attributes=values))) == f"start {naive} end"


def test_the_sample_reader_is_plainly_nobody() -> None:
    somebody = sample_subscriber("en")

    assert (somebody.first_name, somebody.last_name) == ("First name", "Last name")
    assert somebody.address.endswith("@example.org")


def test_the_sample_reader_speaks_the_language_of_the_mail_and_not_the_officer_s() -> None:
    with in_language("en"):
        somebody = sample_subscriber("fr-FR")

    assert (somebody.first_name, somebody.last_name) == ("Prénom", "Nom")


@pytest.mark.parametrize(
    "source",
    [
        "subscriber.address",
        "subscriber.first_name",
        "subscriber.last_name",
        "subscriber.language",
        "subscriber.town",
        "subscriber.first_name or 'friend'",
        'subscriber.last_name or "friend"',
        "organisation.name",
        "list.name",
        "links.unsubscribe",
        "links.preferences",
        "links.view_in_browser or 'nowhere'",
    ],
)
@pytest.mark.parametrize(
    "subscriber",
    [
        reader(),
        reader(first_name="Zoé\n", last_name="\u202eÉté", language="fr", organisation="Réseau"),
        reader(attributes={"town": "Foix", "first_name": "Zoé"}),
    ],
)
def test_a_bare_name_is_answered_as_a_template_would(source: str, subscriber: Subscriber) -> None:
    fallbacks = (("town", "somewhere"), ("first_name", "you"))
    whom = Reader(subscriber, list_name="Adhérents", links=Links("https://news.example.org/u/x"))

    bare, _ = Answers(edition(expressions=(source,), fallbacks=fallbacks))(whom)
    worked_out, _ = Answers(edition(expressions=(f"({source}) ~ ''",), fallbacks=fallbacks))(whom)

    assert bare == worked_out


@pytest.mark.parametrize(
    "source", ["subscriber.shoe_size", "nobody.name", "subscriber.first_name | upper", "1"]
)
def test_everything_else_is_left_to_the_template(source: str) -> None:
    assert plain_value(source, ()) is None


def test_what_is_remembered_of_readers_has_an_end() -> None:
    greeting = form((Segment(Slot(0, Place.HTML_TEXT)),), str)
    known = greeting.gaps[0].written

    letters = [greeting.fill([f"{n} & {n}"], []) for n in range(3000) for _ in range(2)]
    letters += [greeting.fill(["&" * 41], [])]

    assert letters[:2] == [["0 &amp; 0"]] * 2
    assert letters[-3:] == [["2999 &amp; 2999"], ["2999 &amp; 2999"], ["&amp;" * 41]]
    assert len(known) == 1024
