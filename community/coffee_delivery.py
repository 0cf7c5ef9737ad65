"""What rows about coffees become: who meets whom, who stepped back, and a week later whether they met.

A table may have changed since the draw: each row looks again at who is still there.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.coffee_tables import TableView, is_here, shown
from community.outbox import Card, Direct, Drop, Plan, Planner, Post
from community.ports import Button
from storage import coffee, members, networks, outbox
from storage.coffee import CoffeeGuest
from storage.networks import Place
from storage.outbox import Outbox


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {"coffee.paired": Paired(), "coffee.gone": Gone(), "coffee.asked": Asked()}


class Paired(Planner):
    """With whom, why, and how to begin; or that there is nobody any more."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        place = await coffee.guest(session, row.network_id, row.subject_id or 0)
        if place is None or not await is_here(session, place, now):
            return Drop("stepped_back")
        table = await shown(session, place, now)
        return await _told(session, place, "coffee/paired" if table else "coffee/gone", table)


class Gone(Planner):
    """One of the others stepped back after this guest was told."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        place = await coffee.guest(session, row.network_id, row.subject_id or 0)
        if place is None or not await is_here(session, place, now):
            return Drop("stepped_back")
        if await outbox.in_hand(session, row.network_id, "coffee.paired", place.id or 0):
            return Drop("not_told_yet")  # and will be told as it is now
        return await _told(session, place, "coffee/gone", await shown(session, place, now))


class Asked(Planner):
    """Whether they met: one click."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        place = await coffee.guest(session, row.network_id, row.subject_id or 0)
        if place is None or not await is_here(session, place, now):
            return Drop("stepped_back")
        again = row.details.get("which") == "again"
        if place.answer is not None and not (again and place.answer == coffee.CoffeeAnswer.LATER):
            return Drop("answered")
        table = await shown(session, place, now)
        return Drop("alone") if table is None else await _told(session, place, "coffee/asked", table)


async def _told(session: AsyncSession, place: CoffeeGuest, template: str, table: TableView | None) -> Plan:
    """In private, in the guest's language; who takes no private message finds it behind a button."""
    member = await members.get(session, place.network_id, place.member_id or 0)
    account = await members.identity(session, place.network_id, place.member_id or 0)
    if member is None or account is None:
        return Drop("left")
    network = await networks.get(session, place.network_id)
    locale = await members.language(session, member, network.locale)
    values = {
        "network": network.name,
        "timezone": member.timezone or network.timezone,
        "others": table.others if table else (),
        "question": table.question if table else "",
    }
    rows: tuple[tuple[Button, ...], ...] = ((Button("coffee.pause"), Button("coffee.mine")),)
    if template == "coffee/asked":
        answers = (
            Button("coffee.met", place.id or 0, style="success"),
            Button("coffee.later", place.id or 0),
            Button("coffee.not_met", place.id or 0),
        )
        rows = (answers,)
    places = await networks.places(session, place.network_id)
    where = places.get(Place.MEETUPS) or places.get(Place.WELCOME)
    card = Card(template, locale, values, rows)
    if where is None:
        return Direct(place.member_id or 0, card)
    mention = Card(
        "coffee/closed",
        locale,
        {"account": account.account_ref},
        ((Button("coffee.mine", style="primary"),),),
        mentions=(account.account_ref,),
    )
    return Direct(place.member_id or 0, card, Post(where.channel_ref, mention))
