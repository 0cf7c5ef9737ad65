"""Messages of the team: whom a choice finds, how many get one, once, and how it is taken back."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from community import nudges, team_messages
from community.actors import Actor, Role
from community.audience import Choice
from community.errors import Invalid, NotFound
from community.outbox import Direct, Drop, Plan
from community.planners import planners
from community.team_messages import GRACE, MessageChanged, MessageSent, MessageView, TooManyMessages
from prompts import Words
from storage import nudges as stored_nudges
from storage.nudges import Nudge
from storage.outbox import OutboxState
from storage.team_messages import SENT, Circle
from tests.community.conftest import OTHER_SERVER, Network, standing
from tests.community.meetups import crowd, planned, rows
from tests.community.test_joining import CHAMBERY, MENDITTE, join

WORDS = Words()


async def draft(network: Network, **choice: object) -> MessageView:
    """Words for whom a choice finds."""
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    made = await use.write(who, 0, "Une invitation", "Venez parler de la concertation.")
    return await use.choose(who, made.id, Choice(**{"circle": "members", **choice}))  # type: ignore[arg-type]  # fields of Choice


async def sent(network: Network, message: MessageView) -> MessageView:
    return await network.services.team_messages.send(network[Role.FACILITATOR], message.id, message.version)


async def to_whom(network: Network, message: MessageView) -> set[int]:
    return {row.recipient_id or 0 for row in await rows(network.db, SENT) if row.subject_id == message.id}


async def plans(network: Network) -> Sequence[Plan]:
    """What each row would do now, in the order of its recipients."""
    every = sorted(await rows(network.db, SENT), key=lambda row: row.recipient_id or 0)
    async with network.db.reading() as session:
        return [await planners(WORDS)[SENT].plan(session, row, network.clock.now()) for row in every]


async def test_everything_that_is_chosen_must_hold(network: Network) -> None:
    here, there = await join(network, "31", CHAMBERY), await join(network, "32", MENDITTE)
    theme = (await network.services.team_messages.themes(network[Role.FACILITATOR]))[0][0]
    assert (await draft(network)).reach.recipients == 4, "the writer is not counted"
    assert (await draft(network, themes=[str(theme)])).reach.recipients == 2
    for place, finds in (("Savoie", here), ("Grand Chambéry", here), ("Menditte", there)):
        message = await draft(network, place=place)
        await sent(network, message)
        assert await to_whom(network, message) == {finds.member_id}, place
    both = await draft(network, place="Nouvelle-Aquitaine", themes=[str(theme)], kinds=["commune"])
    assert both.audience.place == "Nouvelle-Aquitaine"
    assert both.reach.recipients == 1
    assert (await draft(network, place="Nouvelle-Aquitaine", kinds=["epci"])).reach.recipients == 0
    with pytest.raises(Invalid) as nowhere:
        await draft(network, place="Zzyzx-sur-Rien")
    assert nowhere.value.details["problem"] == "no_such_territory"
    for wrong in ({"themes": ["999999"]}, {"kinds": ["pirate"]}, {"circle": "all"}, {"silent": "-1"}):
        with pytest.raises(Invalid):
            await draft(network, **wrong)


async def test_circles(network: Network) -> None:
    """Newcomers stuck are found by what they lack; who did something is not stuck."""
    waits = await join(network, "31", admit=False)
    quiet = await join(network, "32")
    busy = await join(network, "33")
    await network.services.registrations.answer(busy, (await planned(network)).id, "yes")
    await network.services.profiles.set_about(quiet, function="Élue", ends="03/2032")
    expected = {
        Circle.STUCK_PROFILE: {network[role].member_id for role in (Role.NEWCOMER, Role.MEMBER, Role.ADMIN)},
        Circle.STUCK_START: {quiet.member_id},
        Circle.ELECTED: {quiet.member_id},
        Circle.MEMBERS: {
            *(network[role].member_id for role in (Role.ADMIN, Role.MEMBER)),
            *(quiet.member_id, busy.member_id),
        },
    }
    for circle, people in expected.items():
        message = await draft(network, circle=circle)
        await sent(network, message)
        assert await to_whom(network, message) == people, circle
        assert waits.member_id not in people, "they wait for us, not for a word"
    assert (await draft(network, circle=Circle.FACILITATORS)).reach.recipients == 0, "only who writes"


async def test_silent_and_registered(network: Network) -> None:
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    comes, stays = await crowd(network, 2)
    meetup = await planned(network, after=timedelta(days=100))
    await network.services.registrations.answer(comes, meetup.id, "yes")
    await network.services.registrations.answer(stays, meetup.id, "no")
    network.clock.advance(timedelta(days=61))
    await network.services.members.identify(standing("3"))
    message = await use.choose_meetup(who, (await draft(network)).id, meetup.id)
    assert (message.audience.meetup, message.reach.recipients) == ("Panel citoyen", 1)
    assert meetup.id in [number for number, _title, _at in message.meetups]
    message = await use.choose(who, message.id, Choice("members", silent="60 jours"))
    assert (message.audience.silent, message.audience.meetup_id) == (60, meetup.id), "the meetup stays"
    await sent(network, message)
    assert await to_whom(network, message) == {comes.member_id}
    everybody = await use.choose_meetup(who, (await draft(network, silent="60")).id, 0)
    assert everybody.reach.recipients == 3, "who was there today is not silent"
    with pytest.raises(Invalid):
        await use.choose_meetup(who, everybody.id, 999_999)


async def test_who_cannot_be_reached_is_counted_not_named(network: Network) -> None:
    people = await crowd(network, 7)
    refuses, full = people[0], people[1]
    await network.services.team_messages.want(refuses, wanted=False)
    async with network.db.transaction() as session:
        for number in range(nudges.PER_WEEK):
            session.add(
                Nudge(
                    outbox_id=9000 + number,
                    network_id=full.network_id,
                    member_id=full.member_id,
                    at=network.clock.now(),
                )
            )
    reach = (await draft(network)).reach
    assert (reach.recipients, reach.told, reach.refused, reach.waiting) == (8, True, 1, 1)
    message = await draft(network)
    await sent(network, message)
    assert refuses.member_id not in await to_whom(network, message)
    await network.services.team_messages.want(refuses, wanted=True)
    assert (await draft(network)).reach.recipients == 9


async def test_under_five_people_no_detail_is_told(network: Network) -> None:
    people = await crowd(network, 2)
    await network.services.team_messages.want(people[0], wanted=False)
    reach = (await draft(network)).reach
    assert (reach.recipients, reach.told, reach.refused) == (3, False, 0)


async def test_two_who_send_at_once_send_once(network: Network) -> None:
    await crowd(network, 5)
    message = await draft(network)
    first, second = await asyncio.gather(sent(network, message), sent(network, message))
    assert (first.state, second.state) == ("sent", "sent")
    assert (first.recipients, second.recipients) == (7, 7)
    every = await rows(network.db, SENT)
    assert len(every) == len({row.recipient_id for row in every}) == 7
    assert {row.due_at for row in every} == {network.clock.now() + GRACE}
    acts = await network.services.audits.acts(network[Role.FACILITATOR], family="message")
    assert [act.action for act in acts.items] == ["message.send"]


async def test_what_was_not_seen_is_not_sent(network: Network) -> None:
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    message = await draft(network)
    await use.write(who, message.id, "Un autre objet", message.body, version=message.version)
    with pytest.raises(MessageChanged):
        await sent(network, message)
    with pytest.raises(MessageChanged):
        await use.write(who, message.id, "Encore un autre", message.body, version=message.version)
    await use.write(who, message.id, "En connaissance de cause", message.body)
    assert not await rows(network.db, SENT)
    now = await use.message(who, message.id)
    await sent(network, now)
    with pytest.raises(MessageSent):
        await use.write(who, message.id, "Trop tard", message.body)
    again = await use.again(who, message.id)
    assert (again.state, again.title, again.id == message.id) == ("draft", "En connaissance de cause", False)


async def test_nobody_and_no_budget_are_said_and_the_draft_stays(network: Network) -> None:
    message = await draft(network, place="Paris")
    with pytest.raises(Invalid) as nobody:
        await sent(network, message)
    assert nobody.value.details["problem"] == "nobody_chosen"
    async with network.db.transaction() as session:
        await stored_nudges.set_per_week(session, network[Role.ADMIN].network_id, 0)
    message = await draft(network)
    assert message.per_week == 0
    with pytest.raises(Invalid) as closed:
        await sent(network, message)
    assert closed.value.details["problem"] == "no_nudges"
    found = await network.services.team_messages.every(network[Role.FACILITATOR])
    assert [line.state for line in found] == ["draft", "draft"]


async def test_it_is_checked_again_when_it_leaves(network: Network) -> None:
    """Who left, wants no more, or is not concerned any more gets nothing; nor does anybody once cancelled."""
    use = network.services.team_messages
    leaves, stops, answers, stays = people = await crowd(network, 4)
    meetup = await planned(network)
    for one in people:
        await network.services.registrations.answer(one, meetup.id, "yes")
    message = await use.choose_meetup(network[Role.FACILITATOR], (await draft(network)).id, meetup.id)
    await sent(network, message)
    await network.services.members.suspend(network[Role.ADMIN], leaves.member_id or 0)
    await use.want(stops, wanted=False)
    await network.services.registrations.answer(answers, meetup.id, "no")
    found = dict(zip((one.member_id for one in people), await plans(network), strict=True))
    assert found[leaves.member_id] == Drop("not_concerned")
    assert found[stops.member_id] == Drop("not_wanted")
    assert found[answers.member_id] == Drop("not_concerned")
    plan = found[stays.member_id]
    assert isinstance(plan, Direct)
    assert plan.member_id == stays.member_id
    assert planners(WORDS)[SENT].nudge
    cancelled = await use.cancel(network[Role.FACILITATOR], message.id)
    assert (cancelled.state, cancelled.progress.dropped, cancelled.progress.waiting) == ("cancelled", 4, 0)
    assert await use.cancel(network[Role.FACILITATOR], message.id) == cancelled
    assert set(await plans(network)) == {Drop("cancelled")}


async def test_the_forecast_shows_it_and_takes_it_back(network: Network) -> None:
    await crowd(network, 2)
    message = await draft(network)
    await sent(network, message)
    facilitator, forecasts = network[Role.FACILITATOR], network.services.forecasts
    lines = [line for line in (await forecasts.coming(facilitator)).items if line.kind == SENT]
    assert [(line.number, line.about) for line in lines] == [(4, "Une invitation")]
    assert await forecasts.cancel(facilitator, lines[0].row_id) == 4
    assert {row.state for row in await rows(network.db, SENT)} == {OutboxState.DROPPED}


async def test_a_chosen_date_is_read_back_and_never_in_the_past(network: Network) -> None:
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    made = await use.write(who, 0, "Un objet", "Un message assez long.", "jeudi 14h30")
    assert made.leaves_at is not None
    assert f"{made.leaves_at:%d/%m %H:%M}" == "05/03 13:30"
    network.clock.advance(timedelta(days=10))
    assert (await sent(network, made)).leaves_at == network.clock.now() + GRACE
    with pytest.raises(Invalid) as wrong:
        await use.write(who, 0, "Un objet", "Un message assez long.", "un de ces jours")
    assert wrong.value.details["field"] == "when"


@pytest.mark.parametrize(
    ("title", "body", "field", "problem"),
    [
        ("", "Un message assez long.", "title", "missing"),
        ("ab", "Un message assez long.", "title", "too_short"),
        ("x" * (team_messages.TITLE_LONGEST + 1), "Un message assez long.", "title", "too_long"),
        ("Objet", "\u200b\n  \n", "body", "missing"),
        ("Objet", "court", "body", "too_short"),
        ("Objet", "x" * (team_messages.BODY_LONGEST + 1), "body", "too_long"),
        ("Objet", "*" * team_messages.BODY_LONGEST, "body", "too_many_marks"),
    ],
)
async def test_words_that_do_not_fit(
    network: Network, title: str, body: str, field: str, problem: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await network.services.team_messages.write(network[Role.FACILITATOR], 0, title, body)
    assert (refusal.value.details["field"], refusal.value.details["problem"]) == (field, problem)


async def test_typed_templates_and_pings_are_only_text(network: Network) -> None:
    """At the limits of length, in both languages: whole, and without any power."""
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    body = ("{{ network }} {% for x in y %} @everyone <@42> " + "é" * 2000)[: team_messages.BODY_LONGEST]
    made = await use.write(who, 0, "{{ 7 * 7 }} " + "o" * 100, body)
    shown = await use.preview(who, made.id)
    for locale in ("fr", "en"):
        text = WORDS.render(team_messages.SHIPPED, locale, message=shown)
        assert text.title.startswith("{{ 7 ")
        assert "{% for x in y %}" in text.body
        assert text.body.endswith("éé")
        assert "@everyone" not in text.body
        assert "<@42>" not in text.body
        assert len(text.title) + len(text.body) + len(text.note) <= 4000


async def test_drafts_are_of_the_team_and_not_without_number(network: Network) -> None:
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    made = [await draft(network) for _ in range(team_messages.DRAFTS_MOST)]
    with pytest.raises(TooManyMessages):
        await draft(network)
    assert await use.drop(network[Role.ADMIN], made[0].id) == "Une invitation"
    with pytest.raises(NotFound):
        await use.message(who, made[0].id)
    assert (await use.write(who, 0, "Un objet", "Un message assez long.", silent=60)).audience.silent == 60


async def test_another_network_reaches_none_of_it(network: Network, other_admin: Actor) -> None:
    use = network.services.team_messages
    message = await draft(network)
    assert (await use.every(other_admin)) == ()
    theirs = await use.write(other_admin, 0, "Un objet", "Un message assez long.")
    assert theirs.reach.recipients == 0, "nobody but who writes is there"
    for reach in (
        use.message(other_admin, message.id),
        use.write(other_admin, message.id, "Un objet", "Un message assez long."),
        use.choose(other_admin, message.id, Choice("members")),
        use.choose_meetup(other_admin, message.id, 0),
        use.preview(other_admin, message.id),
        use.send(other_admin, message.id, message.version),
        use.cancel(other_admin, message.id),
        use.drop(other_admin, message.id),
        use.again(other_admin, message.id),
        use.read(other_admin, message.id),
    ):
        with pytest.raises(NotFound):
            await reach
    meetup = await planned(network)
    with pytest.raises(Invalid):
        await use.choose_meetup(other_admin, theirs.id, meetup.id)
    theme = (await use.themes(network[Role.FACILITATOR]))[0][0]
    with pytest.raises(Invalid):
        await use.choose(other_admin, theirs.id, Choice("members", themes=[str(theme)]))


async def test_only_its_recipients_read_it_and_answer_for_the_right_network(network: Network) -> None:
    use, member = network.services.team_messages, network[Role.MEMBER]
    message = await draft(network)
    with pytest.raises(NotFound):
        await use.read(member, message.id)
    await sent(network, message)
    assert (await use.read(member, message.id)).body == message.body
    with pytest.raises(NotFound):
        await use.read(network[Role.NEWCOMER], message.id)
    await network.services.networks.set_up(
        standing("1", server_ref=OTHER_SERVER, manages_server=True), name="Un autre réseau"
    )
    await network.services.members.arrive(standing("3", server_ref=OTHER_SERVER))
    known = await use.reader(standing("3", server_ref=None), message.id)
    assert (known.network_id, known.member_id) == (member.network_id, member.member_id)
    await use.want(known, wanted=False)
    assert not await use.wanted(member)
    with pytest.raises(NotFound):
        await use.reader(standing("2", server_ref=None), message.id)


async def test_who_wrote_it_may_go_and_the_message_stays(network: Network) -> None:
    use, who = network.services.team_messages, network[Role.FACILITATOR]
    message = await draft(network)
    await sent(network, message)
    assert (await use.preview(who, message.id)).author_ref == "4"
    await network.services.privacy.erase(who)
    shown = await use.preview(network[Role.ADMIN], message.id)
    assert (shown.body, shown.author, shown.author_ref) == (message.body, "", "")
