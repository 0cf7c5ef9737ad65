"""What a change of a meetup does to its row, and whom it concerns. The use cases hold the row and decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community import meetups_rules as rules
from community.errors import Invalid
from community.meetups_series import make_dates, split
from community.ports import Clock
from storage import meetups, registrations
from storage.meetups import Meetup, MeetupState, Series, SeriesState

Scope = Literal["one", "following", "all"]
_WHERE = ("place", "url")


class Changes:
    """Each method leaves the reminders, the card and the platform's twin in step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def made_known(self, session: AsyncSession, meetup: Meetup) -> None:
        await plan.announce(session, meetup, self._clock.now())

    async def edit(self, session: AsyncSession, meetup: Meetup, values: Mapping[str, Any]) -> None:
        """Another text, place, length, capacity. Another place is told to those registered."""
        changed = {name for name, value in values.items() if getattr(meetup, name) != value}
        if not changed:
            return
        now = self._clock.now()
        meetup.sqlmodel_update(dict(values))
        meetup.sequence += 1
        session.add(meetup)
        await session.flush()
        if meetup.state != MeetupState.PLANNED:
            return
        await plan.fill_seats(session, meetup, now)
        if changed & set(_WHERE):
            await plan.tell_all(session, meetup, plan.RELOCATED, now)
        await plan.refresh(session, meetup, now, event=True)

    async def move(
        self, session: AsyncSession, meetup: Meetup, starts_at: datetime, minutes: int | None = None
    ) -> None:
        """Another time: what was to remind of the old one does so no more. ``minutes``: its new length."""
        if meetup.starts_at == starts_at:
            await self.edit(session, meetup, {"minutes": minutes or meetup.minutes})
            return
        meetup.minutes = minutes or meetup.minutes
        was, meetup.starts_at = meetup.starts_at, starts_at
        await self._timed_anew(session, meetup, plan.MOVED, was)

    async def move_following(
        self,
        session: AsyncSession,
        dates: Sequence[Meetup],
        chosen: Meetup,
        starts_at: datetime,
        minutes: int | None = None,
    ) -> None:
        """The hour of ``chosen`` and of the dates after it. A date that was moved by itself stays there.

        Those that are skipped or over go along too: the new series has no other date in their place.
        """
        original, zone = chosen.original_at or chosen.starts_at, chosen.timezone
        if not rules.same_wall_time(chosen.starts_at, starts_at, zone):
            raise Invalid(field="when", problem="other_day")
        series = await self._series(session, chosen)
        if series is None:
            return
        anchor = rules.at_hour_of(original, starts_at, zone)
        new = await split(session, series, chosen, anchor)
        moving = {meetup.id for meetup in dates}
        for meetup in await meetups.dates_from(
            session, series.network_id, series.id or 0, original, states=tuple(MeetupState)
        ):
            place = meetup.original_at or meetup.starts_at
            untouched = meetup.starts_at == place or meetup.id == chosen.id
            meetup.series_id, meetup.original_at = new.id, rules.at_hour_of(place, starts_at, zone)
            session.add(meetup)
            at = rules.at_hour_of(meetup.starts_at, starts_at, zone)
            if untouched and meetup.id in moving:
                await self.move(session, meetup, at, minutes)
            elif untouched and meetup.state == MeetupState.CANCELLED:
                meetup.starts_at = at  # nobody expects it; revived, it keeps the hour of the others
        await session.flush()

    async def cancel(self, session: AsyncSession, meetup: Meetup, reason: str) -> None:
        """Nobody is reminded any more and those registered are told; seats are kept, it may be revived."""
        now = self._clock.now()
        meetup.state, meetup.reason = MeetupState.CANCELLED, reason
        meetup.sequence += 1
        meetup.moves += 1
        session.add(meetup)
        await session.flush()
        await plan.forget_reminders(session, meetup, now)
        await plan.tell_all(session, meetup, plan.CANCELLED, now)
        await plan.refresh(session, meetup, now, event=True)

    async def revive(self, session: AsyncSession, meetup: Meetup) -> None:
        """It takes place after all."""
        meetup.state, meetup.reason = MeetupState.PLANNED, ""
        await self._timed_anew(session, meetup, plan.REVIVED)

    async def stop(self, session: AsyncSession, meetup: Meetup) -> None:
        """No further date is made."""
        series = await self._series(session, meetup)
        if series is not None:
            series.state = SeriesState.STOPPED
            session.add(series)

    async def go_on(self, session: AsyncSession, meetup: Meetup) -> None:
        """Dates are made again."""
        series = await self._series(session, meetup)
        if series is not None:
            series.state = SeriesState.ACTIVE
            await make_dates(session, series, meetup, self._clock.now())

    async def _timed_anew(
        self, session: AsyncSession, meetup: Meetup, news: str, was: datetime | None = None
    ) -> None:
        now = self._clock.now()
        meetup.sequence += 1
        meetup.moves += 1
        session.add(meetup)
        await session.flush()
        rows = await registrations.of(session, meetup)
        await plan.forget_reminders(session, meetup, now)
        await plan.plan_reminders(session, meetup, rows, now)
        await plan.tell_all(session, meetup, news, now, was=was)
        await plan.announce_anew(session, meetup, now)
        await plan.refresh(session, meetup, now, event=True)

    async def _series(self, session: AsyncSession, meetup: Meetup) -> Series | None:
        if meetup.series_id is None:
            return None
        return await meetups.locked_series(session, meetup.network_id, meetup.series_id)
