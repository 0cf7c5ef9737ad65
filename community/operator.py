"""Which network the command line means, and who acts there: whoever can run it owns the database."""

from collections.abc import Sequence

from community.actors import Actor
from community.ports import Clock
from storage import networks
from storage.engine import Database
from storage.networks import Network


class NoSuchNetwork(LookupError):
    """``names``: those that exist."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)


class SeveralNetworks(NoSuchNetwork):
    """Nothing says which one is meant."""


async def operator_of(db: Database, clock: Clock, name: str, *, create: str | None = None) -> Actor:
    """The operator in the network of this name or number; without a name, in the only one.

    ``create``: the name of the network to make where there is none at all.
    """
    async with db.reading() as session:
        standing = await networks.everywhere(session)
    found = [one for one in standing if not name or name in (one.name, str(one.id))]
    if not found and not standing and create is not None:
        async with db.transaction() as session:
            made = Network(name=name or create, created_at=clock.now())
            session.add(made)
            await session.flush()
        found = [made]
    names = [one.name for one in standing]
    if not found:
        raise NoSuchNetwork(names)
    if len(found) > 1:
        raise SeveralNetworks(names)
    return Actor.operator(found[0].id or 0)
