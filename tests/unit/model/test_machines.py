"""Six traces of what opens and follows (standards §6), and the label that each must get."""

from __future__ import annotations

import pytest

from newsletter_mailer.model.machines import RULES, Rule, Visit, is_machine, judged, signs_of
from newsletter_mailer.model.measuring import DECOY

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Edg/140.0"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
SENT = 1_800_000_000_000


def visit(after_ms: int, link: int | None, agent: str, *extra: Rule) -> Visit:
    signs = frozenset(signs_of(agent, opened=link is None)) | set(extra)
    return Visit(SENT + after_ms, link, signs)


HUMAN = [visit(3_600_000, None, EDGE), visit(3_607_000, 2, EDGE), visit(3_660_000, 1, EDGE)]
TRACES = {
    "a human": (HUMAN, set()),
    "Apple's mail privacy": ([visit(90_000, None, "Mozilla/5.0")], {Rule.APPLE}),
    "Gmail's picture proxy": ([visit(40_000, None, GMAIL)], {Rule.PROXY}),
    "SafeLinks, all links in two seconds": (
        [visit(20_000 + 300 * number, number, EDGE) for number in (1, 2, 3, 4)],
        {Rule.TOGETHER},
    ),
    "one that asked by HEAD first, at once": (
        [visit(2_000, 1, FIREFOX, Rule.HEAD_FIRST)],
        {Rule.HEAD_FIRST, Rule.AT_ONCE},
    ),
    "one that follows what no reader sees": ([visit(60_000, DECOY, FIREFOX)], {Rule.DECOY}),
}


@pytest.mark.parametrize("name", TRACES)
def test_each_trace_gets_its_label(name: str) -> None:
    visits, rules = TRACES[name]

    found = [judged(one, visits, accepted_at=SENT) for one in visits]

    assert found == [rules] * len(visits)
    assert [is_machine(one) for one in found] == [bool(rules)] * len(visits)


def test_two_quick_links_are_a_person_and_a_third_makes_a_machine_of_all() -> None:
    two = [visit(60_000, 1, EDGE), visit(60_900, 2, EDGE)]
    three = [*two, visit(61_800, 3, EDGE)]

    before = [is_machine(judged(one, two, accepted_at=SENT)) for one in two]
    after = [is_machine(judged(one, three, accepted_at=SENT)) for one in three]

    assert (before, after) == ([False, False], [True, True, True])


def test_one_sign_that_may_be_wrong_is_not_enough() -> None:
    quick = visit(3_000, 1, EDGE)

    rules = judged(quick, [quick], accepted_at=SENT)

    assert rules == {Rule.AT_ONCE}
    assert not is_machine(rules)


def test_the_same_link_three_times_is_an_impatient_person() -> None:
    visits = [visit(60_000 + 200 * number, 1, EDGE) for number in range(3)]

    found = [judged(one, visits, accepted_at=SENT) for one in visits]

    assert found == [frozenset()] * 3


@pytest.mark.parametrize(
    "agent",
    [
        "python-requests/2.32",
        "curl/8.5",
        "",
        "Java/17",
        "okhttp/4",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
    ],
)
def test_a_program_that_says_so_is_a_machine(agent: str) -> None:
    assert set(signs_of(agent, opened=False)) == {Rule.PROGRAM}


@pytest.mark.parametrize("agent", [FIREFOX, EDGE, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"])
def test_a_browser_is_none(agent: str) -> None:
    assert list(signs_of(agent, opened=False)) == list(signs_of(agent, opened=True)) == []


def test_every_rule_says_what_it_means() -> None:
    assert set(RULES) == set(Rule)
    assert all(str(told.says) and told.weight for told in RULES.values())
