"""Checklists: days from a target, ticks, reminders that follow, whose eyes they are for; both databases."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from community import checklist_models as shipped
from community import checklist_rules as rules
from community import checklist_steps, checklists
from community.actors import Actor, Role
from community.checklist_reminders import DECLINED, DUE, GIVEN
from community.checklist_views import ChecklistClosed, ChecklistView
from community.checklists import NewChecklist, TooManyChecklistModels, TooManyChecklists
from community.errors import Invalid, NotAllowed, NotFound
from community.outbox import Direct, Drop, Plan, Post
from community.planners import planners
from prompts import LOCALES, Words
from storage import checklists as stored
from storage.outbox import Outbox, OutboxState
from tests.community.conftest import OTHER_SERVER, Network, standing
from tests.community.meetups import crowd, rows
from tests.community.test_joining import written

WORDS = Words()
CONSULTATION, BLANK = 1, shipped.BLANK
TODAY, TARGET = date(2026, 3, 2), date(2026, 7, 2)


async def started(
    network: Network, role: Role = Role.MEMBER, *, model: int = CONSULTATION, team: bool = False
) -> ChecklistView:
    new = NewChecklist(model, "Place du marché", "2 juillet", team)
    return await network.services.checklists.start(network[role], new)


async def with_steps(
    network: Network, *offsets: int, role: Role = Role.MEMBER, team: bool = False
) -> ChecklistView:
    found = await started(network, role, model=BLANK, team=team)
    for days in offsets:
        found = await network.services.checklist_steps.add(
            network[role], found.id, f"Étape à J{days:+d}", f"J{days:+d}", ""
        )
    return found


async def due(network: Network, state: str = OutboxState.DUE) -> list[Outbox]:
    return sorted(await rows(network.db, DUE, state=state), key=lambda row: row.due_at)


async def plan(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners(WORDS)[row.kind].plan(session, row, network.clock.now())


async def leave(network: Network, row: Outbox) -> None:
    """It was sent."""
    async with network.db.transaction() as session:
        held = await session.get_one(Outbox, row.id)
        held.state = OutboxState.SENT
        await planners(WORDS)[row.kind].sent(session, held, "", network.clock.now())


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("J-14", -14),
        ("j - 14", -14),
        ("D-14", -14),
        ("J\N{MINUS SIGN}14", -14),
        ("J+3", 3),
        ("-14 jours", -14),
        ("jour J", 0),
        ("le jour même", 0),
        ("J", 0),
        ("3 semaines avant", -21),
        ("deux jours après", 2),
        ("3 weeks before the meeting", -21),
        ("2 juillet", 0),
        ("jeudi 25 juin", -7),
        ("12/07/2026", 10),
    ],
)
def test_a_day_is_said_from_the_target_or_by_itself(typed: str, days: int) -> None:
    assert rules.offset_said(typed, TARGET, TODAY) == days


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "missing"),
        ("bientôt", "day_unclear"),
        ("jeudi 14h30", "day_unclear"),
        ("1er février 2026", "when_past"),
        ("31 février", "when_no_such_day"),
        ("vendredi 25 juin", "when_weekday"),
        ("J-2000", "step_too_far"),
    ],
)
def test_a_day_that_is_not_understood_says_why(typed: str, problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.offset_said(typed, TARGET, TODAY)
    assert refusal.value.details["problem"] == problem
    assert WORDS.has_label(f"problems.{problem}")


def test_every_shipped_step_has_its_words_in_order() -> None:
    for name in shipped.SHIPPED.values():
        for locale in LOCALES:
            said = WORDS.table(f"checklists.steps.{name}", locale)
            assert list(said) == [key for key, _days in shipped.STEPS[name]]
            assert all(len(text) <= checklist_steps.WHAT_LONGEST for text in said.values())
        days = [days for _key, days in shipped.STEPS[name]]
        assert days == sorted(days)
        assert 0 in days


async def test_steps_are_dated_from_the_target_and_read_back(network: Network) -> None:
    found = await started(network)
    assert (found.line.target_on, found.line.total, found.line.done, found.pages) == (TARGET, 16, 0, 2)
    assert [step.due_on for step in found.steps[:2]] == [date(2026, 4, 3), date(2026, 4, 9)]
    assert found.line.next == found.steps[0]
    last = await network.services.checklists.checklist(network[Role.MEMBER], found.id, 99)
    assert (last.page, last.steps[-1].due_on) == (2, TARGET + timedelta(days=180))
    in_english = await network.services.checklists.start(
        Actor(network[Role.MEMBER].network_id, network[Role.MEMBER].member_id, Role.MEMBER, "en"),
        NewChecklist(2, "A meetup", "2 July"),
    )
    assert in_english.steps[0].what.startswith("Choose the theme")


@pytest.mark.parametrize(
    ("offsets", "left", "expected"),
    [
        ((-90, -30, 0, 14), 90, [-90, -30, 0, 14]),
        ((-90, -30, 0, 14), 45, [-45, -15, 0, 14]),
        ((-90, -84, -7, 0), 1, [-1, 0, 0, 0]),
        ((-90, -84, 0, 2), 0, [0, 0, 0, 2]),
        ((0, 3), 0, [0, 3]),
        ((), 5, []),
    ],
)
def test_a_short_time_brings_the_steps_closer(
    offsets: tuple[int, ...], left: int, expected: list[int]
) -> None:
    assert rules.squeezed(offsets, left) == expected


async def test_two_months_for_a_consultation_begin_with_nothing_late(network: Network) -> None:
    lists, member = network.services.checklists, network[Role.MEMBER]
    found = await lists.start(member, NewChecklist(CONSULTATION, "Dans deux mois", "1er mai"))
    assert (found.squeezed, found.line.late, found.steps[0].due_on) == (True, 0, TODAY)
    assert not (await started(network)).squeezed
    last = await lists.checklist(member, found.id, 2)
    assert last.steps[-1].due_on == date(2026, 10, 28), "what comes after keeps its days"
    assert not last.squeezed, "said once"


async def test_started_twice_it_is_one(network: Network) -> None:
    first, second = await asyncio.gather(started(network), started(network))
    assert first.id == second.id
    assert len(await due(network)) == 16


async def test_reminders_leave_on_the_day_and_once_more(network: Network) -> None:
    found = await with_steps(network, -7)
    (row,) = await due(network)
    assert row.due_at == datetime(2026, 6, 25, 7, tzinfo=UTC), "nine in Paris"
    assert row.recipient_id == network[Role.MEMBER].member_id
    assert planners(WORDS)[DUE].nudge
    network.clock.jump(row.due_at)
    said = await plan(network, row)
    assert isinstance(said, Direct)
    assert "Étape à J-7" in written(said)
    assert "jeudi 25 juin 2026" in written(said)
    await leave(network, row)
    (second,) = await due(network)
    assert second.due_at == row.due_at + timedelta(days=4)
    network.clock.jump(second.due_at)
    assert "Toujours à faire" in written(await plan(network, second))
    await leave(network, second)
    assert await due(network) == [], "twice is enough"
    late = await network.services.checklists.checklist(network[Role.MEMBER], found.id)
    assert (late.line.late, late.steps[0].late) == (1, True)


async def test_a_tick_another_day_and_another_person_stop_what_was_planned(network: Network) -> None:
    steps, member = network.services.checklist_steps, network[Role.MEMBER]
    found = await with_steps(network, -14, -7)
    first, second = found.steps
    before = await due(network)
    network.clock.jump(before[0].due_at)
    await steps.done(member, [first.id])
    await steps.done(member, [first.id])
    assert await plan(network, before[0]) == Drop("settled"), "one that is leaving is checked again"
    await steps.later(member, second.id)
    (moved,) = await due(network)
    assert moved.due_at == before[1].due_at + timedelta(days=7)
    await steps.done(member, [first.id], done=False)
    assert len(await due(network)) == 1, "its day has passed: the list says so"
    await network.services.checklists.edit(member, found.id, "Place du marché", "2 septembre")
    assert [row.due_at.date() for row in await due(network)] == [date(2026, 8, 19), date(2026, 9, 2)]
    dropped = await due(network, OutboxState.DROPPED)
    assert {row.reason for row in dropped} == {"cancelled"}
    await network.services.checklists.close(member, found.id)
    assert await due(network) == []
    await network.services.checklists.close(member, found.id, closed=False)
    assert len(await due(network)) == 2
    await steps.remove(member, second.id)
    await network.services.checklists.drop(member, found.id)
    assert await due(network) == []
    with pytest.raises(NotFound):
        await network.services.checklists.checklist(member, found.id)


async def test_what_is_done_keeps_its_day_when_the_target_moves(network: Network) -> None:
    found = await with_steps(network, -14, -7)
    await network.services.checklist_steps.done(network[Role.MEMBER], [found.steps[0].id])
    moved = await network.services.checklists.edit(network[Role.MEMBER], found.id, "Autre titre", "9 juillet")
    assert [step.due_on for step in moved.steps] == [date(2026, 6, 18), date(2026, 7, 2)]
    network.clock.jump(datetime(2026, 8, 1, tzinfo=UTC))
    again = await network.services.checklists.edit(network[Role.MEMBER], found.id, "Titre seul", "09/07/2026")
    assert again.line.target_on == date(2026, 7, 9), "a target that has passed may stay"


async def test_steps_are_added_by_day_changed_and_moved_by_hand(network: Network) -> None:
    steps, member = network.services.checklist_steps, network[Role.MEMBER]
    found = await with_steps(network, 5, -20, -3)
    assert [step.offset for step in found.steps] == [-20, -3, 5]
    again = await steps.add(member, found.id, "Étape à J-3", "J-3", "")
    assert again.line.total == 3, "a second click adds nothing"
    changed = await steps.change(member, found.steps[2].id, "Plus tôt", "2 semaines avant", "")
    assert (changed.number, changed.due_on) == (2, date(2026, 6, 18))
    assert [(await steps.move(member, changed.id, by)).number for by in (-1, -1, 1, 1, 1)] == [1, 1, 2, 3, 3]
    assert (await steps.move(member, changed.id, -1)).due_on == changed.due_on, "its day stays"
    moved = await network.services.checklists.checklist(member, found.id)
    assert [step.what for step in moved.steps] == ["Étape à J-20", "Plus tôt", "Étape à J-3"]
    assert [step.number for step in moved.steps] == [1, 2, 3]
    gone = await steps.remove(member, changed.id)
    assert [(step.what, step.number) for step in gone.steps] == [("Étape à J-20", 1), ("Étape à J-3", 2)]
    for number in range(checklist_steps.STEPS_MOST - 2):
        await steps.add(member, found.id, f"Étape {number}", "J", "")
    with pytest.raises(Invalid) as full:
        await steps.add(member, found.id, "Une de trop", "J", "")
    assert full.value.details["problem"] == "too_many"


async def test_who_is_entrusted_sees_it_may_tick_and_may_say_no(network: Network) -> None:
    steps, member = network.services.checklist_steps, network[Role.MEMBER]
    (other,) = await crowd(network, 1)
    found = await with_steps(network, -7)
    step_id = found.steps[0].id
    with pytest.raises(NotFound):
        await network.services.checklists.checklist(other, found.id)
    with pytest.raises(Invalid) as nobody:
        await steps.change(member, step_id, "Étape à J-7", "J-7", "Zénobie")
    assert nobody.value.details == {"field": "who", "problem": "no_such_member"}
    given = await steps.change(member, step_id, "Étape à J-7", "J-7", "membre 0")
    assert given.who == "Membre 0"
    (told,) = await rows(network.db, GIVEN)
    assert "Personne 3 vous confie" in written(await plan(network, told))
    assert [row.recipient_id for row in await due(network)] == [other.member_id]
    theirs = await network.services.checklists.checklist(other, found.id)
    assert (theirs.may_edit, theirs.owner, theirs.steps[0].mine) == (False, "Personne 3", True)
    for refused in (
        steps.change(other, step_id, "Autre chose", "J-7", ""),
        steps.add(other, found.id, "Autre chose", "J-7", ""),
        steps.remove(other, step_id),
        network.services.checklists.close(other, found.id),
        network.services.checklists.drop(other, found.id),
    ):
        with pytest.raises(NotAllowed):
            await refused
    await steps.decline(other, step_id)
    assert [row.recipient_id for row in await due(network)] == [member.member_id]
    (no,) = await rows(network.db, DECLINED)
    assert no.recipient_id == member.member_id
    assert "Membre 0 ne peut pas" in written(await plan(network, no))
    assert await plan(network, told) == Drop("decided_otherwise")
    with pytest.raises(NotFound):
        await network.services.checklists.checklist(other, found.id)


async def test_a_members_own_is_theirs_until_shared(network: Network) -> None:
    lists, member, facilitator = network.services.checklists, network[Role.MEMBER], network[Role.FACILITATOR]
    found = await with_steps(network, -7)
    assert list(await lists.every(facilitator)) == []
    for reach in (
        lists.checklist(facilitator, found.id),
        lists.share(facilitator, found.id, shared=True),
        network.services.checklist_steps.done(facilitator, [found.steps[0].id]),
        network.services.checklist_steps.step(facilitator, found.steps[0].id),
    ):
        with pytest.raises(NotFound):
            await reach
    await lists.share(member, found.id, shared=True)
    shown = await lists.checklist(facilitator, found.id)
    assert (shown.may_edit, shown.own, shown.owner) == (True, False, "Personne 3")
    assert [one.id for one in await lists.every(facilitator)] == [found.id]
    assert list(await lists.of_team(facilitator)) == [], "it is still the member's"
    with pytest.raises(NotAllowed):
        await lists.drop(facilitator, found.id)
    await lists.share(member, found.id, shared=False)
    assert list(await lists.every(facilitator)) == []
    acts = await network.services.audits.acts(facilitator)
    assert not [act for act in acts.items if "checklist" in act.action], "the journal is the team's"


async def test_the_teams_are_run_by_all_facilitators_and_noted(network: Network) -> None:
    lists, facilitator = network.services.checklists, network[Role.FACILITATOR]
    with pytest.raises(NotAllowed):
        await started(network, Role.MEMBER, team=True)
    found = await with_steps(network, -7, role=Role.FACILITATOR, team=True)
    assert [one.id for one in await lists.of_team(network[Role.ADMIN])] == [found.id]
    assert list(await lists.every(network[Role.MEMBER])) == []
    await network.services.checklist_steps.done(network[Role.ADMIN], [found.steps[0].id])
    await lists.close(network[Role.ADMIN], found.id)
    with pytest.raises(ChecklistClosed):
        await network.services.checklist_steps.add(facilitator, found.id, "Trop tard", "J", "")
    acts = await network.services.audits.acts(facilitator, family="checklist")
    assert [act.action for act in acts.items] == ["checklist.close", "checklist.start"]


async def test_late_steps_of_the_team_are_on_the_desk(network: Network) -> None:
    await with_steps(network, -7, -3, role=Role.FACILITATOR, team=True)
    await with_steps(network, -7)
    network.clock.jump(datetime(2026, 6, 25, 12, tzinfo=UTC))
    view = await network.services.desk.look(network[Role.FACILITATOR])
    assert "checklists" not in [line.key for line in view.lines], "today is not late"
    network.clock.jump(datetime(2026, 6, 29, 22, 30, tzinfo=UTC))  # the 30th in Paris
    view = await network.services.desk.look(network[Role.FACILITATOR])
    (line,) = [line for line in view.lines if line.key == "checklists"]
    assert (line.count, list(line.names)) == (2, ["Étape à J-7", "Étape à J-3"])
    assert view.held_back == 0


async def test_the_teams_reminder_finds_somebody(network: Network) -> None:
    """Who started it; once they have left, the facilitators' corner."""
    await with_steps(network, -7, role=Role.FACILITATOR, team=True)
    (row,) = await due(network)
    network.clock.jump(row.due_at)
    said = await plan(network, row)
    assert isinstance(said, Direct)
    assert said.member_id == network[Role.FACILITATOR].member_id
    await network.services.members.suspend(network[Role.ADMIN], network[Role.FACILITATOR].member_id or 0)
    assert isinstance(await plan(network, row), Post)


