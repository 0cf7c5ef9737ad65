"""Who has coffee with whom: pure, and the same for the same state. The use cases are in ``coffee.py``.

A cycle is a round robin (the « circle method »): as long as the same people stay, nobody is paired with
somebody again before having been paired with all the others. With an odd number one person joins a pair, each
in turn. People who come take the seats of those who left; what no longer fits is paired anew, without a pair
that has met as long as one can be found; when none can, the next cycle begins.

Different authorities and common themes first: they decide who meets early, as in the end everybody does.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

Pair = frozenset[int]
Group = tuple[int, ...]

FEWEST = 2
_REPEAT = 1000  # worse than any dislike
_RECENT = 20  # met in the last rounds of the cycle before
_COLLEAGUES = 6
_JOINED = 3  # already met in a group of three
_THIRD_AGAIN = 30
_THEMES_COUNTED = 4
_SWEEPS = 6
_TURNS_TRIED = 6


@dataclass(frozen=True)
class Person:
    """``authority``: None when unknown, and then like nobody's."""

    id: int
    authority: str | None = None
    themes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Cycle:
    """What was drawn since the cycle began. The last of a group of three is who joined the two others."""

    seats: tuple[int | None, ...]
    turns: frozenset[int] = frozenset()
    rounds: tuple[tuple[Group, ...], ...] = ()


@dataclass(frozen=True)
class Draw:
    """``turn`` is None when the round robin no longer fits; ``opens``: a cycle begins with it."""

    groups: tuple[Group, ...]
    seats: tuple[int | None, ...]
    turn: int | None
    opens: bool


def draw(
    people: Sequence[Person],
    cycle: Cycle | None = None,
    *,
    enrolled: Collection[int] = (),
    recent: Collection[Pair] = (),
) -> Draw:
    """The next round of those who are available. ``enrolled``: also those who pause, who keep their seat.

    ``recent``: pairs of the last rounds of the cycle before, apart as long as the new one allows.
    """
    present = {person.id: person for person in people}
    if len(present) < FEWEST:
        raise ValueError("nobody has coffee alone")
    if cycle is not None:
        table = _Table(present, cycle, frozenset(recent))
        seats = _filled(cycle.seats, present, {*enrolled, *present})
        found = table.next_turn(seats) or table.outside_turns()
        if found is not None:
            turn, groups = found
            return Draw(groups, seats, turn, opens=False)
    return _opening(present, frozenset(recent))


def _opening(present: Mapping[int, Person], recent: frozenset[Pair]) -> Draw:
    """The best first round; the seats follow from it, and from them every later round."""
    table = _Table(present, Cycle(()), recent)
    pairs = table.best(sorted(present))
    size = 2 * len(pairs)
    seats: list[int | None] = [None] * size
    for (one, other), (here, there) in zip(pairs, facing(size, 0), strict=True):
        seats[here], seats[there] = one, other
    groups = table.grouped(pairs)
    return Draw(groups, tuple(seats), 0, opens=True)


