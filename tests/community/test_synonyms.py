"""Words that facilitators teach to search, on both databases."""

import asyncio

import pytest

from community.actors import Actor, Role
from community.errors import Invalid, NotFound
from community.synonyms import MEANINGS_MOST, SynonymView
from tests.community.conftest import Network


async def found(network: Network, query: str) -> list[str]:
    view = await network.services.search.find(network[Role.MEMBER], query)
    return [result.title for result in view.results]


async def test_a_new_name_is_felt_by_the_next_search(network: Network) -> None:
    facilitator, synonyms = network[Role.FACILITATOR], network.services.synonyms
    made = await network.propose("Les jardins nourriciers")
    await network.services.library.publish(facilitator, made.id)
    assert await found(network, "JNX") == []
    named = await synonyms.name(facilitator, " jnx ", "jardins nourriciers\n\njardins nourriciers", "Nôtre.")
    assert (named.word, named.meanings, named.explanation) == ("jnx", ("jardins nourriciers",), "Nôtre.")
    assert await found(network, "JNX") == ["Les jardins nourriciers"]
    assert await synonyms.meaning(facilitator, "JNX") == named
    assert (await synonyms.own(facilitator)).items == [named]
    assert await synonyms.forget(facilitator, named.id) == named
    assert await found(network, "JNX") == []
    with pytest.raises(NotFound):
        await synonyms.forget(facilitator, named.id)


async def test_a_shipped_acronym_is_corrected_silenced_and_comes_back(network: Network) -> None:
    facilitator, synonyms = network[Role.FACILITATOR], network.services.synonyms
    shipped = await synonyms.meaning(facilitator, "zan")
    assert shipped.id == 0
    assert any("artificialisation" in meaning for meaning in shipped.meanings)
    silenced = await synonyms.name(facilitator, "ZAN", "")
    assert silenced.meanings == ()
    assert (await synonyms.meaning(facilitator, "zan")).meanings == ()
    other = await synonyms.name(facilitator, "Zan", "zone d’activité nouvelle")
    assert [one.word for one in (await synonyms.own(facilitator)).items] == ["Zan"]  # replaced, not added
    await synonyms.forget(facilitator, other.id)
    assert await synonyms.meaning(facilitator, "zan") == shipped
    assert await synonyms.meaning(facilitator, "qwertz") == SynonymView(0, "qwertz", ())


@pytest.mark.parametrize(
    ("word", "meanings", "field", "problem"),
    [
        ("", "mot", "word", "missing"),
        ("…", "mot", "word", "unreadable"),
        ("mot" * 21, "autre", "word", "too_long"),
        ("inconnu", " \n ", "meanings", "missing"),
        ("eau", "EAU", "meanings", "same_word"),
        ("eau", "!!!", "meanings", "same_word"),
        ("eau", "x" * 151, "meanings", "too_long"),
        ("eau", "\n".join(f"mot {n}" for n in range(MEANINGS_MOST + 1)), "meanings", "too_many"),
    ],
)
async def test_what_cannot_be_taken_is_named(
    network: Network, word: str, meanings: str, field: str, problem: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await network.services.synonyms.name(network[Role.FACILITATOR], word, meanings)
    assert (refused.value.details["field"], refused.value.details["problem"]) == (field, problem)


async def test_two_facilitators_at_once_leave_one_meaning_each(network: Network) -> None:
    synonyms = network.services.synonyms
    await asyncio.gather(
        synonyms.name(network[Role.FACILITATOR], "AMO", "assistance"),
        synonyms.name(network[Role.ADMIN], "AMO", "ouvrage"),
    )
    [kept] = (await synonyms.own(network[Role.ADMIN])).items
    assert kept.meanings in (("assistance",), ("ouvrage",))


async def test_words_are_of_one_network(network: Network, other_admin: Actor) -> None:
    named = await network.services.synonyms.name(network[Role.FACILITATOR], "JNX", "jardins nourriciers")
    there = network.services.synonyms
    assert (await there.own(other_admin)).items == []
    assert (await there.meaning(other_admin, "JNX")).meanings == ()
    for reach in (there.word(other_admin, named.id), there.forget(other_admin, named.id)):
        with pytest.raises(NotFound):
            await reach
