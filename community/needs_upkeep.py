"""What keeps needs moving without anybody acting: the next peer when one left or said nothing, the question
of six weeks put off when something happened. The application's own tick; running it twice changes nothing.
"""

from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.asking import ANSWER_WITHIN, ask_peers, local_day, still
from community.needs_activity import active_at
from community.needs_plan import FOLLOWED_UP_AFTER, plan_follow_up
from community.ports import Clock
from storage import helping, needs, networks, outbox
from storage.engine import Database
from storage.helping import HelpRequest, HelpState
from storage.needs import Need, NeedState

AT_ONCE = 100
_TIME_TO_LEAVE = timedelta(hours=1)


class NeedsUpkeep:
    """Ticks; no person acts here."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self) -> int:
        """Both of the below; how many needs changed."""
        return await self.replace() + await self.put_off()

    async def replace(self) -> int:
        """Ask somebody else where a peer left, opted out or has said nothing for days."""
        now = self._clock.now()
        async with self._db.reading() as session:
            found = await helping.overdue(session, asked_before=now - ANSWER_WITHIN, limit=AT_ONCE)
        changed = 0
        for network_id, need_id in found:
            async with self._db.transaction() as session:
                await networks.lock(session, network_id)
                need = await needs.locked(session, network_id, need_id)
                if need is not None:
                    changed += await self._replace(session, need, now)
        return changed

    async def put_off(self) -> int:
        """Something happened since the question was planned: it is asked later."""
        now = self._clock.now()
        changed = 0
        async with self._db.transaction() as session:
            for need in await needs.to_follow_up(session, now - _TIME_TO_LEAVE, limit=AT_ONCE):
                need_id = need.id or 0
                if await outbox.in_hand(session, need.network_id, "need.follow_up", need_id):
                    continue
                due = await active_at(session, need) + FOLLOWED_UP_AFTER
                if due > now:
                    await plan_follow_up(session, need, due, now)
                else:
                    need.follow_up_at = None
                    session.add(need)
                changed += 1
        return changed

    async def _replace(self, session: AsyncSession, need: Need, now: datetime) -> bool:
        today = await local_day(session, need.network_id, now)
        freed = False
        for one in await helping.of_need(session, need.network_id, need.id or 0):
            state = await self._now(session, need, one, today, now)
            if state != one.state:
                one.state, freed = state, True
                session.add(one)
        if freed:
            await session.flush()
            if need.state == NeedState.OPEN:
                await ask_peers(session, need, now)
        return freed

    async def _now(
        self, session: AsyncSession, need: Need, one: HelpRequest, today: date, now: datetime
    ) -> str:
        """What a request has become by itself."""
        if one.state == HelpState.ASKED and one.asked_at is not None:
            return HelpState.SILENT if now - one.asked_at >= ANSWER_WITHIN else one.state
        if one.state != HelpState.CHOSEN:
            return one.state
        stuck = now - one.chosen_at >= ANSWER_WITHIN  # the message could not be delivered
        if stuck or need.state != NeedState.OPEN or not await still(session, one, today, now):
            return HelpState.SKIPPED
        return one.state
