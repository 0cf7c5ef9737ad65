"""Collections of resources (« boîtes à outils »), put together and ordered by facilitators."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource, ResourceState


class Toolbox(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    title: str
    intro: str = ""
    published_at: datetime | None = None  # None: only facilitators see it
    created_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    created_at: datetime
    updated_at: datetime


class ToolboxItem(SQLModel, table=True):
    __tablename__ = "toolbox_item"

    toolbox_id: int = Field(foreign_key="toolbox.id", primary_key=True)
    resource_id: int = Field(foreign_key="resource.id", primary_key=True, index=True)
    position: int


async def get(session: AsyncSession, network_id: int, toolbox_id: int) -> Toolbox | None:
    """Published or not: the use case decides who may see it."""
    query = select(Toolbox).where(Toolbox.network_id == network_id, Toolbox.id == toolbox_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, toolbox_id: int) -> Toolbox | None:
    """As ``get``; two facilitators who arrange the same one take turns."""
    query = select(Toolbox).where(Toolbox.network_id == network_id, Toolbox.id == toolbox_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def shelf(session: AsyncSession, network_id: int, *, drafts: bool, limit: int) -> Sequence[Toolbox]:
    """In the order of their titles; those in the making only where ``drafts`` says so."""
    query = select(Toolbox).where(Toolbox.network_id == network_id)
    if not drafts:
        query = query.where(col(Toolbox.published_at).is_not(None))
    return (await session.exec(query.order_by(col(Toolbox.title), col(Toolbox.id)).limit(limit))).all()


async def sizes(session: AsyncSession, network_id: int) -> dict[int, int]:
    """How many resources each holds that members can read; empty ones are absent."""
    query = (
        select(ToolboxItem.toolbox_id, func.count())
        .join(Resource, col(Resource.id) == ToolboxItem.resource_id)
        .where(Resource.network_id == network_id, Resource.state == ResourceState.PUBLISHED)
        .group_by(col(ToolboxItem.toolbox_id))
    )
    return {toolbox_id: count for toolbox_id, count in (await session.exec(query)).all()}


async def contents(session: AsyncSession, network_id: int, toolbox_id: int) -> Sequence[Resource]:
    """What it holds that is still published, in its order."""
    query = (
        select(Resource)
        .join(ToolboxItem, col(ToolboxItem.resource_id) == Resource.id)
        .where(
            Resource.network_id == network_id,
            Resource.state == ResourceState.PUBLISHED,
            ToolboxItem.toolbox_id == toolbox_id,
        )
    )
    return (await session.exec(query.order_by(col(ToolboxItem.position), col(Resource.id)))).all()


async def held(session: AsyncSession, toolbox_id: int) -> list[int]:
    """Every resource it lists, readable now or not, in its order. For change: the toolbox is locked."""
    query = select(ToolboxItem.resource_id).where(ToolboxItem.toolbox_id == toolbox_id)
    found = await session.exec(query.order_by(col(ToolboxItem.position), col(ToolboxItem.resource_id)))
    return list(found.all())


async def arrange(session: AsyncSession, toolbox_id: int, resource_ids: Sequence[int]) -> None:
    """Holds these from now on, in this order. The toolbox is locked by the caller."""
    await session.exec(delete(ToolboxItem).where(col(ToolboxItem.toolbox_id) == toolbox_id))
    for position, resource_id in enumerate(resource_ids):
        session.add(ToolboxItem(toolbox_id=toolbox_id, resource_id=resource_id, position=position))
    await session.flush()


async def remove(session: AsyncSession, toolbox: Toolbox) -> None:
    """With what it lists; the resources themselves stay."""
    await session.exec(delete(ToolboxItem).where(col(ToolboxItem.toolbox_id) == toolbox.id))
    await session.delete(toolbox)
