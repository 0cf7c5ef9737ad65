"""Shows where a text answers a question. Pure; the words decide how the pieces are shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from storage.search.analysis import WORD, analyser

_READ = 12_000  # characters of a body that are searched for a passage


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a text; ``hit``: it is one of the words asked."""

    text: str
    hit: bool = False


Highlighted = tuple[Fragment, ...]


Hits = list[tuple[int, int, str]]  # start, end, stem


def highlighted(text: str, stems: Collection[str]) -> Highlighted:
    """The whole text in pieces; put together again they are the text."""
    pieces: list[Fragment] = []
    done = 0
    for start, end, _ in _hits(text, stems):
        if start > done:
            pieces.append(Fragment(text[done:start]))
        pieces.append(Fragment(text[start:end], hit=True))
        done = end
    if done < len(text):
        pieces.append(Fragment(text[done:]))
    return tuple(pieces)


def passage(texts: Sequence[str], stems: Collection[str], size: int) -> Highlighted:
    """The stretch of about ``size`` characters with most of the words asked, in the first text that has any.

    Where none has, the beginning of the first text that is not empty.
    """
    for text in texts:
        if text and len(text) <= size:
            whole = highlighted(" ".join(text.split()), stems)
            if any(piece.hit for piece in whole):
                return whole
        elif hits := _hits(text[:_READ], stems):
            return highlighted(_cut(text[:_READ], _best_start(hits, size), size), stems)
    first = next((text for text in texts if text.strip()), "")
    return highlighted(_cut(first[:_READ], 0, size), stems)


def _hits(text: str, stems: Collection[str]) -> Hits:
    if not stems:
        return []
    known = analyser().word
    found = []
    for match in WORD.finditer(text):
        word = known(match.group().lower())
        if word.stem in stems and not word.stop:
            found.append((*match.span(), word.stem))
    return found


def _best_start(hits: Hits, size: int) -> int:
    """Where a window holds the most different words; the earliest of equals."""
    best, best_start = 0, 0
    for place, (start, _, _) in enumerate(hits[:200]):
        within = {stem for at, end, stem in hits[place : place + 40] if end - start <= size}
        if len(within) > best:
            best, best_start = len(within), start
    return best_start


def _cut(text: str, start: int, size: int) -> str:
    """Whole words around ``start``, with an ellipsis where something is left out."""
    if len(text) <= size:
        return " ".join(text.split())
    begin = max(0, min(start - size // 4, len(text) - size))
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else start
    end = min(len(text), begin + size)
    if end < len(text):
        space = text.rfind(" ", begin + size // 2, end)
        end = space if space >= 0 else end
    shown = " ".join(text[begin:end].split())
    return ("…" if begin else "") + shown + ("…" if end < len(text) else "")
