"""Loads the shipped table and lays it out for search: one pass, about a third of a second, some 40 MiB.

Must not rank anything: see ``finder.py``.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from storage.authorities import spelling

KEY_WIDTH = 40  # characters of a key that are compared; longer ones differ long before
_INITIALS_FROM = (
    90_000  # inhabitants: smaller groups are known by their initials only where they say so themselves
)
_FORMER = {"commune-deleguee", "commune-associee", "arrondissement"}


@dataclass(frozen=True, slots=True)
class Authority:
    """A row of the national register. Populations are municipal; codes are INSEE's and SIRENE's.

    ``id`` is what we store: "commune:73065", "epci:<SIREN>", "ept:<SIREN>", "departement:73", "region:84".
    ``today`` is set for a delegated or former commune: the commune that it belongs to now.
    """

    id: str
    name: str
    type: str
    population: int
    departement: str
    region: str
    siren: str
    postal_codes: tuple[str, ...]
    epci: str
    ept: str
    today: str
    former_codes: tuple[str, ...]

    @property
    def code(self) -> str:
        """INSEE code, or SIREN for a group of communes."""
        return self.id.partition(":")[2]


class Register:
    """Every authority, and sorted tables of the keys by which each can be found."""

    def __init__(self, authorities: Iterable[Authority]) -> None:
        self.rows = list(authorities)
        self.by_id = {row.id: row for row in self.rows}
        self.population = np.array([row.population for row in self.rows], dtype=np.int64)
        self.prior = np.log10(self.population + 10.0)
        self.former = np.array([row.type in _FORMER for row in self.rows])
        self.wide = np.array([not row.id.startswith("commune:") for row in self.rows]) & ~self.former
        self.departements = {row.code: row.name for row in self.rows if row.id.startswith("departement:")}
        self.departement_names = {spelling.fold(name): code for code, name in self.departements.items()}
        self.acronyms: dict[
            str, list[tuple[int, bool]]
        ] = {}  # letters → (row, written by the register itself)
        self.codes: dict[str, list[int]] = {}
        self.postal: dict[str, list[int]] = {}
        pairs = sorted({pair for at, row in enumerate(self.rows) for pair in self._keys(at, row)})
        self.keys = [key for key, _ in pairs]
        self.key_rows = np.array([at for _, at in pairs], dtype=np.int32)
        self.key_bytes = _matrix(self.keys)
        self.key_lengths = np.array([len(key) for key in self.keys], dtype=np.int16)
        words = sorted({(word, at) for key, at in pairs for word in key.split()})
        self.words = [word for word, _ in words]
        self.word_rows = np.array([at for _, at in words], dtype=np.int32)

    def get(self, authority_id: str) -> Authority | None:
        """The row of an id that was stored; a delegated commune's own row, not today's."""
        return self.by_id.get(authority_id)

    def today(self, authority: Authority) -> Authority:
        """The authority that answers for it now: itself, or the commune it was merged into."""
        return self.by_id.get(authority.today, authority)

    def label(self, authority: Authority) -> str:
        """« Saint-Denis (Seine-Saint-Denis) »: homonyms never stand in the same département."""
        if authority.id.startswith(("departement:", "region:")):
            return authority.name
        place = self.departements.get(authority.departement, "")
        return f"{authority.name} ({place})" if place else authority.name

    def _keys(self, at: int, row: Authority) -> Iterator[tuple[str, int]]:
        self.codes.setdefault(row.code, []).append(at)
        if row.siren and row.siren != row.code:
            self.codes.setdefault(row.siren, []).append(at)
        for code in row.former_codes:
            self.codes.setdefault(code, []).append(at)
        for code in row.postal_codes:
            self.postal.setdefault(code, []).append(at)
        folded = spelling.fold(row.name)
        for key in (folded, spelling.without_article(folded), spelling.joined(folded)):
            yield key, at
        if row.id.startswith(("epci:", "ept:")):
            bare = spelling.without_civic_words(folded)
            yield bare, at
            yield spelling.without_article(bare), at
            written = spelling.written_acronyms(row.name)
            for letters in written:
                self.acronyms.setdefault(letters, []).append((at, True))
            if row.population >= _INITIALS_FROM or row.id.startswith("ept:"):
                for letters in spelling.initials(row.name) - written:
                    self.acronyms.setdefault(letters, []).append((at, False))


def _matrix(keys: list[str]) -> NDArray[np.uint8]:
    """One row of bytes a key, padded with zeros: keys are ASCII after folding."""
    padded = b"".join(key.encode()[:KEY_WIDTH].ljust(KEY_WIDTH, b"\0") for key in keys)
    return np.frombuffer(padded, dtype=np.uint8).reshape(len(keys), KEY_WIDTH)


@lru_cache(maxsize=1)
def load() -> Register:
    """The shipped register, read once per process."""
    packed = (resources.files("storage.authorities") / "data" / "authorities.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    reader = csv.reader(lines)
    next(reader)
    return Register(_authority(row) for row in reader)


def _authority(row: list[str]) -> Authority:
    return Authority(
        id=row[0],
        name=row[1],
        type=row[2],
        population=int(row[3] or 0),
        departement=row[4],
        region=row[5],
        siren=row[6],
        postal_codes=tuple(row[7].split()),
        epci=row[8],
        ept=row[9],
        today=row[10],
        former_codes=tuple(row[11].split()),
    )
