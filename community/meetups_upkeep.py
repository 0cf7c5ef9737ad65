"""What time does to meetups: they end, series get further dates, what was kept for a while is forgotten.

Called by the application's tick, never for a person. Doing it twice changes nothing.
"""

from datetime import timedelta

from community import meetups_rules as rules
from community.meetups_after_delivery import plan_after
from community.meetups_plan import refresh
from community.meetups_rooms import Rooms
from community.meetups_series import make_dates
from community.ports import Clock
from community.travel import Travel
from storage import meetup_days, meetups, registrations
from storage.engine import Database
from storage.meetups import MeetupState

DRAFTS_KEPT = timedelta(days=7)
NEEDS_KEPT = timedelta(days=7)  # after the meetup, what was said to prepare it
CODES_KEPT = timedelta(days=30)
_STEP = timedelta(days=30)  # series are not extended at each tick


class MeetupsUpkeep:
    """One method, for every network."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._travel, self._rooms = Travel(db, clock), Rooms(db, clock)

    async def run(self) -> int:
        """End, extend, forget; how many rows changed."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            ended = await meetups.ended(session, now)
            for meetup in ended:
                meetup.state = MeetupState.DONE
                session.add(meetup)
                await plan_after(session, meetup, now)
                await refresh(session, meetup, now)
        made = 0
        async with self._db.transaction() as session:
            for series in await meetups.to_extend(session, now + rules.AHEAD - _STEP):
                model = await meetups.latest_of(session, series.network_id, series.id or 0)
                if model is not None:
                    made += len(await make_dates(session, series, model, now))
        async with self._db.transaction() as session:
            forgotten = await meetups.purge_drafts(session, now - DRAFTS_KEPT)
            forgotten += await registrations.forget_needs(session, now, NEEDS_KEPT)
            forgotten += await meetup_days.purge_codes(session, now - CODES_KEPT)
        forgotten += await self._travel.purge()
        return len(ended) + made + forgotten + await self._rooms.tend()
