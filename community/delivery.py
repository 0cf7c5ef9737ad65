"""Delivers what is due: claim, re-check, render late, send, note. ``outbox.py`` has what planners answer.

Nothing is lost: a row ends only as sent, dropped by its re-check, or expired or given up and shown to the
facilitators. Nothing is doubled: a row has one nonce for each way it can take, and a try whose outcome is
unknown is looked for on the platform before the next one. No transaction is open during a call to it.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from community import nudges
from community.outbox import Direct, Drop, GiveUp, Planner
from community.ports import Clock, DeliveryError, Failure, Mailer, Messenger, Renderer
from community.sending import Itinerary, Postponed, Sender, Way, itinerary, nonce_of
from community.undelivered import NOTICE, UndeliveredNotice, announce
from storage import members, outbox
from storage.engine import Database, DatabaseUnavailable
from storage.nudges import BUDGET
from storage.outbox import Outbox, OutboxState

log = logging.getLogger(__name__)

Counts = Counter[str]  # outcome -> rows: sent, dropped, expired, given_up, retried, rerouted, postponed, lost
Change = Callable[[AsyncSession, Outbox], Awaitable[str]]

SEND_TIMEOUT = timedelta(seconds=60)
LEASE = timedelta(seconds=180)  # longer than planning, sending and noting together can take
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 24  # with the pauses above, about fifteen hours
MOST_TRIES_DEFECT = 5  # a defect of ours does not mend itself
OPENINGS_PAUSE = timedelta(minutes=10)


def pause_before(attempt: int, draw: float) -> timedelta:
    """Doubles at each try, up to an hour; ``draw`` in 0…1 spreads the rows by a quarter either way."""
    full: timedelta = min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
    return full * (0.75 + draw / 2)


class Delivery:
    """One worker. Several, in this process or in others, never hold the same row."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        messenger: Messenger,
        renderer: Renderer,
        planners: Mapping[str, Planner],
        *,
        platform: str = "discord",
        openings_per_minute: int = 8,
        lanes: int = 4,
        mailer: Mailer | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._db = db
        self._clock = clock
        self._planners = {NOTICE: UndeliveredNotice(), **planners}
        self._platform = platform
        self._lanes = lanes
        self._draw = draw
        self._stopping = False
        self._owner = uuid4().hex[:12]
        self._sender = Sender(
            db,
            clock,
            messenger,
            renderer,
            platform=platform,
            openings_per_minute=openings_per_minute,
            mailer=mailer,
        )

    async def run_due(self, limit: int = 500) -> Counts:
        """Deliver what is due now, at most ``limit`` rows. Raises only when the database fails."""
        counts: Counts = Counter()
        await self._expire(counts)
        left = iter(range(limit))
        # One lane is kept for what is urgent: 200 reminders queueing at a slow place do not fill it.
        urgent = self._lane(left, counts, below=outbox.NORMAL)
        lanes = [self._lane(left, counts, below=None) for _ in range(self._lanes)]
        for failure in await asyncio.gather(urgent, *lanes, return_exceptions=True):
            if isinstance(failure, BaseException):
                raise failure
        return counts

    def stop(self) -> None:
        """Claim no further row; ``run_due`` returns when those in hand are finished."""
        self._stopping = True

    async def purge(self) -> int:
        """Forget rows that ended long ago."""
        async with self._db.transaction() as session:
            return await outbox.purge(session, self._clock.now())

    async def _expire(self, counts: Counts) -> None:
        now = self._clock.now()
        async with self._db.glance() as glance:
            if not await outbox.expirable(glance, now):
                return
        async with self._db.transaction() as session:
            for row in await outbox.expire(session, now):
                counts[row.state] += 1
                if row.state == OutboxState.EXPIRED:
                    await announce(session, row, now)
                    log.warning("row expired outbox=%s kind=%s reason=%s", row.id, row.kind, row.reason)

    async def _lane(self, left: Iterator[int], counts: Counts, *, below: int | None) -> None:
        while not self._stopping and next(left, None) is not None:
            now = self._clock.now()
            async with self._db.glance() as glance:
                if not await outbox.claimable(glance, now, below=below):
                    return
            async with self._db.transaction() as session:
                row = await outbox.claim(session, owner=self._owner, now=now, lease=LEASE, below=below)
            if row is None:
                return
            counts[await self._deliver(row)] += 1

    async def _deliver(self, row: Outbox) -> str:
        try:
            planned = await self._plan(row)
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("planner failed outbox=%s kind=%s attempt=%s", row.id, row.kind, row.attempts)
            return await self._settle(row, self._defective(unsure=False))
        match planned:
            case Drop(reason):
                return await self._settle(row, self._ended(OutboxState.DROPPED, reason))
            case GiveUp(reason):
                return await self._settle(row, self._ended(OutboxState.GIVEN_UP, reason))
        step = planned.way(row.fallback)
        if step is None:
            state = OutboxState.DROPPED if planned.quiet else OutboxState.GIVEN_UP
            return await self._settle(row, self._ended(state, row.reason or Failure.CLOSED))
        held_back = await self._held_back(row)
        if held_back is not None:
            return await self._settle(row, held_back)
        return await self._try(row, planned, *step)

    async def _held_back(self, row: Outbox) -> Change | None:
        """A message that nobody asked for waits when its recipient had enough of those this week."""
        if not self._planners[row.kind].nudge or row.recipient_id is None:
            return None
        async with self._db.transaction() as session:
            verdict = await nudges.take(session, row, self._clock.now())
        match verdict:
            case nudges.Later(until):
                return self._postponed(until, reason=BUDGET)
            case nudges.Never():
                return self._ended(OutboxState.DROPPED, BUDGET)
        return None

    async def _plan(self, row: Outbox) -> Itinerary | Drop | GiveUp:
        async with self._db.reading() as session:
            now = self._clock.now()
            plan = await self._planners[row.kind].plan(session, row, now)
            if isinstance(plan, Drop | GiveUp):
                return plan
            return await itinerary(session, plan, row, platform=self._platform, now=now)

    async def _try(self, row: Outbox, planned: Itinerary, index: int, way: Way) -> str:
        nonce, identity = nonce_of(row, index), planned.identity
        late = row.expires_at is not None and row.expires_at <= self._clock.now()
        try:
            way = await self._sender.own_words(planned, index, row.network_id)
            async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
                ref = await self._found(row, planned, index) if row.unsure else None
                if ref is None and not late:
                    ref = await self._sender.send(way, identity, nonce)
        except Postponed as postponed:
            return await self._settle(row, self._postponed(postponed.until, reason=row.reason))
        except (DeliveryError, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                error = DeliveryError(Failure.RETRY, code="timeout", unsure=True)
            return await self._settle(row, self._refused(planned, index, way, error))
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("sending failed outbox=%s kind=%s attempt=%s", row.id, row.kind, row.attempts)
            return await self._settle(row, self._defective(unsure=True))
        if ref is None:
            return await self._settle(row, self._ended(OutboxState.EXPIRED, row.reason or outbox.LATE))
        return await self._note_sent(row, planned, index, way, ref)

    async def _found(self, row: Outbox, planned: Itinerary, index: int) -> str | None:
        """What an earlier try left by this way, or by one that is skipped by now: its reader may have begun
        to refuse private messages since, and need not be told twice.
        """
        for tried in range(row.fallback, index + 1):
            nonce = nonce_of(row, tried)
            ref = await self._sender.find(row, planned.ways[tried], planned.identity, nonce)
            if ref is not None:
                return ref
        return None

    async def _note_sent(self, row: Outbox, planned: Itinerary, index: int, way: Way, ref: str) -> str:
        try:
            return await self._settle(row, self._sent(planned, index, way, ref, tell_planner=True))
        except DatabaseUnavailable:
            raise  # the lease runs out, and the next worker finds the message
        except Exception:
            log.exception("note after sending failed outbox=%s kind=%s", row.id, row.kind)
            return await self._settle(row, self._sent(planned, index, way, ref, tell_planner=False))

    async def _settle(self, row: Outbox, change: Change) -> str:
        """Apply what the try taught, unless another worker took the row over meanwhile."""
        if row.id is None:
            raise RuntimeError("a claimed row has an id")
        async with self._db.transaction() as session:
            held = await outbox.held(session, row.id, self._owner)
            if held is None:
                log.warning("lease lost outbox=%s kind=%s", row.id, row.kind)
                return "lost"
            outcome = await change(session, held)
            session.add(held)
        return outcome

    def _sent(self, planned: Itinerary, index: int, way: Way, ref: str, *, tell_planner: bool) -> Change:
        async def change(session: AsyncSession, row: Outbox) -> str:
            now = self._clock.now()
            # What went by another way keeps saying why.
            known_closed = row.fallback < planned.start
            reason = Failure.CLOSED if known_closed else row.reason if index else None
            outbox.end(row, OutboxState.SENT, now, reason=reason, ref=ref or None)
            if isinstance(way, Direct) and planned.identity is not None:
                await members.note_direct_open(session, planned.identity)
            if tell_planner:
                await self._planners[row.kind].sent(session, row, ref, now)
            return "sent"

        return change

    def _ended(self, state: OutboxState, reason: str) -> Change:
        async def change(session: AsyncSession, row: Outbox) -> str:
            now = self._clock.now()
            outbox.end(row, state, now, reason=reason)
            if state in (OutboxState.GIVEN_UP, OutboxState.EXPIRED):
                await announce(session, row, now)
                log.warning("row %s outbox=%s kind=%s reason=%s", state.value, row.id, row.kind, reason)
            return state.value

        return change

    def _postponed(self, until: datetime, *, reason: str | None) -> Change:
        async def change(_session: AsyncSession, row: Outbox) -> str:
            outbox.put_back(row, until, reason=reason, counted=False)
            return "postponed"

        return change

    def _defective(self, *, unsure: bool) -> Change:
        async def change(session: AsyncSession, row: Outbox) -> str:
            if row.attempts >= MOST_TRIES_DEFECT:
                return await self._ended(OutboxState.GIVEN_UP, "defect")(session, row)
            row.unsure = row.unsure or unsure
            outbox.put_back(row, self._clock.now() + self._pause(row), reason="defect")
            return "retried"

        return change

    def _refused(self, planned: Itinerary, index: int, way: Way, error: DeliveryError) -> Change:
        async def change(session: AsyncSession, row: Outbox) -> str:
            log.info("try failed outbox=%s kind=%s attempt=%s %s", row.id, row.kind, row.attempts, error)
            now = self._clock.now()
            named = timedelta(seconds=error.retry_after or 0)
            if error.failure is Failure.SLOW_DOWN:
                until = now + max(OPENINGS_PAUSE, named)
                log.error("private channels opened too fast, paused until=%s", until.isoformat())
                await outbox.pause_openings(session, self._platform, now, until)
                outbox.put_back(row, until, reason=error.failure, counted=False)
                return "postponed"
            if error.failure is Failure.RETRY:
                if row.attempts >= MOST_TRIES:
                    return await self._ended(OutboxState.GIVEN_UP, "retries")(session, row)
                row.unsure = row.unsure or error.unsure
                reason = row.reason if row.fallback else error.failure
                outbox.put_back(row, now + max(self._pause(row), named), reason=reason)
                return "retried"
            return await self._next_way(session, row, planned, index, way, error.failure)

        return change

    async def _next_way(
        self, session: AsyncSession, row: Outbox, planned: Itinerary, index: int, way: Way, failure: Failure
    ) -> str:
        now = self._clock.now()
        if isinstance(way, Direct) and planned.identity is not None:
            if failure is Failure.GONE and planned.identity.direct_ref is not None:
                await members.keep_direct(session, planned.identity, None)  # open it anew
                outbox.put_back(row, now, reason=failure)
                return "retried"
            if failure is Failure.CLOSED:
                await members.note_direct_closed(session, planned.identity, now)
        row.fallback = index + 1  # ``unsure`` stays: a way beyond this one may have been tried before it
        if planned.way(row.fallback) is None:
            state = OutboxState.DROPPED if planned.quiet else OutboxState.GIVEN_UP
            return await self._ended(state, failure)(session, row)
        outbox.put_back(row, now, reason=failure, counted=False)
        return "rerouted"

    def _pause(self, row: Outbox) -> timedelta:
        return pause_before(row.attempts, self._draw())
