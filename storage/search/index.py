"""Writes the index. See ``tables.py`` for its shape and ``ranking.py`` for how it is read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass(frozen=True, slots=True)
class Document:
    """An item as search sees it. ``facets`` are exact filters: "kind:guide", "theme:12"."""

    network_id: int
    kind: str  # "resource"; later "practice", "need"
    item_id: int
    title: str
    summary: str = ""
    body: str = ""
    tags: Sequence[str] = ()
    facets: Collection[str] = ()


async def put(session: AsyncSession, document: Document) -> None:
    """Index a published item, or index it again after a change. Last write of its transaction."""
    await put_many(session, [document])


async def put_many(session: AsyncSession, documents: Sequence[Document]) -> None:
    """The same for many items of one network at once."""


async def remove(session: AsyncSession, network_id: int, kind: str, item_id: int) -> None:
    """Take an item out; nothing happens when it is not there."""
