"""The facilitators' desk: what waits, in order; who went quiet; what did not arrive; who did what."""

import inspect
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from community import desk_lines
from community.actors import Actor, Role
from community.desk import NAMED, PAGE
from community.errors import Invalid
from community.importer import Importer
from community.nudges import PER_WEEK
from community.sheets import Row
from prompts import LOCALES, Words
from storage import outbox
from storage.members import Member
from storage.needs import Need
from storage.outbox import OutboxState
from tests.community.conftest import Network
from tests.community.meetups import crowd, planned
from tests.community.needs import published
from tests.community.test_joining import join

HALF_A_YEAR = timedelta(days=180)


async def keys(network: Network) -> list[str]:
    return [line.key for line in (await network.services.desk.look(network[Role.FACILITATOR])).lines]


async def test_a_quiet_network_has_three_gestures_all_the_same(network: Network) -> None:
    view = await network.services.desk.look(network[Role.FACILITATOR])
    assert view.lines == []
    assert [gesture.key for gesture in view.gestures] == ["no_meetup", "no_resource", "invite"]
    assert view == await network.services.desk.look(network[Role.ADMIN]), "the same for everyone who looks"


async def test_imported_resources_are_published_ones(network: Network) -> None:
    actor = network[Role.FACILITATOR]
    rows = [Row(1, {"title": "Guide du ZAN", "url": "https://example.org/zan"})]
    await Importer(network.db, network.clock).resources(Actor.operator(actor.network_id), rows)
    view = await network.services.desk.look(actor)
    assert [gesture.key for gesture in view.gestures] == ["no_meetup", "invite", "thank"]
    network.clock.advance(timedelta(days=31))
    view = await network.services.desk.look(actor)
    assert "no_resource" in [gesture.key for gesture in view.gestures]


def test_every_line_has_its_words_on_the_page_too() -> None:
    keys = set(re.findall(r'DeskLine\(\s*"(\w+)"', inspect.getsource(desk_lines)))
    assert len(keys) >= len(desk_lines.LOOKS)
    words = Words()
    for locale in LOCALES:
        assert {*words.table("desk_lines", locale)} >= keys
        assert {*words.table("desk_since", locale)} >= keys


async def test_lists_name_more_and_say_where(network: Network, other_admin: Actor) -> None:
    await crowd(network, desk_lines.NAMED + 2)
    network.clock.advance(desk_lines.SILENT_AFTER + timedelta(days=1))
    await published(network, "Une aire de jeux à refaire")
    async with network.db.transaction() as session:
        need = (await session.exec(select(Need))).one()
        need.thread_ref = "777"
        session.add(need)
    network.clock.advance(timedelta(days=3))
    view = await network.services.desk.lists(network[Role.FACILITATOR])
    lines = {line.key: line for line in view.lines}
    assert [(one.name, one.address) for one in lines["needs"].items] == [
        ("Une aire de jeux à refaire", "https://discord.com/channels/1000/777")
    ]
    silent = lines["silent"]
    assert (len(silent.items), silent.more) == (desk_lines.NAMED, silent.count - desk_lines.NAMED)
    assert silent.items[0].address is None
    assert str(view.corner).startswith("https://discord.com/channels/1000/")
    brief = await network.services.desk.look(network[Role.FACILITATOR])
    assert [len(line.names) for line in brief.lines if line.key == "silent"] == [NAMED]
    assert view.gestures == brief.gestures
    theirs = await network.services.desk.lists(other_admin)
    assert [(line.key, [one.name for one in line.items]) for line in theirs.lines] == [
        ("silent", ["Personne 1"])
    ]
    assert "/2000/" in str(theirs.corner)


async def test_people_who_wait_come_first(network: Network) -> None:
    await network.propose()
    await join(network, "7", admit=False)
    await planned(network, after=timedelta(days=5), title="Café des pairs")
    network.clock.advance(timedelta(days=2))
    view = await network.services.desk.look(network[Role.FACILITATOR])
    assert [(line.key, line.count, list(line.names)) for line in view.lines] == [
        ("requests", 1, ["Personne 7"]),
        ("meetups", 1, ["Café des pairs"]),
        ("proposals", 1, ["Guide de la concertation"]),
    ]
    assert [gesture.key for gesture in view.gestures] == ["requests", "meetups", "proposals"]
    assert view.gestures[0].name == "Personne 7"
    assert view.gestures[0].since == network.clock.now() - timedelta(days=2)


@pytest.mark.parametrize(
    ("people", "days", "seats", "shown"),
    [
        *((2, 14, "", True), (3, 14, "", False), (2, 15, "", False)),
        *((1, 14, "3", True), (2, 14, "3", False), (0, 14, "1", True)),
    ],
)
async def test_a_meetup_with_few_people(
    network: Network, people: int, days: int, seats: str, shown: bool
) -> None:
    meetup = await planned(network, after=timedelta(days=days), capacity=seats)
    for actor in await crowd(network, people):
        await network.services.registrations.answer(actor, meetup.id, "yes")
    assert ("meetups" in await keys(network)) is shown


