"""What is due later: one row per announcement, reminder, role grant or thread to open.

A row holds ids, never text: the worker reloads and renders when the row is due. ``community/delivery.py``
drives the states; nothing here calls a platform.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, Update, and_, case, or_
from sqlmodel import Field, SQLModel, col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import direct
from storage.upsert import insert_if_new

URGENT, NORMAL, BULK = 1, 5, 8
KEPT_FOR = timedelta(days=90)
CHANGED = "outbox"  # the topic of Database.on_commit
LATE = "late"  # the reason of rows whose hour had passed, and which nothing else kept from leaving
NUDGE_BUDGET = "nudge_budget"  # the reason of rows that wait or were dropped for want of room in a week


class OutboxState(StrEnum):
    DUE = "due"  # waiting for its time, or for its next try
    CLAIMED = "claimed"  # a worker holds the lease
    SENT = "sent"
    DROPPED = "dropped"  # cancelled, or the re-check said that nobody needs it any more
    EXPIRED = "expired"  # too late to be useful: shown to the facilitators
    GIVEN_UP = "given_up"  # undeliverable: shown to the facilitators


class Outbox(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    kind: str  # "library.decided": names the re-check, the template and the destination rule
    subject_id: int | None = None
    recipient_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    details: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )  # ids and codes
    dedupe_key: str  # unique per network: enqueueing twice is enqueueing once
    due_at: datetime
    expires_at: datetime | None = None
    priority: int = NORMAL  # lower goes first: 200 reminders must not keep an admission waiting
    state: str = OutboxState.DUE
    attempts: int = 0
    fallback: int = 0  # how many of the planner's ways were refused for good: the next try uses the one after
    unsure: bool = False  # an earlier try may have arrived: look there before sending again
    first_tried_at: datetime | None = None
    next_try_at: datetime  # due_at at first, later with back-off
    lease_owner: str | None = None
    lease_until: datetime | None = None
    external_ref: str | None = None  # what the platform called it
    reason: str | None = None  # why dropped, expired or given up, or why the last way failed: a code
    created_at: datetime
    ended_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("network_id", "dedupe_key"),
        Index("ix_outbox_claim", "state", "priority", "next_try_at"),
        Index("ix_outbox_subject", "network_id", "kind", "subject_id"),
        CheckConstraint(
            "state IN ('due', 'claimed', 'sent', 'dropped', 'expired', 'given_up')", name="outbox_state_known"
        ),
    )

    @property
    def held_back(self) -> bool:
        """Whether it waits for room in its reader's week."""
        return self.state == OutboxState.DUE and self.reason == NUDGE_BUDGET

    @property
    def leaves_at(self) -> datetime:
        """When it is to leave: later than it was due while it is held back."""
        return self.next_try_at if self.held_back else self.due_at


class DirectOpening(SQLModel, table=True):
    """How many private channels were opened lately: the platform rations them per bot, not per process."""

    __tablename__ = "direct_opening"

    platform: str = Field(primary_key=True)
    window_start: datetime
    opened: int = 0
    paused_until: datetime | None = None  # the platform said that it was too fast


@dataclass(frozen=True)
class Recalled:
    """What a row that did not leave was to say, and to whom."""

    recipient_id: int | None
    kind: str
    details: dict[str, Any]


async def enqueue(
    session: AsyncSession,
    *,
    network_id: int,
    kind: str,
    dedupe_key: str,
    due_at: datetime,
    now: datetime,
    subject_id: int | None = None,
    recipient_id: int | None = None,
    details: dict[str, Any] | None = None,
    expires_at: datetime | None = None,
    priority: int = NORMAL,
) -> bool:
    """Write a row in the caller's transaction; False when the key was used before, whatever became of it.

    Something that may come back after it was cancelled (a meetup revived) puts a version in its key.
    """
    row = {
        **_BLANK,
        "network_id": network_id,
        "kind": kind,
        "dedupe_key": dedupe_key,
        "subject_id": subject_id,
        "recipient_id": recipient_id,
        "details": details or {},
        "due_at": due_at,
        "expires_at": expires_at,
        "priority": priority,
        "next_try_at": due_at,
        "created_at": now,
    }
    connection = await session.connection()
    found = await connection.execute(_insert_plain(session).returning(col(Outbox.id)), row)
    _announce(session)
    return found.first() is not None


