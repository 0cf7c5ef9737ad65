"""Takes and frees one seat, in the transaction of whoever holds the meetup's row."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community import meetups_rules as rules
from storage import meetups, registrations
from storage.meetups import Meetup, MeetupState
from storage.registrations import Answer, Registration


async def take(
    session: AsyncSession,
    meetup: Meetup,
    member_id: int,
    answer: str,
    now: datetime,
    *,
    by: int | None = None,
    interested: bool = False,
) -> bool:
    """Note an answer: a seat, or the end of the waiting list; a freed seat goes on. False: nothing new.

    ``interested``: the platform said it, not the member; what the member says afterwards counts.
    """
    row = await registrations.get(session, meetup, member_id)
    if row is not None and row.answer == answer:
        row.interested = row.interested and interested
        session.add(row)
        return False
    taken, tickets = await registrations.held(session, meetup, but=member_id)  # before the row changes
    was_concerned = row is not None and plan.concerned(row)
    had_seat = row is not None and row.seat is not None
    if row is None:
        row = Registration(
            meetup_id=meetup.id or 0,
            member_id=member_id,
            network_id=meetup.network_id,
            answer=answer,
            answered_at=now,
        )
    row.answer, row.answered_at, row.registered_by, row.interested = answer, now, by, interested
    row.seat = row.ticket = None
    row.version += 1
    if answer == Answer.YES:
        row.seat = None if tickets else rules.free_seat(taken, meetup.capacity)
        row.ticket = None if row.seat is not None else max(tickets, default=0) + 1
    session.add(row)
    if plan.concerned(row) and not was_concerned:
        await plan.plan_reminders(session, meetup, [row], now)
    elif was_concerned and not plan.concerned(row):
        await plan.forget_reminders(session, meetup, now, member_id)
    if plan.concerned(row) is not was_concerned:
        await plan.follow_role(session, meetup, row, now)
    await session.flush()  # the freed seat is free before it is given
    if had_seat:
        await plan.fill_seats(session, meetup, now)
    return True


async def release(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> int:
    """Somebody leaves: their seats at meetups to come go to those who wait; how many answers were undone."""
    await registrations.drop_every_following(session, network_id, member_id)
    undone = 0
    for known, _row in await registrations.awaited(session, network_id, now, member_id):
        meetup = await meetups.locked(session, network_id, known.id or 0)
        if meetup is None or meetup.state != MeetupState.PLANNED:
            continue
        if await take(session, meetup, member_id, Answer.NO, now):
            await plan.refresh(session, meetup, now)
            undone += 1
    return undone
