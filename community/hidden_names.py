"""Finds what gives away who asks in a question without a name: said before it is published. Pure.

It points out, and decides nothing: « Martin » may be a street, and the author alone knows.
"""

import re
from collections.abc import Iterable, Sequence

from community.text import folded

MOST = 5
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\d)(?:\+\d{2,3}|0)[\s.-]?\d(?:[\s.-]?\d{2}){4}(?!\d)")
_MENTION = re.compile(r"<@[!&]?\d+>|(?<!\w)@[\w.]{2,32}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Words of names that say nothing of whose they are.
_COMMON = frozenset(
    (
        *("agence", "agglo", "agglomeration", "association", "bassin", "commune", "communaute", "communes"),
        *("conseil", "departement", "departemental", "departementale", "direction", "grand", "grande"),
        *("haut", "haute", "intercommunalite", "mairie", "metropole", "monsieur", "madame", "pays", "parc"),
        *("petite", "petit", "region", "regional", "regionale", "saint", "sainte", "service", "syndicat"),
        *("territoire", "territoires", "union", "urbaine", "vallee", "ville", "villes"),
        *("aux", "avec", "chez", "dans", "des", "les", "par", "pour", "sous", "sur", "une"),
        *("the", "and", "for", "city", "council", "district", "county", "town"),
    )
)
_SHORTEST = 3


def given_away(said: str, names: Iterable[str], *, whole: Iterable[str] = ()) -> Sequence[str]:
    """What names somebody, as it was written: each once, at most five.

    ``names``: of the author (of their authority too); any word of them counts. ``whole``: of others, that
    count only in full: half the network may be called Martin.
    """
    found = [match.group() for pattern in (_EMAIL, _PHONE, _MENTION) for match in pattern.finditer(said)]
    telling = {
        part
        for name in names
        for word in _WORD.findall(name)
        for part in (folded(word), *folded(word).replace("'", "-").replace("’", "-").split("-"))
        if len(part) >= _SHORTEST and part not in _COMMON
    }
    for word in _WORD.findall(said):
        parts = {folded(word), *folded(word).replace("'", "-").replace("’", "-").split("-")}
        if parts & telling:
            found.append(word)
    flat = f" {' '.join(_WORD.findall(folded(said)))} "
    for name in whole:
        words = _WORD.findall(folded(name))
        if len(words) > 1 and f" {' '.join(words)} " in flat:
            found.append(name)
    return tuple(dict.fromkeys(found))[:MOST]