async def test_models_are_kept_used_and_forgotten(network: Network) -> None:
    lists, member, facilitator = network.services.checklists, network[Role.MEMBER], network[Role.FACILITATOR]
    mine = await lists.keep(member, (await with_steps(network, -7, 3)).id)
    ours = await lists.keep(facilitator, (await with_steps(network, -2, role=Role.FACILITATOR, team=True)).id)
    assert {one.number for one in await lists.models(member)} == {1, 2, 3, 4, 9, mine.number, ours.number}
    assert mine.number not in {one.number for one in await lists.models(facilitator)}
    again = await lists.start(member, NewChecklist(mine.number, "Encore", "1er octobre"))
    assert [step.due_on for step in again.steps] == [date(2026, 9, 24), date(2026, 10, 4)]
    with pytest.raises(NotFound):
        await lists.start(facilitator, NewChecklist(mine.number, "Pas le mien", "1er octobre"))
    with pytest.raises(NotAllowed):
        await lists.forget(member, ours.number)
    with pytest.raises(NotFound):
        await lists.forget(facilitator, mine.number)
    assert await lists.forget(member, mine.number) == "Place du marché"
    assert (await lists.checklist(member, again.id)).line.total == 2
    for wrong in (0, 5, 999_999):
        with pytest.raises(NotFound):
            await lists.start(member, NewChecklist(wrong, "Rien", "1er octobre"))


