"""How postings and documents are packed into bytes, and unpacked many at a time by numpy.

A posting is three bytes: the document's place in its block (16 bits) and the term's impact there (8 bits).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BLOCK = 1024  # documents per block: rewriting one for a change stays under 3 kB
IMPACTS = 255  # an impact is stored as 1…255; 0 never is

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

POSTING = np.dtype([("place", "<u2"), ("impact", "u1")])
ENTRY = np.dtype([("term", "<i8"), ("impact", "u1")])
STREAM = np.dtype("<u4")


def short(terms: Ints) -> npt.NDArray[np.uint32]:
    """The half of a term's hash that streams hold."""
    return terms.astype(np.uint64).astype(STREAM)


def short_of(term: int) -> int:
    """As ``short``, of one."""
    return term & 0xFFFF_FFFF


def postings(places: Ints, impacts: Ints) -> bytes:
    """Many postings in a row; the caller slices them into blocks of ``POSTING.itemsize`` bytes each."""
    packed = np.empty(len(places), POSTING)
    packed["place"] = places
    packed["impact"] = impacts
    return packed.tobytes()


def unpack(blocks: Sequence[int], datas: Sequence[bytes]) -> tuple[Ints, Ints, Ints]:
    """Document numbers, impacts and row numbers of many rows at once."""
    counts = np.fromiter(map(len, datas), np.int64, len(datas)) // POSTING.itemsize
    packed = np.frombuffer(b"".join(datas), POSTING)
    rows = np.repeat(np.arange(len(datas)), counts)
    numbers = np.asarray(blocks, np.int64)[rows] * BLOCK + packed["place"]
    return numbers, packed["impact"].astype(np.int64), rows


def entries(terms: Ints, impacts: Ints) -> bytes:
    """What one document put into the index, to take it out again."""
    packed = np.empty(len(terms), ENTRY)
    packed["term"] = terms
    packed["impact"] = impacts
    return packed.tobytes()


def summed(numbers: Ints, weights: Floats, size: int) -> Floats:
    """For each number below ``size``, the sum of its weights."""
    return np.bincount(numbers, weights, size).astype(np.float64, copy=False)


def unpack_entries(data: bytes) -> tuple[Ints, Ints]:
    packed = np.frombuffer(data, ENTRY)
    return packed["term"].astype(np.int64), packed["impact"].astype(np.int64)
