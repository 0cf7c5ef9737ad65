"""Whether the search index was made by the analyser of this version, and what it should no longer hold."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource, ResourceState
from storage.practices import Practice, PracticeState
from storage.search.analysis import ANALYSER
from storage.search.tables import SearchDocument, SearchState


async def outdated(session: AsyncSession) -> Sequence[int]:
    """Networks whose index another analyser made: words are looked for that it does not hold."""
    query = select(SearchState.network_id).where(
        SearchState.documents > 0, col(SearchState.analyser) != ANALYSER
    )
    return (await session.exec(query.order_by(col(SearchState.network_id)))).all()


async def made(session: AsyncSession, network_id: int) -> None:
    """The whole index of the network is this analyser's work."""
    of_network = col(SearchState.network_id) == network_id
    await session.exec(update(SearchState).where(of_network).values(analyser=ANALYSER))


async def ghosts(session: AsyncSession, network_id: int) -> Sequence[tuple[str, int]]:
    """Kind and id of what the index holds and is not published."""
    resource = exists().where(
        col(Resource.id) == SearchDocument.item_id,
        col(Resource.network_id) == network_id,
        col(Resource.state) == ResourceState.PUBLISHED,
    )
    practice = exists().where(
        col(Practice.id) == SearchDocument.item_id,
        col(Practice.network_id) == network_id,
        col(Practice.state) == PracticeState.PUBLISHED,
    )
    found: list[tuple[str, int]] = []
    for kind, published in (("resource", resource), ("practice", practice)):
        query = select(SearchDocument.item_id).where(
            SearchDocument.network_id == network_id, SearchDocument.kind == kind, ~published
        )
        found += [(kind, item_id) for item_id in (await session.exec(query)).all()]
    return found
