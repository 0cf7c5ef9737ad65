"""Figures that tell nothing of anyone: what counts too few people is hidden, and cannot be worked out. Pure.

Every figure on people that a member or a facilitator reads as a figure goes through here. Lists of names for
those who must act on them (the queue, who is stuck) are no figures: their permissions protect them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FEW = 5  # the smallest number of people that may be told


@dataclass(frozen=True)
class Figure:
    """A value, and how many people made it. ``value`` is None where those are too few to tell."""

    value: float | None

    @classmethod
    def of(cls, value: float, people: int) -> "Figure":
        """Nobody at all may be told; one to four people may not."""
        return cls(None if too_few(people) else value)

    @property
    def hidden(self) -> bool:
        return self.value is None


@dataclass(frozen=True)
class Counts:
    """People by group. ``rest``: those of the hidden groups together, where that gives none of them away."""

    visible: Mapping[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    rest: int | None = 0


def too_few(people: int) -> bool:
    """Whether a figure that counts these people must be hidden. A figure on nobody tells of nobody."""
    return 0 < people < FEW


def counted(people: Mapping[str, int]) -> Counts:
    """What may be told of a count by group; groups without anybody are left out.

    The sum of the hidden groups would be their value when there is only one, and would give every one of
    them when all must be the least or the most that a hidden group can be: then it is not told either.
    """
    visible = {group: count for group, count in people.items() if count >= FEW}
    few = {group: count for group, count in people.items() if too_few(count)}
    total, groups = sum(few.values()), len(few)
    ambiguous = groups > 1 and groups < total < groups * (FEW - 1)
    tellable = not few or (ambiguous and total >= FEW)
    return Counts(visible, frozenset(few), total if tellable else None)
