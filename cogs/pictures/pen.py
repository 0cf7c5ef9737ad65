"""What every drawing shares: the font, the colours, and words that fit. Runs in the worker only."""

import re
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

HERE = Path(__file__).parent
_FONT = HERE.parent / "fonts" / "dejavu-sans-latin.ttf"
DPI = 150
INK, SOFT, LINE, CARD, HOLLOW = "#1b1b1f", "#55555f", "#c9c9d1", "#ffffff", "#ffffff"
MAIN, ACCENT = "#0b5394", "#b45f06"

_measure = FT2Font(str(_FONT))
_known = frozenset(map(chr, _measure.get_charmap()))


def font(size: float) -> FontProperties:
    return FontProperties(fname=_FONT, size=size)


def plain(axes: Axes) -> Axes:
    axes.set_axis_off()
    return axes


def writable(value: Any) -> Any:
    """The same without what the font has no shape for: an emoji in a title would be an empty box."""
    if isinstance(value, str):
        return re.sub(" {2,}", " ", "".join(letter for letter in value if letter in _known)).strip()
    if isinstance(value, list):
        return [writable(one) for one in value]
    if isinstance(value, dict):
        return {key: writable(one) for key, one in value.items()}
    return value


def width(words: str, size: float) -> float:
    """In inches."""
    _measure.set_size(size, DPI)
    _measure.set_text(words, 0.0)
    return float(_measure.get_width_height()[0]) / 64 / DPI


def fitting(words: str, size: float, room: float) -> str:
    """As many of the words as fit in ``room`` inches."""
    if width(words, size) <= room:
        return words
    end = len(words)
    while end and width(f"{words[:end].rstrip()}…", size) > room:
        end -= 1
    return f"{words[:end].rstrip()}…"