def facing(size: int, turn: int) -> list[tuple[int, int]]:
    """Who sits opposite whom at a turn; after ``size - 1`` turns everybody has faced everybody once."""
    ring = size - 1
    return [(ring, turn), *(((turn + i) % ring, (turn - i) % ring) for i in range(1, size // 2))]


def _filled(
    seats: Sequence[int | None], present: Collection[int], enrolled: Collection[int]
) -> tuple[int | None, ...]:
    """Who came takes the seat of who left for good."""
    coming = iter(sorted(set(present) - set(seats)))
    return tuple(seat if seat in enrolled else next(coming, None) for seat in seats)


Couple = tuple[int | None, int | None]


@dataclass
class _Table:
    """One draw at work."""

    present: Mapping[int, Person]
    cycle: Cycle
    recent: frozenset[Pair]
    met: set[Pair] = field(init=False)  # as a pair, in this cycle
    joined: set[Pair] = field(init=False)  # in a group of three
    thirds: set[int] = field(init=False)
    costs: dict[Couple, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        groups = [group for drawn in self.cycle.rounds for group in drawn]
        self.met = {frozenset(group[:2]) for group in groups}
        trios = [group for group in groups if len(group) > FEWEST]
        self.joined = {frozenset((one, trio[-1])) for trio in trios for one in trio[:-1]}
        self.thirds = {trio[-1] for trio in trios}

    def cost(self, one: int | None, other: int | None) -> int:
        """How little these two should meet now; an empty chair costs nothing."""
        if one is None or other is None:
            return _THIRD_AGAIN if (one or other) in self.thirds else 0
        if (known := self.costs.get((one, other))) is None:
            known = self.costs[one, other] = self.costs[other, one] = self._cost(one, other)
        return known

    def _cost(self, one: int, other: int) -> int:
        pair, here, there = frozenset((one, other)), self.present[one], self.present[other]
        shared = min(len(here.themes & there.themes), _THEMES_COUNTED)
        colleagues = here.authority is not None and here.authority == there.authority
        return (
            _REPEAT * (pair in self.met)
            + _RECENT * (pair in self.recent)
            + _COLLEAGUES * colleagues
            + _JOINED * (pair in self.joined)
            - shared
        )

    def repeats(self, pairs: Sequence[Couple]) -> int:
        return sum(frozenset(pair) in self.met for pair in pairs if None not in pair)

    def next_turn(self, seats: Sequence[int | None]) -> tuple[int | None, tuple[Group, ...]] | None:
        """The turn of the round robin that suits best, mended where people came and went."""
        left = [turn for turn in range(len(seats) - 1) if turn not in self.cycle.turns]
        plans = []
        for turn in left:
            official, pool = self._seated(seats, turn)
            plans.append((len(pool), sum(self.cost(*pair) for pair in official), turn, official, pool))
        best: tuple[int, int, int, list[Couple]] | None = None
        for _size, _cost, turn, official, pool in sorted(plans, key=lambda plan: plan[:3])[:_TURNS_TRIED]:
            pairs = self._mended(official, pool)
            tried = (self.repeats(pairs), sum(self.cost(*pair) for pair in pairs), turn, pairs)
            best = tried if best is None else min(best, tried, key=lambda one: one[:3])
        if best is None or best[0]:
            return None
        return best[2], self.grouped(best[3])

    def outside_turns(self) -> tuple[None, tuple[Group, ...]] | None:
        """Any round in which nobody meets somebody again."""
        pairs = self.best(sorted(self.present))
        return None if self.repeats(pairs) else (None, self.grouped(pairs))

    def best(self, ids: Sequence[int]) -> list[Couple]:
        """Everybody in a pair (with an odd number, one facing nobody), at the least cost that is found."""
        pool: list[int | None] = [*ids, *([None] if len(ids) % 2 else [])]
        random.Random(len(self.cycle.rounds)).shuffle(pool)  # noqa: S311 - the same for the same state
        pairs: list[Couple] = []
        while pool:
            one = pool.pop()
            pool.remove(other := min(pool, key=lambda candidate: self.cost(one, candidate)))
            pairs.append((one, other))
        return self._exchanged(pairs)

    def grouped(self, pairs: Sequence[Couple]) -> tuple[Group, ...]:
        """The pairs as groups: who faces nobody joins the pair that they know least."""
        alone = [sole for one, other in pairs if None in (one, other) and (sole := one or other)]
        groups: list[Group] = sorted(
            (min(one, other), max(one, other))
            for one, other in pairs
            if one is not None and other is not None
        )
        for third in alone:
            host = min(
                groups, key=lambda group: (self._known(third, group), self._dislike(third, group), group)
            )
            groups[groups.index(host)] = (*host, third)
        return tuple(groups)

    def _known(self, third: int, group: Group) -> int:
        return sum(frozenset((third, one)) in self.met | self.joined | self.recent for one in group)

    def _dislike(self, third: int, group: Group) -> int:
        return sum(self.cost(third, one) for one in group)

    def _seated(self, seats: Sequence[int | None], turn: int) -> tuple[list[Couple], list[int]]:
        """Pairs that hold, and who needs another partner: facing nobody, or met outside the round robin."""
        official: list[Couple] = []
        pool = set(self.present) - set(seats)
        for here, there in facing(len(seats), turn):
            one, other = seats[here], seats[there]
            here_too = [person for person in (one, other) if person is not None and person in self.present]
            if len(here_too) == FEWEST and frozenset(here_too) not in self.met:
                official.append((one, other))
            else:
                pool |= set(here_too)
        return official, sorted(pool)

    def _mended(self, official: Sequence[Couple], pool: Sequence[int]) -> list[Couple]:
        """The pool in pairs; one that met, or a third again, changes places with a pair that holds."""
        pairs = [*official]
        for one, other in self.best(pool) if pool else ():
            again = (
                (one or other) in self.thirds if None in (one, other) else frozenset((one, other)) in self.met
            )
            if not again or not self._changed_places(pairs, one, other):
                pairs.append((one, other))
        return pairs

    def _changed_places(self, pairs: list[Couple], one: int | None, other: int | None) -> bool:
        choices = [
            (self.cost(*first) + self.cost(*second) - self.cost(here, there), index, first, second)
            for index, (here, there) in enumerate(pairs)
            if here is not None and there is not None
            for first, second in (((one, here), (other, there)), ((one, there), (other, here)))
        ]
        if not choices:
            return False
        cost, index, first, second = min(choices, key=lambda choice: choice[:2])
        if cost >= _REPEAT // 2 or cost >= self.cost(one, other):
            return False
        pairs[index : index + 1] = [first, second]
        return True

    def _exchanged(self, pairs: list[Couple]) -> list[Couple]:
        """Two pairs exchange partners as long as it helps."""
        for _sweep in range(_SWEEPS):
            better = False
            for left in range(len(pairs)):
                for right in range(left + 1, len(pairs)):
                    (a, b), (c, d) = pairs[left], pairs[right]
                    now = self.cost(a, b) + self.cost(c, d)
                    crossed = min(
                        ((a, c), (b, d)), ((a, d), (b, c)), key=lambda two: sum(self.cost(*p) for p in two)
                    )
                    if sum(self.cost(*pair) for pair in crossed) < now:
                        pairs[left], pairs[right] = crossed
                        better = True
            if not better:
                break
        return pairs
