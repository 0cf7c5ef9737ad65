"""News that did not leave yet is told whole by the one that takes its place, on both databases."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from community.actors import Role
from community.meetups_views import MeetupView
from community.outbox import Direct
from community.planners import planners
from prompts import Words
from prompts.dates import written_instant
from prompts.labels import packaged
from storage.outbox import Outbox
from tests.community.conftest import Network
from tests.community.meetups import planned, rows

KINDS = ("meetup.moved", "meetup.relocated", "meetup.revived", "meetup.cancelled")


async def test_a_new_place_after_a_move_tells_both(network: Network) -> None:
    meetup = await _awaited(network)
    await _move(network, meetup, timedelta(days=1))
    network.clock.advance(timedelta(minutes=3))
    await _relocate(network, meetup)
    told = await _told(network)
    assert "Rencontre déplacée" in told
    assert _written(meetup.starts_at) in told
    assert _written(meetup.starts_at + timedelta(days=1)) in told
    assert "de lieu ou de lien" in told
    assert "Gymnase" in told


async def test_a_move_after_a_new_place_tells_both(network: Network) -> None:
    meetup = await _awaited(network)
    await _relocate(network, meetup)
    await _move(network, meetup, timedelta(days=1))
    told = await _told(network)
    assert "Rencontre déplacée" in told
    assert "de lieu ou de lien" in told
    assert _written(meetup.starts_at) in told


async def test_two_moves_are_one_from_the_date_that_people_know(network: Network) -> None:
    meetup = await _awaited(network)
    await _move(network, meetup, timedelta(days=1))
    await _move(network, meetup, timedelta(days=2))
    told = await _told(network)
    assert _written(meetup.starts_at) in told
    assert _written(meetup.starts_at + timedelta(days=1)) not in told
    assert _written(meetup.starts_at + timedelta(days=2)) in told


async def test_a_cancelled_meetup_is_named_by_the_date_that_people_know(network: Network) -> None:
    meetup = await _awaited(network)
    await _move(network, meetup, timedelta(days=1))
    await network.services.meetups.cancel(network[Role.FACILITATOR], meetup.id, "Neige")
    told = await _told(network)
    assert "Rencontre annulée" in told
    assert _written(meetup.starts_at) in told
    assert _written(meetup.starts_at + timedelta(days=1)) not in told


async def test_a_revived_meetup_that_is_elsewhere_and_later_says_it_all(network: Network) -> None:
    """« Another place » would be nonsense to those who read that it is cancelled."""
    meetup = await _awaited(network)
    await network.services.meetups.cancel(network[Role.FACILITATOR], meetup.id, "Neige")
    await _leave(network)
    await network.services.meetups.revive(network[Role.FACILITATOR], meetup.id)
    await _relocate(network, meetup)
    await _move(network, meetup, timedelta(days=1))
    told = await _told(network)
    assert "La rencontre aura bien lieu" in told
    assert _written(meetup.starts_at) in told
    assert _written(meetup.starts_at + timedelta(days=1)) in told
    assert "Le lieu ou le lien change." in told


async def test_what_was_told_already_is_not_told_again(network: Network) -> None:
    meetup = await _awaited(network)
    await _move(network, meetup, timedelta(days=1))
    await _leave(network)
    await _relocate(network, meetup)
    told = await _told(network)
    assert "Changement de lieu ou de lien" in told
    assert _written(meetup.starts_at) not in told
    assert _written(meetup.starts_at + timedelta(days=1)) in told


async def test_who_answered_after_the_move_reads_of_the_place_alone(network: Network) -> None:
    """The date that they know is the new one."""
    meetup = await _awaited(network)
    await _move(network, meetup, timedelta(days=1))
    late = network[Role.ADMIN]
    await network.services.registrations.answer(late, meetup.id, "yes")
    await _relocate(network, meetup)
    told = {row.recipient_id: row.kind for row in await _waiting(network)}
    assert told == {network[Role.MEMBER].member_id: "meetup.moved", late.member_id: "meetup.relocated"}


async def _awaited(network: Network) -> MeetupView:
    """A meetup to which one member comes."""
    meetup = await planned(network)
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    return meetup


async def _move(network: Network, meetup: MeetupView, by: timedelta) -> None:
    await network.services.meetups.move(network[Role.FACILITATOR], meetup.id, meetup.starts_at + by)


async def _relocate(network: Network, meetup: MeetupView) -> None:
    await network.services.meetups.edit(
        network[Role.FACILITATOR],
        meetup.id,
        title=meetup.title,
        where="Gymnase",
        length="2 h",
        capacity="",
        description="",
    )


async def _waiting(network: Network) -> list[Outbox]:
    return [row for kind in KINDS for row in await rows(network.db, kind, state="due")]


async def _told(network: Network) -> str:
    """The one piece of news that waits, as its reader will get it."""
    (row,) = await _waiting(network)
    words = Words()
    async with network.db.reading() as session:
        plan = await planners(words)[row.kind].plan(session, row, network.clock.now())
    assert isinstance(plan, Direct)
    text = words.render(plan.card.template, "fr", **plan.card.values)
    return f"{text.title}\n{text.body}".replace("\u00a0", " ").replace("\u202f", " ")


async def _leave(network: Network) -> None:
    """A worker sent what waited."""
    async with network.db.transaction() as session:
        waiting = select(Outbox).where(col(Outbox.kind).in_(KINDS), Outbox.state == "due")
        for row in (await session.exec(waiting)).all():
            row.state = "sent"
            session.add(row)


def _written(at: datetime) -> str:
    return written_instant(packaged("fr"), at, "Europe/Paris").replace("\u00a0", " ").replace("\u202f", " ")
