"""Threads: answers, followers, acceptance, closing; on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from community.actors import Role
from community.errors import Invalid, NotFound
from community.outbox import Direct, Drop, Edit, KeepThread, Post
from community.thread_listening import OpenedByHand
from community.thread_rules import NotAnAnswer, NotYourThread, ThreadLocked, next_morning
from storage.threads import ThreadState
from tests.community.conftest import SERVER, Network, standing
from tests.community.threads import (
    ADMIN,
    ASKS,
    CHANNEL,
    DAY,
    FACILITATOR,
    HOUR,
    asked,
    due,
    leave,
    pointed,
    rows,
    says,
    stored,
)


async def test_opening_twice_is_opening_once(network: Network) -> None:
    first = await asked(network)
    again = await asked(network)
    assert (first.id, first.following, first.mine) == (again.id, True, True)


async def test_the_first_answer_is_somebody_elses_and_no_bots(network: Network) -> None:
    await asked(network)
    await says(network, ASKS, 701)
    await says(network, "99", 702, person=False)
    assert (await stored(network)).first_answer_at is None
    network.clock.advance(HOUR)
    await says(network, FACILITATOR, 703)
    answered = network.clock.now()
    network.clock.advance(HOUR)
    await says(network, "12345", 704)  # somebody whom the network does not know
    thread = await stored(network)
    assert (thread.first_answer_at, thread.last_message_ref) == (answered, "704")
    assert thread.last_activity_at == network.clock.now()


async def test_what_is_not_followed_costs_nothing_and_changes_nothing(network: Network) -> None:
    await says(network, FACILITATOR, 801, channel="800")
    await says(network, FACILITATOR, 801, server="4444")
    assert not await rows(network, "thread.first_reply")


async def test_the_first_reply_is_told_at_once_and_once(network: Network) -> None:
    await asked(network)
    await asyncio.gather(*(says(network, account, 701) for account in (FACILITATOR, FACILITATOR)))
    await says(network, ADMIN, 702)
    (row,) = await rows(network, "thread.first_reply")
    assert row.due_at == network.clock.now()
    (told,) = await leave(network, "thread.first_reply")
    assert isinstance(told, Direct)
    assert told.card.values["answerer"] == "Personne 4"
    assert [button.action for button in told.card.rows[0]] == ["thread.accept", "thread.unfollow"]


async def test_later_replies_wait_for_the_members_own_morning(network: Network) -> None:
    await asked(network)
    await says(network, FACILITATOR, 701)
    await leave(network, "thread.first_reply")
    network.clock.advance(HOUR)
    await says(network, ADMIN, 702)
    await says(network, FACILITATOR, 703)
    (row,) = await rows(network, "thread.batch")
    assert row.due_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # nine o'clock in Paris
    network.clock.jump(row.due_at)
    (told,) = await leave(network, "thread.batch")
    assert isinstance(told, Direct)
    assert [item.count for item in told.card.values["news"]] == [2]  # the first one was told already
    await says(network, ADMIN, 704)
    network.clock.advance(DAY)
    (later,) = await leave(network, "thread.batch")
    assert isinstance(later, Direct)
    assert [item.count for item in later.card.values["news"]] == [1]


async def test_who_wrote_or_clicked_since_has_read(network: Network) -> None:
    thread = await asked(network)
    await says(network, FACILITATOR, 701)
    network.clock.advance(HOUR)
    await says(network, ASKS, 702)
    assert await leave(network, "thread.first_reply") == [Drop("read")]
    await says(network, ADMIN, 703)
    network.clock.advance(HOUR)
    await network.services.threads.thread(network[Role.MEMBER], thread.id)
    network.clock.advance(DAY)
    assert await leave(network, "thread.batch") == [Drop("read")]


async def test_a_follower_is_told_like_the_author_until_they_say_no(network: Network) -> None:
    thread = await asked(network)
    ears, threads = network.services.thread_ears, network.services.threads
    await ears.reacted("discord", SERVER, CHANNEL, FACILITATOR, on=True)
    await ears.reacted("discord", SERVER, CHANNEL, "12345", on=True)  # nobody that we know
    await says(network, ADMIN, 701)
    told = await leave(network, "thread.first_reply")
    assert [row.recipient_id for row in await rows(network, "thread.first_reply")] == [
        network[Role.MEMBER].member_id,
        network[Role.FACILITATOR].member_id,
    ]
    assert all(isinstance(one, Direct) for one in told)
    assert [len(one.card.rows[0]) for one in told if isinstance(one, Direct)] == [2, 1]
    await ears.reacted("discord", SERVER, CHANNEL, FACILITATOR, on=False)
    no = await threads.follow(network[Role.MEMBER], thread.id, False)
    assert (no.changed, no.thread.following) == (True, False)
    await says(network, ADMIN, 702)
    assert not await rows(network, "thread.batch")
    # A « no » by the button is stronger than a reaction.
    await ears.reacted("discord", SERVER, CHANNEL, ASKS, on=True)
    assert not (await threads.thread(network[Role.MEMBER], thread.id)).following


async def test_someone_who_left_or_is_suspended_is_told_nothing(network: Network) -> None:
    await asked(network)
    await says(network, FACILITATOR, 701)
    await network.services.members.depart("discord", SERVER, ASKS)
    assert await leave(network, "thread.first_reply") == [Drop("gone")]
    await says(network, FACILITATOR, 702)
    assert not await rows(network, "thread.batch")


async def test_an_answer_is_accepted_replaced_and_undone(network: Network) -> None:
    thread = await asked(network)
    threads, member = network.services.threads, network[Role.MEMBER]
    await says(network, FACILITATOR, 701)
    await says(network, ADMIN, 702)
    (reply, _other) = reversed(await threads.to_accept(member, thread.id))
    done = await threads.accept_reply(member, reply.id)
    assert (done.changed, done.thread.state, done.thread.accepted_ref) == (True, "answered", "701")
    assert not (await threads.accept(member, pointed(network, 701))).changed
    other = await threads.accept(network[Role.FACILITATOR], pointed(network, 702, ADMIN))
    assert (other.thread.accepted_ref, other.thread.answerer_name) == ("702", "Personne 1")
    undone = await threads.undo(member, thread.id)
    assert (undone.changed, undone.thread.state, undone.thread.accepted_ref) == (True, "open", None)
    assert not (await threads.undo(member, thread.id)).changed
    thanked = await leave(network, "thread.thanks")
    assert thanked == [Drop("decided_otherwise"), Drop("decided_otherwise")]


async def test_who_answered_is_thanked_once(network: Network) -> None:
    await asked(network)
    threads, member = network.services.threads, network[Role.MEMBER]
    await says(network, FACILITATOR, 701)
    for _again in range(2):
        done = await threads.accept(member, pointed(network, 701))
        await threads.undo(member, done.thread.id)
    await threads.accept(member, pointed(network, 701))
    (told,) = await leave(network, "thread.thanks")
    assert isinstance(told, Direct)
    assert told.member_id == network[Role.FACILITATOR].member_id


async def test_only_the_author_or_a_facilitator_settles(network: Network) -> None:
    thread = await asked(network, author=network[Role.FACILITATOR])
    threads, member = network.services.threads, network[Role.MEMBER]
    for act in (
        threads.accept(member, pointed(network, 701)),
        threads.undo(member, thread.id),
        threads.close(member, thread.id),
        threads.reopen(member, thread.id),
        threads.to_accept(member, thread.id),
    ):
        with pytest.raises(NotYourThread):
            await act
    assert not (await threads.show(member, CHANNEL)).may_settle


async def test_what_cannot_be_an_answer(network: Network) -> None:
    await asked(network)
    await asked(network, "800", asks=False)
    threads, member = network.services.threads, network[Role.MEMBER]
    for message in (
        pointed(network, 700),
        pointed(network, 701, person=False),
        pointed(network, 801, channel="800"),
    ):
        with pytest.raises(NotAnAnswer):
            await threads.accept(member, message)
    with pytest.raises(NotFound):
        await threads.accept(member, pointed(network, 901, channel="900"))


async def test_accepting_a_message_that_was_missed_counts_it(network: Network) -> None:
    """The bot was away when it was written."""
    await asked(network)
    network.clock.advance(HOUR)
    done = await network.services.threads.accept(network[Role.MEMBER], pointed(network, 701))
    assert (done.thread.answered, done.thread.answerer_name) == (True, "Personne 4")
    assert (await stored(network)).first_answer_at == network.clock.now()


async def test_two_people_accept_at_once_and_the_thread_has_one_answer(network: Network) -> None:
    await asked(network)
    await says(network, ADMIN, 701)
    await says(network, ADMIN, 702)
    threads = network.services.threads
    done = await asyncio.gather(
        threads.accept(network[Role.MEMBER], pointed(network, 701, ADMIN)),
        threads.accept(network[Role.FACILITATOR], pointed(network, 702, ADMIN)),
        threads.accept(network[Role.MEMBER], pointed(network, 701, ADMIN)),
    )
    thread = await stored(network)
    assert thread.accepted_ref in ("701", "702")
    assert thread.state == ThreadState.ANSWERED
    assert 2 <= sum(one.changed for one in done) <= 3


async def test_accepting_while_closing_keeps_both(network: Network) -> None:
    thread = await asked(network)
    await says(network, FACILITATOR, 701)
    threads, member = network.services.threads, network[Role.MEMBER]
    await asyncio.gather(threads.accept(member, pointed(network, 701)), threads.close(member, thread.id))
    stands = await stored(network)
    assert (stands.state, stands.accepted_ref) == (ThreadState.CLOSED, "701")
    again = await threads.reopen(member, thread.id)
    assert again.thread.state == "answered"


async def test_the_thread_shows_how_it_stands(network: Network) -> None:
    thread = await asked(network)
    threads, member = network.services.threads, network[Role.MEMBER]
    await says(network, FACILITATOR, 701)
    (said,) = await leave(network, "thread.notice", "750")
    assert isinstance(said, Post)
    assert [button.action for button in said.card.rows[0]] == ["thread.accept", "thread.pick", "thread.close"]
    assert [type(one) for one in await leave(network, "thread.mirror")] == [KeepThread]
    await threads.accept(member, pointed(network, 701))
    (shown,) = await leave(network, "thread.notice", "751")
    assert isinstance(shown, Post)  # at the end of the thread, where people are
    (mirror,) = await leave(network, "thread.mirror")
    assert mirror == KeepThread(CHANNEL, False, False, {"Réponse trouvée": True})
    await threads.undo(member, thread.id)
    (undone,) = await leave(network, "thread.notice")
    assert isinstance(undone, Edit)
    assert undone.message_ref == "751"
    await threads.close(network[Role.FACILITATOR], thread.id)
    await leave(network, "thread.notice", "752")
    (locked,) = await leave(network, "thread.mirror")
    assert locked == KeepThread(CHANNEL, True, True, {"Réponse trouvée": False})


async def test_closing_and_opening_again(network: Network) -> None:
    thread = await asked(network)
    threads, member = network.services.threads, network[Role.MEMBER]
    assert (await threads.close(member, thread.id)).thread.closed_why == "author"
    assert not (await threads.close(member, thread.id)).changed
    await says(network, "99", 701, person=False)  # our own notice is nobody's wish
    assert (await stored(network)).state == ThreadState.CLOSED
    await says(network, FACILITATOR, 702)
    assert (await stored(network)).state == ThreadState.OPEN
    await threads.close(network[Role.FACILITATOR], thread.id)
    await says(network, FACILITATOR, 703)
    assert (await stored(network)).state == ThreadState.CLOSED
    with pytest.raises(ThreadLocked):
        await threads.reopen(member, thread.id)
    assert (await threads.reopen(network[Role.ADMIN], thread.id)).changed
    assert not (await threads.reopen(member, thread.id)).changed


async def test_a_deleted_thread_is_asked_and_told_no_more(network: Network) -> None:
    thread = await asked(network)
    await says(network, FACILITATOR, 701)
    await network.services.thread_ears.deleted("discord", SERVER, CHANNEL)
    threads, member = network.services.threads, network[Role.MEMBER]
    for act in (
        threads.show(member, CHANNEL),
        threads.close(member, thread.id),
        threads.accept(member, pointed(network, 701)),
        threads.follow(member, thread.id, True),
    ):
        with pytest.raises(NotFound):
            await act
    assert await leave(network, "thread.first_reply") == [Drop("gone")]
    assert await leave(network, "thread.notice") == [Drop("gone")]
    assert not await threads.mine(member)


async def test_a_deleted_message_never_was(network: Network) -> None:
    await asked(network)
    ears = network.services.thread_ears
    await says(network, FACILITATOR, 701)
    network.clock.advance(HOUR)
    await says(network, ADMIN, 702)
    await network.services.threads.accept(network[Role.MEMBER], pointed(network, 701))
    await ears.unsaid("discord", SERVER, CHANNEL, "701")
    thread = await stored(network)
    assert (thread.state, thread.accepted_ref) == (ThreadState.OPEN, None)
    assert thread.first_answer_at == network.clock.now()
    await ears.unsaid("discord", SERVER, CHANNEL, "702")
    assert (await stored(network)).first_answer_at is None


async def test_a_thread_opened_by_hand_is_followed_too(network: Network) -> None:
    forum = network.server.channels["practices"]
    tag = (await network.services.networks.themes(network[Role.MEMBER]))[1].tag
    for channel, parent in (("900", forum), ("900", forum), ("901", "12")):
        told = OpenedByHand(
            SERVER, parent, channel, ASKS, "Qui a un modèle ?", [tag.upper()], network.clock.now()
        )
        await network.services.thread_ears.opened_by_hand(told)
    (mine,) = await network.services.threads.mine(network[Role.MEMBER])
    assert (mine.title, mine.kind, mine.asks, mine.channel_ref) == ("Qui a un modèle ?", "free", True, "900")
    await network.services.thread_ears.renamed("discord", SERVER, "900", "Modèle de charte")
    assert (await network.services.threads.thread(network[Role.MEMBER], mine.id)).title == "Modèle de charte"


async def test_what_was_said_in_the_bots_absence_is_looked_up(network: Network) -> None:
    await asked(network)
    await asked(network, "800")
    await says(network, FACILITATOR, 701)
    latest = {"700": "701", "800": "805", "900": "905"}
    assert await network.services.thread_ears.missed("discord", SERVER, latest) == {"800": "800"}


async def test_writing_is_being_active(network: Network) -> None:
    await asked(network)
    network.clock.advance(timedelta(days=40))
    await says(network, ASKS, 701)
    async with network.db.reading() as session:
        from storage import members

        member = await members.get(
            session, network[Role.MEMBER].network_id, network[Role.MEMBER].member_id or 0
        )
    assert member is not None
    assert member.seen_at == network.clock.now()


@pytest.mark.parametrize(
    ("hours", "days"), [("", "30"), ("deux", "30"), ("0", "30"), ("48", "366"), ("9999999", "3")]
)
async def test_a_pace_that_makes_no_sense_is_refused(network: Network, hours: str, days: str) -> None:
    with pytest.raises(Invalid):
        await network.services.threads.set_rules(network[Role.FACILITATOR], hours, days)


def test_the_next_morning_is_of_the_place_and_of_the_season() -> None:
    evening = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # the clocks change that night
    assert next_morning(evening, "Europe/Paris") == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert next_morning(evening, "Indian/Reunion") == datetime(2026, 3, 30, 5, 0, tzinfo=UTC)


async def test_nothing_is_known_from_another_network(network: Network) -> None:
    thread = await asked(network)
    there = standing("3", server_ref="2000")
    from dataclasses import replace

    await network.services.networks.set_up(replace(there, manages_server=True), name="Un autre")
    spy = await network.services.members.identify(replace(there, manages_server=True))
    threads = network.services.threads
    for act in (
        threads.show(spy, CHANNEL),
        threads.thread(spy, thread.id),
        threads.close(spy, thread.id),
        threads.accept(spy, pointed(network, 701)),
        threads.follow(spy, thread.id, True),
        threads.to_accept(spy, thread.id),
    ):
        with pytest.raises(NotFound):
            await act
    assert not await threads.unanswered(spy)
    assert not await threads.mine(spy)
    await says(network, FACILITATOR, 701, server="2000")
    assert (await stored(network)).first_answer_at is None
    assert not await due(network, "thread.first_reply")
