"""Whether and when people did something in the network: what follow-ups ask before they bother anybody.

A source is a table whose rows say that a member did something at an instant. What leaves no lasting row
(reading, searching) is no source.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource
from storage.needs import Need
from storage.opinions import ResourceRating
from storage.practice_reuse import PracticeReuse
from storage.practices import Practice
from storage.registrations import Registration
from storage.reports import ResourceReport
from storage.search.tables import SearchSession
from storage.threads import Thread, ThreadReply


class Source(NamedTuple):
    """Columns of one table: of which network, who, when."""

    table: type[SQLModel]
    network: Any
    member: Any
    at: Any


SOURCES = (
    Source(Thread, col(Thread.network_id), col(Thread.author_id), col(Thread.opened_at)),
    Source(ThreadReply, col(ThreadReply.network_id), col(ThreadReply.author_id), col(ThreadReply.at)),
    Source(Resource, col(Resource.network_id), col(Resource.proposed_by), col(Resource.created_at)),
    Source(
        Registration,
        col(Registration.network_id),
        col(Registration.member_id),
        col(Registration.answered_at),
    ),
    Source(
        ResourceRating,
        col(ResourceRating.network_id),
        col(ResourceRating.member_id),
        col(ResourceRating.updated_at),
    ),
    Source(
        ResourceReport,
        col(ResourceReport.network_id),
        col(ResourceReport.reported_by),
        col(ResourceReport.created_at),
    ),
    Source(Need, col(Need.network_id), col(Need.author_id), col(Need.created_at)),
    Source(Practice, col(Practice.network_id), col(Practice.author_id), col(Practice.created_at)),
    Source(
        PracticeReuse,
        col(PracticeReuse.network_id),
        col(PracticeReuse.member_id),
        col(PracticeReuse.declared_at),
    ),
)


async def acts(session: AsyncSession, network_id: int, member_id: int) -> int:
    """Searches still remembered, and everything that was ever done."""
    query = select(func.count()).select_from(SearchSession)
    searches = query.where(SearchSession.network_id == network_id, SearchSession.member_id == member_id)
    total = (await session.exec(searches)).one()
    for source in SOURCES:
        query = select(func.count()).select_from(source.table)
        total += (
            await session.exec(query.where(source.network == network_id, source.member == member_id))
        ).one()
    return total


async def since(session: AsyncSession, network_id: int, start: datetime) -> set[tuple[int, datetime]]:
    """Who did something, and when, from an instant on."""
    found: set[tuple[int, datetime]] = set()
    for source in SOURCES:
        query = select(source.member, source.at).where(
            source.network == network_id, source.member.is_not(None), source.at >= start
        )
        found.update((member_id, at) for member_id, at in (await session.exec(query)).all())
    return found
