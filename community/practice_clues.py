"""What in a card without a name would give the name away all the same. Points it out; people decide. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from community import directory, text
from storage.practices import Practice

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\d)(?:\+33|0033|0)[ .\-]?[1-9](?:[ .\-]?\d{2}){4}(?!\d)")
_SITE = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_CIVIL = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Dr|Me)\s+[A-Z\u00c0-\u00d6\u00d8-\u00de][\w\u2019'-]+")
_SHORTEST = 4  # letters of a name that is looked for: shorter ones are words of the language too


@dataclass(frozen=True)
class Clue:
    """``field`` is a key of the label table "practice_parts"; ``kind`` of "clue_kinds"."""

    field: str
    kind: str
    words: str


def clues(practice: Practice, author: str, fields: Mapping[str, str]) -> tuple[Clue, ...]:
    """Each thing once per field, in the order of the card."""
    names = {word for word in _words(author) if len(word) >= _SHORTEST}
    places = [_words(place) for place in _places(practice)]
    found: dict[Clue, None] = {}
    for field, told in fields.items():
        for kind, words in _found(told, names, places):
            found.setdefault(Clue(field, kind, words))
    return tuple(found)


def _found(told: str, names: Collection[str], places: list[list[str]]) -> Iterator[tuple[str, str]]:
    for kind, pattern in (("mail", _MAIL), ("phone", _PHONE), ("site", _SITE), ("person", _CIVIL)):
        yield from ((kind, match.group()) for match in pattern.finditer(told))
    shown = [match.group() for match in re.finditer(r"[^\W_]+", told)]
    folded = [text.folded(word) for word in shown]
    yield from (("person", word) for word, plain in zip(shown, folded, strict=True) if plain in names)
    for place in places:
        size = len(place)
        for start in range(len(folded) - size + 1):
            if size and folded[start : start + size] == place:
                yield "place", " ".join(shown[start : start + size])


def _places(practice: Practice) -> Iterator[str]:
    """The authority by its name, its group of communes, its département."""
    known = directory.known(practice.authority_id) if practice.authority_id else None
    if known is None:
        yield practice.authority
        return
    yield known.name
    if known.departement and known.kind != "departement":
        yield directory.departement_name(known.departement)
    group = directory.known(f"epci:{known.epci}") if known.epci else None
    if group is not None:
        yield re.sub(r"^(CC|CA|CU) ", "", group.name)


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.folded(name)) if word]
