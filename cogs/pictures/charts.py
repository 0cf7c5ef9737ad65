"""What can be drawn, as plain values: every word and figure is given ready to be written.

Nothing here draws: a chart is sent to the worker (``worker.py``), which alone loads the drawing library.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Mark:
    """One value, and how it is written. ``hidden``: too few people, so drawn as such, without its value.

    ``apart``: not to be compared with the others (a week that is not over), so no line leads to it.
    """

    label: str
    value: float
    text: str
    hidden: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Bars:
    """Horizontal bars, in the order given."""

    kind: ClassVar[str] = "bars"
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Funnel:
    """How many are left at each step."""

    kind: ClassVar[str] = "funnel"
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Line:
    """A series over time; hidden marks are gaps."""

    kind: ClassVar[str] = "line"
    title: str
    marks: tuple[Mark, ...]
    note: str = ""  # what a gap means, when there is one


@dataclass(frozen=True)
class Area:
    """A département on the map. ``level``: 0 nobody, 1 too few to tell, then darker and darker."""

    code: str
    level: int
    text: str = ""


@dataclass(frozen=True)
class Map:
    """The départements; ``levels`` are the words of the legend, from level 0. Others are level 0."""

    kind: ClassVar[str] = "map"
    title: str
    areas: tuple[Area, ...]
    levels: tuple[str, ...]
    names: tuple[tuple[str, str], ...]  # of those drawn apart: code, name
    zoom: str  # the name of the corner drawn larger


@dataclass(frozen=True)
class Twig:
    """A line of a tree. ``parent``: the place of the one that it hangs from; ``shape``: of its mark.

    ``here``: words that single it out; ``again``: told on an earlier page, so drawn pale.
    """

    who: str
    what: str
    shape: str = ""  # "ongoing", "adopted", "adapted", "abandoned"; none for a card that began there
    boxed: bool = False  # a card of its own, which can be read
    parent: int | None = None
    here: str = ""
    again: bool = False


@dataclass(frozen=True)
class Tree:
    """What hangs from what, each twig before those that hang from it. ``legend``: shape -> its words."""

    kind: ClassVar[str] = "tree"
    title: str
    twigs: tuple[Twig, ...]
    legend: tuple[tuple[str, str], ...]
    note: str = ""


Chart = Bars | Funnel | Line | Map | Tree
