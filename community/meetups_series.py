"""The dates of a series: each gets its row some time ahead, in the wall time of its place.

A rule is anchored on its first date and counts from there, so it never drifts. The caller holds the series.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community import meetups_rules as rules
from community.meetups_when import rule_of
from community.recurrence import Recurrence, occurrences
from community.seats import take
from storage import registrations
from storage.meetups import Meetup, MeetupState, Series, SeriesState
from storage.registrations import Following

READ_BACK = 4
_FAR = timedelta(days=10 * 366)


def first_dates(series: Series, most: int = READ_BACK) -> Sequence[datetime]:
    """The first dates that the rule gives, to be read back."""
    before = series.first_at - timedelta(seconds=1)
    found = occurrences(_rule(series), _local(series), series.timezone, before, series.first_at + _FAR)
    return tuple(islice(found, most))


async def make_dates(session: AsyncSession, series: Series, model: Meetup, now: datetime) -> Sequence[Meetup]:
    """Rows for the dates up to the horizon that have none yet, like ``model``; those who follow are in."""
    until = now + rules.AHEAD
    after = max(series.planned_until, series.first_at)
    dates = list(
        islice(occurrences(_rule(series), _local(series), series.timezone, after, until), rules.DATES_MOST)
    )
    made = []
    followers = await registrations.followers(session, series.network_id, series.id or 0)
    for starts_at in dates:
        if starts_at <= now:  # the bot was away for long: nobody is invited to the past
            continue
        meetup = _copy(model, series, starts_at, now)
        session.add(meetup)
        await session.flush()
        for follower in followers:
            await take(session, meetup, follower.member_id, follower.answer, now)
        await plan.announce(session, meetup, now, first=False)
        made.append(meetup)
    series.planned_until = dates[-1] if len(dates) == rules.DATES_MOST else until
    session.add(series)
    await session.flush()
    return made


async def split(session: AsyncSession, series: Series, chosen: Meetup, starts_at: datetime) -> Series:
    """From ``chosen`` on, another series of the same rule at another hour; the old one ends before it.

    The rows of the dates are the caller's affair.
    """
    rule = _rule(series)
    original = chosen.original_at or chosen.starts_at
    before = series.first_at - timedelta(seconds=1)
    earlier = sum(
        1 for at in occurrences(rule, _local(series), series.timezone, before, original) if at < original
    )
    rest = replace(rule, count=rule.count - earlier) if rule.count is not None else rule
    new = Series(
        network_id=series.network_id,
        rule=rest.rule,
        timezone=series.timezone,
        first_at=starts_at,
        state=series.state,
        planned_until=max(series.planned_until, starts_at),
        created_at=series.created_at,
    )
    session.add(new)
    await session.flush()
    for follower in await registrations.followers(session, series.network_id, series.id or 0):
        session.add(
            Following(
                series_id=new.id or 0,
                member_id=follower.member_id,
                network_id=series.network_id,
                answer=follower.answer,
                since=follower.since,
            )
        )
    last_day = original.astimezone(ZoneInfo(series.timezone)).date() - timedelta(days=1)
    series.rule, series.state = replace(rule, until=last_day, count=None).rule, SeriesState.STOPPED
    session.add(series)
    await session.flush()
    return new


def _copy(model: Meetup, series: Series, starts_at: datetime, now: datetime) -> Meetup:
    return Meetup(
        network_id=model.network_id,
        series_id=series.id,
        original_at=starts_at,
        title=model.title,
        description=model.description,
        theme_id=model.theme_id,
        place=model.place,
        url=model.url,
        starts_at=starts_at,
        timezone=series.timezone,
        minutes=model.minutes,
        capacity=model.capacity,
        state=MeetupState.PLANNED,
        changed_at=now,
        created_by=model.created_by,
        created_at=now,
    )


def _rule(series: Series) -> Recurrence:
    return rule_of(series.rule, series.first_at)


def _local(series: Series) -> datetime:
    return series.first_at.astimezone(ZoneInfo(series.timezone)).replace(tzinfo=None)
