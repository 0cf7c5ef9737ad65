"""« Droit à l'erreur »: what may be said of who tells a failure without their name.

Only what at least five authorities of the national register have in common; the more precise the better, and
nothing at all when even the coarsest words would point at one of a few. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from community.likeness import RURAL_BELOW
from storage import authorities
from storage.authorities.crowd import alike
from storage.practices import Practice
from storage.profiles import STRATA, UNKNOWN_STRATUM, stratum_of

LEAST = 5  # authorities
_NO_BOUND = 10**9


@dataclass(frozen=True)
class Crowd:
    """Whoever it is, is one of ``count``. What is None or empty is not said."""

    kind: str  # "commune", "epci"…
    count: int
    least: int | None = None  # people
    most: int | None = None  # people, less than
    rural: bool | None = None
    region: str = ""  # its name

    @property
    def enough(self) -> bool:
        return self.count >= LEAST


def crowd_of(practice: Practice) -> Crowd:
    """The most precise crowd that is large enough; the coarsest, too small, when none is."""
    kind = (practice.authority_id or "").partition(":")[0]
    return _crowd(kind, practice.population, practice.region)


@lru_cache(maxsize=512)
def _crowd(kind: str, population: int, region: str) -> Crowd:
    if not kind:
        return Crowd("", 0)  # in no register: nobody knows how many are alike
    ways = list(_ways(kind, population, region))
    return next((crowd for crowd in ways if crowd.enough), ways[-1])


def _ways(kind: str, population: int, region: str) -> Iterator[Crowd]:
    """From the most precise to the coarsest."""
    register = authorities.load()
    stratum = stratum_of(population)
    rural = population < RURAL_BELOW if kind == "commune" and population > 0 else None
    halves = None if rural is None else (0, RURAL_BELOW) if rural else (RURAL_BELOW, _NO_BOUND)
    named = getattr(register.get(f"region:{region}"), "name", "") if region and kind != "region" else ""
    bounds = None
    if stratum != UNKNOWN_STRATUM and kind != "region":
        bounds = (0, *STRATA)[stratum], (*STRATA, _NO_BOUND)[stratum]
    if bounds is not None and named:
        yield _counted(kind, bounds, rural, region, named)
    if halves is not None and named:
        yield _counted(kind, halves, rural, region, named, bounded=False)
    if bounds is not None:
        yield _counted(kind, bounds, rural, None, "")
    if named:
        yield _counted(kind, None, None, region, named)
    yield _counted(kind, None, None, None, "")


def _counted(
    kind: str,
    people: tuple[int, int] | None,
    rural: bool | None,
    region: str | None,
    named: str,
    *,
    bounded: bool = True,
) -> Crowd:
    count = alike(authorities.load(), kind, people=people, region=region)
    shown = people if bounded else None
    return Crowd(
        kind,
        count,
        least=shown[0] if shown else None,
        most=shown[1] if shown and shown[1] < _NO_BOUND else None,
        rural=rural,
        region=named,
    )
