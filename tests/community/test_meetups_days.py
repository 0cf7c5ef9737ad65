"""The day of a meetup and after: code, sheet, one question, notes, actions; bad days included."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.meetups_after_delivery import asked_at, surveyed_at
from community.meetups_days import CheckInClosed, NotThere, TooManyTries, WrongCode
from community.meetups_notes import NotesChanged, TaskExists
from community.meetups_rules import NotPlanned
from community.outbox import Direct, Drop, Post
from community.planners import planners
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import Network
from tests.community.meetups import crowd, planned, rows

PARIS = "Europe/Paris"


async def test_the_code_notes_who_is_there_during_its_hours_only(network: Network) -> None:
    days, facilitator, member = network.services.days, network[Role.FACILITATOR], network[Role.MEMBER]
    meetup = await planned(network, after=timedelta(hours=5))
    with pytest.raises(CheckInClosed) as early:
        await days.show_code(facilitator, meetup.id)
    assert early.value.details["why"] == "early"
    network.clock.advance(timedelta(hours=4, minutes=10))
    shown = await days.show_code(facilitator, meetup.id)
    assert len(shown.code) == 4
    assert (await days.show_code(facilitator, meetup.id)).code == shown.code
    assert (await days.check_in(member, f" {shown.code[:2]} {shown.code[2:]} ")).first
    assert not (await days.check_in(member, shown.code)).first  # clicked twice
    sheet = await days.sheet(facilitator, meetup.id)
    assert sheet.people == ["Personne 3", "Personne 4"]  # whoever shows the code is there
    network.clock.advance(timedelta(hours=4))
    with pytest.raises(CheckInClosed) as late:
        await days.check_in(member, shown.code)
    assert late.value.details["why"] == "late"


async def test_a_code_cannot_be_guessed(network: Network) -> None:
    days, member = network.services.days, network[Role.MEMBER]
    meetup = await planned(network, after=timedelta(minutes=30))
    code = (await days.show_code(network[Role.FACILITATOR], meetup.id)).code
    wrong = [f"{(int(code) + step) % 10_000:04}" for step in range(1, 8)]
    left = []
    for guess in wrong[:5]:
        with pytest.raises(WrongCode) as refusal:
            await days.check_in(member, guess)
        left.append(refusal.value.details["left"])
    assert left == [4, 3, 2, 1, 0]
    for guess in (wrong[5], code):  # even the right one must wait now
        with pytest.raises(TooManyTries) as many:
            await days.check_in(member, guess)
        assert many.value.details["minutes"] == 15
    network.clock.advance(timedelta(minutes=16))
    assert (await days.check_in(member, code)).first


async def test_a_meetup_moved_while_its_check_in_is_open_takes_the_code_away(network: Network) -> None:
    days, facilitator, member = network.services.days, network[Role.FACILITATOR], network[Role.MEMBER]
    meetup = await planned(network, after=timedelta(minutes=30))
    code = (await days.show_code(facilitator, meetup.id)).code
    await days.check_in(member, code)
    await network.services.meetups.move(facilitator, meetup.id, meetup.starts_at + timedelta(days=2))
    with pytest.raises(WrongCode):
        await days.check_in(member, code)
    network.clock.advance(timedelta(days=2))
    assert (await days.sheet(facilitator, meetup.id)).people == []  # nobody was where nothing took place
    fresh = await days.show_code(facilitator, meetup.id)
    assert fresh.code != code
    assert (await days.check_in(member, fresh.code)).first


async def test_a_facilitator_notes_people_by_hand_and_takes_the_sheet(network: Network) -> None:
    days, facilitator = network.services.days, network[Role.FACILITATOR]
    people = await crowd(network, 2)
    meetup = await planned(network, after=timedelta(minutes=30))
    for actor in people:
        await network.services.registrations.answer(actor, meetup.id, "yes")
    sheet = await days.sheet(facilitator, meetup.id)
    assert [name for _, name in sheet.expected] == ["Membre 0", "Membre 1", "Personne 4"]
    await days.note(facilitator, meetup.id, [people[1].member_id or 0])
    with pytest.raises(NotFound):
        await days.note(facilitator, meetup.id, [network[Role.NEWCOMER].member_id or 0])
    made = await days.file(facilitator, meetup.id)
    found = list(csv.reader(io.StringIO(made.content.decode("utf-8-sig")), delimiter=";"))
    assert found == [
        ["Rencontre", "Date", "Nom"],
        ["Panel citoyen", "2026-03-02 10:30", "Membre 1"],
    ]
    with pytest.raises(NotAllowed):
        await days.sheet(people[0], meetup.id)


def test_who_is_asked_when() -> None:
    def at(local: str) -> datetime:
        return datetime.fromisoformat(local).replace(tzinfo=UTC)

    assert asked_at(at("2026-03-03 19:00"), PARIS) == at("2026-03-04 08:00")  # 20:00: the next morning
    assert asked_at(at("2026-03-03 10:00"), PARIS) == at("2026-03-03 10:00")
    assert asked_at(at("2026-03-03 23:30"), PARIS) == at("2026-03-04 08:00")
    assert surveyed_at(at("2026-03-03 10:00"), PARIS) == at("2026-03-04 08:00")
    assert surveyed_at(at("2026-03-06 19:00"), PARIS) == at("2026-03-09 08:00")  # Friday: Monday
    assert surveyed_at(at("2026-03-28 10:00"), PARIS) == at("2026-03-30 07:00")  # summer time


async def test_after_the_meetup_each_is_asked_once_and_answers_with_one_click(network: Network) -> None:
    days, facilitator = network.services.days, network[Role.FACILITATOR]
    people = await crowd(network, 6)
    # It ends at 20:00 in Paris; the tick runs at 9:00 the next day only, as if the bot had been off.
    meetup = await planned(network, at=datetime(2026, 3, 3, 17, tzinfo=UTC))
    for actor in people:
        await network.services.registrations.answer(actor, meetup.id, "yes")
    network.clock.jump(datetime(2026, 3, 3, 17, 10, tzinfo=UTC))
    code = (await days.show_code(facilitator, meetup.id)).code
    for actor in people[:5]:
        await days.check_in(actor, code)
    with pytest.raises(NotPlanned):
        await days.rate(people[0], meetup.id, "good")
    network.clock.jump(datetime(2026, 3, 4, 8, 0, tzinfo=UTC))
    await network.services.meetups_upkeep.run()
    await network.services.meetups_upkeep.run()
    (prompt,) = await rows(network.db, "meetup.after")
    assert prompt.due_at == datetime(2026, 3, 4, 8, tzinfo=UTC)
    post = await _plan(network, prompt)
    assert isinstance(post, Post)
    assert post.card.values["there"] == 6
    asked = {row.recipient_id: row for row in await rows(network.db, "meetup.survey")}
    assert isinstance(await _plan(network, asked[people[0].member_id]), Direct)
    assert isinstance(await _plan(network, asked[people[5].member_id]), Drop)  # was not there
    for number, actor in enumerate(people[:4]):
        await days.rate(actor, meetup.id, "great" if number else "little")
    await days.rate(people[0], meetup.id, "good")  # clicked again
    assert isinstance(await _plan(network, asked[people[0].member_id]), Drop)
    sheet = await days.sheet(facilitator, meetup.id)
    assert (sheet.ratings, sheet.opinions) == (4, {})  # fewer than five: nobody is to be recognised
    await days.rate(people[4], meetup.id, "great")
    sheet = await days.sheet(facilitator, meetup.id)
    assert sheet.opinions == {"great": 4, "good": 1, "little": 0, "not": 0}
    with pytest.raises(NotThere):
        await days.rate(people[5], meetup.id, "not")


async def test_without_a_code_those_who_had_a_seat_are_asked(network: Network) -> None:
    days = network.services.days
    people = await crowd(network, 2)
    meetup = await planned(network, after=timedelta(hours=1), capacity="1")
    for actor in people:
        await network.services.registrations.answer(actor, meetup.id, "yes")
    network.clock.advance(timedelta(days=1))
    await network.services.meetups_upkeep.run()
    asked = await rows(network.db, "meetup.survey")
    assert [row.recipient_id for row in asked] == [people[0].member_id]
    await days.rate(people[0], meetup.id, "great")  # which does not make a sheet of one
    assert (await network.services.notes.read(people[0], meetup.id)).may_write
    assert not (await network.services.notes.read(people[1], meetup.id)).may_write


async def test_a_meetup_that_was_off_or_over_for_long_is_not_asked_about(network: Network) -> None:
    meetup = await planned(network, after=timedelta(hours=1))
    off = await planned(network, after=timedelta(hours=1), title="Annulée")
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    await network.services.meetups.cancel(network[Role.FACILITATOR], off.id)
    network.clock.advance(timedelta(days=9))
    await network.services.meetups_upkeep.run()
    assert not await rows(network.db, "meetup.after")
    assert not await rows(network.db, "meetup.survey")


async def test_notes_are_amended_by_those_who_were_there_only(network: Network, other_admin: Actor) -> None:
    notes = network.services.notes
    there, elsewhere, meetup_id = await _over(network)
    with pytest.raises(NotThere):
        await notes.write(elsewhere, meetup_id, "J’invente.", 0)
    with pytest.raises(NotThere):
        await notes.to_write(network[Role.ADMIN], meetup_id)  # a role is no presence
    first = await notes.write(there, meetup_id, "Nous avons décidé d’un café.", 0)
    assert first.version == 1
    host = await notes.write(network[Role.FACILITATOR], meetup_id, "Un café, et une visite.", 1)
    assert host.version == 2
    with pytest.raises(NotesChanged):  # of what was read before the facilitator wrote
        await notes.write(there, meetup_id, "Un café seulement.", 1)
    read = await notes.read(elsewhere, meetup_id)
    assert (read.text, read.may_write) == ("Un café, et une visite.", False)
    for reach in (notes.read(other_admin, meetup_id), notes.write(other_admin, meetup_id, "Pirate", 2)):
        with pytest.raises(NotFound):
            await reach
    with pytest.raises(Invalid):
        await notes.write(there, meetup_id, "x" * 4000, 2)


async def test_an_action_is_followed_until_somebody_answers(network: Network) -> None:
    notes = network.services.notes
    there, elsewhere, meetup_id = await _over(network)
    member_id = there.member_id or 0
    with pytest.raises(Invalid):
        await notes.add_task(there, meetup_id, "Écrire au maire", elsewhere.member_id or 0, "")
    with pytest.raises(Invalid):
        await notes.add_task(there, meetup_id, "Écrire au maire", member_id, "le 31 février")
    task = await notes.add_task(there, meetup_id, "Écrire au maire", member_id, "le 20 mars")
    with pytest.raises(TaskExists):
        await notes.add_task(there, meetup_id, "Écrire au maire", member_id, "")
    (row,) = await rows(network.db, "task.due")
    assert row.due_at == datetime(2026, 3, 20, 8, tzinfo=UTC)
    assert isinstance(await _plan(network, row), Direct)
    for number in range(1, 4):  # asked three times, a week apart
        await _sent(network, (await rows(network.db, "task.due"))[-1])
        assert len(await rows(network.db, "task.due")) == min(3, number + 1)
    (late,) = await rows(network.db, "task.late")
    assert isinstance(await _plan(network, late), Post)
    with pytest.raises(NotAllowed):
        await notes.done(elsewhere, task.id)
    put_off = await notes.postpone(there, task.id)
    assert put_off.due_on.isoformat() == "2026-03-27"
    assert isinstance(await _plan(network, late), Post)  # in hand: the facilitators may still read it
    again = (await rows(network.db, "task.due", state="due"))[-1]
    assert again.due_at == datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert (await notes.done(there, task.id)).done
    assert (await notes.done(there, task.id)).done  # clicked twice
    assert isinstance(await _plan(network, again), Drop)
    assert await notes.my_tasks(there) == ()


async def test_an_attendee_who_was_erased_leaves_no_name(network: Network) -> None:
    days, notes = network.services.days, network.services.notes
    there, _elsewhere, meetup_id = await _over(network)
    await notes.write(there, meetup_id, "Nous avons décidé d’un café.", 0)
    await notes.add_task(there, meetup_id, "Écrire au maire", there.member_id or 0, "")
    await days.rate(there, meetup_id, "great")
    await network.services.privacy.erase(there)
    sheet = await days.sheet(network[Role.FACILITATOR], meetup_id)
    assert sheet.people == ["Personne 4"]
    kept = await notes.read(network[Role.FACILITATOR], meetup_id)
    assert kept.text == "Nous avons décidé d’un café."
    assert [task.owner for task in kept.tasks] == ["Ancien membre"]
    (row,) = await rows(network.db, "task.due")
    assert row.state == "dropped"
    (survey,) = [row for row in await rows(network.db, "meetup.survey") if row.recipient_id is None]
    assert isinstance(await _plan(network, survey), Drop)


async def _over(network: Network) -> tuple[Actor, Actor, int]:
    """A meetup that is over: who was there, who was not."""
    there, elsewhere = await crowd(network, 2)
    meetup = await planned(network, after=timedelta(minutes=30))
    code = (await network.services.days.show_code(network[Role.FACILITATOR], meetup.id)).code
    await network.services.days.check_in(there, code)
    network.clock.advance(timedelta(hours=6))
    await network.services.meetups_upkeep.run()
    return replace(there, locale="fr"), elsewhere, meetup.id


async def _plan(network: Network, row: Outbox) -> object:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())


async def _sent(network: Network, row: Outbox) -> None:
    async with network.db.transaction() as session:
        kept = await session.get_one(Outbox, row.id)
        kept.state = "sent"
        session.add(kept)
        await planners(Words())[row.kind].sent(session, row, "1", network.clock.now())
