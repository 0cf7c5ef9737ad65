"""What rows about personal data become: the two warnings, and what is left of who was erased."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.outbox import Card, Direct, Drop, Edit, GiveUp, Plan, Planner, Revoke
from community.ports import Button, Labels
from community.privacy import FIRST_WARNING, KEPT_INACTIVE, SECOND_WARNING
from storage import members, networks
from storage.outbox import Outbox


def planners(labels: Labels) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``labels``: for the audit log of the platform."""
    return {
        "privacy.warning": Warned(),
        "privacy.take_role": RoleTaken(labels),
        "privacy.unsay": Unsaid(),
    }


class Warned(Planner):
    """« Your data will be erased »: only while the person still does nothing."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.seen_at is None or member.seen_at > now - (KEPT_INACTIVE - FIRST_WARNING):
            return Drop("came_back")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        left = FIRST_WARNING if row.details["number"] == 1 else SECOND_WARNING
        values = {
            "network": network.name,
            "erased_on": now + left,
            "timezone": member.timezone or network.timezone,
        }
        rows = ((Button("privacy.stay", style="primary"), Button("privacy.mine")),)
        return Direct(member.id or 0, Card("privacy/warning", locale, values, rows))


class RoleTaken(Planner):
    """The account stands in the row because nothing else knows it any more; it goes once this is done."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        network = await networks.get(session, row.network_id)
        named = (await networks.roles(session, row.network_id)).get(str(row.details.get("role")))
        role_ref = row.details.get("role_ref") or named
        account = row.details.get("account")
        if network.server_ref is None or role_ref is None or account is None:
            return GiveUp("no_role")
        known = await members.by_account(session, row.network_id, network.platform, str(account))
        if known is not None:
            return Drop("came_back")
        reason = self._labels.label("reasons.privacy.take_role", network.locale)
        return Revoke(network.server_ref, str(account), str(role_ref), reason)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        row.details = {key: value for key, value in row.details.items() if key != "account"}
        session.add(row)


class Unsaid(Planner):
    """A message that presented somebody who was erased since."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        network = await networks.get(session, row.network_id)
        place = (await networks.places(session, row.network_id)).get(row.details["place"])
        if place is None:
            return GiveUp("no_place")
        return Edit(place.channel_ref, row.details["message"], Card("privacy/unsaid", network.locale, {}))
