"""How many authorities of the register are alike in a few coarse ways: could one be told from the others?"""

import numpy as np

from storage.authorities.register import Register


def alike(
    register: Register, kind: str, *, people: tuple[int, int] | None = None, region: str | None = None
) -> int:
    """Of this kind ("commune"…), with at least and less than so many people, in this région; today's only."""
    start, end = (
        int(np.searchsorted(register.ids, text)) for text in (f"{kind}:".encode(), f"{kind};".encode())
    )
    fits = np.zeros(len(register.ids), dtype=np.bool_)
    fits[start:end] = register.former[start:end] == 0
    if people is not None:
        fits &= (register.population >= people[0]) & (register.population < people[1])
    if region is not None:
        fits &= np.isin(register.departement_codes, _departements(register, region))
    return int(fits.sum())


def _departements(register: Register, region: str) -> list[bytes]:
    found = (register.get(f"departement:{code}") for code in register.departements)
    return [one.code.encode() for one in found if one is not None and one.region == region]
