"""Draws charts. Runs in the worker only: importing this loads the drawing library.

Figures are written on the marks, and colours never say anything alone: they also differ in lightness, and
what is hidden is hatched. On its own pale card, a picture reads the same on a dark page and on a light one.
"""

import io
import json
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch, Polygon, Rectangle

from cogs.pictures import tree_drawing
from cogs.pictures.pen import CARD, DPI, HERE, HOLLOW, INK, LINE, MAIN, SOFT, fitting, font, plain, writable

# From nobody to many: apart in lightness, whatever the eyes. The second one is hatched as well.
_LEVELS = ("#f4f4f6", "#d9dbe3", "#b7d3ee", "#6aa5d8", "#2b6cb0", "#123a6b")
_PALE_INK_FROM = 4
_OVERSEAS = ("971", "972", "973", "974", "976")
_ZOOMED = ("75", "92", "93", "94")
# A crescent's middle is outside of it: where its number goes instead.
_MOVED = {"92": (-2.5, 1.5)}
_LONGEST_LABEL = 28

mpl.rcParams["hatch.linewidth"] = 0.6


def png(chart: dict[str, Any]) -> bytes:
    """The picture of a chart that came as JSON."""
    chart = writable(chart)
    draw, width, height = _KINDS[chart["kind"]](chart)
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=CARD)
    figure.add_artist(
        FancyBboxPatch(
            (0.004, 0.006),
            0.992,
            0.988,
            boxstyle="round,pad=0,rounding_size=0.012",
            transform=figure.transFigure,
            fill=False,
            edgecolor=LINE,
            linewidth=1,
        )
    )
    figure.text(
        0.03,
        1 - 0.3 / height,
        fitting(chart["title"], 13, width * 0.94),
        fontproperties=font(13),
        color=INK,
        va="center",
        ha="left",
        parse_math=False,
    )
    draw(figure)
    written = io.BytesIO()
    figure.savefig(written, format="png", metadata={"Software": ""})
    return written.getvalue()


Drawing = tuple[Callable[[Figure], None], float, float]


def _bars(chart: dict[str, Any]) -> Drawing:
    marks = chart["marks"]
    height = 0.95 + 0.42 * max(1, len(marks))

    def draw(figure: Figure) -> None:
        axes = plain(figure.add_axes((0.37, 0.25 / height, 0.6, 1 - 0.9 / height)))
        most = max((mark["value"] for mark in marks if not mark["hidden"]), default=0) or 1
        for row, mark in enumerate(marks):
            _row(axes, row, mark, most, left=0.0)
        axes.set_xlim(0, most * 1.22)
        axes.set_ylim(len(marks) - 0.4, -0.6)

    return draw, 7.2, height


def _row(axes: Axes, row: float, mark: dict[str, Any], most: float, *, left: float) -> None:
    value = most * 0.12 if mark["hidden"] else mark["value"]
    bar = Rectangle((left, row - 0.32), value, 0.64, linewidth=0.8, facecolor=MAIN, edgecolor=MAIN)
    if mark["hidden"]:
        bar.set(facecolor=HOLLOW, edgecolor=SOFT, hatch="////")
    axes.add_patch(bar)
    shown = mark["text"]
    axes.text(
        left + value + most * 0.02, row, shown, fontproperties=font(11), color=INK, va="center", ha="left"
    )
    axes.text(
        -most * 0.02, row, _cut(mark["label"]), fontproperties=font(11), color=INK, va="center", ha="right"
    )


def _funnel(chart: dict[str, Any]) -> Drawing:
    marks = chart["marks"]
    height = 0.75 + 0.78 * max(1, len(marks))

    def draw(figure: Figure) -> None:
        axes = plain(figure.add_axes((0.04, 0.15 / height, 0.92, 1 - 0.75 / height)))
        most = max((mark["value"] for mark in marks), default=0) or 1
        for row, mark in enumerate(marks):
            wide = mark["value"] / most
            axes.add_patch(Rectangle((0, row - 0.12), 1, 0.42, facecolor=_LEVELS[0], edgecolor="none"))
            axes.add_patch(Rectangle((0, row - 0.12), wide, 0.42, facecolor=MAIN, edgecolor="none"))
            axes.text(0, row - 0.27, mark["label"], fontproperties=font(11.5), color=INK, va="center")
            inside = wide > 0.3
            axes.text(
                wide - 0.012 if inside else wide + 0.012,
                row + 0.09,
                mark["text"],
                fontproperties=font(11.5),
                color="#ffffff" if inside else INK,
                va="center",
                ha="right" if inside else "left",
            )
        axes.set_xlim(0, 1)
        axes.set_ylim(len(marks) - 0.55, -0.5)

    return draw, 7.2, height


def _line(chart: dict[str, Any]) -> Drawing:
    marks, height = chart["marks"], 3.4

    def draw(figure: Figure) -> None:
        axes = plain(figure.add_axes((0.05, 0.2, 0.9, 0.62)))
        most = max((mark["value"] for mark in marks if not mark["hidden"]), default=0) or 1
        axes.axhline(0, color=LINE, linewidth=1)
        run: list[tuple[int, float]] = []
        for place, mark in enumerate([*marks, {"hidden": True, "apart": True, "value": 0}]):
            if not mark["hidden"] and not mark["apart"]:
                run.append((place, mark["value"]))
                continue
            if run:
                axes.plot(*zip(*run, strict=True), color=MAIN, linewidth=2.4, marker="o", markersize=6)
            run = []
        for place, mark in enumerate(marks):
            _point(axes, place, mark, most)
        axes.set_xlim(-0.6, len(marks) - 0.4)
        axes.set_ylim(-most * 0.28, most * 1.25)
        if chart["note"]:
            figure.text(0.03, 0.06, chart["note"], fontproperties=font(9.5), color=SOFT, va="center")

    return draw, 7.2, height


