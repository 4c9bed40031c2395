"""What a segment may ask, what is refused, and what it means."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.templating import Question, check_segment, compile_segment, segment_names

KNOWN = segment_names(["department", "role"])


def faults(source: str) -> list[str]:
    found = check_segment(source, KNOWN, issues=["2026-09", "2026-10"], lists=["members", "press"])
    return [f"{fault.what} ({fault.hint})" if fault.hint else str(fault.what) for fault in found]


def holds(question: Question, *, received: tuple[str, ...] = (), department: str = "") -> bool:
    reader = {
        "subscriber": SimpleNamespace(department=department),
        "organisation": SimpleNamespace(name=""),
        "list": SimpleNamespace(name="Members"),
        "received": received,
        "subscribed": ("members",),
    }
    return question.holds(reader)


@pytest.mark.parametrize(
    "source",
    [
        'subscriber.department == "31"',
        'subscriber.department == "31" and not received("2026-09")',
        'received("2026-09") or received("2026-10")',
        "subscribed('press')",
        'organisation.name != "" and list.name == "Members"',
        'subscriber.role in ["chair", "treasurer"]',
        '"oui" if received("2026-09") else subscriber.role',
        "(subscriber.first_name | length) > 3",
    ],
)
def test_what_a_segment_may_ask(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "an empty expression"),
        ('received("2026-9")', "there is no issue “2026-9” (did you mean “2026-09”?)"),
        ('received("été")', "there is no issue “été” (there are: 2026-09, 2026-10)"),
        ('subscribed("pres")', "there is no list “pres” (did you mean “press”?)"),
        ("received", 'needs the name of one issue, between quotation marks (such as received("2026-09"))'),
        ("subscriber.role and received", "needs the name of one issue"),
        ("received()", "needs the name of one issue"),
        ("received(subscriber.role)", "needs the name of one issue"),
        ('received("2026-09", "2026-10")', "needs the name of one issue"),
        ('received(slug="2026-09")', "needs the name of one issue"),
        ("received(31)", "needs the name of one issue"),
        ("subscribed(1)", "needs the name of one list"),
        ('recieved("2026-09")', 'nobody knows “recieved(…)” (did you mean “received("2026-09")”?)'),
        ('open("/etc/passwd")', "nobody knows “open(…)”"),
        ('subscriber.role.format("x")', "may only compare and choose"),
        ('received("2026-09").x', "may only compare and choose"),
        ('received("2026-09") > "a"', "a text is compared with what is no text"),
        ("subscriber.departement", "did you mean “subscriber.department”?"),
        ("links.unsubscribe", "nobody knows “links.unsubscribe”"),
        ("subscriber.department == 31", "a text is compared with what is no text"),
        ("subscriber.department > 30", "a text is compared with what is no text"),
        ('subscriber.department = "31"', "to compare, write =="),
        ('received("2026-09") | length', "cannot be worked out"),
        ("subscriber.role }}{{ subscriber.role", "is not"),
        ("x" * 501, "longer than 500"),
        ("(" * 240 + "received" + ")" * 240, "is not an expression"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(source: str, said: str) -> None:
    found = faults(source)

    assert [one for one in found if said in one]


def test_a_question_says_what_has_to_be_known_of_a_reader() -> None:
    question = compile_segment(
        'subscriber.department == "31" and not received("2026-09") or subscribed("press")'
    )
    nothing = compile_segment('received("2026-09")')

    assert question.fields == {"department"}
    assert question.issues == {"2026-09"}
    assert question.lists == {"press"}
    assert question.about_person
    assert not nothing.about_person
    assert compile_segment('organisation.name == ""').about_person


def test_a_question_is_answered_for_each_reader() -> None:
    question = compile_segment('subscriber.department == "31" and not received("2026-09")')

    assert holds(question, department="31")
    assert holds(question, department="31", received=("2026-10",))
    assert not holds(question, department="31", received=("2026-09",))
    assert not holds(question, department="9")


def test_a_text_holds_when_it_is_not_empty_as_after_when() -> None:
    assert holds(compile_segment("subscriber.department"), department="31")
    assert not holds(compile_segment("subscriber.department"))
    assert holds(compile_segment('subscribed("members")'))


_ATOMS = st.sampled_from(
    [
        *(
            "subscriber.department",
            "organisation.name",
            'received("2026-09")',
            "subscribed('press')",
            "list.name",
        ),
        *(
            "received",
            "none",
            '"31"',
            "3",
            "é",
            ".x",
            "|length",
            "|lower",
            '"',
            "[",
            "]",
            "(",
            ")",
            "{{",
            "}}",
        ),
    ]
)
_JOINTS = st.sampled_from(
    [" and ", " or ", " not ", " == ", " in ", " < ", ", ", " if ", " else ", " ~ ", " "]
)


@given(st.lists(st.tuples(_ATOMS, _JOINTS), max_size=6))
def test_whatever_is_typed_is_told_in_words_or_can_be_answered_for_anybody(
    parts: list[tuple[str, str]],
) -> None:
    source = "".join(piece for part in parts for piece in part).strip()

    if not faults(source):
        question = compile_segment(source)
        for department in ("", "31", "é"):
            for received in ((), ("2026-09",)):
                assert holds(question, department=department, received=received) in (True, False)
