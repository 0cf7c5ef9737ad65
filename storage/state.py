"""What the application must remember between two starts, such as the commands it last published.

Not for anything about a network or a person: those have their own tables.
"""

from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


class AppState(SQLModel, table=True):
    __tablename__ = "app_state"

    key: str = Field(primary_key=True)
    value: str


async def recall(session: AsyncSession, key: str) -> str | None:
    """The value last remembered under ``key``."""
    row = await session.get(AppState, key)
    return None if row is None else row.value


async def remember(session: AsyncSession, key: str, value: str) -> None:
    """Replace what was remembered under ``key``."""
    await session.merge(AppState(key=key, value=value))
