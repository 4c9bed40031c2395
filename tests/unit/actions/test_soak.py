"""A slice of `make soak`: writing at random, the file read again after each stroke."""

from __future__ import annotations

import pytest

from soak import soak


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_written_undone_and_interrupted_the_file_says_what_it_must(seed: int) -> None:
    done = soak(seed, strokes=40)

    assert done["write"]
    assert len(done) == 5
