"""The nudge budget: how many messages that nobody asked for a member gets in a week, over all features.

Asked at delivery, when the row is about to leave. Answers, decisions and reminders of what one registered for
are no nudges: their planners do not say so, and nothing holds them back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import Invalid
from community.policy import Action, require
from community.ports import Clock
from storage import audit, members
from storage import nudges as stored
from storage.engine import Database
from storage.nudges import Nudge
from storage.outbox import Outbox

PER_WEEK = 3
PER_WEEK_MOST = 20
WEEK = timedelta(days=7)
PATIENCE = timedelta(days=14)  # what could not be said by then is not worth saying


@dataclass(frozen=True)
class Later:
    """There is room again then."""

    until: datetime


@dataclass(frozen=True)
class Never:
    """By then it would be too late."""


@dataclass(frozen=True)
class BudgetView:
    per_week: int
    waiting: int  # messages that wait for room now
    dropped: int  # in the last seven days


async def take(session: AsyncSession, row: Outbox, now: datetime) -> Later | Never | None:
    """Count one more nudge, or say why it must wait. Asking again for the same row counts it once."""
    member_id, row_id = row.recipient_id or 0, row.id or 0
    most = await limit(session, row.network_id)
    # Two rows for one person take turns, in however many lanes and processes they are.
    await members.locked(session, row.network_id, member_id)
    mine = await stored.recent(session, row.network_id, member_id, now - WEEK)
    if any(nudge.outbox_id == row_id for nudge in mine):
        return None
    if len(mine) < most:
        await session.merge(Nudge(outbox_id=row_id, network_id=row.network_id, member_id=member_id, at=now))
        return None
    last = row.due_at + PATIENCE
    if row.expires_at is not None:
        last = min(last, row.expires_at)
    until = mine[len(mine) - most].at + WEEK if most else last
    return Later(until) if until < last else Never()


class Nudges:
    """Use cases on the budget."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def budget(self, actor: Actor) -> BudgetView:
        """The setting, and what it holds back now."""
        require(actor, Action.SET_NUDGES)
        async with self._db.reading() as session:
            return await self._view(session, actor)

    async def set_budget(self, actor: Actor, typed: str) -> BudgetView:
        """From now on; 0 sends none at all."""
        require(actor, Action.SET_NUDGES)
        if not (typed.isascii() and typed.isdigit()) or int(typed) > PER_WEEK_MOST:
            raise Invalid(field="per_week", problem="bad_budget", limit=PER_WEEK_MOST)
        async with self._db.transaction() as session:
            await stored.set_per_week(session, actor.network_id, int(typed))
            await audit.record(
                session,
                network_id=actor.network_id,
                at=self._clock.now(),
                member_id=actor.member_id,
                action=Action.SET_NUDGES,
                details={"per_week": int(typed)},
            )
            await session.flush()
            return await self._view(session, actor)

    async def purge(self) -> None:
        """Forget what no budget counts any more."""
        async with self._db.transaction() as session:
            await stored.purge(session, self._clock.now() - 2 * WEEK)

    async def _view(self, session: AsyncSession, actor: Actor) -> BudgetView:
        now = self._clock.now()
        waiting, dropped = await stored.held_back(session, actor.network_id, now - WEEK)
        return BudgetView(await limit(session, actor.network_id), waiting, dropped)


async def limit(session: AsyncSession, network_id: int) -> int:
    """How many a member gets in a week."""
    chosen = await stored.per_week(session, network_id)
    return PER_WEEK if chosen is None else chosen
