"""Two networks on one database, and people of every role in the first."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from community.actors import Actor, Role, Standing
from community.resources import NewResource, ResourceView
from community.services import Services, services
from prompts import Words
from storage.engine import Database
from storage.networks import RoleName
from tests.community.server import PaperServer
from tests.conftest import START, SetClock, apart, postgresql_copy, sqlite_copy

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


@pytest.fixture(scope="session")
def words() -> Words:
    """Without state: one for the process, as in life."""
    return Words()


@dataclass(frozen=True)
class Founded:
    """The first network, made once: each test has its own copy of the database and of the server."""

    url: str
    server: PaperServer
    people: Mapping[Role, Actor]

    @classmethod
    async def make(cls, url: str) -> "Founded":
        db, server = Database(url), PaperServer()
        made = services(db, SetClock(START), server, Words())
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
        await db.dispose()
        return cls(url, server, people)


@pytest.fixture(scope="session")
def founded_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return apart(
        lambda: Founded.make(sqlite_copy(f"sqlite:///{sqlite_template}", tmp_path_factory.mktemp("founded")))
    )


@pytest.fixture(scope="session")
def founded_postgresql(postgresql_template: str) -> Founded:
    async def make() -> Founded:
        return await Founded.make(await postgresql_copy(postgresql_template))

    return apart(make)


@pytest.fixture
def sqlite_origin(request: pytest.FixtureRequest, sqlite_template: Path) -> str:
    """With the first network in it where the test asks for that network."""
    if "network" in request.fixturenames:
        return str(request.getfixturevalue("founded_sqlite").url)
    return f"sqlite:///{sqlite_template}"


@pytest.fixture
def postgresql_origin(request: pytest.FixtureRequest, postgresql_template: str) -> str:
    """As ``sqlite_origin``."""
    if "network" in request.fixturenames:
        return str(request.getfixturevalue("founded_postgresql").url)
    return postgresql_template


@pytest.fixture
def network(request: pytest.FixtureRequest, db: Database, clock: SetClock, words: Words) -> Network:
    founded: Founded = request.getfixturevalue(f"founded_{db.dialect}")
    server = deepcopy(founded.server)
    return Network(services(db, clock, server, words), server, dict(founded.people), clock, db)


@pytest.fixture
async def other_admin(network: Network) -> Actor:
    """Somebody who manages another network of the same database."""
    there = replace(ADMIN, server_ref=OTHER_SERVER)
    await network.services.networks.set_up(there, name="Un autre réseau")
    return await network.services.members.identify(there)


__all__ = ["ADMIN", "OTHER_SERVER", "SERVER", "Network", "RoleName", "standing"]