async def test_there_is_a_limit_to_everything(network: Network) -> None:
    lists, member = network.services.checklists, network[Role.MEMBER]
    made = [
        await lists.start(member, NewChecklist(BLANK, f"Projet {number}", "2 juillet"))
        for number in range(checklists.OPEN_MOST)
    ]
    with pytest.raises(TooManyChecklists):
        await lists.start(member, NewChecklist(BLANK, "Un de trop", "2 juillet"))
    await lists.close(member, made[0].id)
    await lists.start(member, NewChecklist(BLANK, "Un de trop", "2 juillet"))
    for one in made[: checklists.MODELS_MOST]:
        await lists.keep(member, one.id)
    await lists.keep(member, made[0].id)
    with pytest.raises(TooManyChecklistModels):
        await lists.keep(member, made[checklists.MODELS_MOST].id)
    for title, target, field in (
        ("", "2 juillet", "title"),
        ("ab", "2 juillet", "title"),
        ("x" * 101, "2 juillet", "title"),
        ("Un projet", "hier", "target"),
        ("Un projet", "", "target"),
        ("Un projet", "2 juillet 2031", "target"),
    ):
        with pytest.raises(Invalid) as refusal:
            await lists.start(member, NewChecklist(BLANK, title, target))
        assert refusal.value.details["field"] == field


