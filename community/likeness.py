"""Which peers and territories are comparable, and why: the reason is always told. Pure.

``storage.profiles.peers`` ranks peers by the same facts in one query.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

from storage.profiles import STRATA, UNKNOWN_STRATUM, Profile

RURAL_BELOW = STRATA[0]
# A commune learns from a group of communes too, less than from another commune.
_LOCAL = frozenset({"commune", "epci", "ept"})
_OTHER_KIND = 0.5
_FAR = 4.0  # doublings: sixteen times as many inhabitants, or as few, is not comparable at all
_LIKE, _UNLIKE = 3, 5  # times as many inhabitants: like one another up to, much larger from
_NEARNESS = {"epci": 0.3, "departement": 0.2, "region": 0.1}


@dataclass(frozen=True)
class Reason:
    """``code`` is a key of the label table "likeness"; ``value`` what it is about, when it has something."""

    code: str
    value: str = ""


def reasons(
    mine: Profile | None,
    peer: Profile,
    *,
    shared: Collection[str],
    visible: Collection[str],
    visible_of_mine: Collection[str] | None = None,
) -> tuple[Reason, ...]:
    """Why this peer, from what they let others see (and, before others, from what I let others see)."""
    found: list[Reason] = []
    own = visible_of_mine is None or "organisation" in visible_of_mine
    if "organisation" in visible and mine is not None and own:
        found += _places(mine, peer)
    if "themes" in visible and (visible_of_mine is None or "themes" in visible_of_mine):
        found += [Reason("theme", name) for name in shared]
    return tuple(found) or (Reason("member"),)


def comparable(mine: Profile, kind: str, population: int) -> float:
    """1 for the same kind and size, 0.75 when one is twice the other, 0 from sixteen times on."""
    if not _to_compare(mine, kind, population):
        return 0.0
    alike = max(0.0, 1.0 - abs(math.log2(population / mine.population)) / _FAR)
    return alike if kind == mine.organisation_kind else alike * _OTHER_KIND


def size(mine: Profile, kind: str, population: int) -> str:
    """The reason that its size is; empty when nothing is to be said of it.

    One that is much smaller or larger is said to be: its reader weighs what it tells.
    """
    if not _to_compare(mine, kind, population):
        return ""
    fewer, more = sorted((population, mine.population))
    if kind == mine.organisation_kind == "commune" and more < RURAL_BELOW:
        return "rural"
    if more <= fewer * _LIKE:
        return "size"
    if more < fewer * _UNLIKE:
        return ""
    return "larger" if population == more else "smaller"


def nearness(shared: str) -> float:
    """What sharing a group of communes, a département or a region adds; 0 for anything else."""
    return _NEARNESS.get(shared, 0.0)


def _to_compare(mine: Profile, kind: str, population: int) -> bool:
    local = kind in _LOCAL and mine.organisation_kind in _LOCAL
    return population > 0 and mine.population > 0 and (local or kind == mine.organisation_kind)


def _places(mine: Profile, peer: Profile) -> list[Reason]:
    found = []
    if mine.stratum == peer.stratum != UNKNOWN_STRATUM and mine.organisation_kind == peer.organisation_kind:
        rural = peer.organisation_kind == "commune" and peer.population < RURAL_BELOW
        found.append(Reason("rural" if rural else "size"))
    for code, here, there in (
        ("epci", mine.epci, peer.epci),
        ("departement", mine.departement, peer.departement),
        ("region", mine.region, peer.region),
    ):
        if here and here == there:
            found.append(Reason(code))
            break  # the narrowest says the others
    return found
