"""When somebody is reminded of a step: its outbox row, and what makes an earlier one wrong."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import checklists, members, networks, outbox
from storage.checklists import Checklist, ChecklistState, ChecklistStep, due_on
from storage.members import MemberState

DUE, GIVEN, DECLINED = "checklist.due", "checklist.given", "checklist.declined"
REMINDED_AT = time(9)
REMINDED_MOST = 2
AGAIN_AFTER = timedelta(days=4)
USEFUL_FOR = timedelta(days=7)


async def recipient(session: AsyncSession, found: Checklist, step: ChecklistStep) -> int | None:
    """Who has a step now, else whose list it is, else who started it; None: nobody of them is here."""
    for member_id in (step.assignee_id, found.owner_id or found.started_by):
        member = await members.get(session, found.network_id, member_id or 0)
        if member is not None and member.state == MemberState.ACTIVE:
            return member.id
    return None


def row_key(step: ChecklistStep) -> str:
    """Of the reminder that is right for a step as it is."""
    return f"{DUE}:{step.id}:{step.version}:{step.asked}"


async def remind(
    session: AsyncSession,
    found: Checklist,
    step: ChecklistStep,
    now: datetime,
    *,
    after: timedelta = timedelta(0),
) -> None:
    """On its day in the morning; once more some days later while it is not done."""
    if found.state != ChecklistState.OPEN or step.done_at is not None or step.asked >= REMINDED_MOST:
        return
    network = await networks.get(session, found.network_id)
    day = due_on(found, step) + after
    due = datetime.combine(day, REMINDED_AT, ZoneInfo(network.timezone)).astimezone(UTC)
    if due <= now and not step.asked:
        return  # already late when it was planned: the list itself says so
    await outbox.enqueue(
        session,
        network_id=found.network_id,
        kind=DUE,
        dedupe_key=row_key(step),
        subject_id=step.id,
        recipient_id=await recipient(session, found, step),
        due_at=max(due, now),
        expires_at=max(due, now) + USEFUL_FOR,
        now=now,
    )


async def again(session: AsyncSession, found: Checklist, step: ChecklistStep, now: datetime) -> None:
    """Earlier reminders of a step are wrong; it may have another."""
    step.version, step.asked = step.version + 1, 0
    session.add(step)
    await session.flush()
    await forget(session, step, now)
    await remind(session, found, step, now)


async def forget(session: AsyncSession, step: ChecklistStep, now: datetime) -> None:
    """No reminder of the step as it was leaves."""
    await outbox.cancel(session, network_id=step.network_id, kinds=(DUE,), subject_id=step.id or 0, now=now)


async def entrust(session: AsyncSession, step: ChecklistStep, by: int | None, now: datetime) -> None:
    """Somebody else has the step now: they are told, and may say no."""
    if step.assignee_id is None or step.assignee_id == by:
        return
    await outbox.enqueue(
        session,
        network_id=step.network_id,
        kind=GIVEN,
        dedupe_key=f"{GIVEN}:{step.id}:{step.version}",
        subject_id=step.id,
        recipient_id=step.assignee_id,
        details={"by": by},
        due_at=now,
        now=now,
    )


async def hand_back(session: AsyncSession, found: Checklist, step: ChecklistStep, now: datetime) -> None:
    """Who had the step says no: it is told to whose list it is, who has it again."""
    by, step.assignee_id = step.assignee_id, None
    await again(session, found, step, now)
    to = await recipient(session, found, step)
    if to is None:
        return
    await outbox.enqueue(
        session,
        network_id=step.network_id,
        kind=DECLINED,
        dedupe_key=f"{DECLINED}:{step.id}:{step.version}",
        subject_id=step.id,
        recipient_id=to,
        details={"by": by},
        due_at=now,
        now=now,
    )


async def erased(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> None:
    """In the transaction that erases somebody: their steps go back to whose list it is."""
    for found, step in await checklists.undone_assigned(session, network_id, member_id):
        step.assignee_id = None
        if found.owner_id != member_id:
            await again(session, found, step, now)