async def test_another_network_reaches_none_of_it(network: Network, other_admin: Actor) -> None:
    lists, steps = network.services.checklists, network.services.checklist_steps
    found = await with_steps(network, -7, role=Role.FACILITATOR, team=True)
    model = await lists.keep(network[Role.FACILITATOR], found.id)
    step_id = found.steps[0].id
    assert list(await lists.every(other_admin)) == []
    for reach in (
        lists.checklist(other_admin, found.id),
        lists.edit(other_admin, found.id, "Pirate", "2 juillet"),
        lists.close(other_admin, found.id),
        lists.drop(other_admin, found.id),
        lists.keep(other_admin, found.id),
        lists.forget(other_admin, model.number),
        lists.start(other_admin, NewChecklist(model.number, "Pirate", "2 juillet")),
        steps.step(other_admin, step_id),
        steps.done(other_admin, [step_id]),
        steps.later(other_admin, step_id),
        steps.add(other_admin, found.id, "Pirate", "J", ""),
        steps.change(other_admin, step_id, "Pirate", "J", ""),
        steps.move(other_admin, step_id, 1),
        steps.remove(other_admin, step_id),
        steps.decline(other_admin, step_id),
    ):
        with pytest.raises(NotFound):
            await reach
    mine = await lists.start(other_admin, NewChecklist(BLANK, "Ici", "2 juillet", True))
    with pytest.raises(Invalid):
        await steps.add(other_admin, mine.id, "Une étape", "J", "Personne 3")


