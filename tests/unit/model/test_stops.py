"""A run that stops says why, in one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.replies import STOPS, Reply, Verb
from newsletter_mailer.model.stops import stop_sentence
from reply_rows import ALL

HOST = "mail.example.org"


@pytest.mark.parametrize(
    ("code", "to", "text", "begins", "does"),
    [
        (535, Verb.MAIL, "5.7.8 no", "mail.example.org refuses the login: 535 5.7.8 no", "smtp.username"),
        (553, Verb.MAIL, "5.7.1 no", "mail.example.org does not take mail from your address", "sender.email"),
        (
            450,
            Verb.RCPT,
            "Mail send limit exceeded",
            "what you may send through mail.example.org is used",
            "limit",
        ),
        (550, Verb.DOT, "5.7.26 no", "your domain does not prove that the mail is yours", "doctor"),
        (550, Verb.DOT, "OFR_510", "mail.example.org blocks mail from your server", "unblocked"),
        (554, Verb.DOT, "spam content", "mail.example.org takes this issue for spam", "newsletter test"),
        (
            554,
            Verb.DOT,
            "5.6.0 no",
            "mail.example.org finds fault with how the message is written",
            "subject",
        ),
        (552, Verb.DOT, "5.3.4 no", "the message is too big for mail.example.org", "pictures"),
        (503, Verb.RCPT, "5.5.1 no", "mail.example.org lost the thread", "same command"),
        (550, Verb.DOT, "5.7.29 no", "mail.example.org refuses every mail, whoever the reader", "provider"),
    ],
)
def test_each_cause_has_its_sentence(code: int, to: Verb, text: str, begins: str, does: str) -> None:
    what, hint = stop_sentence(Reply(code, text), to, HOST)

    assert str(what).startswith(begins)
    assert str(what).endswith(f": {code} {text}")
    assert does in str(hint)


def test_every_reply_that_stops_a_run_has_a_sentence_with_the_server_s_words() -> None:
    for _, code, to, text, kind in ALL:
        if kind in STOPS:
            what, hint = stop_sentence(Reply(code, text), to, HOST)
            assert str(what).endswith(str(Reply(code, text)))
            assert str(hint)


@given(text=st.text(max_size=2000), code=st.sampled_from([503, 535, 550, 552, 554]))
def test_a_page_of_words_is_cut(text: str, code: int) -> None:
    what, _ = stop_sentence(Reply(code, text), Verb.MAIL, HOST)

    assert len(str(what)) < 500
