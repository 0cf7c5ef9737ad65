"""What is hidden stays hidden: nobody can work it out of what is told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.aggregates import FEW, Figure, counted, too_few


@pytest.mark.parametrize(("people", "hidden"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_few_people_are_hidden_and_nobody_is_nobody(people: int, hidden: bool) -> None:
    assert too_few(people) is hidden
    assert Figure.of(2.5, people).hidden is hidden


@given(st.lists(st.integers(0, 9), max_size=6))
def test_a_hidden_group_cannot_be_worked_out(sizes: list[int]) -> None:
    """Whoever reads the sum of the hidden groups sees at least two possible sizes for each of them."""
    told = counted({str(place): size for place, size in enumerate(sizes)})
    assert all(size >= FEW for size in told.visible.values())
    assert {str(place) for place, size in enumerate(sizes) if 0 < size < FEW} == told.hidden
    if not told.hidden:
        assert told.rest == 0
    elif told.rest is not None:
        assert told.rest >= FEW
        possible = [
            sizes
            for sizes in itertools.product(range(1, FEW), repeat=len(told.hidden))
            if sum(sizes) == told.rest
        ]
        assert all(len(set(values)) > 1 for values in zip(*possible, strict=True))


def test_the_sum_is_told_when_it_gives_nobody_away() -> None:
    assert counted({"a": 12, "b": 2, "c": 4, "d": 0}).rest == 6
    assert counted({"a": 12, "b": 3}).rest is None  # the only one: it would be its size
    assert counted({"a": 4, "b": 4}).rest is None  # both must be 4
    assert counted({str(place): 1 for place in range(7)}).rest is None  # all must be 1
