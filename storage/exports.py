"""What is handed over as a table: the rows of one network, batch by batch, each once, the oldest first.

Only what its readers may see as a whole: no draft, nothing that its author took back.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.audit import AuditEntry
from storage.library import Resource, ResourceState
from storage.meetup_days import Attendance
from storage.meetups import Meetup, MeetupState
from storage.members import Member, MemberState
from storage.needs import Need, NeedState
from storage.practices import Practice, PracticeState
from storage.profiles import Profile
from storage.registrations import Registration
from storage.threads import NEED, Thread

# Those that were published, and that nobody took back.
TOLD_NEEDS = (NeedState.OPEN, NeedState.SOLVED, NeedState.DONE, NeedState.UNCONCERNED)
TOLD_MEETUPS = (MeetupState.PLANNED, MeetupState.CANCELLED, MeetupState.DONE)


async def members(
    session: AsyncSession, network_id: int, after: int, since: datetime | None, *, limit: int
) -> Sequence[tuple[Member, Profile | None]]:
    """Who is here, whatever their access, and who arrived since then."""
    query = (
        select(Member, Profile)
        .outerjoin(Profile, and_(col(Profile.member_id) == Member.id, col(Profile.network_id) == network_id))
        .where(Member.network_id == network_id, Member.state != MemberState.LEFT, col(Member.id) > after)
    )
    if since is not None:
        query = query.where(Member.arrived_at >= since)
    return (await session.exec(query.order_by(col(Member.id)).limit(limit))).all()


async def needs(
    session: AsyncSession, network_id: int, after: int, since: datetime | None, *, limit: int
) -> Sequence[Need]:
    """Published since then."""
    query = select(Need).where(
        Need.network_id == network_id, col(Need.state).in_(TOLD_NEEDS), col(Need.id) > after
    )
    if since is not None:
        query = query.where(col(Need.published_at) >= since)
    return (await session.exec(query.order_by(col(Need.id)).limit(limit))).all()


async def first_answers(
    session: AsyncSession, network_id: int, need_ids: Collection[int]
) -> dict[int, datetime]:
    """When somebody answered first; needs that nobody answered are absent."""
    query = select(Thread.subject_id, Thread.first_answer_at).where(
        Thread.network_id == network_id, Thread.kind == NEED, col(Thread.subject_id).in_(need_ids)
    )
    return {need_id or 0: at for need_id, at in (await session.exec(query)).all() if at is not None}


async def practices(
    session: AsyncSession, network_id: int, after: int, since: datetime | None, *, limit: int
) -> Sequence[Practice]:
    """Published since then, and still so."""
    query = select(Practice).where(
        Practice.network_id == network_id,
        Practice.state == PracticeState.PUBLISHED,
        col(Practice.id) > after,
    )
    if since is not None:
        query = query.where(col(Practice.published_at) >= since)
    return (await session.exec(query.order_by(col(Practice.id)).limit(limit))).all()


async def resources(
    session: AsyncSession, network_id: int, after: int, since: datetime | None, *, limit: int
) -> Sequence[Resource]:
    """Published ones that were added since then."""
    query = select(Resource).where(
        Resource.network_id == network_id,
        Resource.state == ResourceState.PUBLISHED,
        col(Resource.id) > after,
    )
    if since is not None:
        query = query.where(Resource.created_at >= since)
    return (await session.exec(query.order_by(col(Resource.id)).limit(limit))).all()


async def meetups(
    session: AsyncSession,
    network_id: int,
    after: tuple[datetime, int] | None,
    since: datetime | None,
    *,
    limit: int,
) -> Sequence[Meetup]:
    """In the order of time, those to come too. ``after``: the start and the number of the last one read."""
    query = select(Meetup).where(Meetup.network_id == network_id, col(Meetup.state).in_(TOLD_MEETUPS))
    if since is not None:
        query = query.where(Meetup.starts_at >= since)
    if after is not None:
        start, number = after
        later = col(Meetup.starts_at) > start
        query = query.where(or_(later, and_(col(Meetup.starts_at) == start, col(Meetup.id) > number)))
    return (await session.exec(query.order_by(col(Meetup.starts_at), col(Meetup.id)).limit(limit))).all()


async def registrations(
    session: AsyncSession, network_id: int, meetup_ids: Collection[int]
) -> Sequence[tuple[Registration, str]]:
    """Everybody's answers for several meetups, with their names, in the order in which they answered."""
    query = (
        select(Registration, Member.display_name)
        .join(Member, col(Member.id) == Registration.member_id)
        .where(
            Registration.network_id == network_id,
            Member.network_id == network_id,
            col(Registration.meetup_id).in_(meetup_ids),
        )
        .order_by(col(Registration.answered_at), col(Registration.member_id))
    )
    return (await session.exec(query)).all()


async def present(
    session: AsyncSession, network_id: int, meetup_ids: Collection[int]
) -> Sequence[tuple[int, int, str]]:
    """Meetup, member and name of who was there: what was noted before a meetup moved counts no more."""
    query = (
        select(Attendance.meetup_id, Attendance.member_id, Member.display_name)
        .join(Member, col(Member.id) == Attendance.member_id)
        .join(Meetup, and_(col(Meetup.id) == Attendance.meetup_id, col(Meetup.network_id) == network_id))
        .where(
            Attendance.network_id == network_id,
            Member.network_id == network_id,
            Attendance.moves == Meetup.moves,
            col(Attendance.meetup_id).in_(meetup_ids),
        )
        .order_by(col(Attendance.at), col(Attendance.member_id))
    )
    return (await session.exec(query)).all()


async def acts(
    session: AsyncSession, network_id: int, after: int, since: datetime | None, *, limit: int
) -> Sequence[AuditEntry]:
    """The journal, the oldest first."""
    query = select(AuditEntry).where(AuditEntry.network_id == network_id, col(AuditEntry.id) > after)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    return (await session.exec(query.order_by(col(AuditEntry.id)).limit(limit))).all()
