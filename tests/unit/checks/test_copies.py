"""A finished mail is looked at: what a reader, a server or a mailbox provider would stumble over is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from message_samples import BY_MAIL, CALENDAR, NOON, PICTURE, SENDER, TOKEN
from newsletter_mailer.checks.copies import CopyCheck, Look
from newsletter_mailer.message.mime import Copy, MessageTemplate
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Place, Segment, Slot

MESSAGE_ID = "<1.abc@example.org>"
EDITION = Edition(
    issue_id="issue-000001",
    slug="issue",
    title="T",
    language="fr",
    sender=SENDER,
    subject=(Segment("L’été pour "), Segment(Slot(0, Place.HEADER))),
    html=(
        Segment("<p>Bonjour "),
        Segment(Slot(0, Place.HTML_TEXT)),
        Segment('</p><style>@media x{.a{b:c}}</style><a href="'),
        Segment(Slot(1, Place.HTML_URL)),
        Segment('">Partir</a>'),
    ),
    text=(Segment("Bonjour "), Segment(Slot(0, Place.PLAIN))),
    expressions=("subscriber.first_name", "links.unsubscribe"),
)


def mail(first_name: str = "Ann", edition: Edition = EDITION) -> bytes:
    reader = Subscriber(1, "ann@example.org", "key", first_name=first_name)
    copy = Copy(to=reader.address, message_id=MESSAGE_ID, date=NOON, token=TOKEN)
    return MessageTemplate(edition, BY_MAIL).build(reader, copy)[1]


def look(data: bytes, edition: Edition = EDITION, *, to: str = "ann@example.org", token: str = TOKEN) -> Look:
    return CopyCheck(edition).look_at(data, to=to, token=token, message_id=MESSAGE_ID)


def said(found: Look) -> list[str]:
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize(
    "edition",
    [
        EDITION,
        replace(EDITION, pictures=(PICTURE,)),
        replace(EDITION, attachments=(CALENDAR,)),
        replace(EDITION, pictures=(PICTURE,), attachments=(CALENDAR,)),
    ],
)
def test_a_mail_as_we_write_it_is_as_it_should_be(edition: Edition) -> None:
    data = mail("Zoë", edition)

    found = look(data, edition)

    assert said(found) == []
    assert found.size == len(data)
    assert 0 < found.html_size < found.size


def test_a_signature_may_stand_above_it() -> None:
    signed = b"DKIM-Signature: v=1; a=rsa-sha256;\r\n b=abc\r\nDKIM-Signature: v=1; b=def\r\n" + mail()

    assert said(look(signed)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"\r\nPrecedence", b"\nPrecedence", "a bare CR or LF, or a NUL, stands in it"),
        (b"Bonjour", b"Bon\0jour", "a bare CR or LF, or a NUL, stands in it"),
        (b"Bonjour", b"B" * 999, "a line is longer than 998 bytes"),
        (b"Bonjour", "été".encode(), "bytes beyond ASCII stand in it unencoded"),
        (b"\r\nDate:", b"\r\nX-Date:", "the head has no date"),
        (b"\r\nTo: ", b"\r\nFrom: x@example.org\r\nTo: ", "the head has from 2 times"),
        (b"ann@example.org", b"ben@example.org", "it is addressed to somebody else"),
        (b"<1.abc@", b"<2.abc@", "its Message-ID is that of another mail"),
        (b"List-Unsubscribe:", b"X-Old:", "the head has no list-unsubscribe"),
        (b"\r\nMIME-Version: 1.0\r\n", b"\r\nMIME-Version: 1.0\r\nno field\r\n", "it is not a mail that"),
        (b"boundary=", b"border=", "it is not a mail that"),
    ],
)
def test_what_is_wrong_with_a_mail_is_said(old: bytes, new: bytes, problem: str) -> None:
    data = mail()

    found = look(data.replace(old, new, 1))

    assert problem in "; ".join(said(found))


def test_a_mail_that_breaks_off_is_no_mail() -> None:
    whole = mail()

    cut, headless = look(whole[: len(whole) // 2]), look(b"Subject: x")

    assert "it is not a mail that a program can take apart" in said(cut)
    assert "it is not a mail that a program can take apart" in said(headless)


def test_the_way_out_must_be_this_readers_own() -> None:
    found = look(mail(), token="another" * 8)

    assert said(found) == [
        "its head holds no way to unsubscribe this reader",
        "its page holds no way to unsubscribe this reader",
    ]


@pytest.mark.parametrize("word", ["None", "undefined", "{{ x }}", "{% if %}"])
def test_what_a_program_left_there_is_nothing_to_be_read(word: str) -> None:
    found = look(mail(word))

    assert f"“{word[:2] if word[0] == '{' else word}” stands in it, which is nothing to be read" in said(
        found
    )


def test_a_mark_of_the_composition_is_a_merge_tag_that_was_not_filled_in() -> None:
    assert "a merge tag was not filled in" in said(look(mail("nl0123456789abe0z")))


def test_a_word_that_the_issue_says_is_no_sign_of_a_fault() -> None:
    edition = replace(EDITION, text=(Segment("None of us"),))

    assert said(look(mail("Ann", edition), edition)) == []


def test_words_that_only_hold_such_a_word_are_none() -> None:
    assert said(look(mail("Nonette"))) == []


@pytest.mark.parametrize(
    ("edition", "media_type"),
    [
        (replace(EDITION, html=(Segment(" "),)), "text/html"),
        (replace(EDITION, text=(Segment(" "),)), "text/plain"),
    ],
)
def test_both_parts_are_there_to_be_read(edition: Edition, media_type: str) -> None:
    assert f"it has no part {media_type}" in said(look(mail("Ann", edition), edition))


@pytest.mark.parametrize(("encoding", "body"), [(b"base64", b"PHA+T3VpPC9wPg=="), (b"7bit", b"<p>Oui</p>")])
def test_every_encoding_of_a_part_is_understood(encoding: bytes, body: bytes) -> None:
    head = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding

    found = look(head + b"\r\n\r\n" + body + b"\r\n")

    assert found.html_size in (len("<p>Oui</p>"), len("<p>Oui</p>\r\n"))
