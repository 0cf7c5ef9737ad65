"""Takes and frees one seat, in the transaction of whoever holds the meetup's row."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community import meetups_rules as rules
from storage import registrations
from storage.meetups import Meetup
from storage.registrations import Answer, Registration


async def take(
    session: AsyncSession,
    meetup: Meetup,
    member_id: int,
    answer: str,
    now: datetime,
    *,
    by: int | None = None,
) -> bool:
    """Note an answer: a seat, or the end of the waiting list; a freed seat goes on. False: nothing new."""
    rows = await registrations.of(session, meetup)
    row = next((row for row in rows if row.member_id == member_id), None)
    if row is not None and row.answer == answer:
        return False
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
    row.answer, row.answered_at, row.registered_by = answer, now, by
    row.seat = row.ticket = None
    row.version += 1
    if answer == Answer.YES:
        others = [other for other in rows if other.member_id != member_id]
        taken = [other.seat for other in others if other.seat is not None]
        tickets = [other.ticket for other in others if other.ticket is not None]
        row.seat = None if tickets else rules.free_seat(taken, meetup.capacity)
        row.ticket = None if row.seat is not None else max(tickets, default=0) + 1
    session.add(row)
    await session.flush()  # the freed seat is free before it is given
    if plan.concerned(row) and not was_concerned:
        await plan.plan_reminders(session, meetup, [row], now)
    elif was_concerned and not plan.concerned(row):
        await plan.forget_reminders(session, meetup, now, member_id)
    if had_seat:
        await plan.fill_seats(session, meetup, now)
    return True
