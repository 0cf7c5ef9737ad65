"""Meetups and series: planning, publishing, changing, cancelling. Registrations are in ``registrations.py``.

Nothing is published that was not read back: ``draft`` keeps what was typed, ``publish`` makes it known. A
change locks the series, then its dates, so that it never meets a half-made registration.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_rules as rules
from community import text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.meetups_changes import Changes, Scope
from community.meetups_rules import AlreadyPublished, NewMeetup, NotInSeries, NotPlanned
from community.meetups_series import first_dates, make_dates
from community.meetups_views import MeetupPage, MeetupView, open_locked, present, view, views, visible
from community.meetups_when import Meant, read_move, read_when
from community.policy import Action, require
from community.ports import Clock
from storage import audit, meetups, networks
from storage.engine import Database
from storage.meetups import Meetup, MeetupState, Series, SeriesState
from storage.networks import Place

__all__ = ["Meetups", "Scope"]


class Meetups:
    """Use cases of those who plan, and the lists that everybody reads."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._changes = Changes(clock)

    async def draft(self, actor: Actor, new: NewMeetup, meetup_id: int | None = None) -> MeetupView:
        """Keep what was typed, to be read back; nobody else sees it. ``meetup_id``: typed again."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        values = rules.checked(new, now)
        async with self._db.transaction() as session:
            network = await networks.get(session, actor.network_id)
            meetup = await self._drafted(session, actor, meetup_id, network.timezone, now)
            meetup.sqlmodel_update(values)
            await self._follow_rule(session, meetup, new.rule, now)
            session.add(meetup)
            await session.flush()
            return await view(session, meetup, actor.member_id)

    async def zone(self, actor: Actor) -> str:
        """In which time zone dates are read: the network's."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            return (await networks.get(session, actor.network_id)).timezone

    async def understand(self, actor: Actor, typed: str, *, moved_from: date | None = None) -> Meant:
        """What the words mean, to be read back; Invalid says what is missing."""
        zone, now = await self.zone(actor), self._clock.now()
        return read_move(typed, moved_from, now, zone) if moved_from else read_when(typed, now, zone)

    async def place(self, actor: Actor) -> str | None:
        """Where meetups are announced."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            place = (await networks.places(session, actor.network_id)).get(Place.MEETUPS)
            return place.channel_ref if place is not None else None

    async def rule(self, actor: Actor, meetup_id: int) -> str | None:
        """How a draft comes back, if it does."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            meetup = present(await meetups.get(session, actor.network_id, meetup_id))
            if meetup.series_id is None:
                return None
            series = await meetups.series(session, actor.network_id, meetup.series_id)
            return series.rule if series is not None else None

    async def to_manage(self, actor: Actor, limit: int = 25) -> Sequence[MeetupView]:
        """What can be changed, soonest first."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            found = await meetups.coming(session, actor.network_id, self._clock.now(), limit=limit)
            return await views(session, actor.network_id, found)

    async def dates(self, actor: Actor, meetup_id: int) -> Sequence[datetime]:
        """The first dates of a draft's series, to be read back; the meetup's own alone without one."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            meetup = present(await meetups.get(session, actor.network_id, meetup_id))
            if meetup.series_id is None:
                return (meetup.starts_at,)
            series = await meetups.series(session, actor.network_id, meetup.series_id)
            return first_dates(series) if series is not None else ()

    async def publish(self, actor: Actor, meetup_id: int) -> MeetupView:
        """Members see it and may answer; a series gets its dates."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            meetup = present(await meetups.locked(session, actor.network_id, meetup_id))
            if meetup.state != MeetupState.DRAFT:
                raise AlreadyPublished(title=meetup.title)
            rules.check_start(meetup.starts_at, now)
            meetup.state = MeetupState.PLANNED
            session.add(meetup)
            await self._note(session, actor, "meetup.publish", meetup)
            if meetup.series_id is not None:
                series = await meetups.locked_series(session, actor.network_id, meetup.series_id)
                if series is not None:
                    series.state = SeriesState.ACTIVE
                    await make_dates(session, series, meetup, now)
            await self._changes.made_known(session, meetup)
            return await view(session, meetup, actor.member_id)

    async def discard(self, actor: Actor, meetup_id: int) -> None:
        """Forget a draft that will not be published."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.transaction() as session:
            meetup = await meetups.locked(session, actor.network_id, meetup_id)
            if meetup is not None and meetup.state == MeetupState.DRAFT:
                await _forget(session, meetup)

    async def coming(self, actor: Actor, page: int = 1) -> MeetupPage:
        """What is planned, soonest first, with the actor's own answers."""
        require(actor, Action.SEE_MEETUPS)
        page, now = max(1, page), self._clock.now()
        async with self._db.reading() as session:
            total = await meetups.count_coming(session, actor.network_id, now)
            found = await meetups.coming(
                session, actor.network_id, now, limit=rules.PAGE, offset=(page - 1) * rules.PAGE
            )
            return MeetupPage(await views(session, actor.network_id, found, actor.member_id), total, page)

    async def suggest(self, actor: Actor, typed: str, limit: int = 25) -> Sequence[MeetupView]:
        """Those to come whose title contains what was typed, soonest first."""
        require(actor, Action.SEE_MEETUPS)
        wanted = text.folded(typed)
        async with self._db.reading() as session:
            found = await meetups.coming(session, actor.network_id, self._clock.now(), limit=200)
            fitting = [meetup for meetup in found if wanted in text.folded(meetup.title)][:limit]
            return await views(session, actor.network_id, fitting)

    async def meetup(self, actor: Actor, meetup_id: int) -> MeetupView:
        """One meetup, with the actor's own answer."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.reading() as session:
            meetup = visible(actor, await meetups.get(session, actor.network_id, meetup_id))
            return await view(session, meetup, actor.member_id)

    async def to_change(self, actor: Actor, meetup_id: int) -> MeetupView:
        """One that can still be changed."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            meetup = present(await meetups.get(session, actor.network_id, meetup_id))
            if meetup.state == MeetupState.DONE:
                raise NotPlanned(state=str(meetup.state), title=meetup.title, over=True)
            return await view(session, meetup, actor.member_id)

    async def edit(
        self,
        actor: Actor,
        meetup_id: int,
        *,
        title: str,
        where: str,
        length: str,
        capacity: str,
        description: str,
        scope: Scope = "one",
    ) -> MeetupView:
        """Another text, place, length or capacity; a greater one promotes those who wait."""
        require(actor, Action.PLAN_MEETUP)
        values = rules.checked_texts(title, where, length, capacity, description)
        async with self._db.transaction() as session:
            states = (MeetupState.PLANNED, MeetupState.DRAFT)
            dates = await self._dates(session, actor, meetup_id, scope, states=states)
            for meetup in dates:
                await self._changes.edit(session, meetup, values)
            await self._note(session, actor, "meetup.edit", dates[0], scope)
            return await self._shown(session, actor, meetup_id)

    async def describe(
        self, actor: Actor, meetup_id: int, description: str, theme_id: int | None
    ) -> MeetupView:
        """What it is about, and for whom."""
        require(actor, Action.PLAN_MEETUP)
        description = rules.checked_description(description)
        async with self._db.transaction() as session:
            if theme_id and await networks.theme(session, actor.network_id, theme_id) is None:
                raise Invalid(field="theme", problem="unknown")
            states = (MeetupState.PLANNED, MeetupState.DRAFT)
            (meetup,) = await self._dates(session, actor, meetup_id, "one", states=states)
            values = {"description": description, "theme_id": theme_id or None}
            await self._changes.edit(session, meetup, values)
            return await view(session, meetup, actor.member_id)

    async def move(
        self,
        actor: Actor,
        meetup_id: int,
        starts_at: datetime,
        scope: Scope = "one",
        minutes: int | None = None,
    ) -> MeetupView:
        """Another time. « This and the following » keeps the days and changes the hour.

        ``minutes``: how long it lasts from now on, where the new end was said.
        """
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        rules.check_start(starts_at, now)
        if minutes is not None:
            rules.check_minutes(minutes)
        async with self._db.transaction() as session:
            dates = await self._dates(session, actor, meetup_id, scope)
            chosen = next(meetup for meetup in dates if meetup.id == meetup_id)
            if scope == "following":
                await self._changes.move_following(session, dates, chosen, starts_at, minutes)
            else:
                await self._changes.move(session, chosen, starts_at, minutes)
            await self._note(session, actor, "meetup.move", chosen, scope)
            return await self._shown(session, actor, meetup_id)

    async def cancel(
        self, actor: Actor, meetup_id: int, reason: str = "", scope: Scope = "one"
    ) -> MeetupView:
        """It will not take place: no reminder leaves any more, and those registered are told."""
        require(actor, Action.PLAN_MEETUP)
        reason = text.lines(reason)
        if len(reason) > rules.REASON_LONGEST:
            raise Invalid(field="reason", problem="too_long", limit=rules.REASON_LONGEST, given=len(reason))
        async with self._db.transaction() as session:
            dates = await self._dates(session, actor, meetup_id, scope)
            for meetup in dates:
                await self._changes.cancel(session, meetup, reason)
            if scope == "following":
                await self._changes.stop(session, dates[0])
            await self._note(session, actor, "meetup.cancel", dates[0], scope)
            return await self._shown(session, actor, meetup_id)

    async def skip(self, actor: Actor, meetup_id: int) -> MeetupView:
        """One date of a series does not take place; the others stay."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.transaction() as session:
            meetup = await open_locked(session, actor, meetup_id, self._clock.now())
            if meetup.series_id is None:
                raise NotInSeries(title=meetup.title)
            await self._changes.cancel(session, meetup, "")
            await self._note(session, actor, "meetup.skip", meetup)
            return await view(session, meetup, actor.member_id)

    async def revive(self, actor: Actor, meetup_id: int, scope: Scope = "one") -> MeetupView:
        """It takes place after all; « this and the following » makes the series go on."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            dates = await self._dates(session, actor, meetup_id, scope, states=(MeetupState.CANCELLED,))
            for meetup in dates:
                if meetup.starts_at > now:
                    await self._changes.revive(session, meetup)
            if scope == "following":
                await self._changes.go_on(session, dates[0])
            await self._note(session, actor, "meetup.revive", dates[0], scope)
            return await self._shown(session, actor, meetup_id)

    async def _drafted(
        self, session: AsyncSession, actor: Actor, meetup_id: int | None, timezone: str, now: datetime
    ) -> Meetup:
        if meetup_id:
            meetup = present(await meetups.locked(session, actor.network_id, meetup_id))
            if meetup.state != MeetupState.DRAFT:
                raise AlreadyPublished(title=meetup.title)
            meetup.changed_at = now
            return meetup
        return Meetup(
            network_id=actor.network_id,
            title="",
            starts_at=now,
            timezone=timezone,
            minutes=1,
            changed_at=now,
            created_by=actor.member_id,
            created_at=now,
        )

    async def _follow_rule(
        self, session: AsyncSession, meetup: Meetup, rule: str | None, now: datetime
    ) -> None:
        old = await meetups.series(session, meetup.network_id, meetup.series_id) if meetup.series_id else None
        meetup.series_id = meetup.original_at = None
        if rule is not None:
            series = old or Series(
                network_id=meetup.network_id,
                rule=rule,
                timezone=meetup.timezone,
                first_at=meetup.starts_at,
                planned_until=meetup.starts_at,
                created_at=now,
            )
            series.rule, series.first_at, series.planned_until = rule, meetup.starts_at, meetup.starts_at
            session.add(series)
            await session.flush()
            meetup.series_id, meetup.original_at = series.id, meetup.starts_at
        elif old is not None:
            session.add(meetup)
            await session.flush()
            await session.delete(old)

    async def _dates(
        self,
        session: AsyncSession,
        actor: Actor,
        meetup_id: int,
        scope: Scope,
        *,
        states: Sequence[str] = (MeetupState.PLANNED,),
    ) -> Sequence[Meetup]:
        """The meetup alone, or the dates of its series meant by ``scope``, held for a change."""
        meetup = present(await meetups.get(session, actor.network_id, meetup_id))
        if scope == "one":
            held = present(await meetups.locked(session, actor.network_id, meetup_id))
            found: Sequence[Meetup] = [held]
        elif meetup.series_id is None or meetup.original_at is None:
            raise NotInSeries(title=meetup.title)
        else:
            await meetups.locked_series(session, actor.network_id, meetup.series_id)
            since = meetup.original_at if scope == "following" else self._clock.now()
            found = await meetups.dates_from(
                session, actor.network_id, meetup.series_id, min(since, meetup.original_at), states=states
            )
            # One that was moved ahead may be over, though its place in the series is still to come.
            now = self._clock.now()
            found = sorted(
                (date for date in found if date.ends_at > now), key=lambda date: date.id != meetup_id
            )
        chosen = found[0] if found else None
        if (
            chosen is None
            or chosen.id != meetup_id
            or chosen.state not in states
            or chosen.ends_at <= self._clock.now()
        ):
            raise NotPlanned(
                state=str(meetup.state), title=meetup.title, over=meetup.ends_at <= self._clock.now()
            )
        return found

    async def _shown(self, session: AsyncSession, actor: Actor, meetup_id: int) -> MeetupView:
        meetup = await meetups.get(session, actor.network_id, meetup_id)
        if meetup is None:
            raise NotFound(kind="meetup")
        return await view(session, meetup, actor.member_id)

    async def _note(
        self, session: AsyncSession, actor: Actor, action: str, meetup: Meetup, scope: str = "one"
    ) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="meetup",
            subject_id=meetup.id,
            details={"scope": scope, "sequence": meetup.sequence},
        )


async def _forget(session: AsyncSession, meetup: Meetup) -> None:
    series_id = meetup.series_id
    await session.delete(meetup)
    await session.flush()
    if series_id is not None:
        series = await meetups.series(session, meetup.network_id, series_id)
        if series is not None:
            await session.delete(series)