async def test_in_private_the_step_says_which_network_is_meant(network: Network) -> None:
    await network.services.networks.set_up(
        standing("1", server_ref=OTHER_SERVER, manages_server=True), name="Un autre réseau"
    )
    await network.services.members.arrive(standing("3", server_ref=OTHER_SERVER))
    step_id = (await with_steps(network, -7)).steps[0].id
    known = await network.services.checklist_steps.reader(standing("3", server_ref=None), step_id)
    assert (known.network_id, known.member_id) == (
        network[Role.MEMBER].network_id,
        network[Role.MEMBER].member_id,
    )
    assert (await network.services.checklist_steps.done(known, [step_id])).line.done == 1
    with pytest.raises(NotFound):
        await network.services.checklist_steps.reader(standing("2", server_ref=None), step_id)


async def test_erasure_takes_ones_own_and_gives_back_what_was_entrusted(network: Network) -> None:
    """The lists of others go on, and their owners are reminded again."""
    member, facilitator = network[Role.MEMBER], network[Role.FACILITATOR]
    mine = await with_steps(network, -7)
    team = await with_steps(network, -7, role=Role.FACILITATOR, team=True)
    await network.services.checklist_steps.change(
        facilitator, team.steps[0].id, "Confié", "J-7", "Personne 3"
    )
    data = await network.services.privacy.mine(member)
    assert (data.counts["checklist"], data.counts["checklist_step"]) == (1, 1)
    await network.services.privacy.erase(member)
    (left,) = (await network.services.checklists.checklist(facilitator, team.id)).steps
    assert (left.what, left.who) == ("Confié", "")
    assert [row.recipient_id for row in await due(network)] == [facilitator.member_id]
    async with network.db.reading() as session:
        assert await stored.get(session, member.network_id, mine.id) is None
