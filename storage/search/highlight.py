"""Shows where a text answers a question. Pure; the words decide how the pieces are shown."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from storage.search.analysis import WORD, analyser

_READ = 12_000  # characters of a body that are searched for a passage


class Fragment(NamedTuple):
    """A piece of a text; ``hit``: it is one of the words asked."""

    text: str
    hit: bool = False


Highlighted = tuple[Fragment, ...]


Hits = list[tuple[int, int, str]]  # start, end, stem


def highlighted(text: str, stems: Collection[str]) -> Highlighted:
    """The whole text in pieces; put together again they are the text."""
    return _pieces(text, _hits(text, stems))


def passage(texts: Sequence[str], stems: Collection[str], size: int) -> Highlighted:
    """The stretch of about ``size`` characters with most of the words asked, in the first text that has any.

    Where none has, the beginning of the first text that is not empty.
    """
    for text in texts:
        read = " ".join(text[:_READ].split())
        if hits := _hits(read, stems):
            return _cut(read, hits, _best_start(hits, size) if len(read) > size else 0, size)
    first = next((text for text in texts if text.strip()), "")
    return _cut(" ".join(first[:_READ].split()), [], 0, size)


def _pieces(text: str, hits: Hits) -> Highlighted:
    pieces: list[Fragment] = []
    done = 0
    for start, end, _ in hits:
        if start > done:
            pieces.append(Fragment(text[done:start]))
        pieces.append(Fragment(text[start:end], hit=True))
        done = end
    if done < len(text):
        pieces.append(Fragment(text[done:]))
    return tuple(pieces)


def _hits(text: str, stems: Collection[str]) -> Hits:
    """Where the words asked stand, in order. A stem begins as its word does: few words are looked up."""
    begun = {letter for stem in stems for letter in (stem[:1], stem[:1].upper())}
    likely = [raw for raw in set(WORD.findall(text)) if raw[0] in begun or raw[0] > "\x7f"]
    subject = analyser().subject
    found = []
    for raw in likely:
        if (stem := subject(raw)) in stems:
            found += [(start, start + len(raw), stem) for start in _places(text, raw)]
    found.sort()
    return found


def _places(text: str, word: str) -> Iterator[int]:
    """Where it stands as a whole word: what ``WORD`` is made of is alphanumeric."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield start
        start = text.find(word, end)


def _best_start(hits: Hits, size: int) -> int:
    """Where a window holds the most different words; the earliest of equals."""
    best, best_start = 0, 0
    for place, (start, _, _) in enumerate(hits[:200]):
        within = {stem for at, end, stem in hits[place : place + 40] if end - start <= size}
        if len(within) > best:
            best, best_start = len(within), start
    return best_start


def _cut(text: str, hits: Hits, start: int, size: int) -> Highlighted:
    """Whole words around ``start``, with an ellipsis where something is left out."""
    if len(text) <= size:
        return _pieces(text, hits)
    begin = max(0, min(start - size // 4, len(text) - size))
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else start
    end = min(len(text), begin + size)
    if end < len(text):
        space = text.rfind(" ", begin + size // 2, end)
        end = space if space >= 0 else end
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    moved = len(before) - begin
    within = [(at + moved, to + moved, stem) for at, to, stem in hits if begin <= at and to <= end]
    return _pieces(before + text[begin:end] + after, within)
