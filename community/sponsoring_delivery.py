"""What rows about accompaniment become: a request, its beginning, three words along the way, its end."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.outbox import Card, Direct, Drop, Plan, Planner
from community.ports import Button
from community.sponsoring import pair_for
from storage import members, networks, sponsors
from storage.members import MemberState
from storage.outbox import Outbox
from storage.sponsors import PairState, Sponsorship


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "sponsor.asked": Asked(),
        "sponsor.begun": Begun(),
        "sponsor.word": Word(),
        "sponsor.ended": Ended(),
    }


class Asked(Planner):
    """To who offered: a newcomer asks them. They may leave it without an answer."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        made = await _standing(session, row, PairState.ASKED)
        if made is None or await sponsors.offer(session, row.network_id, made.sponsor_id) is None:
            return Drop("decided_otherwise")
        number = made.id or 0
        buttons = (Button("sponsor.accept", number, style="success"), Button("sponsor.decline", number))
        return await _told(session, row, made, "sponsoring/asked", buttons)


class Begun(Planner):
    """To the newcomer: somebody said yes."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        made = await _standing(session, row, PairState.GOES_ON)
        if made is None:
            return Drop("decided_otherwise")
        return await _told(session, row, made, "sponsoring/begun", (Button("sponsor.mine"),))


class Word(Planner):
    """After three days, two weeks, a month: an idea for the next talk; stops with the pair."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        made = await _standing(session, row, PairState.GOES_ON)
        if made is None:
            return Drop("decided_otherwise")
        days = int(row.details["days"])
        last = (Button("sponsor.mine"),) if made.until <= now else ()
        buttons = last or (Button("sponsor.mine"), Button("sponsor.end", made.id or 0, style="danger"))
        return await _told(session, row, made, "sponsoring/word", buttons, days=days, quiet=True)


class Ended(Planner):
    """To the other one. Who stopped, and why, is not said: they may have left and been erased since."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_active")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        buttons = (Button("sponsor.find", style="primary"), Button("sponsor.mine"))
        card = Card("sponsoring/ended", locale, {"network": network.name}, (buttons,))
        return Direct(member.id or 0, card)


async def _standing(session: AsyncSession, row: Outbox, state: PairState) -> Sponsorship | None:
    """The pair, when it is still so and both are there."""
    made = await sponsors.pair(session, row.network_id, row.subject_id or 0)
    if made is None or made.state != state:
        return None
    both = await members.several(session, row.network_id, (made.newcomer_id, made.sponsor_id))
    here = [one for one in both.values() if one.state == MemberState.ACTIVE]
    return made if len(here) == len({made.newcomer_id, made.sponsor_id}) else None


async def _told(
    session: AsyncSession,
    row: Outbox,
    made: Sponsorship,
    template: str,
    buttons: tuple[Button, ...],
    *,
    days: int = 0,
    quiet: bool = False,
) -> Plan:
    member = await members.get(session, row.network_id, row.recipient_id or 0)
    if member is None:
        return Drop("left")
    network = await networks.get(session, row.network_id)
    locale = await members.language(session, member, network.locale)
    values = {
        "network": network.name,
        "timezone": member.timezone or network.timezone,
        "pair": await pair_for(session, made, member.id or 0),
        "days": days,
    }
    return Direct(member.id or 0, Card(template, locale, values, (buttons,)), quiet=quiet)
