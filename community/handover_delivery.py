"""What rows about threads that change hands, and about functions that end, become.

Must not decide anything new: a row whose cause is gone is dropped.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.handover import orphans_of
from community.library_delivery import to_facilitators
from community.mandates import waits
from community.outbox import Card, Direct, Drop, Plan, Planner
from community.ports import Button
from community.thread_views import view
from storage import mandates, members, networks, profiles, threads
from storage.members import Member, MemberState
from storage.outbox import Outbox

MOST_LISTED = 10
_MANDATE_ROWS = (
    (
        Button("mandate.still", style="success"),
        Button("profile.edit"),
        Button("thread.hand_over"),
    ),
)


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "thread.orphaned": Orphaned(),
        "thread.passed": PassedOn(),
        "mandate.ended": Ended(),
        "mandate.asked": Asked(),
    }


class Orphaned(Planner):
    """Somebody left: what they had opened goes on without anybody to look after it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state != MemberState.LEFT:
            return Drop("came_back")
        left = await orphans_of(session, member)
        if not left.threads:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        values = {
            "name": left.name,
            "threads": left.threads[:MOST_LISTED],
            "total": len(left.threads),
            "timezone": network.timezone,
        }
        rows = (
            (
                Button("thread.take_over", left.member_id, style="primary"),
                Button("thread.orphans", left.member_id),
            ),
        )
        return await to_facilitators(session, network, "threads/orphaned", values, rows)


class PassedOn(Planner):
    """Who comes after learns which threads are theirs now."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await _active(session, row)
        if member is None:
            return Drop("not_active")
        found = [await threads.get(session, row.network_id, one) for one in row.details["threads"]]
        mine = [thread for thread in found if thread is not None and thread.author_id == member.id]
        if not mine:
            return Drop("decided_otherwise")
        giver = await members.get(session, row.network_id, row.subject_id or 0)
        values = {
            "giver": giver.display_name if giver else None,
            "threads": [await view(session, thread) for thread in mine[:MOST_LISTED]],
            "total": len(mine),
        }
        return await _direct(session, member, "threads/passed", values, ((Button("thread.mine"),),))


class Ended(Planner):
    """A function has ended, as its holder had said: are they still in office?"""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await _active(session, row)
        profile = await profiles.get(session, row.network_id, row.recipient_id or 0)
        if member is None or profile is None or profile.function_ends is None:
            return Drop("not_active")
        if profile.ends_asked != profile.function_ends:
            return Drop("answered")
        values = {"function": profile.function, "ends": profile.function_ends}
        return await _direct(session, member, "mandates/ended", values, _MANDATE_ROWS)


class Asked(Planner):
    """The campaign asks; who answered meanwhile is left alone."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        campaign = await mandates.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if campaign is None or campaign.closed_at is not None or member is None:
            return Drop("closed")
        profile = await profiles.get(session, row.network_id, member.id or 0)
        if not waits(campaign, profile):
            return Drop("answered")
        values = {"function": profile.function if profile else ""}
        return await _direct(session, member, "mandates/asked", values, _MANDATE_ROWS)


async def _active(session: AsyncSession, row: Outbox) -> Member | None:
    member = await members.get(session, row.network_id, row.recipient_id or 0)
    return member if member is not None and member.state == MemberState.ACTIVE else None


async def _direct(
    session: AsyncSession,
    member: Member,
    template: str,
    values: Mapping[str, object],
    rows: tuple[tuple[Button, ...], ...],
) -> Plan:
    """In private, in the member's language and time zone."""
    network = await networks.get(session, member.network_id)
    locale = await members.language(session, member, network.locale)
    filled = {**values, "network": network.name, "timezone": member.timezone or network.timezone}
    return Direct(member.id or 0, Card(template, locale, filled, rows))
