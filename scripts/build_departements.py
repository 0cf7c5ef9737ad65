"""Derive the shipped outlines of the départements from the open source package.

Source: the npm package ``@gouvfr/dsfr-chart`` (DINUM, MIT: see LICENSES/MIT-dsfr-chart.txt). To refresh:

    npm pack @gouvfr/dsfr-chart@2.0.4
    python -m scripts.build_departements gouvfr-dsfr-chart-*.tgz

The result is one JSON object: code of a département -> its rings, each a flat list of x, y, x, y…, downwards.
Those of mainland France share one plane; each of the five overseas has its own, from 0, 0.
"""

import json
import re
import sys
import tarfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "cogs" / "pictures" / "departements.json"
SOURCE = "package/dist/MapChart/MapChart.js"
EXPECTED = 96 + 5
_SHAPE = re.compile(r'class: "FR-([0-9AB]+)",\s*(?:style: [^\n]*\n\s*)?d: "([^"]+)"')
_TOKEN = re.compile(r"[a-zA-Z]|-?(?:\d+\.\d*|\.?\d+)")
_CURVE_STEPS = 3
_ARITY = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4}

Point = tuple[float, float]


def main(archive: str) -> None:
    """Read the package's archive, write the outlines."""
    with tarfile.open(archive) as package:
        found = package.extractfile(SOURCE)
        assert found is not None
        shapes = dict(_SHAPE.findall(found.read().decode()))
    assert len(shapes) == EXPECTED, f"{len(shapes)} shapes"
    written = {code: [_flat(ring) for ring in rings(path)] for code, path in sorted(shapes.items())}
    TARGET.write_text(json.dumps(written, separators=(",", ":")) + "\n")
    print(f"{len(written)} départements, {TARGET.stat().st_size:,} bytes")


def rings(path: str) -> list[list[Point]]:
    """The closed lines of an SVG path; a curve becomes a few straight lines."""
    tokens = _TOKEN.findall(path)
    found: list[list[Point]] = []
    at, start, handle, command = (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), "m"
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
            if command in "zZ":
                at = start
                continue
        kind = command.lower()
        values = [float(tokens.pop(0)) for _ in range(_ARITY[kind])]
        origin = (0.0, 0.0) if command.isupper() else at
        if kind == "h":
            points = [(origin[0] + values[0], at[1])]
        elif kind == "v":
            points = [(at[0], origin[1] + values[0])]
        else:
            points = [(origin[0] + x, origin[1] + y) for x, y in zip(values[::2], values[1::2], strict=True)]
        if kind == "m":
            start = at = handle = points[0]
            found.append([at])
            command = "L" if command == "M" else "l"
            continue
        if kind == "s":
            points = [(2 * at[0] - handle[0], 2 * at[1] - handle[1]), *points]
        found[-1] += _curved(at, points) if len(points) == 3 else points
        at, handle = points[-1], points[-2] if len(points) == 3 else points[-1]
    return [ring for ring in found if len(ring) > 2]


def _curved(start: Point, points: list[Point]) -> list[Point]:
    first, second, end = points
    return [
        tuple(  # type: ignore[misc]  # two coordinates
            (1 - t) ** 3 * start[axis]
            + 3 * (1 - t) ** 2 * t * first[axis]
            + 3 * (1 - t) * t**2 * second[axis]
            + t**3 * end[axis]
            for axis in (0, 1)
        )
        for t in (step / _CURVE_STEPS for step in range(1, _CURVE_STEPS + 1))
    ]


def _flat(ring: list[Point]) -> list[float]:
    values = (round(value, 1) for point in ring for value in point)
    return [int(value) if value.is_integer() else value for value in values]


if __name__ == "__main__":
    main(sys.argv[1])
