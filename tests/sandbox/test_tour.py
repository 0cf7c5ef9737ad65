"""The guided tour that a sandbox's user may supply: what it must hold, and how it is served."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.tour import read

WORDS = {"fr": "Ici", "en": "Here"}
STEP = {"title": WORDS, "text": WORDS}


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("x", "step 2: not an object"),
        ({"title": WORDS}, "step 2: text needs fr and en"),
        ({**STEP, "title": {"fr": "Ici"}}, "step 2: title needs fr and en"),
        ({**STEP, "person": 3}, "step 2: person is a name"),
        ({**STEP, "point": "x"}, "step 2: point is a list"),
        ({**STEP, "point": ["x"]}, "step 2: point needs fr and en"),
        ({**STEP, "chanel": "accueil"}, "step 2: unknown chanel"),
    ],
)
def test_says_what_is_wrong_where(step: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read({"steps": [STEP, step]})


@pytest.mark.parametrize("tour", [{}, {"steps": []}, {"steps": {}}])
def test_has_steps(tour: Any) -> None:
    with pytest.raises(ValueError, match="a tour has steps"):
        read(tour)


async def test_is_served_from_its_file_and_only_where_there_is_one(tmp_path: Path) -> None:
    file = tmp_path / "tour.json"
    file.write_text(json.dumps({"steps": [{**STEP, "channel": "accueil"}]}), encoding="utf-8")
    async with Sandbox(tour=file) as guided, Sandbox() as plain, aiohttp.ClientSession() as http:
        async with http.get(f"{guided.url}/sandbox/tour") as answer:
            assert await answer.json() == {"steps": [{**STEP, "channel": "accueil"}]}
        async with http.get(f"{plain.url}/sandbox/tour") as answer:
            assert answer.status == 204
