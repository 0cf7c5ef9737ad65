"""The practices that a need gets: about its subject first, then of territories like the reader's own.

Over the demonstration's real practices, on both databases, for towns of several sizes.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

import bot
from community import directory, likeness, practice_matches, sheets
from community.actors import Actor, Role
from community.practice_importer import PracticeImporter
from community.practice_matches import Match
from community.sheets import Row
from prompts import Words
from storage import search
from storage.practices import PracticeCard
from storage.profiles import Profile, stratum_of
from tests.community.conftest import Network
from tests.community.needs import CHAMBERY, published, settle

REAL = Path(bot.__file__).parent / "demo_data"
LYON, VAISON, CONCARNEAU, FAUX = "commune:69123", "commune:84137", "commune:29039", "commune:23077"
SQUARE = ("Concertation sur un espace public", ("Espaces publics", "Participation citoyenne"))
CANTEEN = ("Approvisionnement local de la cantine", ("Alimentation",))
REUSE = ("Réemploi de matériaux de construction", ("Économie circulaire et réemploi",))
WETLAND = ("Protéger les zones humides et la biodiversité", ("Biodiversité", "Eau et forêts"))
WORKS = ("Rénovation énergétique des bâtiments communaux", ("Rénovation énergétique",))


def somebody_of(authority: str) -> Profile:
    """A member's profile, as choosing this authority fills it."""
    found = directory.known(authority)
    assert found is not None
    return Profile(
        member_id=1,
        network_id=1,
        authority_id=authority,
        organisation=found.name,
        organisation_kind=found.kind,
        population=found.population,
        stratum=stratum_of(found.population),
        departement=found.departement,
        region=found.region,
        epci=found.epci or "",
    )


async def real_practices(network: Network) -> None:
    told = {row.values["title"]: row.values for row in sheets.read(REAL / "practices_meta.csv")}
    rows = [
        Row(row.line, {**told.get(row.values["title"], {}), **row.values})
        for row in sheets.read(REAL / "practices.csv")
    ]
    operator = Actor.operator(network[Role.MEMBER].network_id)
    assert (await PracticeImporter(network.db, network.clock).practices(operator, rows)).created == len(rows)


async def closest(
    network: Network, need: tuple[str, Sequence[str]], authority: str | None
) -> Sequence[Match]:
    mine = somebody_of(authority) if authority else None
    async with network.db.reading() as session:
        return await practice_matches.closest(
            session,
            search.Memory(),
            network[Role.MEMBER].network_id,
            need[0],
            mine=mine,
            themes=need[1],
        )


def codes(match: Match) -> list[str]:
    return [reason.code for reason in match.reasons]


async def test_a_town_of_sixty_thousand_gets_practices_of_towns(network: Network) -> None:
    """S6: Nicolas of Chambéry. Villages answered as well by their words, and came first."""
    await real_practices(network)
    found = await closest(network, SQUARE, CHAMBERY)
    assert [match.card.authority for match in found] == [
        "Commune de Saint-Cloud",
        "Ville de Concarneau",
        "Ville de Saint-Denis (La Réunion)",
    ]
    assert all(codes(match)[0] == "size" and "theme" in codes(match) for match in found)
    first = (await closest(network, CANTEEN, CHAMBERY))[0]
    assert (first.card.authority, codes(first)[0]) == ("Ville de Vannes", "size")


async def test_a_village_gets_practices_of_villages_first(network: Network) -> None:
    await real_practices(network)
    for need in (SQUARE, WETLAND, WORKS):
        found = await closest(network, need, FAUX)
        assert codes(found[0])[0] == "rural"
        assert found[0].card.population < likeness.RURAL_BELOW


async def test_the_subject_comes_before_the_place(network: Network) -> None:
    """However large the town: what is not about the subject is not shown for being comparable."""
    await real_practices(network)
    for authority in (CHAMBERY, VAISON, LYON, FAUX, None):
        for need in (CANTEEN, REUSE, WETLAND):
            found = await closest(network, need, authority)
            assert all("theme" in codes(match) for match in found), (authority, need)
    wetlands = {match.card.title for match in await closest(network, WETLAND, None)}
    for authority in (CHAMBERY, LYON):
        found = await closest(network, WETLAND, authority)
        assert {match.card.title for match in found} == wetlands
        assert all(codes(match)[0] == "smaller" for match in found if match.card.population)


async def test_without_a_place_the_subject_alone_decides(network: Network) -> None:
    await real_practices(network)
    found = await closest(network, SQUARE, None)
    assert {"size", "rural", "smaller", "larger", "region"}.isdisjoint(
        code for match in found for code in codes(match)
    )
    stranger = somebody_of(CHAMBERY)
    stranger.organisation = ""  # no more said of oneself than that
    async with network.db.reading() as session:
        again = await practice_matches.closest(
            session,
            search.Memory(),
            network[Role.MEMBER].network_id,
            SQUARE[0],
            mine=stranger,
            themes=SQUARE[1],
        )
    assert again == found


async def test_the_member_reads_why_and_how_many_inhabitants(network: Network, words: Words) -> None:
    await real_practices(network)
    nicolas = await settle(network, CHAMBERY)
    borne = [theme.id for theme in await network.services.networks.themes(nicolas) if theme.name in SQUARE[1]]
    answer = await published(network, title=SQUARE[0], themes=borne)
    for locale, told in (("fr", "hab.)"), ("en", "inhabitants)")):
        text = words.render("needs/published", locale, answer=answer, timezone="Europe/Paris").body
        assert "Ville de Concarneau (20" in text.replace("\\", "")
        assert told in text
        assert words.label("likeness.size", locale) in text


async def test_a_nameless_card_is_neither_near_nor_comparable(network: Network) -> None:
    """Its place in the list would tell where it comes from."""
    await real_practices(network)
    [signed] = [
        match for match in await closest(network, SQUARE, CONCARNEAU) if "Concarneau" in match.card.authority
    ]
    hidden: PracticeCard = signed.card._replace(nameless=True)
    assert practice_matches._place(signed.card, somebody_of(CONCARNEAU)) > 1
    assert practice_matches._place(hidden, somebody_of(CONCARNEAU)) == 0
    assert "epci" in codes(signed)


@pytest.mark.parametrize(
    ("population", "kind", "alike", "said"),
    [
        (60_000, "commune", 1.0, "size"),
        (30_000, "commune", 0.75, "size"),
        (20_000, "commune", 0.604, "size"),
        (19_999, "commune", 0.604, ""),
        (12_000, "commune", 0.42, "smaller"),
        (12_001, "commune", 0.42, ""),
        (300_000, "commune", 0.42, "larger"),
        (960_000, "commune", 0.0, "larger"),
        (60_000, "epci", 0.5, "size"),
        (60_000, "departement", 0.0, ""),
        (0, "commune", 0.0, ""),
        (60_000, "", 0.0, ""),
    ],
)
def test_size_is_compared_by_how_many_times_it_doubles(
    population: int, kind: str, alike: float, said: str
) -> None:
    mine = Profile(member_id=1, network_id=1, organisation_kind="commune", population=60_000)
    assert likeness.comparable(mine, kind, population) == pytest.approx(alike, abs=0.001)
    assert likeness.size(mine, kind, population) == said


@pytest.mark.parametrize(("mine", "theirs", "said"), [(1999, 90, "rural"), (2000, 1999, "size")])
def test_rural_communes_are_those_below_two_thousand(mine: int, theirs: int, said: str) -> None:
    profile = Profile(member_id=1, network_id=1, organisation_kind="commune", population=mine)
    assert likeness.size(profile, "commune", theirs) == said
