"""Personal codes: made for somebody, used once, in their network only; on both databases."""

import asyncio
from pathlib import Path

import pytest

from community import sheets
from community.actors import Actor, Role
from community.errors import Invalid
from tests.community.conftest import OTHER_SERVER, Network, standing
from tests.community.test_joining import effective, rows_of

LIST = "Nom;Collectivité;Fonction\nAda Lovelace;mairie de menditte;Maire\nBlaise;;\n;Paris;\n"


async def newcomer(network: Network, account: str) -> Actor:
    await network.services.joining.open(standing(account))
    return await network.services.members.identify(standing(account))


async def test_a_code_opens_the_network_and_begins_the_profile(network: Network) -> None:
    codes = network.services.invitations
    made = await codes.invite(network[Role.FACILITATOR], "Ada", "mairie de menditte", "Maire")
    actor = await newcomer(network, "77")
    await codes.use(actor, f"  {made.code.lower()} ")
    assert (await network.services.members.identify(standing("77"))).role is Role.MEMBER
    mine = await network.services.profiles.mine(actor)
    assert (mine.organisation, mine.function) == ("Menditte (Pyrénées-Atlantiques)", "Maire")
    assert mine.consents == ()  # nobody sees it before they agree
    await effective(network, actor)
    assert len(await rows_of(network, "member.welcome", actor.member_id)) == 1


async def test_a_code_is_used_once_whoever_is_first(network: Network) -> None:
    made = await network.services.invitations.invite(network[Role.FACILITATOR], "Ada")
    people = [await newcomer(network, account) for account in ("77", "78", "79")]
    outcomes = await asyncio.gather(
        *(network.services.invitations.use(actor, made.code) for actor in people), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Invalid", "Invalid", "NoneType"]


async def test_a_code_of_another_network_is_none(network: Network, other_admin: Actor) -> None:
    made = await network.services.invitations.invite(network[Role.FACILITATOR], "Ada")
    there = standing("77", server_ref=OTHER_SERVER)
    await network.services.joining.open(there)
    with pytest.raises(Invalid):
        await network.services.invitations.use(await network.services.members.identify(there), made.code)


async def test_a_list_as_excel_writes_it_in_french(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "membres.csv"
    path.write_bytes(b"\xef\xbb\xbf" + LIST.encode())
    codes = network.services.invitations
    made = await codes.invite_all(network[Role.FACILITATOR], sheets.read(path))
    assert [(one.name, one.place) for one in made] == [
        ("Ada Lovelace", "Menditte (Pyrénées-Atlantiques)"),
        ("Blaise", ""),
    ]
    again = await codes.invite_all(network[Role.FACILITATOR], sheets.read(path))
    assert [(one.code, one.made) for one in again] == [(one.code, False) for one in made]
