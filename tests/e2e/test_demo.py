"""The demonstration network is what it says: real resources, people of every role, something to review."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from bot.demo_network import NICOLAS, Cast, populate
from prompts import Words
from storage.engine import Database
from tests.bot.conftest import Stage


@pytest.fixture
async def cast(stage: Stage) -> AsyncIterator[Cast]:
    db = Database(stage.settings.database)
    async with stage.running():
        yield await populate(stage.sandbox, stage.guild, db, SystemClock(), Words())
    await db.dispose()


async def test_nicolas_of_chambery_finds_real_resources(cast: Cast) -> None:
    nicolas = next(person for person in cast.members if person.name == NICOLAS)
    answer = await nicolas.slash("ressource chercher", recherche="concertation", channel="accueil")
    assert cast.resources == 203
    assert "https://i-cpc.org/" in answer.text


async def test_the_network_says_that_its_people_are_fictional(cast: Cast) -> None:
    posted = await cast.members[0].sees("annonces")
    assert "Les personnes sont fictives" in posted[0].text


async def test_facilitators_have_something_to_do(cast: Cast) -> None:
    facilitator = cast.facilitators[0]

    async def both_cards() -> bool:
        said = " ".join(seen.text for seen in await facilitator.sees("coin-animation"))
        return "villes amies des aînés" in said and "demande l’accès" in said

    await facilitator.eventually(both_cards)
