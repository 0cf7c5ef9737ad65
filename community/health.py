"""How a network lives, week after week: figures for those who run it, nothing about fewer than five people.

Weeks begin on Monday in the network's time zone; the last one goes on. ``aggregates.py`` says what is hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from zoneinfo import ZoneInfo

from community.actors import Actor
from community.aggregates import FEW, Figure
from community.policy import Action, require
from community.ports import Clock
from community.territories import MapView, map_view
from storage import activity, health, members, networks, territories
from storage.engine import Database
from storage.health import Event
from storage.members import MemberState

WEEKS = 8


@dataclass(frozen=True)
class Week:
    """``going_on``: it is not over."""

    starts_on: date
    figure: Figure
    going_on: bool = False


@dataclass(frozen=True)
class Measure:
    """``key``: active, answers, solved, reused. ``whole``: over all the weeks together."""

    key: str
    weeks: Sequence[Week]
    whole: Figure
    hours: bool = False  # the figures are hours

    @property
    def last(self) -> Week:
        """The latest week that is over."""
        return self.weeks[-2]

    @property
    def before(self) -> Week:
        return self.weeks[-3]

    @property
    def trend(self) -> str | None:
        """up, down or steady, from one week to the next; None where either is hidden or has nothing."""
        old, new = self.before.figure.value, self.last.figure.value
        if old is None or new is None or (self.hours and not (old and new)):
            return None
        return "steady" if old == new else "up" if new > old else "down"

    @property
    def empty(self) -> bool:
        """Nothing at all happened."""
        return all(week.figure.value == 0 for week in self.weeks)


@dataclass(frozen=True)
class HealthView:
    members: Figure  # active ones
    measures: Sequence[Measure]
    map: MapView
    weeks: int = WEEKS
    least: int = FEW


class Health:
    """Use cases on how the network lives."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def figures(self, actor: Actor, weeks: int = WEEKS) -> HealthView:
        """The last weeks, this one included."""
        require(actor, Action.SEE_NETWORK_HEALTH)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            zone = ZoneInfo(network.timezone)
            mondays = weeks_before(self._clock.now(), zone, weeks)
            since = datetime.combine(mondays[0], datetime.min.time(), zone)
            acts = await activity.since(session, actor.network_id, since)
            people = [Event(f"member {member_id}", at) for member_id, at in acts]
            answers = await health.first_answers(session, actor.network_id, since)
            solved = await health.solved(session, actor.network_id, since)
            reused = await health.reused(session, actor.network_id, since)
            states = await members.count_by_state(session, actor.network_id)
            places = await territories.people_by_departement(session, actor.network_id)
        active = states.get(MemberState.ACTIVE, 0)
        return HealthView(
            Figure.of(active, active),
            (
                counted_people("active", people, mondays, zone),
                median_hours("answers", answers, mondays, zone),
                counted_events("solved", solved, mondays, zone),
                counted_events("reused", reused, mondays, zone),
            ),
            map_view(places),
            weeks,
        )


def weeks_before(now: datetime, zone: ZoneInfo, number: int = WEEKS) -> Sequence[date]:
    """The Mondays of the last weeks, this week's last."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(number))]


def counted_people(key: str, events: Iterable[Event], mondays: Sequence[date], zone: ZoneInfo) -> Measure:
    """How many people there were each week."""
    by_week = _by_week(events, mondays, zone)
    people = {monday: len({event.who for event in found}) for monday, found in by_week.items()}
    everyone = len({event.who for found in by_week.values() for event in found})
    return Measure(
        key,
        _weeks({monday: Figure.of(count, count) for monday, count in people.items()}),
        Figure.of(everyone, everyone),
    )


def counted_events(key: str, events: Iterable[Event], mondays: Sequence[date], zone: ZoneInfo) -> Measure:
    """How many times it happened; hidden where fewer than five people made it.

    The sum of all weeks gives away a hidden week when the others are told: it is told when none is hidden, or
    when several are that hold five people together.
    """
    by_week = _by_week(events, mondays, zone)
    figures = {monday: Figure.of(len(found), _people(found)) for monday, found in by_week.items()}
    hidden = [by_week[monday] for monday, figure in figures.items() if figure.hidden]
    together = _people([event for found in hidden for event in found])
    total = sum(len(found) for found in by_week.values())
    tellable = not hidden or (len(hidden) > 1 and together >= FEW)
    return Measure(key, _weeks(figures), Figure(total if tellable else None))


def median_hours(key: str, events: Iterable[Event], mondays: Sequence[date], zone: ZoneInfo) -> Measure:
    """Half of them took so many hours at most; 0 where there is none."""
    by_week = _by_week(events, mondays, zone)
    everything = [event for found in by_week.values() for event in found]
    return Measure(
        key,
        _weeks({monday: _median(found) for monday, found in by_week.items()}),
        _median(everything),
        hours=True,
    )


def _median(events: Sequence[Event]) -> Figure:
    hours = max(1, ceil(median(event.hours for event in events))) if events else 0
    return Figure.of(hours, _people(events))


def _people(events: Iterable[Event]) -> int:
    return len({event.who for event in events})


def _by_week(events: Iterable[Event], mondays: Sequence[date], zone: ZoneInfo) -> dict[date, list[Event]]:
    found: dict[date, list[Event]] = {monday: [] for monday in mondays}
    for event in events:
        day = event.at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        if monday in found:
            found[monday].append(event)
    return found


def _weeks(figures: Mapping[date, Figure]) -> Sequence[Week]:
    latest = max(figures)
    return tuple(Week(monday, figure, monday == latest) for monday, figure in sorted(figures.items()))
