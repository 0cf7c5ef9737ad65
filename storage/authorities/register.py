"""Opens the shipped register: arrays to search in, and a table of which each row is read when it is shown.

Must not rank anything: see ``finder.py``. Made by ``scripts/build_authorities.py`` (see ``layout.py``).
"""

import csv
import gzip
from collections.abc import Iterator
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.authorities import spelling
from storage.authorities.layout import Arrays
from storage.authorities.rows import Authority, parse

KEY_WIDTH = 40  # characters of a key that are compared for a typing error; longer ones differ long before


class Index:
    """Sorted texts, and the rows that each leads to."""

    def __init__(self, texts: NDArray[Any], rows: NDArray[np.int32]) -> None:
        self.texts, self.rows = texts, rows
        self.width = texts.dtype.itemsize

    def prefixed(self, text: str) -> tuple[int, int]:
        """The range of the texts that begin so (they are ASCII: DEL comes after all of them)."""
        return self._place(text), self._place(text + "\x7f")

    def exactly(self, text: str) -> NDArray[np.int32]:
        """The rows of this very text."""
        if len(text) > self.width or not text.isascii():
            return self.rows[:0]
        # NUL pads a text to the width of the array, so that the next possible text is this one and a NUL.
        wanted = np.array(text.encode(), dtype=self.texts.dtype)
        start, end = (int(np.searchsorted(self.texts, wanted, side=side)) for side in ("left", "right"))
        return self.rows[start:end]

    def _place(self, text: str) -> int:
        wanted = np.array(text.encode("ascii", "replace"), dtype=self.texts.dtype)
        return int(np.searchsorted(self.texts, wanted))


class Register:
    """Every authority. ``rows[n]`` parses one line; the arrays are laid out by ``layout.py``."""

    def __init__(self, table: bytes, arrays: Arrays) -> None:
        self._table = table
        ends = np.flatnonzero(np.frombuffer(table, dtype=np.uint8) == ord("\n")).astype(np.int32)
        self._starts, self._ends = ends[:-1] + 1, ends[1:]
        self.population: NDArray[np.int32] = arrays["population"].astype(np.int32)
        self.prior = np.log10(self.population + 10.0)
        self.former, self.wide = arrays["former"], arrays["wide"]
        self.departement_codes = arrays["departement"]
        self.ids = arrays["ids"]
        self.keys, self.words = _index(arrays, "key"), _index(arrays, "word")
        self.codes, self.postal = _index(arrays, "code"), _index(arrays, "postal")
        self.acronyms_written, self.acronyms_made, self.acronyms_short = (
            _index(arrays, name) for name in ("written", "made", "short")
        )
        self.key_bytes = self.keys.texts.view(np.uint8).reshape(len(self.keys.texts), -1)[:, :KEY_WIDTH]
        self.key_lengths = np.char.str_len(self.keys.texts).astype(np.int16)

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[Authority]:
        """Every row, in the order of the table."""
        return (parse(row) for row in csv.reader(self._table.decode().splitlines()[1:]))

    def row(self, at: int) -> Authority:
        """One row, read from its line."""
        line = self._table[self._starts[at] : self._ends[at]].decode()
        return parse(next(csv.reader([line])))

    def get(self, authority_id: str) -> Authority | None:
        """The row of an id that was stored; a delegated commune's own row, not today's."""
        if not authority_id.isascii() or len(authority_id) > self.ids.dtype.itemsize:
            return None
        wanted = np.array(authority_id.encode(), dtype=self.ids.dtype)
        at = int(np.searchsorted(self.ids, wanted))
        return self.row(at) if at < len(self.ids) and self.ids[at] == wanted else None

    def today(self, authority: Authority) -> Authority:
        """The authority that answers for it now: itself, or the commune it was merged into."""
        return (self.get(authority.today) if authority.today else None) or authority

    def label(self, authority: Authority) -> str:
        """« Saint-Denis (Seine-Saint-Denis) »: homonyms never stand in the same département."""
        if authority.id.startswith(("departement:", "region:")):
            return authority.name
        place = self.departements.get(authority.departement, "")
        return f"{authority.name} ({place})" if place else authority.name

    @cached_property
    def departements(self) -> dict[str, str]:
        """Code -> name, overseas collectivities included."""
        start, end = (int(np.searchsorted(self.ids, text)) for text in (b"departement:", b"departement;"))
        return {row.code: row.name for row in map(self.row, range(start, end))}

    @cached_property
    def departement_names(self) -> dict[str, str]:
        """As people type it -> code."""
        return {spelling.fold(name): code for code, name in self.departements.items()}


def _index(arrays: Arrays, name: str) -> Index:
    return Index(arrays[f"{name}_text"], arrays[f"{name}_row"].astype(np.int32))


@lru_cache(maxsize=1)
def load() -> Register:
    """The shipped register, read once per process."""
    folder = resources.files("storage.authorities") / "data"
    with (folder / "index.npz").open("rb") as file, np.load(file, allow_pickle=False) as packed:
        arrays = {name: packed[name] for name in packed.files}
    return Register(gzip.decompress((folder / "authorities.csv.gz").read_bytes()), arrays)
