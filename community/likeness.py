"""Which peers are comparable, and why: the reason is always told. Pure.

``storage.profiles.peers`` ranks by the same facts in one query.
"""

from collections.abc import Collection
from dataclasses import dataclass

from storage.profiles import STRATA, UNKNOWN_STRATUM, Profile

RURAL_BELOW = STRATA[0]


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
