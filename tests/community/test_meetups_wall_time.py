"""S8: the first Tuesday of the month at 14:00 in Paris, on both sides of a change of clocks, everywhere."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from community.actors import Role
from community.calendars import Calendars
from community.meetups_plan import REMINDER
from community.meetups_rules import NewMeetup
from community.outbox import Direct, Drop, PutEvent
from prompts import Words
from storage.outbox import OutboxState
from tests.community.conftest import Network
from tests.community.meetups import rows
from tests.community.threads import plan

PARIS = ZoneInfo("Europe/Paris")
TUESDAYS = ("2026-03-03", "2026-04-07", "2026-05-05")  # the clocks change on 29 March
HOURS = [f"{day} 14:00" for day in TUESDAYS]
UTC_HOURS = (13, 12, 12)


def local(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%Y-%m-%d %H:%M}"


async def test_event_reminder_and_calendar_keep_the_hour_and_a_skipped_date_leaves_all(
    network: Network,
) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    meant = await use.understand(facilitator, "premier mardi du mois à 14 h")
    first = await use.publish(
        facilitator, (await use.draft(facilitator, NewMeetup("Urbanistes", meant.starts_at, meant.rule))).id
    )
    await network.services.registrations.answer_following(member, first.id, "yes")
    dates = (await use.coming(member)).items[:3]
    assert [local(one.starts_at) for one in dates] == HOURS
    assert tuple(one.starts_at.hour for one in dates) == UTC_HOURS

    events = [await plan(network, row) for row in await rows(network.db, "meetup.event")]
    starts = sorted(local(event.event.starts_at) for event in events if isinstance(event, PutEvent))
    assert starts[:3] == HOURS

    planned = [row for row in await rows(network.db, REMINDER) if row.recipient_id == member.member_id]
    day_before = [row.due_at for row in planned if row.details["minutes"] == 24 * 60]
    assert [local(at)[11:] for at in sorted(day_before)][:3] == ["14:00"] * 3
    assert {at.astimezone(UTC).hour for at in day_before} == {12, 13}

    calendars = Calendars(network.db, network.clock, Words(), "https://pairs.example.org")
    address = (await calendars.address(member, "member")).url or ""
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")

    async def in_the_calendar() -> list[str]:
        feed = icalendar.Calendar.from_ical(await calendars.feed(secret) or b"")
        between = recurring_ical_events.of(feed).between(
            first.starts_at, first.starts_at + timedelta(days=70)
        )
        return sorted(
            local(event["DTSTART"].dt) for event in between if str(event.get("STATUS")) != "CANCELLED"
        )

    assert await in_the_calendar() == HOURS

    await use.skip(facilitator, dates[1].id)
    left = [row for row in await rows(network.db, REMINDER) if row.state == OutboxState.DUE]
    assert {row.subject_id for row in left}.isdisjoint({dates[1].id})
    assert {row.subject_id for row in left} >= {dates[0].id, dates[2].id}
    for row in planned:
        if row.subject_id == dates[1].id:  # one that a worker held already says nothing either
            network.clock.jump(row.due_at)
            assert isinstance(await plan(network, row), Drop)
    (told,) = await rows(network.db, "meetup.cancelled", state="due")
    assert (told.subject_id, told.recipient_id) == (dates[1].id, member.member_id)
    assert await in_the_calendar() == [HOURS[0], HOURS[2]]
    assert isinstance(await plan(network, told), Direct)