def _point(axes: Axes, place: int, mark: dict[str, Any], most: float) -> None:
    axes.text(
        place, -most * 0.14, mark["label"], fontproperties=font(10), color=SOFT, va="center", ha="center"
    )
    if mark["hidden"]:
        axes.add_patch(
            Rectangle(
                (place - 0.22, 0), 0.44, most * 0.1, facecolor=HOLLOW, edgecolor=SOFT, hatch="////", lw=0.8
            )
        )
    elif mark["apart"]:
        axes.plot(place, mark["value"], color=MAIN, marker="o", markersize=7, markerfacecolor=HOLLOW)
    height = most * 0.1 if mark["hidden"] else mark["value"]
    axes.text(
        place,
        height + most * 0.07,
        mark["text"],
        fontproperties=font(10.5),
        color=INK,
        va="bottom",
        ha="center",
    )


def _map(chart: dict[str, Any]) -> Drawing:
    def draw(figure: Figure) -> None:
        shapes: dict[str, list[list[float]]] = json.loads((HERE / "departements.json").read_text())
        areas = {area["code"]: area for area in chart["areas"]}
        names = dict(chart["names"])
        mainland = [code for code in shapes if code not in _OVERSEAS]
        whole = figure.add_axes((0.17, 0.015, 0.82, 0.87))
        _land(whole, mainland, shapes, areas, size=7.5, unwritten=_ZOOMED)
        for place, code in enumerate(_OVERSEAS):
            box = figure.add_axes((0.025, 0.785 - 0.137 * place, 0.13, 0.095))
            _land(box, [code], shapes, areas, size=8.5)
            title = figure.text(0.09, 0.89 - 0.137 * place, names[code], fontproperties=font(8.5), color=INK)
            title.set_horizontalalignment("center")
        zoom = figure.add_axes((0.8, 0.715, 0.17, 0.165))
        _land(zoom, list(_ZOOMED), shapes, areas, size=8.5)
        figure.text(0.885, 0.89, chart["zoom"], fontproperties=font(8.5), color=INK, ha="center")
        _legend(figure, chart["levels"])

    return draw, 7.2, 6.9


def _land(
    axes: Axes,
    codes: list[str],
    shapes: dict[str, list[list[float]]],
    areas: dict[str, Any],
    *,
    size: float,
    unwritten: tuple[str, ...] = (),
) -> None:
    plain(axes)
    by_level: dict[int, list[Polygon]] = {}
    for code in codes:
        level = areas.get(code, {"level": 0})["level"]
        by_level.setdefault(level, []).extend(Polygon(_points(ring), closed=True) for ring in shapes[code])
    for level, polygons in by_level.items():
        axes.add_collection(
            PatchCollection(
                polygons,
                facecolor=_LEVELS[level],
                edgecolor="#7d8493",
                linewidth=0.5,
                hatch="//////" if level == 1 else None,
            )
        )
    for code in codes:
        area = areas.get(code)
        if area is None or not area["text"] or code in unwritten:
            continue
        x, y = _middle(max((_points(ring) for ring in shapes[code]), key=lambda ring: abs(_surface(ring))))
        shift = _MOVED.get(code, (0.0, 0.0))
        ink = "#ffffff" if area["level"] >= _PALE_INK_FROM else INK
        axes.text(
            x + shift[0],
            y + shift[1],
            area["text"],
            fontproperties=font(size),
            color=ink,
            va="center",
            ha="center",
        )
    axes.autoscale_view()
    axes.set_aspect("equal")
    axes.invert_yaxis()


def _legend(figure: Figure, levels: list[str]) -> None:
    patches = [
        Patch(
            facecolor=_LEVELS[level],
            edgecolor="#7d8493",
            linewidth=0.5,
            hatch="//////" if level == 1 else None,
            label=said,
        )
        for level, said in enumerate(levels)
    ]
    figure.legend(
        handles=patches, loc="lower left", bbox_to_anchor=(0.02, 0.015), frameon=False, prop=font(9)
    )


def _points(ring: list[float]) -> list[tuple[float, float]]:
    return list(zip(ring[::2], ring[1::2], strict=True))


def _surface(ring: list[tuple[float, float]]) -> float:
    turned = ring[1:] + ring[:1]
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(ring, turned, strict=True)) / 2


def _middle(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """The centroid: where a number reads best in most départements."""
    turned = ring[1:] + ring[:1]
    weights = [x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(ring, turned, strict=True)]
    whole = 3 * sum(weights) or 1
    pairs = list(zip(ring, turned, weights, strict=True))
    return (
        sum((x + next_x) * weight for (x, _), (next_x, _), weight in pairs) / whole,
        sum((y + next_y) * weight for (_, y), (_, next_y), weight in pairs) / whole,
    )


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1].rstrip() + "…"


def _tree(chart: dict[str, Any]) -> Drawing:
    return lambda figure: tree_drawing.draw(figure, chart), tree_drawing.WIDTH, tree_drawing.height(chart)


_KINDS: dict[str, Callable[[dict[str, Any]], Drawing]] = {
    "bars": _bars,
    "funnel": _funnel,
    "line": _line,
    "map": _map,
    "tree": _tree,
}
