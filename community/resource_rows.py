"""One resource as a row of a file: its columns, their limits, how lists are written in one cell. Pure."""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from community import text
from community.geography import ADDRESS_LONGEST, possible

# Keys of the label table "choices.resource_kinds".
from community.resources import KINDS

M = TypeVar("M", bound=BaseModel)

COLUMNS = (
    "id",
    "title",
    "summary",
    "body",
    "url",
    "tags",
    "kind",
    "themes",
    "publisher",
    "year",
    "language",
    "licence",
    "address",
    "latitude",
    "longitude",
)
# What other programs and our own data call them.
OTHER_NAMES = {
    "identifiant": "id",
    "titre": "title",
    "name": "title",
    "nom": "title",
    "résumé": "summary",
    "resume": "summary",
    "description": "summary",
    "texte": "body",
    "contenu": "body",
    "content": "body",
    "lien": "url",
    "adresse": "url",
    "link": "url",
    "mots-clés": "tags",
    "étiquettes": "tags",
    "keywords": "tags",
    "type": "kind",
    "thème": "themes",
    "thèmes": "themes",
    "theme": "themes",
    "éditeur": "publisher",
    "auteur": "publisher",
    "source": "publisher",
    "année": "year",
    "annee": "year",
    "langue": "language",
    "license": "licence",
    "adresse postale": "address",
    "lieu": "address",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "long": "longitude",
}
_LISTS_MOST = 100
_SEPARATORS = re.compile(r"[;|\n]")


class BadRow(Exception):
    """A row that cannot be used. ``code`` and ``column`` are for the words."""

    def __init__(self, code: str, column: str = "") -> None:
        super().__init__(f"{code} {column}")
        self.code = code
        self.column = column


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("not_a_text", "not a text")
    return str(value)


def read_line(value: Any) -> str:
    return text.one_line(_scalar(value))


def read_lines(value: Any) -> str:
    return text.lines(_scalar(value))


def read_list(value: Any) -> list[str]:
    """A JSON list, or what a cell holds: a JSON list again, or names parted by ";" or "|", else by commas."""
    if isinstance(value, str):
        value = _split(value.strip())
    if value is None:
        return []
    if not isinstance(value, list):
        raise PydanticCustomError("not_a_list", "not a list")
    if len(value) > _LISTS_MOST:
        raise PydanticCustomError("too_many", "too many")
    cleaned = [read_line(one) for one in value]
    return list(dict.fromkeys(one for one in cleaned if one))


def _split(cell: str) -> list[Any]:
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
    return _SEPARATORS.split(cell) if _SEPARATORS.search(cell) else cell.split(",")


def joined(values: Sequence[str]) -> str:
    """A list as a cell that ``read_list`` reads back exactly."""
    if any(_SEPARATORS.search(value) or value.startswith("[") for value in values) or (
        len(values) == 1 and "," in values[0]
    ):
        return json.dumps(list(values), ensure_ascii=False)
    return ";".join(values)


def _year(value: Any) -> int | None:
    digits = read_line(value).removesuffix(".0")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or not 1000 <= int(digits[:5]) <= date.max.year:
        raise PydanticCustomError("bad_year", "bad year")
    return int(digits)


def _degrees(value: Any) -> float | None:
    """A number of degrees; French spreadsheets write it with a comma."""
    digits = read_line(value).replace(",", ".")
    if not digits:
        return None
    try:
        found = float(digits)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise PydanticCustomError("bad_place", "bad place")
    return found


def read_address(value: Any) -> str | None:
    typed = read_line(value)
    if not typed:
        return None
    address = text.address(typed)
    if address is None:
        raise PydanticCustomError("bad_url", "bad address")
    return address


class ResourceRow(BaseModel):
    """A row that was checked."""

    id: Annotated[str, BeforeValidator(read_line), Field(max_length=200)] = ""
    title: Annotated[str, BeforeValidator(read_line), Field(min_length=1, max_length=300)]
    summary: Annotated[str, BeforeValidator(read_lines), Field(max_length=10_000)] = ""
    body: Annotated[str, BeforeValidator(read_lines), Field(max_length=1_000_000)] = ""
    url: Annotated[str | None, BeforeValidator(read_address)] = None
    kind: Annotated[str, BeforeValidator(read_line), Field(max_length=80)] = "other"
    themes: Annotated[list[Annotated[str, Field(max_length=80)]], BeforeValidator(read_list)] = []
    publisher: Annotated[str, BeforeValidator(read_line), Field(max_length=300)] = ""
    year: Annotated[int | None, BeforeValidator(_year)] = None
    language: Annotated[str, BeforeValidator(read_line), Field(max_length=35)] = "fr"
    licence: Annotated[str, BeforeValidator(read_line), Field(max_length=200)] = ""
    tags: Annotated[list[Annotated[str, Field(max_length=200)]], BeforeValidator(read_list)] = []
    address: Annotated[str, BeforeValidator(read_line), Field(max_length=ADDRESS_LONGEST)] = ""
    latitude: Annotated[float | None, BeforeValidator(_degrees)] = None
    longitude: Annotated[float | None, BeforeValidator(_degrees)] = None

    @property
    def url_key(self) -> str | None:
        return text.address_key(self.url) if self.url else None

    @property
    def ref(self) -> str:
        """The id given, else one made of what does not change from one export to the next."""
        if self.id:
            return self.id
        base = (
            f"url {self.url_key}"
            if self.url
            else f"title {self.title.casefold()} {self.publisher.casefold()}"
        )
        return f"auto-{blake2b(base.encode(), digest_size=9).hexdigest()}"


def validated(
    model: type[M], values: Mapping[str, Any], columns: Collection[str], other_names: Mapping[str, str]
) -> M:
    """The row of a file as ``model``, or BadRow with the first thing wrong. A column's own name wins."""
    named: dict[str, Any] = {}
    for column, value in values.items():
        name = column if column in columns else other_names.get(column)
        if name is not None and (name not in named or column == name):
            named[name] = value
    named = {name: value for name, value in named.items() if value not in ("", None)}
    if "title" not in named:
        raise BadRow("missing", "title")
    try:
        return model.model_validate(named)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRow(CODES.get(first["type"], first["type"]), str(first["loc"][0])) from None


def parsed(values: Mapping[str, Any], unknown_kinds: set[str]) -> ResourceRow:
    """The row, or BadRow with the first thing wrong. A kind that we do not have is read as "other"."""
    row = validated(ResourceRow, values, COLUMNS, OTHER_NAMES)
    if (row.latitude is None) != (row.longitude is None):
        raise BadRow("bad_place", "latitude" if row.latitude is None else "longitude")
    if row.latitude is not None and not possible(row.latitude, row.longitude or 0.0):
        raise BadRow("bad_place", "latitude")
    row.kind = row.kind.casefold()
    if row.kind not in KINDS:
        unknown_kinds.add(row.kind)
        row.kind = "other"
    return row


CODES = {"string_too_short": "missing", "string_too_long": "too_long"}


def unknown_columns(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns that are not ours: most often nobody minds, sometimes it is a typing mistake."""
    return tuple(column for column in values if column not in COLUMNS and column not in OTHER_NAMES)
