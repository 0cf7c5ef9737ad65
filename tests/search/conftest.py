"""A network with a few items, and a shorthand to ask."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from storage import search
from storage.engine import Database
from storage.networks import Network
from storage.search import Answer, Document, Memory
from tests.community.conftest import (  # noqa: F401 - what the fixture `network` begins with
    founded_postgresql,
    founded_sqlite,
    postgresql_origin,
    sqlite_origin,
)

Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def network_id(db: Database) -> int:
    return await new_network(db, "Réseau d’essai")


async def new_network(db: Database, name: str) -> int:
    async with db.transaction() as session:
        network = Network(name=name, created_at=datetime(2026, 3, 2, tzinfo=UTC))
        session.add(network)
        await session.flush()
        return network.id or 0


async def put(db: Database, *documents: Document) -> None:
    async with db.transaction() as session:
        await search.put_many(session, documents)


async def ids(db: Database, network_id: int, query: str, memory: Memory | None = None) -> list[int]:
    """The items found, best first."""
    async with db.reading() as session:
        found = await search.answer(session, memory or Memory(), network_id, query)
    return [hit.item_id for hit in found.hits]
