"""How the network lives: the right weeks, the right people, and nothing about fewer than five."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.actors import Actor, Role
from community.health import counted_events, counted_people, median_hours, weeks_before
from storage.health import Event
from storage.needs import Need, NeedState
from storage.practice_reuse import PracticeReuse
from storage.practices import Practice
from tests.community.conftest import Network
from tests.community.test_funnel import answered, ask, complete

PARIS = ZoneInfo("Europe/Paris")
MONDAYS = weeks_before(datetime(2026, 3, 4, tzinfo=UTC), PARIS)
OVER = MONDAYS[-2]


def events(number: int, day: date = OVER, hours: float = 2.0, first: int = 0) -> list[Event]:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return [Event(f"member {first + one}", at, hours + one) for one in range(number)]


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("Europe/Paris", date(2026, 3, 2)),
        ("America/Cayenne", date(2026, 2, 23)),
        ("Pacific/Noumea", date(2026, 3, 2)),
    ],
)
def test_weeks_begin_where_the_network_lives(zone: str, monday: date) -> None:
    assert weeks_before(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), ZoneInfo(zone))[-1] == monday


def test_weeks_cross_a_change_of_clocks() -> None:
    """The night of 29 March: an act at 00:30 on Monday in Paris is 22:30 UTC on Sunday."""
    mondays = weeks_before(datetime(2026, 3, 31, tzinfo=UTC), PARIS)
    late = [Event(f"member {one}", datetime(2026, 3, 29, 22, 30, tzinfo=UTC)) for one in range(5)]
    assert counted_people("active", late, mondays, PARIS).weeks[-1].figure.value == 5


@pytest.mark.parametrize(("people", "value"), [(0, 0), (1, None), (4, None), (5, 5), (6, 6)])
def test_few_people_are_hidden(people: int, value: int | None) -> None:
    found = events(people)
    assert counted_people("active", found * 2, MONDAYS, PARIS).last.figure.value == value
    assert counted_events("solved", found, MONDAYS, PARIS).last.figure.value == value
    hours = median_hours("answers", found, MONDAYS, PARIS).last.figure.value
    assert hours == (None if value is None else value and 2 + value // 2)


def test_many_events_of_few_people_are_hidden() -> None:
    measure = counted_events("solved", events(4) * 10, MONDAYS, PARIS)
    assert (measure.last.figure.value, measure.whole.value, measure.empty) == (None, None, False)


def test_the_whole_gives_no_hidden_week_away() -> None:
    told = [*events(7, MONDAYS[0]), *events(6, MONDAYS[1])]
    assert counted_events("solved", told, MONDAYS, PARIS).whole.value == 13
    one_hidden = [*told, *events(3, MONDAYS[2])]
    assert counted_events("solved", one_hidden, MONDAYS, PARIS).whole.value is None
    two_hidden = [*one_hidden, *events(3, MONDAYS[3], first=50)]
    assert counted_events("solved", two_hidden, MONDAYS, PARIS).whole.value == 19
    same_people = [*one_hidden, *events(3, MONDAYS[3])]
    assert counted_events("solved", same_people, MONDAYS, PARIS).whole.value is None


@pytest.mark.parametrize(
    ("before", "last", "trend"), [(5, 6, "up"), (6, 5, "down"), (5, 5, "steady"), (4, 9, None)]
)
def test_the_trend_compares_two_weeks_that_are_over(before: int, last: int, trend: str | None) -> None:
    found = [*events(before, MONDAYS[-3]), *events(last, MONDAYS[-2]), *events(20, MONDAYS[-1])]
    measure = counted_people("active", found, MONDAYS, PARIS)
    assert measure.trend == trend
    assert [week.going_on for week in measure.weeks] == [False] * 7 + [True]


async def test_a_network_in_figures(network: Network, other_admin: Actor) -> None:
    figures = network.services.health.figures
    empty = await figures(network[Role.FACILITATOR])
    assert all(measure.empty for measure in empty.measures)
    assert empty.members.hidden  # four people
    people = [await complete(network, account) for account in range(100, 106)]
    for place, actor in enumerate(people):
        await ask(network, actor, f"90{place}")
    network.clock.advance(timedelta(hours=6))
    for place in range(5):
        await answered(network, f"90{place}")
    await needs_and_reuses(network, people)
    network.clock.advance(timedelta(days=7))
    found = await figures(network[Role.FACILITATOR])
    active, answers, solved, reused = found.measures
    assert (active.last.figure.value, active.whole.value, active.trend) == (6, 6, "up")
    assert (answers.last.figure.value, answers.hours) == (6, True)
    assert (solved.last.figure.value, reused.last.figure.value) == (6, 5)
    assert [(area.name, area.count) for area in found.map.areas] == [("Savoie", 6)]
    assert found.members.value == 9
    elsewhere = await figures(other_admin)
    assert all(measure.empty for measure in elsewhere.measures)
    assert elsewhere.map.total == 0


async def needs_and_reuses(network: Network, people: Sequence[Actor]) -> None:
    """Six needs that ended well and one that did not; five reuses of one practice."""
    now = network.clock.now()
    async with network.db.transaction() as session:
        for place, actor in enumerate([*people, people[0]]):
            state = NeedState.SOLVED if place < 5 else NeedState.DONE if place == 5 else NeedState.UNCONCERNED
            need = Need(network_id=1, author_id=actor.member_id, title="Besoin", state=state, created_at=now)
            need.active_at = need.closed_at = now
            session.add(need)
        practice = Practice(network_id=1, ref="p1", title="Pratique", created_at=now, updated_at=now)
        session.add(practice)
        await session.flush()
        for place, actor in enumerate(people[:5]):
            session.add(
                PracticeReuse(
                    network_id=1,
                    practice_id=practice.id or 0,
                    member_id=actor.member_id,
                    authority_key=str(place),
                    declared_at=now,
                )
            )
