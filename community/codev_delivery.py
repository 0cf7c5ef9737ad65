"""What rows about codéveloppement become: the thread, each step, the timers, the line that is kept.

A row looks again: a timer of before a pause, or of a step that is over, says nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import codev_rules as rules
from community.codev_views import CodevView, view
from community.outbox import Card, Drop, ForumPost, GiveUp, Plan, Planner, Post
from community.ports import Button
from storage import codev, networks
from storage.codev import ALIVE, CodevState
from storage.networks import Place
from storage.outbox import Outbox

Rows = Sequence[Sequence[Button]]


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "codev.opened": Opened(),
        "codev.step": Said("codev/step"),
        "codev.soon": Timer(),
        "codev.over": Timer(),
        "codev.changed": Said("codev/changed"),
        "codev.ended": Said("codev/ended"),
        "codev.outcome": Said("codev/outcome"),
    }


def open_rows(session_id: int) -> Rows:
    """Before the start: who comes, and who begins."""
    return (
        (
            Button("codev.join", session_id, style="primary"),
            Button("codev.leave", session_id),
            Button("codev.show", session_id),
            Button("codev.start", session_id, style="success"),
        ),
    )


def running_rows(shown: CodevView) -> Rows:
    """While it goes on. Each carries what it was pressed for: a second click changes nothing."""
    paused = shown.state == CodevState.PAUSED
    return (
        (
            Button("codev.next", shown.id, shown.step, style="primary"),
            Button("codev.extend", shown.id, shown.version),
            Button("codev.resume", shown.id, style="success") if paused else Button("codev.pause", shown.id),
            Button("codev.leave", shown.id),
            Button("codev.stop", shown.id, style="danger"),
        ),
    )


def ended_rows(shown: CodevView) -> Rows:
    """Afterwards: the one line."""
    if shown.state == CodevState.STOPPED or shown.outcome:
        return ()
    return ((Button("codev.outcome", shown.id, style="primary"),),)


class Opened(Planner):
    """The session's own thread, where people say that they come."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await codev.get(session, row.network_id, row.subject_id or 0)
        if found is None or found.state != CodevState.OPEN or found.thread_ref is not None:
            return Drop("already_handled")
        forum = (await networks.places(session, row.network_id)).get(Place.NEEDS)
        if forum is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        values = {"codev": await view(session, found), "fewest": rules.FEWEST, "most": rules.MOST}
        card = Card("codev/opened", network.locale, values, open_rows(found.id or 0))
        return ForumPost(forum.channel_ref, card)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        found = await codev.locked(session, row.network_id, row.subject_id or 0)
        if found is not None and ref:
            found.thread_ref = ref
            session.add(found)


class Said(Planner):
    """A message in the thread; where that is gone, in the place of meetups."""

    def __init__(self, template: str) -> None:
        self._template = template

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await codev.get(session, row.network_id, row.subject_id or 0)
        if found is None:
            return Drop("gone")
        shown = await view(session, found)
        if row.kind == "codev.step" and (
            found.state not in ALIVE or found.step != int(row.details.get("step", 0))
        ):
            return Drop("step_over")
        if row.kind == "codev.changed" and found.state not in ALIVE:
            return Drop("ended")
        rows = running_rows(shown) if found.state in ALIVE else ended_rows(shown)
        return await _in_thread(session, row, self._template, shown, rows)


class Timer(Planner):
    """Time is nearly up, or up: nobody is interrupted by itself, who facilitates goes on."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await codev.get(session, row.network_id, row.subject_id or 0)
        if found is None or found.state != CodevState.RUNNING or found.version != row.details.get("version"):
            return Drop("time_changed")
        shown = await view(session, found)
        template = "codev/soon" if row.kind == "codev.soon" else "codev/over"
        return await _in_thread(session, row, template, shown, running_rows(shown))


async def _in_thread(session: AsyncSession, row: Outbox, template: str, shown: CodevView, rows: Rows) -> Plan:
    network = await networks.get(session, row.network_id)
    meetups = (await networks.places(session, row.network_id)).get(Place.MEETUPS)
    # Those who have something to do now are called; a channel that is not theirs alone pings nobody.
    called = [person.account_ref for person in shown.people if person.account_ref]
    values = {"codev": shown, "timezone": network.timezone}
    card = Card(template, network.locale, values, rows)
    elsewhere = Post(meetups.channel_ref, card) if meetups is not None else None
    if shown.thread_ref is None:
        return elsewhere or GiveUp("no_place")
    mentions = called if row.kind in ("codev.step", "codev.changed") else ()
    return Post(shown.thread_ref, Card(template, network.locale, values, rows, mentions), elsewhere)
