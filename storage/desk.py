"""What the facilitators' desk reads that no capability reads for itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource, ResourceState
from storage.meetups import Meetup, MeetupState
from storage.members import Member, MemberState
from storage.outbox import LATE, Outbox, OutboxState
from storage.polls import DatePoll, PollState
from storage.registrations import Registration


async def silent(
    session: AsyncSession, network_id: int, before: datetime, *, limit: int, offset: int = 0
) -> tuple[Sequence[Member], int]:
    """Members who did nothing since then, the longest silence first, and how many there are."""
    last = func.coalesce(Member.seen_at, Member.admitted_at, Member.arrived_at)
    query = select(Member).where(
        Member.network_id == network_id, Member.state == MemberState.ACTIVE, last < before
    )
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    page = query.order_by(last, col(Member.id)).limit(limit).offset(offset)
    return (await session.exec(page)).all(), total


async def thin_meetups(
    session: AsyncSession, network_id: int, now: datetime, until: datetime, fewest: int
) -> Sequence[tuple[Meetup, int]]:
    """Meetups that come by then with fewer people than ``fewest``, the soonest first.

    One of few seats that is nearly full is left alone: there is nobody to invite.
    """
    coming = select(Meetup).where(
        Meetup.network_id == network_id,
        Meetup.state == MeetupState.PLANNED,
        col(Meetup.starts_at) > now,
        col(Meetup.starts_at) <= until,
    )
    found = (await session.exec(coming.order_by(col(Meetup.starts_at), col(Meetup.id)))).all()
    counted = (
        select(Registration.meetup_id, func.count())
        .where(
            Registration.network_id == network_id,
            Registration.answer == "yes",
            col(Registration.meetup_id).in_([meetup.id for meetup in found]),
        )
        .group_by(col(Registration.meetup_id))
    )
    counts = {meetup_id: count for meetup_id, count in (await session.exec(counted)).all()}
    people = [(meetup, counts.get(meetup.id or 0, 0)) for meetup in found]
    return [
        (meetup, count)
        for meetup, count in people
        if count < fewest and not (count and meetup.capacity is not None and meetup.capacity - count <= 1)
    ]


async def closed_polls(session: AsyncSession, network_id: int, now: datetime) -> Sequence[DatePoll]:
    """Polls of dates that are over, and from which nobody has chosen yet."""
    query = select(DatePoll).where(
        DatePoll.network_id == network_id, DatePoll.state == PollState.OPEN, col(DatePoll.deadline_at) <= now
    )
    return (await session.exec(query.order_by(col(DatePoll.deadline_at), col(DatePoll.id)))).all()


async def undelivered(
    session: AsyncSession, network_id: int, since: datetime
) -> Sequence[tuple[str, str, int, datetime]]:
    """Kind, reason, how many, and when the last one was given up or came too late."""
    query = (
        select(Outbox.kind, Outbox.reason, func.count(), func.max(Outbox.ended_at))
        .where(
            Outbox.network_id == network_id,
            col(Outbox.state).in_([OutboxState.GIVEN_UP, OutboxState.EXPIRED]),
            col(Outbox.ended_at) >= since,
        )
        .group_by(col(Outbox.kind), col(Outbox.reason))
        .order_by(func.count().desc(), col(Outbox.kind))
    )
    found = (await session.exec(query)).all()
    return [(kind, reason or "", count, last or since) for kind, reason, count, last in found]


async def late(session: AsyncSession, network_id: int, since: datetime) -> int:
    """How many messages were let go since then because their hour had passed: nobody refused them."""
    query = select(func.count()).where(
        Outbox.network_id == network_id,
        Outbox.state == OutboxState.EXPIRED,
        Outbox.reason == LATE,
        col(Outbox.ended_at) > since,
    )
    return (await session.exec(query)).one()


async def given_up(session: AsyncSession, network_id: int, now: datetime) -> int:
    """How many could be tried again."""
    query = select(func.count()).where(
        Outbox.network_id == network_id,
        Outbox.state == OutboxState.GIVEN_UP,
        (col(Outbox.expires_at).is_(None)) | (col(Outbox.expires_at) > now),
    )
    return (await session.exec(query)).one()


async def published_since(session: AsyncSession, network_id: int, since: datetime) -> int:
    """Resources that were published since then; an imported one is from its first day."""
    query = select(func.count()).where(
        Resource.network_id == network_id,
        Resource.state == ResourceState.PUBLISHED,
        func.coalesce(Resource.reviewed_at, Resource.created_at) >= since,
    )
    return (await session.exec(query)).one()


async def count_meetups(session: AsyncSession, network_id: int, now: datetime, until: datetime) -> int:
    """Meetups that come by then."""
    query = select(func.count()).where(
        Meetup.network_id == network_id,
        Meetup.state == MeetupState.PLANNED,
        col(Meetup.starts_at) > now,
        col(Meetup.starts_at) <= until,
    )
    return (await session.exec(query)).one()
