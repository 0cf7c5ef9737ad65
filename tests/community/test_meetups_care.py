"""Cautions at the read-back, models, « Interested » on the platform, and seats of those who leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from community.actors import Actor, Role
from community.errors import Invalid, NotFound
from community.meetups_rules import NewMeetup
from community.outbox import Direct, Drop
from community.planners import planners
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import SERVER, Network
from tests.community.meetups import crowd, planned, rows, seats

GOOD_FRIDAY = datetime(2026, 4, 3, 12, 0, tzinfo=UTC)


async def test_a_holiday_of_the_place_and_a_clash_are_told_before_publishing(network: Network) -> None:
    use, facilitator = network.services.cautions, network[Role.FACILITATOR]
    draft = await network.services.meetups.draft(facilitator, NewMeetup("Atelier", GOOD_FRIDAY))
    assert await use.of(facilitator, draft) == ()
    await network.services.meetup_models.set(
        facilitator, departement="67 Bas-Rhin", threads=True, roles=False
    )
    (found,) = await use.of(facilitator, draft)
    assert (found.code, found.name) == ("holiday", "Vendredi saint")
    english = await use.of(replace(facilitator, locale="en"), draft)
    assert english[0].name == "Good Friday"
    await planned(network, at=GOOD_FRIDAY + timedelta(hours=1), title="Café des pairs")
    assert [(one.code, one.name) for one in await use.of(facilitator, draft)][1:] == [
        ("clash", "Café des pairs")
    ]
    text = Words().render(
        "meetups/read_back",
        "fr",
        meetup=draft,
        rule=None,
        dates=[],
        notes=(),
        cautions=await use.of(facilitator, draft),
    )
    assert "férié" in text.body
    assert "Café des pairs" in text.body


async def test_a_meetup_does_not_clash_with_itself_nor_with_its_series(network: Network) -> None:
    use, facilitator = network.services.cautions, network[Role.FACILITATOR]
    single = await planned(network, at=datetime(2026, 5, 5, 9, tzinfo=UTC))
    assert await use.of(facilitator, single, [single.starts_at + timedelta(hours=1)]) == ()
    series = await planned(network, at=datetime(2026, 6, 2, 9, tzinfo=UTC), rule="FREQ=WEEKLY;COUNT=4")
    dates = [series.starts_at + timedelta(days=7 * number) for number in range(4)]
    assert not [one for one in await use.of(facilitator, series, dates) if one.code == "clash"]
    saturdays = [date + timedelta(days=4) for date in dates]
    assert [one.code for one in await use.of(facilitator, series, saturdays)] == ["weekend"]  # said once
    each = await use.of_dates(facilitator, saturdays)  # one of them is to be chosen
    assert [(one.code, one.day) for one in each] == [("weekend", date.date()) for date in saturdays]
    with pytest.raises(Invalid):
        await network.services.meetup_models.set(facilitator, departement="Rhin", threads=True, roles=False)


async def test_a_model_keeps_all_but_the_date(network: Network, other_admin: Actor) -> None:
    use, facilitator = network.services.meetup_models, network[Role.FACILITATOR]
    meetup = await planned(network, capacity="12", title="Café des pairs")
    saved = await use.save(facilitator, meetup.id)
    assert (saved.title, saved.capacity, saved.minutes, saved.where) == (
        "Café des pairs",
        12,
        120,
        "Salle des fêtes, https://visio.example.org/panel",
    )
    await network.services.meetups.edit(
        facilitator,
        meetup.id,
        title="Café des pairs",
        where="Mairie",
        length="1 h",
        capacity="",
        description="Entre pairs.",
    )
    again = await use.save(facilitator, meetup.id)  # the same title: brought up to date
    assert (again.id, again.place, again.description) == (saved.id, "Mairie", "Entre pairs.")
    assert len(await use.every(facilitator)) == 1
    assert not await use.every(other_admin)
    for reach in (
        use.model(other_admin, saved.id),
        use.forget(other_admin, saved.id),
        use.save(other_admin, meetup.id),
    ):
        with pytest.raises(NotFound):
            await reach
    await use.forget(facilitator, saved.id)
    with pytest.raises(NotFound):
        await use.forget(facilitator, saved.id)


async def test_interested_is_a_maybe_and_never_more_than_what_was_answered(network: Network) -> None:
    member, mirror = network[Role.MEMBER], network.services.mirror
    meetup = await _mirrored(network)

    async def click(interested: bool, account: str = "3") -> bool:
        return await mirror.interest("discord", SERVER, "800", account, interested=interested)

    assert await click(True)
    assert not await click(True)
    assert await _mine(network, meetup) == "maybe"
    (word,) = await rows(network.db, "meetup.interest")
    assert isinstance(await _plan(network, word), Direct)
    assert len(await rows(network.db, "meetup.reminder", state="due")) == 3
    assert await click(False)
    assert await _mine(network, meetup) == "no"
    assert not await rows(network.db, "meetup.reminder", state="due")
    assert isinstance(await _plan(network, word), Drop)
    assert await click(True)  # back again: reminded again, and told once only
    assert len(await rows(network.db, "meetup.reminder", state="due")) == 3
    assert len(await rows(network.db, "meetup.interest")) == 1
    # The same answer, given here: from now on the platform's screen changes nothing.
    assert not (await network.services.registrations.answer(member, meetup, "maybe")).changed
    assert not await click(False)
    assert await _mine(network, meetup) == "maybe"
    await network.services.registrations.answer(member, meetup, "no")
    assert not await click(True)
    assert await _mine(network, meetup) == "no"
    assert not await click(True, account="2")  # a newcomer
    assert not await click(True, account="999")  # nobody we know
    assert not await mirror.interest("discord", "2000", "800", "3", interested=True)


async def test_whoever_leaves_gives_their_seat_to_who_waits(network: Network) -> None:
    people = await crowd(network, 6)
    meetup = await planned(network, capacity="3")
    use = network.services.registrations
    for actor in people:
        await use.answer(actor, meetup.id, "yes")
    await network.services.privacy.erase(people[0])
    await network.services.members.suspend(network[Role.FACILITATOR], people[1].member_id or 0)
    await network.services.members.depart("discord", SERVER, f"9{people[2].member_id:05}")
    taken = await seats(network.db, meetup.id)
    assert set(taken) == {actor.member_id for actor in people[3:]}
    assert sorted(seat or 0 for seat, _ in taken.values()) == [1, 2, 3]
    promoted = [row.recipient_id for row in await rows(network.db, "meetup.promoted")]
    assert promoted == [actor.member_id for actor in people[3:]]


async def _mirrored(network: Network) -> int:
    meetup = await planned(network)
    (row,) = await rows(network.db, "meetup.event", state="due")
    async with network.db.transaction() as session:
        await planners(Words())["meetup.event"].sent(session, row, "800", network.clock.now())
    return meetup.id


async def _mine(network: Network, meetup_id: int) -> str | None:
    return (await network.services.meetups.meetup(network[Role.MEMBER], meetup_id)).mine


async def _plan(network: Network, row: Outbox) -> object:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())
