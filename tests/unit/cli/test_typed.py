"""A number is understood as the screen shows it: the program writes 4 812, and takes it back."""

from __future__ import annotations

import click
import pytest

from newsletter_mailer.cli.typed import Number, digits


@pytest.mark.parametrize(
    "typed", ["4812", "4 812", "4\u202f812", "4\u00a0812", "4,812", "4.812", "4’812", " 4812 "]
)
def test_the_thousands_may_stand_apart(typed: str) -> None:
    assert Number(min=0).convert(typed, None, None) == 4812


@pytest.mark.parametrize("typed", ["4 81", "48 12", "4812 members", "4.8", "1,2,3", "-", "", "4  812"])
def test_what_is_no_number_stays_none(typed: str) -> None:
    with pytest.raises(click.BadParameter):
        Number(min=0).convert(typed, None, None)


def test_a_number_out_of_range_is_refused() -> None:
    with pytest.raises(click.BadParameter):
        Number(min=0, max=100).convert("4 812", None, None)


def test_words_stay_as_they_were_typed() -> None:
    assert digits(" no, thanks ") == "no, thanks"
