"""Secret addresses: whose meetups they show, and when they stop."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events

from community.actors import Actor, Role
from community.calendars import Calendars, NotServed
from community.errors import NotAllowed, NotFound
from community.meetups_rules import NewMeetup
from community.meetups_views import MeetupView
from prompts import Words
from tests.community.conftest import Network

FIRST = datetime(2026, 3, 5, 13, 0, tzinfo=UTC)


@pytest.fixture
def calendars(network: Network) -> Calendars:
    return Calendars(network.db, network.clock, Words(), "https://pairs.example.org")


async def planned(network: Network, title: str = "Atelier", rule: str | None = None) -> MeetupView:
    actor = network[Role.FACILITATOR]
    draft = await network.services.meetups.draft(actor, NewMeetup(title, FIRST, rule, "Salle des fêtes"))
    return await network.services.meetups.publish(actor, draft.id)


async def secret_of(calendars: Calendars, actor: Actor, scope: str) -> str:
    address = await calendars.address(actor, scope)
    assert address.url is not None
    return address.url.removeprefix("https://pairs.example.org/calendars/").removesuffix(".ics")


def events(content: bytes | None) -> list[icalendar.Component]:
    assert content is not None
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def starts(content: bytes | None, days: int = 60) -> list[datetime]:
    assert content is not None
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(content))
    return sorted(
        event["DTSTART"].dt.astimezone(UTC) for event in found.between(FIRST, FIRST + timedelta(days=days))
    )


async def test_ones_own_calendar_has_what_one_answered(network: Network, calendars: Calendars) -> None:
    yes, maybe, no = [await planned(network, title) for title in ("Oui", "Peut-être", "Non")]
    await planned(network, "Sans réponse")
    for meetup, answer in ((yes, "yes"), (maybe, "maybe"), (no, "no")):
        await network.services.registrations.answer(network[Role.MEMBER], meetup.id, answer)
    secret = await secret_of(calendars, network[Role.MEMBER], "member")
    found = {str(event["SUMMARY"]): str(event["STATUS"]) for event in events(await calendars.feed(secret))}
    assert found == {"Oui": "CONFIRMED", "Peut-être": "TENTATIVE"}
    before = events(await calendars.feed(secret))[0]["SEQUENCE"]
    await network.services.meetups.cancel(network[Role.FACILITATOR], yes.id)
    cancelled = next(event for event in events(await calendars.feed(secret)) if event["SUMMARY"] == "Oui")
    assert cancelled["STATUS"] == "CANCELLED"
    assert cancelled["SEQUENCE"] > before


async def test_the_networks_calendar_follows_a_series(network: Network, calendars: Calendars) -> None:
    meetup = await planned(network, "Chaque semaine", "FREQ=WEEKLY")
    secret = await secret_of(calendars, network[Role.MEMBER], "network")
    weekly = [FIRST + timedelta(weeks=week) for week in range(4)]
    weekly += [FIRST + timedelta(weeks=week, hours=-1) for week in range(4, 9)]  # summer time
    assert starts(await calendars.feed(secret)) == weekly
    dates = (await network.services.meetups.coming(network[Role.MEMBER])).items
    facilitator = network[Role.FACILITATOR]
    await network.services.meetups.skip(facilitator, dates[1].id)
    moved = dates[2].starts_at + timedelta(days=1)
    await network.services.meetups.move(facilitator, dates[2].id, moved)
    content = await calendars.feed(secret)
    assert starts(content) == sorted([weekly[0], moved, *weekly[3:]])
    assert len({str(event["UID"]) for event in events(content)}) == 1
    await network.services.meetups.cancel(facilitator, meetup.id, scope="following")
    assert starts(await calendars.feed(secret)) == []


async def test_another_hour_brings_back_no_date_that_is_skipped_or_over(
    network: Network, calendars: Calendars
) -> None:
    """The rest of the series is another one: what became of its dates goes along."""
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    await planned(network, "Chaque semaine", "FREQ=WEEKLY;COUNT=5")
    secret = await secret_of(calendars, network[Role.MEMBER], "network")
    dates = (await use.coming(facilitator)).items
    early = await use.move(facilitator, dates[3].id, network.clock.now() + timedelta(hours=20))
    await use.skip(facilitator, dates[2].id)
    network.clock.advance(timedelta(days=1))
    await use.move(facilitator, dates[1].id, dates[1].starts_at + timedelta(hours=1), "following")
    left = [dates[0].starts_at, *(dates[n].starts_at + timedelta(hours=1) for n in (1, 4))]
    content = await calendars.feed(secret)
    assert starts(content) == left
    assert early.starts_at in {event["DTSTART"].dt.astimezone(UTC) for event in events(content)}
    revived = await use.revive(facilitator, dates[2].id)
    assert revived.starts_at == dates[2].starts_at + timedelta(hours=1)


async def test_the_same_state_gives_the_same_bytes(network: Network, calendars: Calendars) -> None:
    await planned(network, "Chaque semaine", "FREQ=WEEKLY")
    secret = await secret_of(calendars, network[Role.MEMBER], "network")
    first = await calendars.feed(secret)
    network.clock.advance(timedelta(hours=3))
    assert await calendars.feed(secret) == first


async def test_a_new_address_ends_the_old_one_and_a_revoked_one_is_gone(
    network: Network, calendars: Calendars
) -> None:
    member = network[Role.MEMBER]
    old, other = await secret_of(calendars, member, "member"), await secret_of(calendars, member, "network")
    new = await secret_of(calendars, member, "member")
    assert await calendars.feed(old) is None
    assert await calendars.feed(new)
    assert {address.scope for address in await calendars.addresses(member)} == {"member", "network"}
    assert all(address.url is None for address in await calendars.addresses(member))
    assert await calendars.revoke(member) == 2
    assert [await calendars.feed(secret) for secret in (new, other, "inconnu", "\ud800")] == [None] * 4
    assert await calendars.addresses(member) == ()
    network.clock.advance(timedelta(days=91))
    assert await calendars.purge() == 3


async def test_who_is_suspended_reads_no_more(network: Network, calendars: Calendars) -> None:
    secret = await secret_of(calendars, network[Role.MEMBER], "network")
    await network.services.members.suspend(network[Role.ADMIN], network[Role.MEMBER].member_id or 0)
    assert await calendars.feed(secret) is None


async def test_nothing_of_another_network(network: Network, calendars: Calendars, other_admin: Actor) -> None:
    meetup = await planned(network)
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    with pytest.raises(NotFound):
        await calendars.single(other_admin, meetup.id)
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    assert events((await calendars.file(spy, "member")).content) == []
    assert events((await calendars.file(other_admin, "network")).content) == []
    secret = await secret_of(calendars, network[Role.MEMBER], "member")
    assert await calendars.revoke(other_admin) == 0
    assert await calendars.feed(secret)


async def test_files_need_no_address(network: Network) -> None:
    served = network.services.calendars
    meetup = await planned(network, "Atelier é")
    with pytest.raises(NotServed):
        await served.address(network[Role.MEMBER], "member")
    single = await served.single(network[Role.MEMBER], meetup.id)
    assert (single.name, str(events(single.content)[0]["SUMMARY"])) == (
        f"rencontre-{meetup.id}.ics",
        "Atelier é",
    )
    assert len(events((await served.file(network[Role.MEMBER], "network")).content)) == 1
    assert b"Personne" not in single.content
    with pytest.raises(NotAllowed):
        await served.file(network[Role.NEWCOMER], "network")


async def test_a_draft_is_in_nobodys_calendar(network: Network, calendars: Calendars) -> None:
    facilitator = network[Role.FACILITATOR]
    draft = await network.services.meetups.draft(facilitator, NewMeetup("Secret", FIRST, "FREQ=WEEKLY"))
    assert events((await calendars.file(facilitator, "network")).content) == []
    with pytest.raises(NotFound):
        await calendars.single(network[Role.MEMBER], draft.id)
