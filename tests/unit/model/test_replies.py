"""Replies from the field have the class that the table gives them, and no reply breaks what the classes promise."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, read_reply
from newsletter_mailer.model.replies import STOPS, Reply, ReplyClass, Verb, classify
from reply_rows import ALL

ENVELOPE = st.sampled_from([Verb.MAIL, Verb.RCPT, Verb.DATA, Verb.DOT])
REFUSALS = st.sampled_from([421, 450, 451, 452, 500, 501, 530, 535, 550, 551, 552, 553, 554, 556, 571])
FOUND = st.sampled_from(sorted({text for _, _, _, text, _ in ALL}))
WORDS = st.text(max_size=80) | FOUND | st.tuples(FOUND, FOUND).map("\n".join)


@pytest.mark.parametrize(
    ("code", "to", "text", "kind"), [row[1:] for row in ALL], ids=[row[0] for row in ALL]
)
def test_a_reply_of_the_field_has_its_class(code: int, to: Verb, text: str, kind: ReplyClass) -> None:
    assert classify(Reply(code, text), to) is kind


@given(detail=st.integers(0, 900), code=REFUSALS.filter(lambda c: c >= 500), to=ENVELOPE, words=WORDS)
def test_no_word_about_policy_is_a_word_about_the_address(
    detail: int, code: int, to: Verb, words: str
) -> None:
    kind = classify(Reply(code, f"5.7.{detail} {words}"), to)

    assert kind is not ReplyClass.HARD or detail in (17, 18)


@given(code=REFUSALS, to=ENVELOPE, words=WORDS)
def test_what_is_refused_for_now_is_never_a_final_word(code: int, to: Verb, words: str) -> None:
    kind = classify(Reply(code, words), to)

    if code < 500:
        assert kind not in (ReplyClass.HARD, ReplyClass.SOFT, ReplyClass.POLICY, ReplyClass.OK)
        assert read_reply(Reply(code, words), to) in (Event.DEFERRED, Event.RELEASED)


@given(code=REFUSALS.filter(lambda c: c >= 500), words=WORDS)
def test_a_refused_sender_is_never_the_readers_fault(code: int, words: str) -> None:
    kind = classify(Reply(code, words), Verb.MAIL)

    assert kind not in (ReplyClass.HARD, ReplyClass.SOFT, ReplyClass.POLICY, ReplyClass.FULL)


@given(code=REFUSALS, to=ENVELOPE, words=WORDS)
def test_words_about_us_are_no_verdict_on_the_reader(code: int, to: Verb, words: str) -> None:
    reply = Reply(code, words)
    about_us = classify(reply, to) in STOPS | {ReplyClass.SLOW, ReplyClass.SESSION}

    assert about_us == (read_reply(reply, to) is Event.RELEASED)


@given(name=st.from_regex(r"[a-z0-9_.-]{1,30}", fullmatch=True))
def test_the_reader_s_own_address_is_not_read_as_words(name: str) -> None:
    plain = classify(Reply(550, "5.2.0 <ann@example.org> no"), Verb.RCPT)

    for address in (f"<{name}@example.org>", f"ofr_416.{name}@example.org", f"spam@{name}.example"):
        assert classify(Reply(550, f"5.2.0 {address} no"), Verb.RCPT) is plain


def test_an_outcome_knows_its_class() -> None:
    reply = Reply(550, "5.1.1 unknown")

    assert Outcome(Event.REFUSED, Verb.RCPT, reply).kind is ReplyClass.HARD
    assert Outcome(Event.LOST, Verb.DOT, detail="the line broke").kind is None


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "5." * 500_000, "5.1." + "1" * 999_999, " ofr" * 250_000, "@ " * 500_000]
)
def test_a_reply_made_to_stall_us_does_not(text: str) -> None:
    began = time.process_time()

    classify(Reply(550, text), Verb.RCPT)

    assert time.process_time() - began < 10  # a hang guard: it takes milliseconds
