"""What follows from a change of a meetup, in the transaction that makes it: seats, reminders, news, cards.

Every function writes rows and calls nobody; ``meetups_delivery.py`` says what the rows become. The meetup's
row is locked by the caller, so that seats are given one at a time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_rules as rules
from storage import meetup_days, outbox, registrations
from storage.meetups import Meetup
from storage.registrations import Answer, Registration

REMINDER = "meetup.reminder"
ROLE_GIVE, ROLE_TAKE = "room.role_give", "room.role_take"
MOVED, RELOCATED = "meetup.moved", "meetup.relocated"
REVIVED, CANCELLED = "meetup.revived", "meetup.cancelled"
NEWS = (RELOCATED, MOVED, REVIVED, CANCELLED)  # the last of what happened is what people must read first


def concerned(registration: Registration) -> bool:
    """Who may be there: has a seat, or said maybe. Who waits for a seat is told when there is one."""
    return registration.seat is not None or registration.answer == Answer.MAYBE


async def fill_seats(session: AsyncSession, meetup: Meetup, now: datetime) -> Sequence[Registration]:
    """Give the free seats to those who wait, in their order, and tell them; who got one."""
    rows = await registrations.of(session, meetup)
    waiting = [row for row in rows if row.ticket is not None]
    taken = {row.seat for row in rows if row.seat is not None}
    promoted = waiting[: rules.promotable(len(taken), len(waiting), meetup.capacity)]
    for row in promoted:
        row.seat, row.ticket = rules.free_seat(taken, meetup.capacity), None
        row.version += 1
        taken.add(row.seat or 0)
        session.add(row)
        await session.flush()
        await plan_reminders(session, meetup, [row], now)
        await follow_role(session, meetup, row, now)
        await tell(session, meetup, row.member_id, "meetup.promoted", now, key=str(row.version))
    return promoted


async def plan_reminders(
    session: AsyncSession, meetup: Meetup, rows: Sequence[Registration], now: datetime
) -> None:
    """Put the reminders of these people in step: those to come are dropped and planned anew.

    What is due already is left to the re-check at delivery, and not planned again: nothing is lost between
    the two, nothing is doubled.
    """
    for row in rows:
        if row.version > 1:  # a first answer has nothing to forget
            await forget_reminders(session, meetup, now, row.member_id)
        if concerned(row):
            row.version += 1
            session.add(row)
    coming = [row for row in rows if concerned(row)]
    chosen = await registrations.member_minutes(session, meetup.network_id, [row.member_id for row in coming])
    usual = await usual_minutes(session, meetup.network_id)
    for row in coming:
        offsets = chosen.get(row.member_id, usual)
        planned = [
            {
                "kind": REMINDER,
                "dedupe_key": f"{REMINDER}:{meetup.id}:{row.member_id}:{reminder.minutes}:{row.version}",
                "subject_id": meetup.id,
                "recipient_id": row.member_id,
                "details": {"minutes": reminder.minutes, "moves": meetup.moves},
                "due_at": reminder.due_at,
                "expires_at": reminder.expires_at,
            }
            for reminder in rules.reminders(meetup.starts_at, meetup.timezone, offsets, now)
        ]
        await outbox.enqueue_all(session, meetup.network_id, planned, now)


async def follow_role(
    session: AsyncSession, meetup: Meetup, registration: Registration, now: datetime
) -> None:
    """Somebody is registered, or no longer: their role follows, where those registered have one."""
    if not await meetup_days.has_role(session, meetup):
        return
    kind = ROLE_GIVE if concerned(registration) else ROLE_TAKE
    await outbox.enqueue(
        session,
        network_id=meetup.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{meetup.id}:{registration.member_id}:{registration.version}",
        subject_id=meetup.id,
        recipient_id=registration.member_id,
        due_at=now,
        now=now,
    )


async def usual_minutes(session: AsyncSession, network_id: int) -> Sequence[int]:
    """When the network reminds those who chose nothing."""
    minutes = await registrations.network_minutes(session, network_id)
    return rules.DEFAULT_REMINDERS if minutes is None else minutes


async def forget_reminders(
    session: AsyncSession, meetup: Meetup, now: datetime, member_id: int | None = None
) -> None:
    """Of one person, or of all: a date that is off reminds nobody."""
    await outbox.cancel(
        session,
        network_id=meetup.network_id,
        kinds=[REMINDER],
        subject_id=meetup.id or 0,
        recipient_id=member_id,
        due_after=now,
        now=now,
    )


async def tell(
    session: AsyncSession,
    meetup: Meetup,
    member_id: int,
    kind: str,
    now: datetime,
    *,
    key: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """A private word to one person, worth nothing once the meetup has begun."""
    await outbox.enqueue(
        session,
        network_id=meetup.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{meetup.id}:{member_id}:{key}",
        subject_id=meetup.id,
        recipient_id=member_id,
        details={"sequence": meetup.sequence, **(details or {})},
        due_at=now,
        expires_at=meetup.ends_at if meetup.ends_at > now else None,
        priority=outbox.URGENT if kind == "meetup.promoted" else outbox.NORMAL,
        now=now,
    )


async def tell_all(
    session: AsyncSession, meetup: Meetup, kind: str, now: datetime, *, was: datetime | None = None
) -> int:
    """Everybody who said yes or maybe, waiting people too; how many. ``was``: the date before a move.

    News that did not leave yet is out of date: the new one shows the meetup as it is now, and says as well
    what its reader was not told.
    """
    recalled = await outbox.recall(
        session, network_id=meetup.network_id, kinds=NEWS, subject_id=meetup.id or 0, now=now
    )
    rows = [row for row in await registrations.of(session, meetup) if row.answer != Answer.NO]
    for row in rows:
        untold = [news for news in recalled if news.recipient_id == row.member_id]
        known = [news.details["was"] for news in untold if news.details.get("was")]
        kinds = {kind, *(news.kind for news in untold if news.kind != CANCELLED)}
        details = {
            "was": known[0] if known else was and was.isoformat(),
            "elsewhere": RELOCATED in kinds or any(news.details.get("elsewhere") for news in untold),
        }
        said, key = max(kinds, key=NEWS.index), str(meetup.sequence)
        await tell(session, meetup, row.member_id, said, now, key=key, details=details)
    return len(rows)


async def announce(session: AsyncSession, meetup: Meetup, now: datetime, *, first: bool = True) -> None:
    """The live card in the meetups place, once; and the twin among the platform's events."""
    standing = {"meetup.announced": meetup.card_ref, "meetup.event": meetup.event_ref}
    for kind in (kind for kind, ref in standing.items() if ref is None):
        await outbox.enqueue(
            session,
            network_id=meetup.network_id,
            kind=kind,
            dedupe_key=f"{kind}:{meetup.id}:{meetup.moves}",
            subject_id=meetup.id,
            details={"sequence": meetup.sequence},
            due_at=rules.announced_at(meetup.starts_at, now, first=first),
            expires_at=meetup.starts_at,
            now=now,
        )


async def announce_anew(session: AsyncSession, meetup: Meetup, now: datetime) -> None:
    """The time of a meetup that was not announced yet has changed, or it was cancelled meanwhile."""
    await outbox.cancel(
        session,
        network_id=meetup.network_id,
        kinds=["meetup.announced"] if meetup.event_ref else ["meetup.announced", "meetup.event"],
        subject_id=meetup.id or 0,
        now=now,
    )
    single = meetup.series_id is None
    await announce(session, meetup, now, first=single)


async def refresh(session: AsyncSession, meetup: Meetup, now: datetime, *, event: bool = False) -> None:
    """The card shows the state as it is now; with ``event``, its twin too."""
    meetup.changed_at = now
    session.add(meetup)
    await session.flush()
    if meetup.card_ref is not None:
        await outbox.refresh(
            session, network_id=meetup.network_id, kind="meetup.card", subject_id=meetup.id or 0, now=now
        )
    if event and meetup.event_ref is not None:
        await outbox.refresh(
            session, network_id=meetup.network_id, kind="meetup.event", subject_id=meetup.id or 0, now=now
        )
