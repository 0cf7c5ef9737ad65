"""What the rows of theme roles become: a role given, taken or deleted, and the message to take them from."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import theme_roles_plan as plan
from community import theme_wearing as wearing
from community.outbox import Card, Drop, Edit, EndRole, GiveUp, Grant, Plan, Planner, Post, Revoke
from community.ports import Button, Labels
from storage import members, networks, theme_roles
from storage.members import MemberState
from storage.networks import Network, Place
from storage.outbox import Outbox

BUTTONS_MOST = 20  # four rows of five; every theme is one click further
_ROW = 5


def planners(labels: Labels) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``labels``: for the audit log of the platform."""
    return {
        plan.PANEL: Panel(),
        plan.PANEL_CHANGED: PanelChanged(),
        plan.ROLE_END: RoleEnds(labels),
        wearing.GIVE: RoleFollows(labels, give=True),
        wearing.TAKE: RoleFollows(labels, give=False),
    }


class Panel(Planner):
    """The message in the welcome place that theme roles are taken from."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        if not (await theme_roles.settings(session, row.network_id)).enabled:
            return Drop("decided_otherwise")
        welcome = (await networks.places(session, row.network_id)).get(Place.WELCOME)
        if welcome is None:
            return GiveUp("no_place")
        return Post(welcome.channel_ref, await _card(session, row.network_id))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        found = await theme_roles.settings(session, row.network_id)
        welcome = (await networks.places(session, row.network_id)).get(Place.WELCOME)
        found.channel_ref = welcome.channel_ref if welcome else None
        found.panel_ref = ref or None
        session.add(found)


class PanelChanged(Planner):
    """Other themes, another language, or no roles any more: the message follows."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await theme_roles.settings(session, row.network_id)
        if found.channel_ref is None or found.panel_ref is None:
            return Drop("no_panel")
        return Edit(found.channel_ref, found.panel_ref, await _card(session, row.network_id))


class RoleFollows(Planner):
    """Given to who wears the theme's role as things stand, taken from who does not."""

    def __init__(self, labels: Labels, *, give: bool) -> None:
        self._labels = labels
        self._give = give

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        theme_id, member_id = row.subject_id or 0, row.recipient_id or 0
        role = await theme_roles.of(session, row.network_id, theme_id)
        member = await members.get(session, row.network_id, member_id)
        account = await members.identity(session, row.network_id, member_id)
        network = await networks.get(session, row.network_id)
        if role is None or network.server_ref is None:
            return Drop("no_role")
        if member is None or member.state == MemberState.LEFT or account is None:
            return Drop("left")
        if await wearing.entitled(session, row.network_id, member_id, theme_id) is not self._give:
            return Drop("decided_otherwise")
        do = Grant if self._give else Revoke
        return do(network.server_ref, account.account_ref, role.role_ref, _reason(self._labels, row, network))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """Who changed their mind while it was on its way gets the contrary after it."""
        theme_id, member_id = row.subject_id or 0, row.recipient_id or 0
        stands = await wearing.entitled(session, row.network_id, member_id, theme_id)
        if stands is not self._give:
            await wearing.ask(session, now, row.network_id, [member_id], [theme_id], give=stands)


class RoleEnds(Planner):
    """The theme is offered no more, or the network wants no theme roles: the role that we made goes."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        role = await theme_roles.of(session, row.network_id, row.subject_id or 0)
        network = await networks.get(session, row.network_id)
        if role is None or role.adopted or network.server_ref is None:
            return Drop("no_role")
        if row.subject_id in (await plan.wanted(session, row.network_id) or {}):
            return Drop("decided_otherwise")
        return EndRole(network.server_ref, role.role_ref, _reason(self._labels, row, network))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        await theme_roles.forget(session, row.network_id, [row.subject_id or 0])


async def _card(session: AsyncSession, network_id: int) -> Card:
    network = await networks.get(session, network_id)
    enabled = (await theme_roles.settings(session, network_id)).enabled
    buttons = [
        Button("theme.take", theme.id or 0, label=theme.name)
        for theme in await networks.themes(session, network_id)
    ][:BUTTONS_MOST]
    rows = [tuple(buttons[start : start + _ROW]) for start in range(0, len(buttons), _ROW)]
    mine = (Button("theme.mine", style="primary"),)
    values = {"network": network.name, "enabled": enabled}
    return Card("themes/panel", network.locale, values, (*rows, mine) if enabled else (mine,))


def _reason(labels: Labels, row: Outbox, network: Network) -> str:
    return labels.label(f"reasons.{row.kind}", network.locale)
