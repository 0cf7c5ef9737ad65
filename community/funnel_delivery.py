"""The private word that a facilitator has sent to somebody who does not get further."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.outbox import Card, Direct, Drop, Plan, Planner
from community.ports import Button
from storage import funnel, members, networks, profiles
from storage.members import MemberState
from storage.outbox import Outbox


def planners() -> Mapping[str, Planner]:
    """For ``community.planners``."""
    return {"member.nudged": Nudged()}


class Nudged(Planner):
    """What they may do next, as they stand when it leaves."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state not in (MemberState.NEWCOMER, MemberState.ACTIVE):
            return Drop("not_active")
        member_id = member.id or 0
        mine = await profiles.get(session, row.network_id, member_id)
        if mine is not None and not mine.followed_up:
            return Drop("not_wanted")
        complete = member_id in await funnel.with_profile(session, row.network_id)
        admitted = member.state == MemberState.ACTIVE
        if complete and (not admitted or member_id in await funnel.who_acted(session, row.network_id)):
            return Drop("already_active")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        if not admitted:
            first = Button("member.ask", style="primary")
        else:
            first = Button("peer.search" if complete else "profile.edit", style="primary")
        rows = ((first, Button("help.show"), Button("join.stop")),)
        values = {"network": network.name, "complete": complete, "admitted": admitted}
        return Direct(member_id, Card("joining/nudged", locale, values, rows))
