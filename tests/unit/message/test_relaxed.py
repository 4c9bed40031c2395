"""White space is relaxed as another implementation does it, and our own mails have none to relax."""

from __future__ import annotations

from dataclasses import replace

from dkim.canonicalization import Relaxed
from hypothesis import example, given
from hypothesis import strategies as st

from message_samples import CALENDAR, ON_THE_WEB, PICTURE, edition
from newsletter_mailer.message.mime import MessageTemplate
from newsletter_mailer.message.relaxed import is_relaxed, relaxed_body, relaxed_headers

LINES = st.lists(st.text("ab.= \t", max_size=12), max_size=12)


@given(LINES)
@example(["", "", ""])
@example([" ", "\t"])
@example(["a ", "", " \t"])
def test_bodies_are_relaxed_as_another_implementation_does_it(lines: list[str]) -> None:
    body = "".join(f"{line}\r\n" for line in lines).encode()

    assert relaxed_body(body) == Relaxed.canonicalize_body(body)
    assert relaxed_body(relaxed_body(body)) == relaxed_body(body)


@given(st.lists(st.tuples(st.sampled_from(["From", "X-a", "TO", "List-Id"]), LINES), min_size=1, max_size=6))
def test_headers_are_relaxed_as_another_implementation_does_it(fields: list[tuple[str, list[str]]]) -> None:
    folded = [(name.encode(), "\r\n ".join(lines).encode()) for name, lines in fields]
    head = b"\r\n".join(b"%s:%s" % field for field in folded)

    names, rows = relaxed_headers(head)

    assert [row + b"\r\n" for row in rows] == [
        b"%s:%s" % field for field in Relaxed.canonicalize_headers(folded)
    ]
    assert list(names) == [name.lower() for name, _ in folded]


@given(LINES)
def test_a_body_is_relaxed_or_it_changes(lines: list[str]) -> None:
    body = "".join(f"{line}\r\n" for line in [*lines, "end"]).encode()

    assert is_relaxed(body) == (relaxed_body(body) == body)


def test_a_template_knows_whether_its_copies_are_relaxed() -> None:
    odd_name = replace(PICTURE, filename="two  spaces.png")

    usual = MessageTemplate(edition(pictures=(PICTURE,), attachments=(CALENDAR,)), ON_THE_WEB)
    odd = MessageTemplate(edition(pictures=(odd_name,)), ON_THE_WEB)

    assert (usual.relaxed, odd.relaxed) == (True, False)
