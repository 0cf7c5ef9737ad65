"""One practice as a row of a file: its columns, their limits, and which authority it means. Pure."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from community import directory, text
from community.directory import AuthorityView
from community.resource_rows import BadRow, read_address, read_line, read_lines, read_list, validated

COLUMNS = (
    "id",
    "title",
    "authority",
    "insee_or_siren",
    "themes",
    "year",
    "context",
    "what_was_done",
    "results",
    "difficulties",
    "what_did_not_work",
    "cost",
    "duration",
    "territory",
    "source_url",
    "source_title",
    "language",
    "tags",
    "code",
    "population_municipale",
    "partly_failed_or_adjusted",
)
# What other programs and our own data call them. « reference_name » and « overseas » say what the code says.
OTHER_NAMES = {
    "identifiant": "id",
    "titre": "title",
    "collectivité": "authority",
    "collectivite": "authority",
    "insee": "insee_or_siren",
    "siren": "insee_or_siren",
    "thème": "themes",
    "thèmes": "themes",
    "année": "year",
    "période": "year",
    "contexte": "context",
    "démarche": "what_was_done",
    "action": "what_was_done",
    "done": "what_was_done",
    "résultats": "results",
    "difficultés": "difficulties",
    "freins": "difficulties",
    "obstacles": "difficulties",
    "échecs": "what_did_not_work",
    "failures": "what_did_not_work",
    "coût": "cost",
    "durée": "duration",
    "délai": "duration",
    "territoire": "territory",
    "source": "source_url",
    "url": "source_url",
    "langue": "language",
    "mots-clés": "tags",
    "population": "population_municipale",
    "adjusted": "partly_failed_or_adjusted",
}
_SILENT = {"reference_name", "overseas"}
_YES = {"1", "true", "yes", "oui", "vrai", "x"}
_LONGEST = 10_000
_APART = re.compile(r"[^a-z0-9]+")
_TOWN = ("commune", "ville", "mairie")
_SMALL = frozenset({"de", "du", "des", "d", "la", "l"})


def _flag(value: Any) -> bool:
    return read_line(value).casefold().removesuffix(".0") in _YES if not isinstance(value, bool) else value


def _people(value: Any) -> int:
    digits = "".join(read_line(value).removesuffix(".0").split())
    if not digits:
        return 0
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise PydanticCustomError("bad_number", "bad number")
    return int(digits)


Line = Annotated[str, BeforeValidator(read_line), Field(max_length=300)]
Prose = Annotated[str, BeforeValidator(read_lines), Field(max_length=_LONGEST)]


class PracticeRow(BaseModel):
    """A row that was checked."""

    id: Annotated[str, BeforeValidator(read_line), Field(max_length=200)] = ""
    title: Annotated[str, BeforeValidator(read_line), Field(min_length=1, max_length=300)]
    authority: Line = ""
    insee_or_siren: Annotated[str, BeforeValidator(read_line), Field(max_length=40)] = ""
    code: Annotated[str, BeforeValidator(read_line), Field(max_length=40)] = ""
    themes: Annotated[list[Annotated[str, Field(max_length=80)]], BeforeValidator(read_list)] = []
    tags: Annotated[list[Annotated[str, Field(max_length=200)]], BeforeValidator(read_list)] = []
    year: Annotated[str, BeforeValidator(read_line), Field(max_length=60)] = ""
    context: Prose = ""
    what_was_done: Prose = ""
    results: Prose = ""
    difficulties: Prose = ""
    what_did_not_work: Prose = ""
    cost: Prose = ""
    duration: Prose = ""
    territory: Prose = ""
    source_url: Annotated[str | None, BeforeValidator(read_address)] = None
    source_title: Line = ""
    language: Annotated[str, BeforeValidator(read_line), Field(max_length=35)] = "fr"
    population_municipale: Annotated[int, BeforeValidator(_people)] = 0
    partly_failed_or_adjusted: Annotated[bool, BeforeValidator(_flag)] = False

    @property
    def ref(self) -> str:
        """The id given, else one made of what does not change from one export to the next."""
        if self.id:
            return self.id
        base = f"practice {self.title.casefold()} {self.authority.casefold()}"
        return f"auto-{blake2b(base.encode(), digest_size=9).hexdigest()}"

    def values(self) -> dict[str, Any]:
        """As the card's columns."""
        found = authority_of(self.code or self.insee_or_siren, self.authority)
        return {
            "title": self.title,
            "context": self.context,
            "done": self.what_was_done,
            "results": self.results,
            "obstacles": self.difficulties,
            "failures": self.what_did_not_work,
            "cost": self.cost,
            "duration": self.duration,
            "territory": self.territory,
            "authority_id": found.id if found else None,
            "authority": self.authority or (found.label if found else ""),
            "authority_kind": found.kind if found else "",
            "population": self.population_municipale or (found.population if found else 0),
            "departement": found.departement if found else "",
            "region": found.region if found else "",
            "period": self.year,
            "source_url": self.source_url,
            "source_title": self.source_title,
            "language": self.language,
            "adjusted": self.partly_failed_or_adjusted,
            "tags": self.tags,
        }


def authority_of(code: str, name: str) -> AuthorityView | None:
    """The authority of a code, told apart by the name where a département and a région share one.

    Without a code, the name itself, where the register has exactly that one.
    """
    code = "".join(code.split()).upper()
    folded = text.folded(name)
    kinds = ("epci", "ept") if len(code) == 9 else ("commune",) if len(code) == 5 else ()
    if 0 < len(code) <= 3:
        kinds = ("region", "departement") if folded.startswith("region") else ("departement", "region")
    for kind in kinds:
        if (found := directory.known(f"{kind}:{code}")) is not None:
            return found
    return None if code else _named(folded)


def _named(folded: str) -> AuthorityView | None:
    first, *rest = _words(folded)
    while rest and rest[0] in _SMALL:
        rest.pop(0)
    for kind, begins in (("region", ("region",)), ("departement", ("departement",)), ("commune", _TOWN)):
        if first in begins:
            return _exactly(rest, {kind})
    return _exactly([first, *rest], {"epci", "ept"})


def _words(name: str) -> list[str]:
    return _APART.split(text.folded(name)) or [""]


def _exactly(words: list[str], kinds: set[str]) -> AuthorityView | None:
    """Nobody when the register has two of that name."""
    same = [
        one for one in directory.look_up(" ".join(words)) if one.kind in kinds and _words(one.name) == words
    ]
    return same[0] if len(same) == 1 else None


def parsed(values: Mapping[str, Any]) -> PracticeRow:
    """The row, or BadRow with the first thing wrong."""
    row = validated(PracticeRow, values, COLUMNS, OTHER_NAMES)
    if not row.context and not row.what_was_done:
        raise BadRow("missing", "what_was_done")
    return row


def unknown_columns(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns that are not ours: most often nobody minds, sometimes it is a typing mistake."""
    known = {*COLUMNS, *OTHER_NAMES, *_SILENT}
    return tuple(column for column in values if column not in known)
