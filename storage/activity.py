"""Whether somebody did something in the network: what follow-ups ask before they bother anybody."""

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource
from storage.registrations import Registration
from storage.search.tables import SearchSession


async def acts(session: AsyncSession, network_id: int, member_id: int) -> int:
    """Searches still remembered, resources proposed, registrations."""
    total = 0
    for table, column in (
        (SearchSession, SearchSession.member_id),
        (Resource, Resource.proposed_by),
        (Registration, Registration.member_id),
    ):
        query = select(func.count()).select_from(table).where(table.network_id == network_id)
        total += (await session.exec(query.where(column == member_id))).one()
    return total
