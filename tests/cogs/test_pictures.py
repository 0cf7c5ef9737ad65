"""Pictures: drawn elsewhere, in time or not at all."""

import asyncio
import io
import subprocess
import sys
import time

import pytest
from PIL import Image

from cogs.figures import members_map, members_map_alt
from cogs.pictures import Area, Artist, Bars, Chart, Funnel, Line, Map, Mark, Tree, Twig
from cogs.pictures.artist import ROOT
from community.territories import map_view
from prompts import Words

MARKS = (Mark("Arrivées à l’été", 12, "12"), Mark("Profil complet", 0, "moins de 5", hidden=True))
LEVELS = ("aucun", "moins de 5", "5 à 9", "10 à 19", "20 à 49", "50 et plus")
PLACES = tuple((code, code) for code in ("971", "972", "973", "974", "976"))
TWIGS = (
    Twig("Thiers", "« Au marché »", boxed=True, again=True),
    *(Twig(f"Commune {state}", state, state, parent=0) for state in ("ongoing", "adopted", "adapted")),
    Twig("Vaison", "abandonnée · $5 et $6", "abandoned", boxed=True, parent=2, here="ici"),
)
ALL: tuple[Chart, ...] = (
    Bars("Élèves", MARKS),
    Funnel("Entonnoir", MARKS[:1]),
    Line("Œuvres", MARKS, "Hachures : chiffre masqué."),
    Map("Carte", (Area("73", 5, "60"), Area("974", 2, "6"), Area("01", 1)), LEVELS, PLACES, "Paris"),
    Tree(
        "Où est allée « Au marché 🧺 »", TWIGS, (("card", "fiche"), ("adopted", "adoptée")), "Page 2 sur 3."
    ),
)


async def test_every_kind_is_drawn_and_kept() -> None:
    artist = Artist()
    drawn = await artist.draw(*ALL)
    for picture in drawn:
        assert picture is not None
        with Image.open(io.BytesIO(picture)) as image:
            assert image.format == "PNG"
            assert image.width == 1080
            assert len(image.getcolors(2**24) or ()) > 3  # something stands on the card
    artist._command = ("/nonexistent",)
    assert await artist.draw(ALL[1], ALL[0]) == [drawn[1], drawn[0]]


async def test_nothing_to_show_is_drawn_too() -> None:
    empty = (Bars("", ()), Funnel("", ()), Line("", ()), Map("", (), LEVELS, PLACES, ""), Tree("", (), ()))
    assert None not in await Artist().draw(*empty)


async def test_one_that_fails_leaves_the_others() -> None:
    broken = Map("Carte", (Area("73", 99),), LEVELS, PLACES, "Paris")
    first, second = await Artist().draw(broken, ALL[1])
    assert first is None
    assert second is not None


@pytest.mark.parametrize(
    "command",
    [
        ("/nonexistent",),
        (sys.executable, "-c", "import sys; sys.exit(3)"),
        (sys.executable, "-c", "print('no JSON')"),
        (sys.executable, "-c", "print('7')"),
        (sys.executable, "-c", "import time; time.sleep(60)"),
    ],
)
async def test_no_picture_rather_than_an_error(command: tuple[str, ...]) -> None:
    began = time.monotonic()
    assert await Artist(command=command, patience=0.5).draw(*ALL[:2]) == [None, None]
    assert time.monotonic() - began < 20


async def test_one_process_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, most = 0, 0
    real = asyncio.create_subprocess_exec

    async def counted(*args: str, **options: object) -> asyncio.subprocess.Process:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        process = await real(*args, **options)  # type: ignore[arg-type]  # passed on as they came
        await process.wait()
        busy -= 1
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
    artist = Artist(command=(sys.executable, "-c", "pass"))
    await asyncio.gather(*(artist.draw(Bars(str(number), ())) for number in range(3)))
    assert most == 1


def test_the_bot_does_not_carry_the_library_that_draws() -> None:
    code = "import sys, bot.client, cogs.peers; print('matplotlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert found.stdout.strip() == b"False"


def test_the_map_says_what_it_shows() -> None:
    words = Words()
    view = map_view({"73": 12, "974": 60, "01": 3, "988": 2})
    chart = members_map(view, words, "fr")
    assert chart.areas == (Area("974", 5, "60"), Area("73", 3, "12"), Area("01", 1), Area("988", 1))
    assert "La Réunion 60, Savoie 12" in members_map_alt(view, words, "fr")
    assert len(chart.levels) == len(LEVELS)
    assert "5" in members_map_alt(map_view({"73": 2}), words, "en")
