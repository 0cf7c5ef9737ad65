"""Two networks on one database, and people of every role in the first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from community.actors import Actor, Role, Standing
from community.resources import NewResource, ResourceView
from community.services import Services, services
from prompts import Words
from storage.engine import Database
from storage.networks import RoleName
from tests.community.server import PaperServer
from tests.conftest import SetClock

SERVER, OTHER_SERVER = "1000", "2000"


def standing(account: str, **changes: object) -> Standing:
    """Somebody on the first server, without any role."""
    return replace(Standing("discord", SERVER, account, f"Personne {account}", "fr"), **changes)  # type: ignore[arg-type]  # fields of Standing


ADMIN = standing("1", manages_server=True)


@dataclass(frozen=True)
class Network:
    """The first network, with somebody of each role."""

    services: Services
    server: PaperServer
    people: Mapping[Role, Actor]
    clock: SetClock
    db: Database

    def __getitem__(self, role: Role) -> Actor:
        return self.people[role]

    async def propose(self, title: str = "Guide de la concertation", url: str = "") -> ResourceView:
        new = NewResource(title, url or f"https://example.org/{title.replace(' ', '-')}", "Un résumé utile.")
        return await self.services.library.propose(self[Role.MEMBER], new)


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
async def network(db: Database, clock: SetClock, words: Words) -> Network:
    server = PaperServer()
    made = services(db, clock, server, words)
    await made.networks.set_up(ADMIN, name="Territoires en commun")
    admin = await made.members.identify(ADMIN)
    people = {Role.ADMIN: admin, Role.STRANGER: await made.members.identify(standing("5"))}
    people[Role.NEWCOMER] = await made.members.arrive(standing("2"))
    for account in ("3", "4"):
        arrived = await made.members.arrive(standing(account))
        await made.members.admit(admin, arrived.member_id or 0)
        people[Role.MEMBER if account == "3" else Role.FACILITATOR] = arrived
    await made.members.name_facilitator(admin, people[Role.FACILITATOR].member_id or 0)
    for role, account in ((Role.MEMBER, "3"), (Role.FACILITATOR, "4")):
        people[role] = await made.members.identify(standing(account))
    assert {role: actor.role for role, actor in people.items()} == {role: role for role in Role}
    return Network(made, server, people, clock, db)


@pytest.fixture
async def other_admin(network: Network) -> Actor:
    """Somebody who manages another network of the same database."""
    there = replace(ADMIN, server_ref=OTHER_SERVER)
    await network.services.networks.set_up(there, name="Un autre réseau")
    return await network.services.members.identify(there)


__all__ = ["ADMIN", "OTHER_SERVER", "SERVER", "Network", "RoleName", "standing"]
