"""What this network's due rows become: each planner reloads, re-checks, and names the words and the place.

Must not decide anything new: a row whose cause is gone is dropped. Later capabilities bring planners of
their own and are added in ``planners``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import resources as rules
from community.outbox import Card, Direct, Drop, Edit, GiveUp, Grant, Plan, Planner, Post, Revoke
from community.ports import Button, Labels
from storage import library, members, networks, outbox
from storage.library import ResourceState
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
)


def planners(labels: Labels) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``labels``: for the audit log of the platform."""
    return {
        "network.panel": Panel(),
        "network.panel_changed": PanelChanged(),
        "member.asks": MemberAsks(),
        "member.admitted": MemberTold("members/admitted"),
        "member.named_facilitator": MemberTold("members/named_facilitator"),
        "member.grant_role": RoleFollows(labels, give=True),
        "member.revoke_role": RoleFollows(labels, give=False),
        "library.proposed": ToReview(),
        "library.card": CardFollows(),
        "library.decided": Decided(),
    }


def review_rows(resource: rules.ResourceView) -> Rows:
    """The buttons under a proposal. They carry the version that the reviewer reads."""
    decide = (
        Button("library.publish", resource.id, resource.version, style="success"),
        Button("library.edit", resource.id, resource.version),
        Button("library.refuse", resource.id, style="danger"),
    )
    return ((*decide, *open_link(resource)),)


def open_link(resource: rules.ResourceView) -> Sequence[Button]:
    """« Ouvrir le lien », for a resource that has one."""
    return (Button("library.open", url=resource.url),) if resource.url else ()


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


class MemberAsks(Planner):
    """Somebody waits to be admitted: a card for the facilitators."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state != MemberState.NEWCOMER:
            return Drop("no_longer_waiting")
        network = await networks.get(session, row.network_id)
        identity = await members.identity(session, row.network_id, member.id or 0)
        values = {
            "name": member.display_name,
            "account": identity.account_ref if identity else "",
            "arrived_at": member.arrived_at,
        }
        rows = ((Button("member.admit", member.id or 0, style="success"),),)
        return await _to_facilitators(session, network, "members/asks", values, rows)


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

    async def _entitled(self, session: AsyncSession, member: Member, role: str) -> bool:
        if role == RoleName.FACILITATOR:
            return role in await members.roles(session, member.network_id, member.id or 0)
        wanted = MemberState.ACTIVE if role == RoleName.MEMBER else MemberState.NEWCOMER
        return member.state == wanted


class ToReview(Planner):
    """A resource was proposed: a card with its decisions, for the facilitators."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        resource = await library.get(session, row.network_id, row.subject_id or 0)
        if resource is None or resource.state != ResourceState.PROPOSED:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        shown = await rules.view(session, resource)
        values = {"resource": shown, "timezone": network.timezone}
        return await _to_facilitators(session, network, "library/to_review", values, review_rows(shown))


class CardFollows(Planner):
    """The card shows the resource as it is now; once decided, its buttons are gone."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        network = await networks.get(session, row.network_id)
        resource = await library.get(session, row.network_id, row.subject_id or 0)
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        card = await outbox.sent_ref(session, row.network_id, f"library.proposed:{row.subject_id}")
        if resource is None or corner is None or card is None:
            return Drop("no_card")
        shown = await rules.view(session, resource)
        waits = resource.state == ResourceState.PROPOSED
        template = "library/to_review" if waits else "library/reviewed"
        rows = review_rows(shown) if waits else [row for row in [open_link(shown)] if row]
        values = {"resource": shown, "timezone": network.timezone}
        return Edit(corner.channel_ref, card, Card(template, network.locale, values, rows))


class Decided(Planner):
    """What became of a proposal, for who made it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        resource = await library.get(session, row.network_id, row.subject_id or 0)
        if resource is None or resource.state not in (ResourceState.PUBLISHED, ResourceState.REFUSED):
            return Drop("decided_otherwise")
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_active")
        network = await networks.get(session, row.network_id)
        shown = await rules.view(session, resource)
        published = resource.state == ResourceState.PUBLISHED
        template = "library/told_published" if published else "library/told_refused"
        locale = await members.language(session, member, network.locale)
        rows = [[*open_link(shown), *(() if published else (Button("library.propose"),))]]
        values = {"resource": shown, "network": network.name}
        return Direct(member.id or 0, Card(template, locale, values, [row for row in rows if row]))


def _panel(network: Network) -> Card:
    return Card("welcome/panel", network.locale, {"network": network.name}, PANEL_ROWS)


async def _to_facilitators(
    session: AsyncSession, network: Network, template: str, values: Mapping[str, object], rows: Rows
) -> Plan:
    """In their corner, in the network's language."""
    places = await networks.places(session, network.id or 0)
    corner = places.get(Place.FACILITATORS)
    if corner is None:
        return GiveUp("no_place")
    return Post(corner.channel_ref, Card(template, network.locale, values, rows))


def _ref(places: Mapping[str, networks.NetworkPlace], place: Place) -> str | None:
    return places[place].channel_ref if place in places else None
