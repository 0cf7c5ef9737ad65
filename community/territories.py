"""The map of a network: how many members in each département, and nothing where they are few."""

from collections.abc import Sequence
from dataclasses import dataclass

from community import directory
from community.actors import Actor
from community.aggregates import FEW, counted
from community.policy import Action, require
from storage import territories
from storage.engine import Database

# The least number of members of each level above « too few to tell »: what a picture shows in steps.
STEPS = (FEW, 10, 20, 50)


@dataclass(frozen=True)
class AreaView:
    """A département or a collectivity overseas. ``count`` is None where too few are there to tell."""

    code: str
    name: str
    count: int | None

    @property
    def level(self) -> int:
        """1 for too few to tell, then one more at each step."""
        return 1 if self.count is None else 1 + sum(self.count >= step for step in STEPS)


@dataclass(frozen=True)
class MapView:
    """``areas``: those that may be told, the largest first; ``few``: those with some members, by name.

    ``rest``: how many are in the latter together; None where that would give one of them away.
    """

    areas: Sequence[AreaView]
    few: Sequence[AreaView]
    rest: int | None
    least: int = FEW

    @property
    def total(self) -> int | None:
        """Everyone on the map, where it may be told."""
        told = sum(area.count or 0 for area in self.areas)
        return None if self.rest is None else told + self.rest


class Territories:
    """Use cases on where members are."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def members_map(self, actor: Actor) -> MapView:
        """Counts only members who let others see their organisation."""
        require(actor, Action.FIND_PEERS)
        async with self._db.reading() as session:
            people = await territories.people_by_departement(session, actor.network_id)
        return map_view(people)


def map_view(people: dict[str, int]) -> MapView:
    """What may be told of these counts by département."""
    told = counted(people)
    areas = [AreaView(code, directory.departement_name(code), count) for code, count in told.visible.items()]
    few = [AreaView(code, directory.departement_name(code), None) for code in told.hidden]
    return MapView(
        tuple(sorted(areas, key=lambda area: (-(area.count or 0), area.code))),
        tuple(sorted(few, key=lambda area: area.code)),
        told.rest,
    )
