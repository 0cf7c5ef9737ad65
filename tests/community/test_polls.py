"""Date polls, from the first slot to the meetup."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageFont
from sqlmodel import col, select

from cogs.poll_picture import _FONT as FONT
from cogs.poll_picture import draw
from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.outbox import Direct, Drop, Post
from community.planners import planners
from community.polls import MOST, PollClosed, PollView, read_slots
from prompts import Words
from storage.outbox import Outbox, OutboxState
from tests.community.conftest import Network, standing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SLOTS = "jeudi 14h30\nvendredi 9h ; lundi prochain à 10 h"


async def published(network: Network, **changes: str) -> PollView:
    values = {"title": "Comité", "slots": SLOTS, **changes}
    draft = await network.services.polls.draft(network[Role.FACILITATOR], **values)  # type: ignore[arg-type]  # fields
    return await network.services.polls.publish(network[Role.FACILITATOR], draft.id)


async def rows(network: Network, kind: str) -> list[Outbox]:
    async with network.db.reading() as session:
        query = select(Outbox).where(Outbox.kind == kind, Outbox.state == OutboxState.DUE)
        return list((await session.exec(query.order_by(col(Outbox.id)))).all())


async def planned_now(network: Network, row: Outbox) -> object:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())


def test_slots_are_read_as_people_write_them() -> None:
    found = read_slots(f"- {SLOTS}\n\njeudi à 14 h 30", NOW, "Europe/Paris")
    assert [at.isoformat() for at in found] == [
        "2026-03-05T13:30:00+00:00",
        "2026-03-06T08:00:00+00:00",
        "2026-03-09T09:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "too_few_slots"),
        ("jeudi 14h\njeudi 14:00", "too_few_slots"),
        ("jeudi 14h\nbla", "when_not_understood"),
        ("jeudi\nvendredi 9h", "when_no_time"),
        ("\n".join(f"{day}/04 9h" for day in range(1, MOST + 2)), "too_many"),
    ],
)
def test_slots_that_cannot_be_used(typed: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_slots(typed, NOW, "Europe/Paris")
    assert refused.value.details["problem"] == problem


def test_ten_slots_are_taken() -> None:
    assert (
        len(read_slots("\n".join(f"{day}/04 9h" for day in range(1, MOST + 1)), NOW, "Europe/Paris")) == MOST
    )


async def test_a_draft_asks_nobody(network: Network) -> None:
    polls, facilitator = network.services.polls, network[Role.FACILITATOR]
    draft = await polls.draft(facilitator, title="Comité", slots=SLOTS)
    assert not await rows(network, "poll.asked")
    with pytest.raises(NotFound):
        await polls.poll(network[Role.MEMBER], draft.id)
    again = await polls.draft(facilitator, title="Comité 2", slots=SLOTS, instead_of=draft.id)
    with pytest.raises(NotFound):
        await polls.poll(facilitator, draft.id)
    await polls.publish(facilitator, again.id)
    assert (await polls.publish(facilitator, again.id)).open
    assert len(await rows(network, "poll.asked")) == 1
    await polls.draft(facilitator, title="Oublié", slots=SLOTS)
    network.clock.advance(timedelta(days=8))
    assert await polls.purge() == 1


async def test_answers_add_up_and_may_change(network: Network) -> None:
    polls, member, facilitator = network.services.polls, network[Role.MEMBER], network[Role.FACILITATOR]
    poll = await published(network)
    first, second, third = (slot.id for slot in poll.slots)
    await polls.answer(member, poll.id, "yes", {first, second})
    await polls.answer(member, poll.id, "if_need", {second})
    view = await polls.answer(facilitator, poll.id, "yes", {second, third})
    assert [(slot.yes, slot.if_need, slot.no) for slot in view.slots] == [(1, 0, 1), (1, 1, 0), (1, 0, 1)]
    assert view.best.id == second
    assert [slot.mine for slot in (await polls.poll(member, poll.id)).slots] == ["yes", "if_need", "no"]
    none = await polls.answer(member, poll.id, "no", {first, second, third})
    assert [slot.mine for slot in none.slots] == ["no", "no", "no"]
    assert (none.answered, none.invited) == (2, 3)  # the one who manages the server is a member as well


async def test_names_are_for_those_who_plan(network: Network) -> None:
    polls = network.services.polls
    poll = await published(network)
    await polls.answer(network[Role.MEMBER], poll.id, "yes", {poll.slots[0].id})
    assert (await polls.poll(network[Role.MEMBER], poll.id)).voters == ()
    (voter,) = (await polls.poll(network[Role.FACILITATOR], poll.id)).voters
    assert (voter.name, list(voter.answers)) == ("Personne 3", ["yes", "no", "no"])


async def test_only_those_invited_who_said_nothing_are_reminded(network: Network) -> None:
    poll = await published(network)
    newcomer = await network.services.members.arrive(standing("9"))
    await network.services.members.admit(network[Role.ADMIN], newcomer.member_id or 0)
    await network.services.polls.answer(network[Role.MEMBER], poll.id, "no", {poll.slots[0].id})
    nudges = await rows(network, "poll.nudge")
    invited = {network[role].member_id for role in (Role.MEMBER, Role.FACILITATOR, Role.ADMIN)}
    assert {row.recipient_id for row in nudges} == invited  # not who came later
    network.clock.jump(nudges[0].due_at)
    plans = {row.recipient_id: await planned_now(network, row) for row in nudges}
    assert plans[network[Role.MEMBER].member_id] == Drop("answered")
    assert isinstance(plans[network[Role.FACILITATOR].member_id], Direct)
    network.clock.jump(poll.deadline_at)
    assert {await planned_now(network, row) for row in nudges} == {Drop("not_open")}


async def test_the_team_alone_may_be_invited(network: Network) -> None:
    poll = await published(network, invited="facilitators")
    assert poll.invited == 1
    assert [row.recipient_id for row in await rows(network, "poll.nudge")] == [
        network[Role.FACILITATOR].member_id
    ]


async def test_after_the_deadline_the_team_is_told_and_no_answer_is_taken(network: Network) -> None:
    poll = await published(network, deadline="mercredi 18h")
    network.clock.jump(datetime(2026, 3, 4, 17, 0, tzinfo=UTC))
    with pytest.raises(PollClosed):
        await network.services.polls.answer(network[Role.MEMBER], poll.id, "yes", {poll.slots[0].id})
    (closed,) = await rows(network, "poll.closed")
    assert closed.due_at == network.clock.now()
    assert isinstance(await planned_now(network, closed), Post)
    with pytest.raises(Invalid) as late:
        await published(network, deadline="mardi prochain 9h")
    assert late.value.details["problem"] == "deadline_after_slot"


async def test_the_best_slot_becomes_one_meetup_however_often_it_is_clicked(network: Network) -> None:
    polls, facilitator = network.services.polls, network[Role.FACILITATOR]
    poll = await published(network, where="Salle des fêtes")
    await polls.answer(network[Role.MEMBER], poll.id, "yes", {poll.slots[1].id})
    made = await asyncio.gather(*(polls.choose(facilitator, poll.id) for _ in range(3)))
    assert {meetup.id for meetup in made} == {made[0].id}
    assert (made[0].starts_at, made[0].place, made[0].state) == (
        poll.slots[1].starts_at,
        "Salle des fêtes",
        "planned",
    )
    assert (await network.services.meetups.coming(facilitator)).total == 1
    assert not await rows(network, "poll.nudge")
    assert not await rows(network, "poll.closed")
    with pytest.raises(PollClosed):
        await polls.answer(network[Role.MEMBER], poll.id, "yes", set())
    with pytest.raises(PollClosed):
        await polls.cancel(facilitator, poll.id)


async def test_a_dropped_poll_asks_nobody(network: Network) -> None:
    poll = await published(network)
    await network.services.polls.cancel(network[Role.FACILITATOR], poll.id)
    assert not await rows(network, "poll.nudge")
    assert await planned_now(network, (await rows(network, "poll.asked"))[0]) == Drop("not_open")
    with pytest.raises(PollClosed):
        await network.services.polls.choose(network[Role.FACILITATOR], poll.id)


async def test_nothing_of_another_network(network: Network, other_admin: Actor) -> None:
    polls = network.services.polls
    poll = await published(network)
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    for reach in (
        polls.poll(spy, poll.id),
        polls.answer(spy, poll.id, "yes", {poll.slots[0].id}),
        polls.publish(spy, poll.id),
        polls.choose(spy, poll.id),
        polls.cancel(spy, poll.id),
    ):
        with pytest.raises(NotFound):
            await reach
    assert await polls.running(other_admin) == []
    with pytest.raises(NotAllowed):
        await polls.draft(network[Role.MEMBER], title="Comité", slots=SLOTS)


def test_the_pictures_letters_have_their_accents() -> None:
    font = ImageFont.truetype(FONT, 14)
    missing = bytes(font.getmask("\uffff"))
    letters = "àâäçéèêëîïôöùûüÿœæÉÈÊÀÇŒñ’«»–…€"
    assert [letter for letter in letters if bytes(font.getmask(letter)) == missing] == []


async def test_the_picture_shows_the_grid(network: Network) -> None:
    polls = network.services.polls
    poll = await published(network)
    await polls.answer(network[Role.MEMBER], poll.id, "yes", {poll.slots[0].id})
    small = Image.open(BytesIO(draw(await polls.poll(network[Role.MEMBER], poll.id), Words(), "fr")))
    large = Image.open(BytesIO(draw(await polls.poll(network[Role.FACILITATOR], poll.id), Words(), "en")))
    assert small.format == "PNG"
    assert large.height > small.height
    assert len(small.convert("RGB").getcolors(10_000) or ()) > 10
