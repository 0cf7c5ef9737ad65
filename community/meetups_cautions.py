"""What those who plan should look at twice: holidays where the network is, hours, other meetups.

The calendars are read in ``cautions.py``; here is what is asked about. Nothing is forbidden.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.cautions import Caution, Other, cautions
from community.meetups_views import MeetupView
from community.policy import Action, require
from community.ports import Clock
from storage import meetup_models, meetups, networks
from storage.engine import Database

MOST = 6  # a read-back is read: what is not read warns nobody
_ONCE = frozenset({"hour"})  # names no day: said once for all dates
_ONCE_A_SERIES = _ONCE | {"weekend"}
_OTHERS_MOST = 200
USUAL_MINUTES = 120


class Cautions:
    """Use cases of those who plan, before anything is published or moved."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, actor: Actor, meetup: MeetupView, dates: Sequence[datetime] = ()) -> Sequence[Caution]:
        """Of a meetup on these dates (its own when none is given); its own series is no clash."""
        mine = frozenset({meetup.id}) if meetup.series_id is None else frozenset()
        return await self._found(
            actor, dates or (meetup.starts_at,), meetup.minutes, mine, meetup.series_id, _ONCE_A_SERIES
        )

    async def of_dates(
        self, actor: Actor, dates: Sequence[datetime], minutes: int = USUAL_MINUTES
    ) -> Sequence[Caution]:
        """Of dates of which one may become a meetup: each is warned of."""
        return await self._found(actor, dates, minutes, frozenset(), None, _ONCE)

    async def _found(
        self,
        actor: Actor,
        dates: Sequence[datetime],
        minutes: int,
        but: frozenset[int],
        but_series: int | None,
        once: Collection[str],
    ) -> Sequence[Caution]:
        require(actor, Action.PLAN_MEETUP)
        length = timedelta(minutes=minutes)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            settings = await meetup_models.settings(session, actor.network_id)
            others = await self._others(session, actor.network_id, but, but_series)
        # The calendars are a heavy library, loaded at the first question: not while others wait.
        return await asyncio.to_thread(
            _warned, dates, length, network.timezone, settings.departement, others, actor.locale, once
        )

    async def _others(
        self, session: AsyncSession, network_id: int, but: frozenset[int], but_series: int | None
    ) -> Sequence[Other]:
        coming = await meetups.coming(session, network_id, self._clock.now(), limit=_OTHERS_MOST)
        return [
            Other(meetup.title, meetup.starts_at, meetup.ends_at)
            for meetup in coming
            if meetup.id not in but and (but_series is None or meetup.series_id != but_series)
        ]


def _warned(
    dates: Sequence[datetime],
    length: timedelta,
    zone: str,
    departement: str | None,
    others: Sequence[Other],
    locale: str,
    once: Collection[str],
) -> Sequence[Caution]:
    found: dict[tuple[object, ...], Caution] = {}
    for start in sorted(dates):
        for caution in cautions(start, start + length, zone, departement, others, locale):
            each = (caution.code, caution.day, caution.name)
            found.setdefault((caution.code,) if caution.code in once else each, caution)
    return tuple(found.values())[:MOST]