async def enqueue_all(
    session: AsyncSession, network_id: int, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Several rows of ``enqueue``'s own values in one go."""
    if not rows:
        return
    common = {"network_id": network_id, "created_at": now, **_BLANK}
    values = [{**common, **row, "next_try_at": row["due_at"]} for row in rows]
    connection = await session.connection()
    await connection.execute(_insert_plain(session), values)
    _announce(session)


async def enqueue_new(session: AsyncSession, rows: Sequence[Outbox]) -> None:
    """Many rows at once, whose keys nobody can have used: they name what the caller has just made."""
    session.add_all(rows)
    await session.flush()
    _announce(session)


_CLAIMABLE = (
    "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'due' AND next_try_at <= :now AND priority < :below)"
    " OR EXISTS (SELECT 1 FROM outbox WHERE state = 'claimed' AND lease_until <= :now AND priority < :below)"
)
_EXPIRABLE = "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'due' AND expires_at <= :now AND NOT unsure)"
_EVERY_PRIORITY = 1_000


async def claimable(source: direct.Source, now: datetime, *, below: int | None = None) -> bool:
    """Whether ``claim`` would find a row: most looks find none, and writers are not kept waiting for them."""
    limit = _EVERY_PRIORITY if below is None else below
    return bool((await direct.run(source, _CLAIMABLE, now=now, below=limit))[0][0])


async def expirable(source: direct.Source, now: datetime) -> bool:
    """Whether ``expire`` would end a row."""
    return bool((await direct.run(source, _EXPIRABLE, now=now))[0][0])


async def claim(
    session: AsyncSession, *, owner: str, now: datetime, lease: timedelta, below: int | None = None
) -> Outbox | None:
    """The most urgent due row, leased to ``owner``; also one whose worker died, marked ``unsure``.

    ``below`` leaves rows of that priority number and above to others.
    """
    due = and_(col(Outbox.state) == OutboxState.DUE, col(Outbox.next_try_at) <= now)
    lapsed = and_(col(Outbox.state) == OutboxState.CLAIMED, col(Outbox.lease_until) <= now)
    query = select(Outbox).where(or_(due, lapsed))
    if below is not None:
        query = query.where(col(Outbox.priority) < below)
    query = query.order_by(col(Outbox.priority), col(Outbox.next_try_at), col(Outbox.id)).limit(1)
    row = (await session.exec(query.with_for_update(skip_locked=True))).first()
    if row is None:
        return None
    row.unsure = row.unsure or row.state == OutboxState.CLAIMED
    row.state = OutboxState.CLAIMED
    row.attempts += 1
    row.first_tried_at = row.first_tried_at or now
    row.lease_owner = owner
    row.lease_until = now + lease
    session.add(row)
    return row


async def held(session: AsyncSession, row_id: int, owner: str) -> Outbox | None:
    """The row if ``owner`` still has its lease, locked; None when another worker took over."""
    query = select(Outbox).where(
        Outbox.id == row_id, Outbox.state == OutboxState.CLAIMED, Outbox.lease_owner == owner
    )
    return (await session.exec(query.with_for_update(key_share=True))).first()


def end(
    row: Outbox, state: OutboxState, now: datetime, *, reason: str | None = None, ref: str | None = None
) -> None:
    """The row's story is over; it is kept for a while, then purged."""
    row.state = state
    row.ended_at = now
    row.reason = reason
    row.external_ref = ref
    row.lease_owner = None
    row.lease_until = None


def put_back(row: Outbox, next_try_at: datetime, *, reason: str | None, counted: bool = True) -> None:
    """The row waits for its next try. ``counted=False``: nothing was tried (a budget was used up)."""
    row.state = OutboxState.DUE
    row.next_try_at = next_try_at
    row.reason = reason
    row.attempts -= 0 if counted else 1
    row.lease_owner = None
    row.lease_until = None


async def expire(session: AsyncSession, now: datetime) -> Sequence[Outbox]:
    """End the rows that are too late to be useful and that surely never left. The others are re-checked.

    What waited for room in its reader's week is let go, as where the budget itself says that none will come.
    """
    query = select(Outbox).where(
        col(Outbox.state) == OutboxState.DUE,
        col(Outbox.unsure).is_(False),
        col(Outbox.expires_at) <= now,
    )
    rows = (await session.exec(query.order_by(col(Outbox.id)).with_for_update(skip_locked=True))).all()
    for row in rows:
        state = OutboxState.DROPPED if row.held_back else OutboxState.EXPIRED
        end(row, state, now, reason=row.reason or LATE)
        session.add(row)
    return rows


async def cancel(
    session: AsyncSession,
    *,
    network_id: int,
    kinds: Sequence[str],
    subject_id: int,
    now: datetime,
    recipient_id: int | None = None,
    due_after: datetime | None = None,
) -> int:
    """Drop what waits for a subject, in the transaction that makes it useless; how many were dropped.

    A row in a worker's hands is not recalled: its planner's re-check decides. ``due_after`` leaves what is
    due already to that re-check too.
    """
    change = _calling_off(network_id, kinds, subject_id, now)
    if recipient_id is not None:
        change = change.where(col(Outbox.recipient_id) == recipient_id)
    if due_after is not None:
        change = change.where(col(Outbox.due_at) > due_after)
    result = await session.exec(change.returning(col(Outbox.id)))
    return len(result.all())


async def recall(
    session: AsyncSession, *, network_id: int, kinds: Sequence[str], subject_id: int, now: datetime
) -> Sequence[Recalled]:
    """As ``cancel``, for what takes the place of these: whom they were for and what they were to say."""
    change = _calling_off(network_id, kinds, subject_id, now)
    told = change.returning(col(Outbox.id), col(Outbox.recipient_id), col(Outbox.kind), col(Outbox.details))
    found = sorted(tuple(row) for row in (await session.exec(told)).all())
    return [Recalled(recipient_id, kind, details) for _id, recipient_id, kind, details in found]


def _calling_off(network_id: int, kinds: Sequence[str], subject_id: int, now: datetime) -> Update:
    """What waits for a subject is dropped; what a worker holds is not."""
    return (
        update(Outbox)
        .where(
            col(Outbox.network_id) == network_id,
            col(Outbox.kind).in_(kinds),
            col(Outbox.subject_id) == subject_id,
            col(Outbox.state) == OutboxState.DUE,
        )
        .values(state=OutboxState.DROPPED, reason="cancelled", ended_at=now)
    )


async def refresh(
    session: AsyncSession,
    *,
    network_id: int,
    kind: str,
    subject_id: int,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Ask that what shows a subject be brought up to date: one waiting row is enough, however often asked.

    The waiting row is held until the caller commits, so that no worker renders the state of before; one that
    a worker has in hand may be doing just that, and another is added.
    """
    waiting = select(Outbox.id).where(
        Outbox.network_id == network_id,
        Outbox.kind == kind,
        Outbox.subject_id == subject_id,
        Outbox.state == OutboxState.DUE,
    )
    if (await session.exec(waiting.limit(1).with_for_update(key_share=True))).first() is not None:
        return
    await enqueue(
        session,
        network_id=network_id,
        kind=kind,
        dedupe_key=f"{kind}:{subject_id}:{uuid4().hex}",
        subject_id=subject_id,
        due_at=now,
        expires_at=expires_at,
        now=now,
    )


async def undelivered(
    session: AsyncSession, network_id: int, *, since: datetime, until: datetime, limit: int = 100
) -> Sequence[Outbox]:
    """What a facilitator must know of: given up or expired in the period, oldest first."""
    query = select(Outbox).where(
        Outbox.network_id == network_id,
        col(Outbox.state).in_([OutboxState.GIVEN_UP, OutboxState.EXPIRED]),
        col(Outbox.ended_at) >= since,
        col(Outbox.ended_at) < until,
    )
    return (await session.exec(query.order_by(col(Outbox.ended_at), col(Outbox.id)).limit(limit))).all()


async def try_again(session: AsyncSession, network_id: int, now: datetime, row_id: int | None = None) -> int:
    """The cause was mended: the rows that were given up (or that one) start anew, unless it is too late."""
    query = select(Outbox).where(Outbox.network_id == network_id, Outbox.state == OutboxState.GIVEN_UP)
    query = query.where(or_(col(Outbox.expires_at).is_(None), col(Outbox.expires_at) > now))
    if row_id is not None:
        query = query.where(Outbox.id == row_id)
    rows = (await session.exec(query.with_for_update(key_share=True))).all()
    for row in rows:
        row.state, row.attempts, row.fallback, row.next_try_at = OutboxState.DUE, 0, 0, now
        row.reason = row.ended_at = None
        session.add(row)
    _announce(session)
    return len(rows)


async def sent_ref(session: AsyncSession, network_id: int, dedupe_key: str) -> str | None:
    """What the platform called the message of a row that left, to edit it."""
    query = select(Outbox.external_ref).where(
        Outbox.network_id == network_id, Outbox.dedupe_key == dedupe_key, Outbox.state == OutboxState.SENT
    )
    return (await session.exec(query)).first()


async def is_waiting(session: AsyncSession, network_id: int, kind: str) -> bool:
    """Whether a row of this kind has still to leave."""
    query = select(Outbox.id).where(
        Outbox.network_id == network_id,
        Outbox.kind == kind,
        col(Outbox.state).in_([OutboxState.DUE, OutboxState.CLAIMED]),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def in_hand(session: AsyncSession, network_id: int, kind: str, subject_id: int) -> bool:
    """Whether a row of this kind about a subject is due now, or leaving at this instant."""
    query = select(Outbox.id).where(
        Outbox.network_id == network_id,
        Outbox.kind == kind,
        Outbox.subject_id == subject_id,
        col(Outbox.state).in_([OutboxState.DUE, OutboxState.CLAIMED]),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def waiting(
    session: AsyncSession, network_id: int, *, until: datetime, but: Sequence[str], limit: int
) -> Sequence[Outbox]:
    """What has still to leave by then, soonest first; without the kinds ``but``."""
    leaves_at = case((col(Outbox.reason) == NUDGE_BUDGET, col(Outbox.next_try_at)), else_=col(Outbox.due_at))
    query = select(Outbox).where(
        Outbox.network_id == network_id,
        col(Outbox.state).in_([OutboxState.DUE, OutboxState.CLAIMED]),
        col(Outbox.due_at) <= until,  # an index has it; what is held back leaves later still
        leaves_at <= until,
        col(Outbox.kind).not_in(but),
    )
    return (await session.exec(query.order_by(leaves_at, col(Outbox.id)).limit(limit))).all()


async def waiting_row(session: AsyncSession, network_id: int, row_id: int) -> Outbox | None:
    """One row that has still to leave."""
    query = select(Outbox).where(
        Outbox.network_id == network_id,
        Outbox.id == row_id,
        col(Outbox.state).in_([OutboxState.DUE, OutboxState.CLAIMED]),
    )
    return (await session.exec(query)).first()


async def cancel_alike(session: AsyncSession, row: Outbox, now: datetime) -> int:
    """Drop ``row`` and those of the same cause at the same time for other people; how many.

    Those that a budget holds back until another minute are not at the same time.
    """
    minute = row.leaves_at.replace(second=0, microsecond=0)
    held = and_(
        col(Outbox.reason) == NUDGE_BUDGET,
        col(Outbox.next_try_at) >= minute,
        col(Outbox.next_try_at) < minute + timedelta(minutes=1),
    )
    alike = (
        update(Outbox)
        .where(
            col(Outbox.network_id) == row.network_id,
            col(Outbox.kind) == row.kind,
            col(Outbox.subject_id).is_not_distinct_from(row.subject_id),
            col(Outbox.due_at) == row.due_at,
            col(Outbox.state) == OutboxState.DUE,
            held if row.held_back else col(Outbox.reason).is_distinct_from(NUDGE_BUDGET),
        )
        .values(state=OutboxState.DROPPED, reason="cancelled", ended_at=now)
    )
    return len((await session.exec(alike.returning(col(Outbox.id)))).all())


async def next_due(session: AsyncSession) -> datetime | None:
    """When the next row is to be tried."""
    return (
        await session.exec(select(func.min(col(Outbox.next_try_at))).where(Outbox.state == OutboxState.DUE))
    ).one()


async def purge(session: AsyncSession, now: datetime) -> int:
    """Forget rows that ended more than 90 days ago; how many."""
    old = delete(Outbox).where(col(Outbox.ended_at) < now - KEPT_FOR).returning(col(Outbox.id))
    return len((await session.exec(old)).all())


async def take_opening(
    session: AsyncSession, platform: str, now: datetime, *, per_minute: int
) -> datetime | None:
    """Count one more private channel to open; or, when it must wait, until when."""
    budget = await _budget(session, platform, now)
    if budget.paused_until is not None and budget.paused_until > now:
        return budget.paused_until
    if not budget.window_start <= now < budget.window_start + timedelta(minutes=1):
        budget.window_start, budget.opened = now, 0
    if budget.opened >= per_minute:
        return budget.window_start + timedelta(minutes=1)
    budget.opened += 1
    session.add(budget)
    return None


async def pause_openings(session: AsyncSession, platform: str, now: datetime, until: datetime) -> None:
    """The platform said that it was too fast: nobody opens a private channel before ``until``."""
    budget = await _budget(session, platform, now)
    budget.paused_until = max(until, budget.paused_until or until)
    session.add(budget)


async def _budget(session: AsyncSession, platform: str, now: datetime) -> DirectOpening:
    first = {"platform": platform, "window_start": now, "opened": 0, "paused_until": None}
    await session.exec(insert_if_new(session, DirectOpening).values(**first))
    query = select(DirectOpening).where(DirectOpening.platform == platform)
    return (await session.exec(query.with_for_update(key_share=True))).one()


def _announce(session: AsyncSession) -> None:
    """Let the worker of this process look at once when the transaction commits (``Database.on_commit``)."""
    session.info.setdefault("changed", set()).add(CHANGED)


# What a row is before anything happened to it.
_BLANK: dict[str, Any] = {
    "subject_id": None,
    "recipient_id": None,
    "expires_at": None,
    "priority": NORMAL,
    "state": OutboxState.DUE.value,
    "attempts": 0,
    "fallback": 0,
    "unsure": False,
}


def _insert_plain(session: AsyncSession) -> Any:
    """On the table itself: the mapper's care costs more than the database's work, and a burst feels it."""
    table = Outbox.__table__  # type: ignore[attr-defined]  # SQLModel gives it at run time
    return insert_if_new(session, table)
