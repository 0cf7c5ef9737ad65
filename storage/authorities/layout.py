"""Lays the register out for search, when it is refreshed: sorted keys, codes and flags in arrays.

Run by ``scripts/build_authorities.py``; the arrays ship beside the table, so that a process that starts
reads them in a few hundredths of a second. ``register.py`` reads them, ``tests/storage`` proves that they are
these.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from storage.authorities import spelling
from storage.authorities.rows import Authority

INITIALS_FROM = 90_000  # inhabitants: smaller groups go by their initials only where they say so themselves
_FORMER = {"commune-deleguee", "commune-associee", "arrondissement"}

Arrays = dict[str, NDArray[np.generic]]


def lay_out(rows: Sequence[Authority]) -> Arrays:
    """Everything that search needs; the rows themselves stay in the table."""
    return {
        "ids": np.array([row.id for row in rows], dtype="S"),
        "population": np.array([row.population for row in rows], dtype=np.int32),
        "departement": np.array([row.departement for row in rows], dtype="S"),
        "former": np.array([row.type in _FORMER for row in rows]),
        "wide": np.array([_is_wide(row) for row in rows]),
        **_sorted("key", {pair for at, row in enumerate(rows) for pair in _keys(at, row)}),
        **_sorted(
            "word", {(w, at) for at, row in enumerate(rows) for k, _ in _keys(at, row) for w in k.split()}
        ),
        **_sorted("code", {pair for at, row in enumerate(rows) for pair in _codes(at, row)}),
        **_sorted("postal", {(code, at) for at, row in enumerate(rows) for code in row.postal_codes}),
        **_sorted("written", {pair for at, row in enumerate(rows) for pair in _written(at, row)}),
        **_sorted("made", {pair for at, row in enumerate(rows) for pair in _made(at, row)}),
        **_sorted("short", {pair for at, row in enumerate(rows) for pair in _short(at, row)}),
    }


def _sorted(name: str, pairs: Iterable[tuple[str, int]]) -> Arrays:
    """``<name>_text`` in order, and the row of each in ``<name>_row``."""
    ordered = sorted(pairs)
    return {
        f"{name}_text": np.array([text for text, _ in ordered], dtype="S"),
        f"{name}_row": np.array([at for _, at in ordered], dtype=np.int32),
    }


def _is_wide(row: Authority) -> bool:
    return not row.id.startswith("commune:") and row.type not in _FORMER


def _is_group(row: Authority) -> bool:
    return row.id.startswith(("epci:", "ept:"))


def _keys(at: int, row: Authority) -> Iterator[tuple[str, int]]:
    """The spellings by which a place is found; an empty one finds nothing."""
    folded = spelling.fold(row.name)
    keys = {folded, spelling.without_article(folded), spelling.joined(folded)}
    if _is_group(row):
        bare = spelling.without_civic_words(folded)
        keys |= {bare, spelling.without_article(bare)}
    return ((key, at) for key in keys if key)


def _words(at: int, row: Authority) -> Iterator[tuple[str, int]]:
    return ((word, at) for key, _at in _keys(at, row) for word in key.split())


def _codes(at: int, row: Authority) -> Iterator[tuple[str, int]]:
    for code in {row.code, row.siren, *row.former_codes} - {""}:
        yield code, at


def _written(at: int, row: Authority) -> Iterator[tuple[str, int]]:
    """Acronyms that the register itself gives in brackets."""
    return ((letters, at) for letters in (spelling.written_acronyms(row.name) if _is_group(row) else ()))


def _goes_by_initials(row: Authority) -> bool:
    return _is_group(row) and (row.population >= INITIALS_FROM or row.id.startswith("ept:"))


def _made(at: int, row: Authority) -> Iterator[tuple[str, int]]:
    """Initials of every word, small ones too: « Grand Paris Sud Ouest » is GPSO before any other."""
    if _goes_by_initials(row):
        for letters in spelling.whole_initials(row.name) - spelling.written_acronyms(row.name):
            yield letters, at


def _short(at: int, row: Authority) -> Iterator[tuple[str, int]]:
    """Initials without the small words, where nothing better is known."""
    if _goes_by_initials(row):
        better = spelling.whole_initials(row.name) | spelling.written_acronyms(row.name)
        for letters in spelling.initials(row.name) - better:
            yield letters, at
