"""Acronyms: found in messages, spelt out once in digests, corrected by each network."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.acronyms import SHOWN, expand_first_use, found_in
from community.actors import Actor, Role
from storage.search import Acronym, shipped
from tests.community.conftest import Network

ZAN = Acronym("ZAN", "Zéro artificialisation nette")
GLOSSARY = (
    ZAN,
    Acronym("PLU", "Plan local d’urbanisme"),
    Acronym("PLUi", "Plan local d’urbanisme intercommunal"),
    Acronym("CC", "Communauté de communes"),
    Acronym("CC", "Cahier des charges", shipped=False),
    Acronym("vélo", "bicyclette", shipped=False),
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Le ZAN, puis le ZAN.", "Le ZAN (Zéro artificialisation nette), puis le ZAN."),
        ("**ZAN**", "**ZAN (Zéro artificialisation nette)**"),
        ("l’objectif zéro artificialisation nette (ZAN)", "l’objectif zéro artificialisation nette (ZAN)"),
        (
            "[Le ZAN](https://e.fr/ZAN) du ZAN",
            "[Le ZAN](https://e.fr/ZAN) du ZAN (Zéro artificialisation nette)",
        ),
        ("`ZAN` et https://e.fr/ZAN et <#ZAN>", "`ZAN` et https://e.fr/ZAN et <#ZAN>"),
        ("```\nZAN\n``` fini", "```\nZAN\n``` fini"),
        ("```\nZAN sans fin", "```\nZAN sans fin"),
        ("Le PLUi suit", "Le PLUi (Plan local d’urbanisme intercommunal) suit"),
        ("Une CC a deux sens", "Une CC a deux sens"),
        ("un vélo, zan, XZAN, ZANE, a-ZAN", "un vélo, zan, XZAN, ZANE, a-ZAN"),
        ("écrire à ZAN@mairie.fr", "écrire à ZAN@mairie.fr"),
        ("", ""),
    ],
)
def test_the_first_use_is_spelt_out(written: str, expected: str) -> None:
    assert expand_first_use(written, GLOSSARY) == expected


def test_a_meaning_is_escaped_for_where_it_goes() -> None:
    assert expand_first_use("ZAN", [Acronym("ZAN", "a*b")], escape=re.escape) == r"ZAN (a\*b)"


PIECES = st.sampled_from(
    ["ZAN", "PLU", "CC", "`", "[", "](https://e.fr/ZAN)", "<", ">", " ", "\n", "é", "(", "."]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_expanding_twice_changes_nothing_and_nothing_is_lost(written: str) -> None:
    once = expand_first_use(written, GLOSSARY)
    assert expand_first_use(once, GLOSSARY) == once
    bare = once
    for meaning in {one.expansion for one in GLOSSARY}:
        assert once.count(f" ({meaning})") <= 1
        bare = bare.replace(f" ({meaning})", "")
    assert bare == written


def test_a_message_is_read_as_people_write_it() -> None:
    message = "**Z.A.N.** et [le PLU](https://e.fr/x), `CC`… mais pas https://e.fr/PLUi ni vélo"
    assert [one.word for one in found_in(message, GLOSSARY)] == ["ZAN", "PLU", "CC", "CC"]
    assert found_in("l’ami du plu", shipped()) == []
    assert [one.word for one in found_in("L’ANAH (ou Anah)", shipped())] == ["Anah"]


async def test_each_network_has_its_own_words(network: Network, other_admin: Actor) -> None:
    acronyms, member = network.services.acronyms, network[Role.NEWCOMER]
    assert "Établissement public" in (await acronyms.look_up(member, " epci ")).items[0].meanings[0]
    await network.services.synonyms.name(
        network[Role.FACILITATOR], "JNX", "jardins nourriciers", "Notre club."
    )
    await network.services.synonyms.name(network[Role.FACILITATOR], "ZAN", "", "")
    [own] = (await acronyms.look_up(member, "jnx")).items
    assert (own.meanings, own.explanation, own.own) == (("jardins nourriciers",), "Notre club.", True)
    assert (await acronyms.look_up(member, "ZAN")).items[0].meanings == ()
    assert (await acronyms.look_up(other_admin, "JNX")).items[0].meanings == ()
    assert (await acronyms.look_up(other_admin, "ZAN")).items[0].meanings
    found = await acronyms.explain(member, "Au JNX, le ZAN et l’EPCI")
    assert [one.word for one in found.items] == ["JNX", "EPCI"]
    assert (found.curates, (await acronyms.explain(network[Role.ADMIN], "")).curates) == (False, True)
    many = await acronyms.explain(member, " ".join(one.word for one in shipped()))
    assert (len(many.items), many.more > 100) == (SHOWN, True)


async def test_suggestions_by_beginning_then_by_meaning(network: Network) -> None:
    suggest, member = network.services.acronyms.suggest, network[Role.MEMBER]
    assert (await suggest(member, "plu"))[0].word == "PLU"
    assert "ZAN" in {one.word for one in await suggest(member, "artificialisation")}
    assert len(await suggest(member, "")) == 25
    assert list(await suggest(member, "xyzxyz")) == []
