"""Who has coffee with whom: nobody again before all others, whoever comes and goes."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.pairing import Cycle, Draw, Pair, Person, draw, facing


def crowd(count: int) -> list[Person]:
    """Two colleagues an authority, a few themes."""
    return [Person(one, f"commune:{one // 2}", frozenset({one % 5, one % 3})) for one in range(1, count + 1)]


def after(cycle: Cycle | None, drawn: Draw) -> Cycle:
    """The cycle with one more round, as the database remembers it."""
    begun = Cycle(()) if cycle is None or drawn.opens else cycle
    turns = begun.turns | ({drawn.turn} if drawn.turn is not None else set())
    return Cycle(drawn.seats, frozenset(turns), (*begun.rounds, drawn.groups))


def pairs_of(drawn: Draw) -> list[Pair]:
    return [frozenset(group[:2]) for group in drawn.groups]


def check_round(drawn: Draw, present: set[int]) -> None:
    """Everybody has a table; of two, and one of three when the number is odd."""
    assert sorted(one for group in drawn.groups for one in group) == sorted(present)
    assert {len(group) for group in drawn.groups} <= {2, 3}
    assert sum(len(group) == 3 for group in drawn.groups) == len(present) % 2


def whole_cycle(people: list[Person]) -> list[Draw]:
    cycle: Cycle | None = None
    rounds: list[Draw] = []
    while True:
        drawn = draw(people, cycle)
        if drawn.opens and rounds:
            return rounds
        check_round(drawn, {person.id for person in people})
        rounds.append(drawn)
        cycle = after(cycle, drawn)


def check_cycle(count: int) -> None:
    rounds = whole_cycle(crowd(count))
    met = [pair for drawn in rounds for pair in pairs_of(drawn)]
    everyone = {frozenset(two) for two in combinations(range(1, count + 1), 2)}
    assert len(met) == len(set(met))
    assert set(met) == everyone
    thirds = [group[2] for drawn in rounds for group in drawn.groups if len(group) == 3]
    assert len(thirds) == len(set(thirds)) == (count if count % 2 else 0)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 14, 15, 18, 50])
def test_nobody_meets_again_before_having_met_all_the_others(count: int) -> None:
    check_cycle(count)


@given(st.integers(2, 36))
@settings(max_examples=15)
def test_nobody_meets_again_whatever_the_number(count: int) -> None:
    check_cycle(count)


@given(st.integers(1, 100))
@settings(max_examples=20)
def test_the_round_robin_up_to_two_hundred(half: int) -> None:
    """What the seats promise: everybody faces everybody once."""
    met = [frozenset(two) for turn in range(2 * half - 1) for two in facing(2 * half, turn)]
    assert len(met) == len(set(met)) == half * (2 * half - 1)


def test_two_hundred_people_and_two_hundred_and_one() -> None:
    for count in (199, 200):
        people, cycle, met = crowd(count), None, set[Pair]()
        for number in range(3):
            drawn = draw(people, cycle)
            assert drawn == draw(list(reversed(people)), cycle)
            assert drawn.opens is (number == 0)
            check_round(drawn, {person.id for person in people})
            assert not met & set(pairs_of(drawn))
            met |= set(pairs_of(drawn))
            cycle = after(cycle, drawn)


@given(st.data())
@settings(max_examples=60)
def test_people_come_go_and_pause(data: st.DataObject) -> None:
    """Within a cycle no pair meets twice; a cycle ends early only when nothing else could be found."""
    enrolled = set(range(1, data.draw(st.integers(2, 24)) + 1))
    cycle, met, newest = None, set[Pair](), 100
    for _round in range(12):
        for _change in range(data.draw(st.integers(0, 2))):
            if data.draw(st.booleans()):
                newest += 1
                enrolled.add(newest)
            elif len(enrolled) > 2:
                enrolled.remove(data.draw(st.sampled_from(sorted(enrolled))))
        present = set(enrolled)
        for one in data.draw(st.lists(st.sampled_from(sorted(enrolled)), max_size=3)):
            present.discard(one)
        if len(present) < 2:
            with pytest.raises(ValueError, match="alone"):
                draw([Person(one) for one in present], cycle, enrolled=enrolled)
            continue
        drawn = draw([Person(one) for one in sorted(present)], cycle, enrolled=enrolled)
        check_round(drawn, present)
        if drawn.opens:
            met = set()
        assert not met & set(pairs_of(drawn))
        met |= set(pairs_of(drawn))
        cycle = after(cycle, drawn)


def test_a_newcomer_takes_the_seat_of_who_left() -> None:
    first = draw(crowd(6))
    people = [person for person in crowd(7) if person.id != 3]
    second = draw(people, after(None, first))
    assert (set(second.seats), second.opens) == ({1, 2, 4, 5, 6, 7}, False)


def test_who_pauses_keeps_their_seat() -> None:
    first = draw(crowd(6))
    people = [person for person in crowd(7) if person.id != 3]
    second = draw(people, after(None, first), enrolled=range(1, 8))
    assert second.seats == first.seats
    check_round(second, {1, 2, 4, 5, 6, 7})


def test_different_authorities_and_common_themes_first() -> None:
    people = [
        Person(1, "commune:a", frozenset({1})),
        Person(2, "commune:a", frozenset({1})),
        Person(3, "commune:b", frozenset({1})),
        Person(4, "commune:c", frozenset({2})),
    ]
    assert set(pairs_of(draw(people))) in (
        {frozenset({1, 3}), frozenset({2, 4})},
        {frozenset({2, 3}), frozenset({1, 4})},
    )


def test_a_new_cycle_does_not_begin_with_the_last_tables() -> None:
    rounds = whole_cycle(crowd(8))
    cycle = None
    for drawn in rounds:
        cycle = after(cycle, drawn)
    last = set(pairs_of(rounds[-1]))
    again = draw(crowd(8), cycle, recent=last)
    assert again.opens
    assert not last & set(pairs_of(again))