async def test_silent_members_are_paged_by_name(network: Network) -> None:
    await crowd(network, PAGE + 2)
    network.clock.advance(desk_lines.SILENT_AFTER)
    assert "silent" not in await keys(network), "sixty days to the second is not more than sixty days"
    network.clock.advance(timedelta(seconds=1))
    async with network.db.transaction() as session:
        one = await session.get_one(Member, network[Role.MEMBER].member_id)
        one.seen_at = network.clock.now()
        session.add(one)
    first = await network.services.desk.silent(network[Role.FACILITATOR])
    last = await network.services.desk.silent(network[Role.FACILITATOR], 99)
    names = {one.name for one in (*first.items, *last.items)}
    assert (first.pages, last.page, len(names)) == (2, 2, first.total)
    assert "Personne 3" not in names
    assert {"Membre 0", "Membre 11"} <= names


async def test_what_did_not_arrive_is_counted_and_sent_again(network: Network) -> None:
    now = network.clock.now()
    async with network.db.transaction() as session:
        for number, lasts in enumerate((None, None, now)):
            await outbox.enqueue(
                session,
                network_id=network[Role.ADMIN].network_id,
                kind="library.decided",
                dedupe_key=f"test:{number}",
                due_at=now,
                expires_at=lasts,
                now=now,
            )
        for row in await outbox.waiting(
            session, network[Role.ADMIN].network_id, until=now, but=(), limit=1000
        ):
            if row.dedupe_key.startswith("test:"):
                outbox.end(row, OutboxState.GIVEN_UP, now, reason="closed")
                session.add(row)
    assert "failures" in await keys(network)
    view = await network.services.desk.failed(network[Role.FACILITATOR])
    assert [(one.kind, one.reason, one.count) for one in view.items] == [("library.decided", "closed", 3)]
    assert view.again == 2
    assert await network.services.desk.try_again(network[Role.FACILITATOR]) == 2
    assert (await network.services.desk.failed(network[Role.FACILITATOR])).total == 1


async def test_what_came_too_late_alarms_nobody(network: Network) -> None:
    """After a stop, or a jump of the clock: nobody refused these, and nothing is to be mended."""
    facilitator = network[Role.FACILITATOR]
    now = network.clock.now()
    async with network.db.transaction() as session:
        await outbox.enqueue(
            session,
            network_id=facilitator.network_id,
            kind="member.follow_up",
            dedupe_key="test:late",
            due_at=now,
            expires_at=now + timedelta(hours=1),
            now=now,
        )
    network.clock.advance(timedelta(days=1))
    async with network.db.transaction() as session:
        assert [row.reason for row in await outbox.expire(session, network.clock.now())] == ["late"]
    desk = await network.services.desk.look(facilitator)
    assert "failures" not in {line.key for line in desk.lines}
    assert desk.late == 1
    assert (await network.services.desk.lists(facilitator)).late == 1
    view = await network.services.desk.failed(facilitator)
    assert ([one.kind for one in view.late], view.items, view.total) == (["member.follow_up"], [], 0)
    assert (await network.services.networks.status(facilitator)).undelivered == 0
    network.clock.advance(timedelta(days=8))
    assert (await network.services.desk.look(facilitator)).late == 0


async def test_the_desk_sees_its_network_only(network: Network, other_admin: Actor) -> None:
    await network.propose()
    await crowd(network, 3)
    network.clock.advance(HALF_A_YEAR)
    assert [line.key for line in (await network.services.desk.look(other_admin)).lines] == ["silent"]
    assert (await network.services.desk.silent(other_admin)).total == 1, "only who manages the other one"
    theirs = await network.services.audits.acts(other_admin, member_id=network[Role.ADMIN].member_id or 0)
    assert (theirs.items, theirs.who) == ([], "")


async def test_the_journal_is_narrowed_and_paged(network: Network) -> None:
    audits, facilitator = network.services.audits, network[Role.FACILITATOR]
    for number in range(15):
        await network.propose(f"Guide {number}")
    everything = await audits.acts(facilitator)
    assert everything.pages == 2
    assert everything.items[0].action == "library.propose"
    assert everything.items[0].name == "Personne 3"
    assert not any("Guide" in (act.about + act.action) for act in everything.items), "no content"
    of_admin = await audits.acts(facilitator, member_id=network[Role.ADMIN].member_id or 0)
    assert {act.name for act in of_admin.items} == {"Personne 1"}
    admissions = await audits.acts(facilitator, family="member")
    assert {act.action.partition(".")[0] for act in admissions.items} == {"member"}
    assert "Personne 4" in {act.about for act in admissions.items}
    assert (await audits.acts(facilitator, 99, family="unheard of")).total == everything.total


async def test_the_budget_is_set_and_kept(network: Network) -> None:
    nudges, facilitator = network.services.nudges, network[Role.FACILITATOR]
    assert (await nudges.budget(facilitator)).per_week == PER_WEEK
    for wrong in ("", "-1", "21", "beaucoup", "3.5", "²"):
        with pytest.raises(Invalid):
            await nudges.set_budget(facilitator, wrong)
    for number in (0, 20, 5):
        assert (await nudges.set_budget(facilitator, str(number))).per_week == number
