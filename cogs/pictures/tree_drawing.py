"""Draws a tree, one line for each of its twigs: who, what, and a mark whose shape says what became of it.

Shapes differ as much as colours do, and every line says in words what its mark shows. Lengths are in inches.
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from cogs.pictures.pen import ACCENT, CARD, INK, LINE, MAIN, SOFT, fitting, font, plain, width

WIDTH = 7.2
_MARGIN, _HEADER, _FOOTER = 0.3, 0.7, 0.22
_ROW, _INDENT, _LEGEND_ROW, _NOTE = 0.52, 0.4, 0.34, 0.3
_RULE = 0.22  # between the lines and the legend
_WHO, _WHAT, _SMALL = 11.0, 9.5, 9.5
_BOX, _GAP = 0.3, 0.12
_PALE = "#8a8a94"  # still 3.4 to 1 on white: these lines are told in full on another page
_STEM = "#8d93a1"
# Marker, size, filled: nothing is told by the colour alone.
_MARKS: dict[str, dict[str, Any]] = {
    "": {"marker": "s", "markersize": 7.5, "color": INK},
    "ongoing": {"marker": "o", "markersize": 9, "color": MAIN, "markerfacecolor": CARD},
    "adopted": {"marker": "o", "markersize": 10, "color": MAIN},
    "adapted": {"marker": "D", "markersize": 8, "color": ACCENT},
    "abandoned": {"marker": "x", "markersize": 8.5, "color": INK, "markeredgewidth": 2.4},
}
_CARD_KEY = "card"  # in the legend: the box


def height(chart: dict[str, Any]) -> float:
    """Of the whole picture."""
    rows = _legend_rows(chart["legend"])
    note = _NOTE if chart["note"] else 0.0
    return _HEADER + _ROW * len(chart["twigs"]) + _RULE + _LEGEND_ROW * len(rows) + note + _FOOTER


def draw(figure: Figure, chart: dict[str, Any]) -> None:
    """On a figure of that height."""
    tall = height(chart)
    axes = plain(figure.add_axes((0, 0, 1, 1)))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(tall, 0)  # from the top
    twigs = chart["twigs"]
    depths: list[int] = []
    for row, twig in enumerate(twigs):
        depths.append(0 if twig["parent"] is None else depths[twig["parent"]] + 1)
        if twig["parent"] is not None:
            _stem(axes, depths[twig["parent"]], twig["parent"], row, pale=twig["again"])
    for row, twig in enumerate(twigs):
        _line(axes, twig, _x(depths[row]), _y(row))
    end = _HEADER + _ROW * len(twigs) + _RULE / 2
    axes.plot([_MARGIN, WIDTH - _MARGIN], [end, end], color=LINE, linewidth=0.8)
    _legend(axes, chart["legend"], end + _RULE / 2 + _LEGEND_ROW / 2)
    if chart["note"]:
        _write(axes, _MARGIN, tall - _FOOTER - 0.05, chart["note"], _SMALL, SOFT)


def _x(depth: int) -> float:
    return _MARGIN + _BOX / 2 + _INDENT * depth


def _y(row: int) -> float:
    return _HEADER + _ROW * (row + 0.5)


def _stem(axes: Axes, depth: int, parent: int, row: int, *, pale: bool) -> None:
    """Down from the parent, then to the twig."""
    bend = _x(depth)
    axes.plot(
        [bend, bend, _x(depth + 1) - _BOX / 2],
        [_y(parent) + _BOX / 2, _y(row), _y(row)],
        color=LINE if pale else _STEM,
        linewidth=1.3,
        solid_capstyle="round",
        zorder=1,
    )


def _line(axes: Axes, twig: dict[str, Any], x: float, y: float) -> None:
    pale = twig["again"] and not twig["here"]
    left = x + _BOX / 2 + _GAP
    if twig["here"]:
        frame = (x - _BOX / 2 - 0.08, y - _ROW / 2 + 0.025)
        axes.add_patch(
            FancyBboxPatch(
                frame,
                WIDTH - _MARGIN / 2 - frame[0],
                _ROW - 0.05,
                boxstyle="round,pad=0,rounding_size=0.07",
                facecolor="#eef4fb",
                edgecolor=MAIN,
                linewidth=1.6,
                zorder=0,
            )
        )
    _mark(axes, twig["shape"], x, y, boxed=twig["boxed"], pale=pale)
    room = WIDTH - _MARGIN - left
    said = width(twig["here"], _SMALL) + 0.2 if twig["here"] else 0.0
    _write(axes, left, y - 0.105, fitting(twig["who"], _WHO, room - said), _WHO, _PALE if pale else INK)
    _write(axes, left, y + 0.115, fitting(twig["what"], _WHAT, room), _WHAT, _PALE if pale else SOFT)
    if twig["here"]:
        _write(axes, WIDTH - _MARGIN, y - 0.105, twig["here"], _SMALL, MAIN, ha="right")


def _mark(axes: Axes, shape: str, x: float, y: float, *, boxed: bool, pale: bool = False) -> None:
    style = dict(_MARKS[shape])
    if pale:
        style["color"] = _PALE
    if boxed:
        axes.add_patch(
            FancyBboxPatch(
                (x - _BOX / 2, y - _BOX / 2),
                _BOX,
                _BOX,
                boxstyle="round,pad=0,rounding_size=0.05",
                facecolor=CARD,
                edgecolor=_PALE if pale else INK,
                linewidth=1.1,
                zorder=2,
            )
        )
    axes.plot(x, y, **{"markeredgewidth": 1.8, **style}, linestyle="none", zorder=3)


def _legend_rows(legend: Sequence[Sequence[str]]) -> list[list[tuple[float, str, str]]]:
    """Where each mark begins, and its words: as many on a line as fit."""
    rows: list[list[tuple[float, str, str]]] = []
    x = WIDTH
    for shape, words in legend:
        long = _room(shape) + width(words, _SMALL)
        if x + long > WIDTH - _MARGIN or not rows:
            rows.append([])
            x = _MARGIN
        rows[-1].append((x, shape, words))
        x += long + 0.22
    return rows


def _room(shape: str) -> float:
    """Of a mark in the legend."""
    return _BOX + 0.07 if shape == _CARD_KEY else 0.23


def _legend(axes: Axes, legend: Sequence[Sequence[str]], top: float) -> None:
    for row, several in enumerate(_legend_rows(legend)):
        y = top + _LEGEND_ROW * row
        for x, shape, words in several:
            if shape == _CARD_KEY:
                _mark(axes, "", x + _BOX / 2, y, boxed=True)
            else:
                _mark(axes, shape, x + 0.08, y, boxed=False)
            _write(axes, x + _room(shape), y, words, _SMALL, SOFT)


def _write(axes: Axes, x: float, y: float, words: str, size: float, ink: str, ha: str = "left") -> None:
    # What people typed is no formula, whatever dollars stand in it.
    axes.text(
        x, y, words, fontproperties=font(size), color=ink, va="center", ha=ha, zorder=4, parse_math=False
    )
