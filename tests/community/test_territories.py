"""The map of members, on both databases: whom it counts, and what it keeps for itself."""

from collections.abc import Sequence

from community.actors import Actor, Role
from tests.community.conftest import Network, standing

CHAMBERY, LYON, NOUMEA = "commune:73065", "commune:69123", "commune:98818"


async def settle(
    network: Network, account: int, authority: str, consents: Sequence[str] = ("organisation",)
) -> Actor:
    """A member of this authority, who lets others see it or does not."""
    arrived = await network.services.members.arrive(standing(str(account)))
    await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
    actor = await network.services.members.identify(standing(str(account)))
    await network.services.profiles.set_authority(actor, authority)
    await network.services.profiles.set_consents(actor, consents)
    return actor


async def test_only_groups_of_five_are_told(network: Network, other_admin: Actor) -> None:
    show = network.services.territories.members_map
    assert (await show(network[Role.MEMBER])).areas == ()
    for account in range(100, 106):
        await settle(network, account, CHAMBERY)
    for account in range(200, 204):
        await settle(network, account, LYON)
    await settle(network, 204, LYON, consents=())  # the fifth, who keeps it to themselves
    found = await show(network[Role.MEMBER])
    assert [(area.name, area.count, area.level) for area in found.areas] == [("Savoie", 6, 2)]
    assert [(area.name, area.count, area.level) for area in found.few] == [("Rhône", None, 1)]
    assert found.rest is found.total is None  # one hidden group: its size would be the rest
    await settle(network, 300, NOUMEA)
    found = await show(network[Role.MEMBER])
    assert [area.name for area in found.few] == ["Rhône", "Nouvelle-Calédonie"]
    assert (found.rest, found.total) == (5, 11)
    assert (await show(other_admin)).total == 0  # nothing of another network


async def test_who_leaves_or_withdraws_is_counted_no_more(network: Network) -> None:
    people = [await settle(network, account, CHAMBERY) for account in range(100, 107)]
    show = network.services.territories.members_map
    assert (await show(network[Role.MEMBER])).total == 7
    await network.services.members.suspend(network[Role.ADMIN], people[0].member_id or 0)
    await network.services.profiles.set_consents(people[1], ["listed"])
    assert (await show(network[Role.MEMBER])).total == 5
    await network.services.members.depart("discord", "1000", "102")
    found = await show(network[Role.MEMBER])
    assert (found.areas, [area.name for area in found.few]) == ((), ["Savoie"])
