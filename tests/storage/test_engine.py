"""Transactions: nothing is lost between concurrent writers, readers see one instant."""

import asyncio
from datetime import UTC, datetime

from sqlmodel import select

from storage.engine import Database
from storage.networks import Network
from tests.conftest import SetClock


async def add_network(db: Database, name: str = "Réseau", clock: SetClock | None = None) -> int:
    async with db.transaction() as session:
        network = Network(name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))
        session.add(network)
        await session.flush()
        assert network.id is not None
        return network.id


async def test_eight_bookings_at_once_end_at_eight(db: Database) -> None:
    network_id = await add_network(db, "0")

    async def book() -> None:
        async with db.transaction() as session:
            mine = select(Network).where(Network.id == network_id).with_for_update()
            network = (await session.exec(mine)).one()
            seats = int(network.name)
            await asyncio.sleep(0.01)
            network.name = str(seats + 1)

    await asyncio.gather(*(book() for _ in range(8)))
    async with db.reading() as session:
        assert (await session.exec(select(Network.name))).one() == "8"
