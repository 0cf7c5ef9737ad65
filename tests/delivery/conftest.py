import pytest

from storage.engine import Database
from tests.conftest import SetClock
from tests.delivery.model import World, make_world


@pytest.fixture
async def world(db: Database, clock: SetClock) -> World:
    """A network on a small platform in memory, on each kind of database."""
    return await make_world(db, clock)
