"""What this network's due rows become: each planner reloads, re-checks, and names the words and the place.

Must not decide anything new: a row whose cause is gone is dropped. Later capabilities bring planners of
their own and are added in ``planners``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import (
    access,
    charges_delivery,
    checklists_delivery,
    codev_delivery,
    coffee_delivery,
    curation_delivery,
    digest_delivery,
    funnel_delivery,
    handover_delivery,
    joining_delivery,
    library_delivery,
    links_delivery,
    meetups_after_delivery,
    meetups_delivery,
    meetups_rooms_delivery,
    needs_delivery,
    polls_delivery,
    practices_delivery,
    privacy_delivery,
    sponsoring_delivery,
    team_messages_delivery,
    texts,
    theme_roles_delivery,
    threads_delivery,
)
from community.outbox import Card, Direct, Drop, Edit, GiveUp, Grant, Plan, Planner, Post, Revoke
from community.ports import Button, Labels, Wording
from storage import members, networks
from storage.members import Member, MemberState
from storage.networks import Network, Place, RoleName
from storage.outbox import Outbox

Rows = Sequence[Sequence[Button]]

PANEL_ROWS: Rows = (
    (
        Button("member.ask", style="primary"),
        Button("library.search", style="primary"),
        Button("library.browse"),
        Button("library.propose"),
        Button("help.show"),
    ),
    (Button("need.publish", style="primary"), Button("need.list"), Button("need.mine")),
)


def planners(words: Wording, public_url: str | None = None) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``words``: also for the audit log of the platform."""
    return {
        "network.panel": Panel(),
        "network.panel_changed": PanelChanged(),
        **joining_delivery.planners(),
        **privacy_delivery.planners(words),
        **funnel_delivery.planners(),
        "member.admitted": MemberTold("members/admitted"),
        "member.named_facilitator": MemberTold("members/named_facilitator"),
        "member.grant_role": RoleFollows(words, give=True),
        "member.revoke_role": RoleFollows(words, give=False),
        texts.FAILED: texts.TextFailed(),
        **library_delivery.planners(),
        **curation_delivery.planners(),
        **links_delivery.planners(),
        **meetups_delivery.planners(words),
        **meetups_after_delivery.planners(),
        **meetups_rooms_delivery.planners(words),
        **polls_delivery.planners(),
        **practices_delivery.planners(),
        **coffee_delivery.planners(),
        **sponsoring_delivery.planners(),
        **codev_delivery.planners(),
        **digest_delivery.planners(words, public_url),
        **needs_delivery.planners(),
        **theme_roles_delivery.planners(words),
        **threads_delivery.planners(words),
        **handover_delivery.planners(),
        **team_messages_delivery.planners(),
        **checklists_delivery.planners(),
        **charges_delivery.planners(),
    }


class Panel(Planner):
    """The permanent message of the welcome place."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        network = await networks.get(session, row.network_id)
        welcome = (await networks.places(session, row.network_id)).get(Place.WELCOME)
        if welcome is None:
            return GiveUp("no_place")
        return Post(welcome.channel_ref, _panel(network))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        await networks.put_panel(session, row.network_id, ref or None)


class PanelChanged(Planner):
    """The network has another name or language: its permanent message follows."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        network = await networks.get(session, row.network_id)
        welcome = (await networks.places(session, row.network_id)).get(Place.WELCOME)
        if welcome is None or welcome.panel_ref is None:
            return Drop("no_panel")
        return Edit(welcome.channel_ref, welcome.panel_ref, _panel(network))


class MemberTold(Planner):
    """A private word to a member on what was decided about them."""

    def __init__(self, template: str) -> None:
        self._template = template

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_active")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        places = await networks.places(session, row.network_id)
        values = {
            "network": network.name,
            "timezone": member.timezone or network.timezone,
            "welcome": _ref(places, Place.WELCOME),
            "facilitators": _ref(places, Place.FACILITATORS),
        }
        return Direct(member.id or 0, Card(self._template, locale, values))


class RoleFollows(Planner):
    """The platform's role follows the decision that stands now, not the one that was taken then."""

    def __init__(self, labels: Labels, *, give: bool) -> None:
        self._labels = labels
        self._give = give

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        role = str(row.details["role"])
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state == MemberState.LEFT:
            return Drop("left")
        if await self._entitled(session, member, role) is not self._give:
            return Drop("decided_otherwise")
        network = await networks.get(session, row.network_id)
        role_ref = (await networks.roles(session, row.network_id)).get(role)
        identity = await members.identity(session, row.network_id, member.id or 0)
        if network.server_ref is None or identity is None or role_ref is None:
            return GiveUp("no_role")
        reason = self._labels.label(f"reasons.{row.kind}", network.locale)
        do = Grant if self._give else Revoke
        return do(network.server_ref, identity.account_ref, role_ref, reason)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """The member's role is on: access is effective."""
        if self._give and row.details["role"] == RoleName.MEMBER:
            await access.welcome(session, now, row.network_id, row.subject_id or 0)

    async def _entitled(self, session: AsyncSession, member: Member, role: str) -> bool:
        if role == RoleName.FACILITATOR:
            return role in await members.roles(session, member.network_id, member.id or 0)
        wanted = MemberState.ACTIVE if role == RoleName.MEMBER else MemberState.NEWCOMER
        return member.state == wanted


def _panel(network: Network) -> Card:
    return Card("welcome/panel", network.locale, {"network": network.name}, PANEL_ROWS)


def _ref(places: Mapping[str, networks.NetworkPlace], place: Place) -> str | None:
    return places[place].channel_ref if place in places else None
