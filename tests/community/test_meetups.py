"""Meetups and series: wall time kept, exceptions, reminders in step with every change, on both databases."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from community.actors import Role
from community.errors import Invalid, NotFound
from community.meetups_rules import AlreadyPublished, NewMeetup, NotInSeries, NotPlanned
from community.meetups_views import MeetupView
from community.meetups_when import read_when
from community.outbox import CancelEvent, Direct, Drop, Edit, Post, PutEvent
from community.planners import planners
from community.ports import EventDraft
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import SERVER, Network
from tests.community.meetups import planned, rows

PARIS = ZoneInfo("Europe/Paris")


async def test_a_draft_is_for_facilitators_and_published_once(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    draft = await use.draft(facilitator, NewMeetup("Atelier", network.clock.now() + timedelta(days=3)))
    with pytest.raises(NotFound):
        await use.meetup(member, draft.id)
    assert (await use.coming(member)).total == 0
    again = await use.draft(
        facilitator, NewMeetup("Atelier budget", draft.starts_at, where="Mairie"), draft.id
    )
    assert (again.id, again.title) == (draft.id, "Atelier budget")
    await use.publish(facilitator, draft.id)
    with pytest.raises(AlreadyPublished):
        await use.publish(facilitator, draft.id)
    assert (await use.meetup(member, draft.id)).place == "Mairie"
    assert len(await rows(network.db, "meetup.announced")) == 1


async def test_a_series_keeps_its_hour_when_the_clocks_change(network: Network) -> None:
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    meant = await use.understand(facilitator, "premier mardi du mois à 14 h")
    draft = await use.draft(facilitator, NewMeetup("Planification", meant.starts_at, meant.rule))
    assert len(await use.dates(facilitator, draft.id)) == 4
    await use.publish(facilitator, draft.id)
    network.clock.advance(timedelta(days=200))  # from winter into winter again
    await network.services.meetups_upkeep.run()
    found = [*(await use.coming(facilitator)).items, *(await use.coming(facilitator, 2)).items]
    assert len(found) >= 5
    for meetup in found:
        local = meetup.starts_at.astimezone(PARIS)
        assert (local.hour, local.minute, local.weekday()) == (14, 0, 1)
        assert local.day <= 7
    assert {meetup.starts_at.hour for meetup in found} == {12, 13}


@pytest.mark.parametrize(
    ("typed", "repeats"),
    [
        ("jeudi 14h30", False),
        ("le 3 avril à 9h", False),
        ("2026-04-03 09:00", False),
        ("premier mardi du mois à 14 h", True),
        ("chaque jeudi à 9h", True),
        ("jeudi 5 mars à 9h ; tous les 15 jours", True),
    ],
)
def test_what_is_typed_is_one_date_or_a_rhythm(typed: str, repeats: bool) -> None:
    meant = read_when(typed, datetime(2026, 3, 2, 9, tzinfo=UTC), "Europe/Paris")
    assert (meant.rule is not None) is repeats
    assert meant.starts_at > datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_a_skipped_date_reminds_nobody_and_is_told(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    first = await planned(network, rule="FREQ=WEEKLY;COUNT=3")
    await network.services.registrations.answer_following(member, first.id, "yes")
    second = (await use.coming(member)).items[1]
    await use.skip(facilitator, second.id)
    due = {row.subject_id for row in await rows(network.db, "meetup.reminder", state="due")}
    assert second.id not in due
    assert first.id in due
    told = await rows(network.db, "meetup.cancelled", state="due")
    assert [(row.subject_id, row.recipient_id) for row in told] == [(second.id, member.member_id)]
    with pytest.raises(NotPlanned):
        await use.skip(facilitator, second.id)
    await use.revive(facilitator, second.id)
    due = {row.subject_id for row in await rows(network.db, "meetup.reminder", state="due")}
    assert second.id in due
    single = await planned(network)
    with pytest.raises(NotInSeries):
        await use.skip(facilitator, single.id)


async def test_a_move_makes_the_old_reminders_void(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    meetup = await planned(network)
    await network.services.registrations.answer(member, meetup.id, "yes")
    old = (await rows(network.db, "meetup.reminder"))[0]
    await use.move(facilitator, meetup.id, meetup.starts_at + timedelta(days=20))
    assert isinstance(await _plan(network, old), Drop)  # even one that a worker had in hand
    due = await rows(network.db, "meetup.reminder", state="due")
    # The hour on the clock is kept: clocks changed between the two on 29 March.
    assert [row.due_at.isoformat()[5:16] for row in due] == ["03-25T10:00", "03-31T09:00", "04-01T08:00"]
    assert isinstance(await _plan(network, due[0]), Direct)
    await use.cancel(facilitator, meetup.id, "Neige")
    assert isinstance(await _plan(network, due[0]), Drop)
    assert not await rows(network.db, "meetup.reminder", state="due")


async def test_a_reminder_that_is_due_is_checked_again_for_who_withdraws(network: Network) -> None:
    """What is due already is not recalled: only the check at its leaving keeps it."""
    member, use = network[Role.MEMBER], network.services.registrations
    meetup = await planned(network)
    await use.answer(member, meetup.id, "yes")
    network.clock.advance(timedelta(days=3, minutes=1))
    await use.answer(member, meetup.id, "no")
    due = next(row for row in await rows(network.db, "meetup.reminder") if row.state == "due")
    assert await _plan(network, due) == Drop("not_registered")
    await use.answer(member, meetup.id, "maybe")
    assert isinstance(await _plan(network, due), Direct)


async def test_an_answer_for_all_that_follow_leaves_what_is_over(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    await planned(network, rule="FREQ=WEEKLY;COUNT=3")
    dates = (await use.coming(member)).items
    early = await use.move(facilitator, dates[2].id, network.clock.now() + timedelta(days=1))
    network.clock.advance(timedelta(days=2))
    done = await network.services.registrations.answer_following(member, dates[0].id, "yes")
    assert done.dates == 2
    assert (await use.meetup(member, early.id)).mine is None


async def test_a_move_may_change_how_long_it_lasts(network: Network) -> None:
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    meetup = await planned(network)
    later = meetup.starts_at + timedelta(days=1)
    moved = await use.move(facilitator, meetup.id, later, minutes=45)
    assert (moved.starts_at, moved.minutes) == (later, 45)
    assert (await use.move(facilitator, meetup.id, later, minutes=60)).minutes == 60, "the end alone"
    assert (await use.move(facilitator, meetup.id, later + timedelta(hours=1))).minutes == 60
    for wrong in (0, 7 * 24 * 60 + 1):
        with pytest.raises(Invalid):
            await use.move(facilitator, meetup.id, later, minutes=wrong)


async def test_the_length_of_all_the_following_dates_changes_with_their_hour(network: Network) -> None:
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    await planned(network, rule="FREQ=WEEKLY;COUNT=4")
    before = (await use.coming(facilitator)).items
    await use.move(facilitator, before[2].id, before[2].starts_at + timedelta(hours=1), "following", 30)
    after = (await use.coming(facilitator)).items
    assert [meetup.minutes for meetup in after] == [before[0].minutes] * 2 + [30] * 2


async def test_all_the_following_dates_take_another_hour(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    first = await planned(network, rule="FREQ=WEEKLY;COUNT=5")
    await network.services.registrations.answer_following(member, first.id, "yes")
    before = (await use.coming(member)).items
    other_hour = before[2].starts_at + timedelta(hours=3)
    await use.move(facilitator, before[2].id, other_hour, "following")
    after = (await use.coming(member)).items
    assert [meetup.id for meetup in after] == [meetup.id for meetup in before]
    hours = [meetup.starts_at.astimezone(PARIS).hour for meetup in after]
    assert hours == [hours[0]] * 2 + [hours[0] + 3] * 3
    assert {meetup.mine for meetup in after} == {"yes"}
    assert len({meetup.series_id for meetup in after}) == 2
    with pytest.raises(Invalid):  # another day is another series
        await use.move(facilitator, after[3].id, after[3].starts_at + timedelta(days=1), "following")
    network.clock.advance(timedelta(days=300))
    await network.services.meetups_upkeep.run()
    assert (await use.coming(member)).total == 0  # five dates, no more


async def test_a_date_that_was_moved_ahead_and_is_over_is_left_as_it_was(network: Network) -> None:
    """Its place in the series comes after the one that is changed; it took place before."""
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    first = await planned(network, rule="FREQ=WEEKLY;COUNT=4")
    await network.services.registrations.answer_following(member, first.id, "yes")
    dates = (await use.coming(member)).items
    early = await use.move(facilitator, dates[2].id, network.clock.now() + timedelta(days=1))
    network.clock.advance(timedelta(days=2))  # it is over, and no tick has marked it yet
    texts = {"title": "Panel", "length": "2 h", "capacity": "", "description": ""}
    await use.edit(facilitator, dates[1].id, where="Gymnase", scope="following", **texts)
    await use.move(facilitator, dates[1].id, dates[1].starts_at + timedelta(hours=1), "following")
    await use.cancel(facilitator, dates[1].id, "Travaux", scope="following")
    with pytest.raises(NotPlanned):
        await use.cancel(facilitator, early.id)
    left = await use.meetup(member, early.id)
    assert (left.state, left.title, left.starts_at) == ("planned", "Panel citoyen", early.starts_at)
    states = [(await use.meetup(member, one.id)).state for one in dates]
    assert states == ["planned", "cancelled", "planned", "cancelled"]
    told = await rows(network.db, "meetup.cancelled", state="due")
    assert [row.subject_id for row in told] == [dates[1].id, dates[3].id]
    await network.services.meetups_upkeep.run()
    assert (await use.meetup(member, early.id)).state == "done"


async def test_a_stopped_series_brings_no_further_dates_until_it_goes_on(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    first = await planned(network, rule="FREQ=MONTHLY")
    await network.services.registrations.answer_following(member, first.id, "yes")
    dates = (await use.coming(facilitator)).items
    await use.cancel(facilitator, dates[1].id, scope="following")
    assert (await use.coming(facilitator)).total == 1
    network.clock.advance(timedelta(days=45))
    await network.services.meetups_upkeep.run()
    assert (await use.coming(facilitator)).total == 0
    reminded = {row.subject_id for row in await rows(network.db, "meetup.reminder", state="due")}
    assert reminded == {first.id}
    await use.revive(facilitator, dates[2].id, "following")
    assert (await use.coming(facilitator)).total >= 3
    reminded = {row.subject_id for row in await rows(network.db, "meetup.reminder", state="due")}
    assert reminded - {first.id} == {meetup.id for meetup in await use.suggest(facilitator, "")}


async def test_an_edit_of_all_following_dates_and_a_new_place_is_told(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    first = await planned(network, rule="FREQ=WEEKLY;COUNT=3")
    await network.services.registrations.answer_following(member, first.id, "maybe")
    dates = (await use.coming(member)).items
    await use.edit(
        facilitator,
        dates[1].id,
        title="Panel",
        where="Gymnase",
        length="1h30",
        capacity="12",
        description="Venez.",
        scope="following",
    )
    after = (await use.coming(member)).items
    assert [meetup.place for meetup in after] == ["Salle des fêtes", "Gymnase", "Gymnase"]
    assert [meetup.minutes for meetup in after] == [120, 90, 90]
    assert len(await rows(network.db, "meetup.relocated", state="due")) == 2


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("when", {"starts_at": datetime(2026, 3, 1, tzinfo=UTC)}),
        ("when", {"starts_at": datetime(2036, 3, 1, tzinfo=UTC)}),
        ("name", {"title": "ab"}),
        ("length", {"length": "longtemps"}),
        ("length", {"length": "3 min"}),
        ("capacity", {"capacity": "0"}),
        ("capacity", {"capacity": "beaucoup"}),
        ("where", {"where": "https://sans-point"}),
    ],
)
async def test_what_cannot_be_is_refused(network: Network, field: str, new: dict[str, object]) -> None:
    values = {"title": "Atelier", "starts_at": network.clock.now() + timedelta(days=1), **new}
    with pytest.raises(Invalid) as refused:
        await network.services.meetups.draft(network[Role.FACILITATOR], NewMeetup(**values))  # type: ignore[arg-type]  # typed by its keys
    assert refused.value.details["field"] == field


async def test_the_card_and_the_event_follow(network: Network) -> None:
    use, facilitator, member = network.services.meetups, network[Role.FACILITATOR], network[Role.MEMBER]
    meetup = await planned(network)
    announced, event = await _one(network, "meetup.announced"), await _one(network, "meetup.event")
    assert isinstance(await _plan(network, announced), Post)
    put = await _plan(network, event)
    assert isinstance(put, PutEvent)
    assert (put.event.name, put.event.location, put.event_ref) == ("Panel citoyen", "Salle des fêtes", None)
    await _sent(network, announced, "700")
    await _sent(network, event, "800")
    await network.services.registrations.answer(member, meetup.id, "yes")
    await network.services.registrations.answer(facilitator, meetup.id, "yes")
    card = await _one(network, "meetup.card")  # one waiting edit is enough for two clicks
    shown = await _plan(network, card)
    assert isinstance(shown, Edit)
    assert shown.card.values["meetup"].yes == 2
    await use.cancel(facilitator, meetup.id, "Neige")
    assert isinstance(await _plan(network, await _last(network, "meetup.event")), CancelEvent)


async def test_what_is_done_on_the_platforms_screen_becomes_a_change_of_the_meetup(network: Network) -> None:
    use, member, mirror = network.services.meetups, network[Role.MEMBER], network.services.mirror
    meetup = await planned(network, where="Salle des fêtes")
    await _sent(network, await _one(network, "meetup.event"), "800")
    await network.services.registrations.answer(member, meetup.id, "yes")
    same = _event(meetup)
    assert not await mirror.event_changed("discord", SERVER, "800", same)
    later = meetup.starts_at + timedelta(days=1)
    edited = EventDraft("Panel du lundi", "", "Mairie", later, later + timedelta(hours=3), "")
    assert await mirror.event_changed("discord", SERVER, "800", edited)
    now = await use.meetup(member, meetup.id)
    assert (now.title, now.place, now.starts_at, now.minutes) == ("Panel du lundi", "Mairie", later, 180)
    assert len(await rows(network.db, "meetup.moved", state="due")) == 1
    # Ours is on its way now: what the platform tells meanwhile is older.
    assert not await mirror.event_changed("discord", SERVER, "800", same)
    assert not await mirror.event_gone("discord", SERVER, "800")
    await _end(network, "meetup.event")
    assert not await mirror.event_gone("discord", "2000", "800")  # of another server
    assert await mirror.event_gone("discord", SERVER, "800")
    assert (await use.meetup(member, meetup.id)).state == "cancelled"
    assert not await mirror.event_gone("discord", SERVER, "800")


async def test_time_ends_meetups_and_forgets_drafts(network: Network) -> None:
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    meetup = await planned(network, after=timedelta(hours=2))
    await _sent(network, await _one(network, "meetup.announced"), "700")
    draft = await use.draft(
        facilitator, NewMeetup("Jamais publiée", network.clock.now() + timedelta(days=90), "FREQ=MONTHLY")
    )
    network.clock.advance(timedelta(hours=5))
    await network.services.meetups_upkeep.run()
    assert (await use.meetup(facilitator, meetup.id)).state == "done"
    card = await _plan(network, await _one(network, "meetup.card"))  # « Passée », nobody answers any more
    assert isinstance(card, Edit)
    assert card.card.values["meetup"].state == "done"
    assert [[button.action for button in row] for row in card.card.rows] == [["meetup.notes"]]
    network.clock.advance(timedelta(days=8))
    await network.services.meetups_upkeep.run()
    with pytest.raises(NotFound):
        await use.meetup(facilitator, draft.id)


def _event(meetup: MeetupView) -> EventDraft:
    return EventDraft(meetup.title, "", meetup.place, meetup.starts_at, meetup.ends_at, "")


async def _plan(network: Network, row: Outbox) -> object:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())


async def _sent(network: Network, row: Outbox, ref: str) -> None:
    """A worker sent it."""
    await _end(network, row.kind)
    async with network.db.transaction() as session:
        await planners(Words())[row.kind].sent(session, row, ref, network.clock.now())


async def _end(network: Network, kind: str) -> None:
    async with network.db.transaction() as session:
        waiting = select(Outbox).where(Outbox.kind == kind, Outbox.state == "due")
        for row in (await session.exec(waiting)).all():
            row.state = "sent"
            session.add(row)


async def _one(network: Network, kind: str) -> Outbox:
    (row,) = await rows(network.db, kind, state="due")
    return row


async def _last(network: Network, kind: str) -> Outbox:
    return (await rows(network.db, kind, state="due"))[-1]
