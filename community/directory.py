"""The directory of local authorities, for the doors: what somebody types, and what an id that was kept means.

Open data, the same for everyone: no actor, no network, no database. A person of a former commune belongs to
today's. What is in no register (an association, a State service) is a free name: see ``profiles.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage import authorities
from storage.authorities import Authority


@dataclass(frozen=True)
class AuthorityView:
    """``label`` tells homonyms apart by their département."""

    id: str
    name: str
    label: str
    kind: str  # commune, epci, ept, departement or region
    population: int
    departement: str
    region: str
    epci: str
    score: float = 0.0


def look_up(typed: str, limit: int = 10) -> Sequence[AuthorityView]:
    """The best first. Former communes answer as the commune that they are in today, once."""
    register = authorities.load()
    found: dict[str, AuthorityView] = {}
    for one in authorities.find(register, typed, limit=limit):
        today = register.today(one.authority)
        found.setdefault(today.id, _view(today, one.score))
    return tuple(found.values())


def known(authority_id: str) -> AuthorityView | None:
    """The authority of an id, today's when it was merged since; None when there is no such thing."""
    register = authorities.load()
    found = register.get(authority_id)
    return None if found is None else _view(register.today(found))


def departement_name(code: str) -> str:
    """« Savoie » for 73; the code itself when nobody has it."""
    return authorities.load().departements.get(code, code)


def _view(found: Authority, score: float = 0.0) -> AuthorityView:
    return AuthorityView(
        found.id,
        found.name,
        authorities.load().label(found),
        found.id.partition(":")[0],
        found.population,
        found.departement,
        found.region,
        found.epci,
        score,
    )
