"""A guided tour of the page, which whoever runs the sandbox may supply as a JSON file.

    {"steps": [{"title": {"fr": "…", "en": "…"}, "text": {…}, "person"?: name, "channel"?: name,
                "point"?: [{"fr": "…", "en": "…"}]}]}

`text` is Markdown. Going to a step, the page becomes that `person` in that `channel`, which may be the name
of whom they have a private conversation with; `point` names buttons or fields to show, by what they say or by
their label.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.world import Json

LANGUAGES = ("fr", "en")


def read(source: Path | Mapping[str, Any]) -> Json:
    """The tour, checked: ValueError says what is wrong where."""
    tour = json.loads(source.read_text(encoding="utf-8")) if isinstance(source, Path) else source
    steps = tour.get("steps") if isinstance(tour, Mapping) else None
    if not isinstance(steps, list) or not steps:
        raise ValueError("a tour has steps")
    return {"steps": [_step(number, step) for number, step in enumerate(steps, 1)]}


def _step(number: int, step: Any) -> Json:
    if not isinstance(step, Mapping):
        raise ValueError(f"step {number}: not an object")
    unknown = set(step) - {"title", "text", "person", "channel", "point"}
    if unknown:
        raise ValueError(f"step {number}: unknown {', '.join(sorted(unknown))}")
    for key in ("title", "text"):
        _words(number, key, step.get(key))
    for key in ("person", "channel"):
        if not isinstance(step.get(key, ""), str):
            raise ValueError(f"step {number}: {key} is a name")
    points = step.get("point", [])
    if not isinstance(points, list):
        raise ValueError(f"step {number}: point is a list")
    for point in points:
        _words(number, "point", point)
    return dict(step)


def _words(number: int, key: str, words: Any) -> None:
    if not isinstance(words, Mapping) or any(not isinstance(words.get(lang), str) for lang in LANGUAGES):
        raise ValueError(f"step {number}: {key} needs {' and '.join(LANGUAGES)}")
