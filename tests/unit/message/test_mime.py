"""The final bytes of a message, read by a strict reader."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from message_samples import (
    BY_MAIL,
    CALENDAR,
    NASTY,
    NOON,
    ON_THE_WEB,
    PICTURE,
    SENDER,
    TOKEN,
    copy,
    edition,
    french,
    reader,
    slot,
)
from newsletter_mailer.message.clean import is_clean
from newsletter_mailer.message.headers import HeaderError
from newsletter_mailer.message.mime import Copy, Envelope, Letterhead, MessageTemplate, links_for
from newsletter_mailer.message.slots import Filler, Reader
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Place, Segment
from strict_mail import Part, read_mailbox, read_message, read_parameters, read_text

ADDRESS = "reader1@example.org"


def built(
    of: Edition, letterhead: Letterhead = ON_THE_WEB, subscriber: Subscriber | None = None
) -> tuple[Envelope, bytes, Part]:
    template = MessageTemplate(of, letterhead)
    envelope, raw = template.build(subscriber or reader(), copy())
    assert template.clean
    assert is_clean(raw)
    return envelope, raw, read_message(raw)


def shown(of: Edition, letterhead: Letterhead, subscriber: Subscriber) -> tuple[str, str, str]:
    """Subject, text and HTML as previews show them."""
    filler = Filler(of)
    whom = Reader(subscriber, list_name=letterhead.list_name, links=links_for(letterhead, TOKEN))
    return filler.subject(whom), filler.text(whom), filler.html(whom)


def test_the_headers_are_told_once_and_in_order() -> None:
    subscriber = reader(first_name="Zoé", last_name="L’Été")

    envelope, raw, message = built(edition(), ON_THE_WEB, subscriber)

    assert envelope == Envelope("news@example.org", ADDRESS)
    assert list(message.headers) == [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-id",
        "precedence",
        "content-language",
        "mime-version",
        "content-type",
    ]
    assert read_mailbox(message.headers["from"]) == ("Réseau d’exemple", "news@example.org")
    assert read_mailbox(message.headers["to"]) == ("Zoé L’Été", ADDRESS)
    assert read_text(message.headers["subject"]) == "Bonjour Zoé"
    assert message.headers["date"] == "Mon, 23 Nov 2026 12:00:05 +0100"
    assert message.headers["message-id"] == "<1.abcdef@example.org>"
    assert message.headers["content-language"] == "fr"
    assert not re.search(rb"(?im)^(cc|bcc|auto-submitted|x-[^:]*):", raw)


def test_the_reply_goes_where_the_sender_wishes() -> None:
    _, _, message = built(edition(sender=replace(SENDER, reply_to="contact@médiathèque.example")))

    assert read_mailbox(message.headers["reply-to"]) == ("", "contact@xn--mdiathque-53af.example")


def test_domains_of_all_scripts_travel_as_a_labels() -> None:
    of = edition(sender=replace(SENDER, email="news@café.example"))
    letterhead = replace(
        BY_MAIL, unsubscribe_mailbox="leave+us@café.example", web_base="https://café.example/lettre/"
    )

    envelope, raw = MessageTemplate(of, letterhead).build(reader(), copy("ann@bücher.example"))

    message = read_message(raw)
    assert envelope == Envelope("news@xn--caf-dma.example", "ann@xn--bcher-kva.example")
    assert read_mailbox(message.headers["to"])[1] == "ann@xn--bcher-kva.example"
    assert message.headers["list-unsubscribe"] == (
        f"<https://xn--caf-dma.example/lettre/u/{TOKEN}>, "
        f"<mailto:leave+us@xn--caf-dma.example?subject=unsubscribe%20{TOKEN}>"
    )


@pytest.mark.parametrize(
    ("web_base", "first", "one_click"),
    [
        ("https://news.example.org", f"<https://news.example.org/u/{TOKEN}>, ", "List-Unsubscribe=One-Click"),
        ("http://127.0.0.1:8000", f"<http://127.0.0.1:8000/u/{TOKEN}>, ", None),
        ("", "", None),
    ],
)
def test_one_click_is_offered_only_beside_https(web_base: str, first: str, one_click: str | None) -> None:
    _, _, message = built(edition(), replace(BY_MAIL, web_base=web_base))

    by_mail = f"<mailto:leave@example.org?subject=unsubscribe%20{TOKEN}>"
    assert message.headers["list-unsubscribe"] == first + by_mail
    assert message.headers.get("list-unsubscribe-post") == one_click


def test_a_link_in_the_mail_is_the_preferred_way_of_the_header() -> None:
    _, _, on_the_web = built(edition(), ON_THE_WEB)
    _, _, by_mail = built(edition(), BY_MAIL)

    assert f"https://news.example.org/u/{TOKEN}\n" in on_the_web.only("text/plain").content.decode()
    assert (
        f"mailto:leave@example.org?subject=unsubscribe%20{TOKEN}\n"
        in by_mail.only("text/plain").content.decode()
    )


def test_a_long_token_is_never_encoded_or_folded() -> None:
    token = "x" * 300

    _, raw = MessageTemplate(edition(), ON_THE_WEB).build(
        reader(), Copy(ADDRESS, "<1@example.org>", NOON, token)
    )

    assert read_message(raw)
    assert f"<https://news.example.org/u/{token}>,\r\n <mailto:".encode() in raw


def test_a_copy_with_a_mark_returns_to_an_address_of_its_own_and_one_without_to_the_sender() -> None:
    template = MessageTemplate(edition(), replace(ON_THE_WEB, return_mailbox="lettre@exämple.org"))
    plain = Copy(ADDRESS, "<1@example.org>", NOON, TOKEN)

    marked, raw = template.build(reader(), plain._replace(returns="abc"))
    unmarked, same = template.build(reader(), plain)

    assert marked.mail_from == "lettre+babc@xn--exmple-cua.org"
    assert unmarked == MessageTemplate(edition(), ON_THE_WEB).build(reader(), plain)[0]
    assert raw == same  # it is for servers alone


def test_the_list_is_named_the_same_in_every_message() -> None:
    _, _, message = built(edition())

    assert read_mailbox(message.headers["list-id"].replace("<", "<x@")) == (
        "Adhérents",
        "x@adherents.example.org",
    )


def test_a_test_says_so_and_offers_no_one_click_and_no_name() -> None:
    letterhead = replace(ON_THE_WEB, test=True)

    _, _, message = built(edition(), letterhead, reader(first_name="Zoé"))

    assert read_text(message.headers["subject"]) == "[TEST] Bonjour Zoé"
    assert "list-unsubscribe-post" not in message.headers
    assert message.headers["to"] == ADDRESS


ALTERNATIVE = ("multipart/alternative", ["text/plain", "text/html"])
RELATED = ("multipart/alternative", ["text/plain", ("multipart/related", ["text/html", "image/png"])])


@pytest.mark.parametrize(
    ("pictures", "attachments", "shape"),
    [
        ((), (), ALTERNATIVE),
        ((PICTURE,), (), RELATED),
        ((), (CALENDAR,), ("multipart/mixed", [ALTERNATIVE, "text/calendar"])),
        ((PICTURE,), (CALENDAR,), ("multipart/mixed", [RELATED, "text/calendar"])),
    ],
)
def test_the_parts_stand_in_their_order(pictures: object, attachments: object, shape: object) -> None:
    _, _, message = built(edition(pictures=pictures, attachments=attachments))

    assert message.shape() == shape


def test_pictures_and_files_arrive_whole_and_named() -> None:
    _, _, message = built(edition(pictures=(PICTURE,), attachments=(CALENDAR,)))

    picture, calendar = message.only("image/png"), message.only("text/calendar")
    assert picture.content == PICTURE.data
    assert picture.headers["content-id"] == f"<{PICTURE.cid}>"
    assert read_parameters(picture.headers["content-disposition"]) == ("inline", {"filename": "logo.png"})
    assert calendar.content == CALENDAR.data
    assert calendar.parameters == {"method": "PUBLISH", "charset": "utf-8"}
    assert read_parameters(calendar.headers["content-disposition"]) == (
        "attachment",
        {"filename": "ete.ics", "filename*": "été.ics"},
    )


def test_an_empty_file_is_a_part_too() -> None:
    _, _, message = built(edition(attachments=(replace(CALENDAR, data=b""),)))

    assert message.only("text/calendar").content == b""


@pytest.mark.parametrize(
    "name", [name for name in NASTY if not re.search("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800]", name)]
)
def test_a_nasty_name_changes_nothing_but_its_own_place(name: str) -> None:
    subscriber = reader(first_name=name)

    _, _, message = built(edition(pictures=(PICTURE,), attachments=(CALENDAR,)), ON_THE_WEB, subscriber)

    subject, text, html = shown(edition(), ON_THE_WEB, subscriber)
    assert read_text(message.headers["subject"]) == subject
    assert message.only("text/plain").content.decode() == text
    assert message.only("text/html").content.decode() == html


@pytest.mark.parametrize(
    "name", [name for name in NASTY if re.search("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800]", name)]
)
def test_a_name_that_could_end_a_header_is_refused_for_this_reader_alone(name: str) -> None:
    template = MessageTemplate(edition(), ON_THE_WEB)

    with pytest.raises(HeaderError):
        template.build(reader(last_name=name), copy())

    assert read_message(template.build(reader(), copy())[1])


@pytest.mark.parametrize(
    "wrong",
    [
        Copy("ann@example.org\r\nRCPT TO:<b@example.org>", "<1@example.org>", NOON, TOKEN),
        Copy("é@example.org", "<1@example.org>", NOON, TOKEN),
        Copy(ADDRESS, "<1@example.org>\r\nBcc: b@example.org", NOON, TOKEN),
        Copy(ADDRESS, "<1@example.org>", NOON.replace(tzinfo=None), TOKEN),
        Copy(ADDRESS, "<1@example.org>", NOON, "a>\r\nBcc: b@example.org"),
    ],
)
def test_a_copy_that_cannot_be_written_is_refused(wrong: Copy) -> None:
    with pytest.raises(HeaderError):
        MessageTemplate(edition(), ON_THE_WEB).build(reader(), wrong)


@pytest.mark.parametrize(
    ("of", "letterhead"),
    [
        (edition(sender=replace(SENDER, name="a\r\nBcc: b")), ON_THE_WEB),
        (edition(sender=replace(SENDER, email="a")), ON_THE_WEB),
        (edition(sender=replace(SENDER, reply_to="a b@example.org")), ON_THE_WEB),
        (edition(language="fr\r\nX: y"), ON_THE_WEB),
        (edition(), replace(ON_THE_WEB, list_id="a\nb.example.org")),
        (edition(), replace(ON_THE_WEB, list_name="a\u2028b")),
        (edition(), replace(ON_THE_WEB, unsubscribe_mailbox="leave")),
        (edition(attachments=(replace(CALENDAR, media_type="text/x\r\nX: y"),)), ON_THE_WEB),
        (edition(attachments=(replace(CALENDAR, filename="a\r\n.ics"),)), ON_THE_WEB),
        (edition(pictures=(replace(PICTURE, cid="a>\r\nX: y"),)), ON_THE_WEB),
    ],
)
def test_what_all_share_is_checked_before_anything_leaves(of: Edition, letterhead: Letterhead) -> None:
    with pytest.raises(HeaderError):
        MessageTemplate(of, letterhead)


LINE_ENDS = ("\r\n", "\n", "\r", "\n\r", "\r\n\r\n", "\u2028", "\x0b", "\x85")
SMUGGLED = tuple(
    f"x{before}.{after}MAIL FROM:<evil@example.org>{after}" for before in LINE_ENDS for after in LINE_ENDS
)


@pytest.mark.parametrize("smuggled", SMUGGLED)
def test_no_text_can_end_the_message_and_begin_another(smuggled: str) -> None:
    of = edition(
        html=(Segment(smuggled), slot(0, Place.HTML_TEXT), Segment(smuggled)),
        text=(slot(0, Place.PLAIN), Segment(smuggled), Segment("." + smuggled)),
        expressions=("subscriber.town",),
        subject=(slot(0, Place.HEADER),),
        fallbacks=(("town", ""),),
    )

    _, raw, _ = built(of, ON_THE_WEB, reader(attributes={"town": smuggled}))

    assert not re.search(rb"(^|[\r\n])\.", raw)
    assert not re.search(rb"(^|[\r\n])MAIL FROM:<evil@example.org>\r\n\.", raw)


def test_a_boundary_in_a_body_splits_nothing() -> None:
    chance = random.Random(7)
    plain = MessageTemplate(edition(pictures=(PICTURE,)), ON_THE_WEB).build(reader(), copy())[1]
    boundaries = re.findall(rb'boundary="(.*?)"', plain)
    assert len(boundaries) == 2

    for _ in range(200):
        line = (
            "\n--"
            + chance.choice(boundaries).decode()
            + chance.choice(["", "--", "a", "r", "m", "a--"])
            + "\n"
        )
        text = (Segment(line), slot(0, Place.PLAIN), Segment(line))
        subscriber = reader(first_name=line.strip())
        _, _, message = built(edition(text=text, pictures=(PICTURE,)), ON_THE_WEB, subscriber)
        assert message.only("text/plain").content.decode() == line + line.strip() + line


def test_python_reads_the_same_message_as_the_strict_reader() -> None:
    of = edition(pictures=(PICTURE,), attachments=(CALENDAR,))
    _, raw, message = built(of, ON_THE_WEB, reader(first_name="Zoé « d’ici »"))

    other = message_from_bytes(raw, policy=policy.SMTP)

    assert not [part.defects for part in other.walk() if part.defects]
    assert other["subject"] == read_text(message.headers["subject"])
    assert other["to"].addresses[0].display_name == "Zoé « d’ici »"
    assert [part.get_content_type() for part in other.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/calendar",
    ]
    assert [part.get_filename() for part in other.walk() if part.get_filename()] == ["logo.png", "été.ics"]


def test_the_same_edition_gives_the_same_bytes() -> None:
    _, one, _ = built(edition(pictures=(PICTURE,), attachments=(CALENDAR,)))
    _, other, _ = built(edition(pictures=(PICTURE,), attachments=(CALENDAR,)))

    assert one == other


@pytest.mark.parametrize(
    "text",
    [
        (),
        (Segment(""),),
        (Segment("a"),),
        (slot(0, Place.PLAIN),),
        (Segment("a\n", when=0),),
        (Segment("a\n\n"),),
    ],
)
def test_a_part_never_ends_in_a_soft_break(text: tuple[Segment, ...]) -> None:
    of = edition(text=text, conditions=("subscriber.first_name",))

    for subscriber in (reader(), reader(first_name="Zoé")):
        _, _, message = built(of, ON_THE_WEB, subscriber)
        said = shown(of, ON_THE_WEB, subscriber)[1]
        assert message.only("text/plain").content.decode().rstrip("\n") == said.rstrip("\n")


def test_ten_conditions_arrive_as_they_are_shown_for_readers_of_all_kinds() -> None:
    fields = [f"f{number}" for number in range(10)]
    html, text = [Segment("<body>")], [Segment("début ")]
    for number in range(10):
        html += [
            Segment(f"<p>é{number} ", number),
            slot(number, Place.HTML_TEXT, number),
            Segment("</p>\n", number),
        ]
        text += [Segment("." * number, number), slot(number, Place.PLAIN, number), Segment(" fin\n", number)]
    of = edition(
        html=(*html, Segment("</body>\n")),
        text=(*text, Segment("fin\n")),
        subject=(Segment("A"), Segment(" é", 3), Segment(" B")),
        expressions=tuple(f"subscriber.{field}" for field in fields),
        conditions=tuple(f"subscriber.{field}" for field in fields),
        fallbacks=tuple((field, "") for field in fields),
    )
    template = MessageTemplate(of, BY_MAIL)
    chance = random.Random(10)

    for chosen in range(2**10):
        attributes = {f: french(chance, 5) for number, f in enumerate(fields) if chosen >> number & 1}
        subscriber = reader(attributes=attributes)
        message = read_message(template.build(subscriber, copy())[1])
        assert (
            read_text(message.headers["subject"]),
            message.only("text/plain").content.decode(),
            message.only("text/html").content.decode(),
        ) == shown(of, BY_MAIL, subscriber)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120),
    st.lists(st.text(max_size=120), min_size=2, max_size=5),
)
def test_any_value_between_any_texts_arrives_as_it_is_shown(name: str, texts: list[str]) -> None:
    static = [re.sub("[\ud800-\udfff\r]", "", text) for text in texts]
    gaps = (slot(0, Place.PLAIN), slot(0, Place.HTML_TEXT))
    plain = tuple(part for text in static for part in (Segment(text), gaps[0]))
    page = tuple(part for text in static for part in (Segment(text), gaps[1]))
    of = edition(
        text=(*plain, Segment("\n")), html=(*page, Segment("\n")), expressions=("subscriber.first_name",)
    )
    subscriber = reader(first_name=name)

    _, _, message = built(of, BY_MAIL, subscriber)

    _, text, html = shown(of, BY_MAIL, subscriber)
    assert message.only("text/plain").content.decode() == text
    assert message.only("text/html").content.decode() == html


def test_the_lists_own_name_goes_before_the_letterheads() -> None:
    of = edition(text=(slot(0, Place.PLAIN), Segment("\n")), html=(), expressions=("list.name",))
    template = MessageTemplate(of, ON_THE_WEB)

    for given_name, said in (("Presse", b"Presse\n"), ("", "Adhérents\n".encode())):
        message = read_message(template.build(reader(), copy(), given_name)[1])
        assert message.only("text/plain").content == said


def test_a_letter_links_to_its_readers_pages_where_there_are_any() -> None:
    of = edition(
        expressions=(
            "subscriber.first_name",
            "links.unsubscribe",
            "links.preferences",
            "links.view_in_browser",
        ),
        text=(Segment("\n"), slot(2, Place.PLAIN_URL), Segment("\n"), slot(3, Place.PLAIN_URL)),
    )
    mine = copy()._replace(preferences="aa11", view="bb22")

    on_the_web, by_mail = MessageTemplate(of, ON_THE_WEB), MessageTemplate(of, BY_MAIL)
    _, raw = on_the_web.build(reader(), mine)

    text = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    assert on_the_web.pages == {"preferences", "view_in_browser"}
    assert by_mail.pages == MessageTemplate(edition(), ON_THE_WEB).pages == frozenset()
    assert text is not None
    assert text.get_content().split() == [f"{ON_THE_WEB.web_base}/p/aa11", f"{ON_THE_WEB.web_base}/v/bb22"]
