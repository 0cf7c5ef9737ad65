"""What rows about the library become: cards for the facilitators, private words for members.

Must not decide anything new: a row whose cause is gone is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import resources as rules
from community.library_care import WAITED_LONG
from community.outbox import Card, Direct, Drop, Edit, GiveUp, Plan, Planner, Post
from community.ports import Button
from storage import library, members, networks, outbox
from storage.library import ResourceState
from storage.members import MemberState
from storage.networks import Network, Place
from storage.outbox import Outbox

Rows = Sequence[Sequence[Button]]


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "library.proposed": ToReview(),
        "library.card": CardFollows(),
        "library.decided": Decided(),
        "library.waiting": Waiting(),
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


class ToReview(Planner):
    """A resource was proposed: a card with its decisions, for the facilitators."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        resource = await library.get(session, row.network_id, row.subject_id or 0)
        if resource is None or resource.state != ResourceState.PROPOSED:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        names = await library.standing_titles(session, row.network_id, row.details.get("similar", []))
        shown = replace(await rules.view(session, resource), similar=names)
        values = {"resource": shown, "timezone": network.timezone}
        return await to_facilitators(session, network, "library/to_review", values, review_rows(shown))


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


class Waiting(Planner):
    """Proposals have waited for days: called to mind in the facilitators' corner."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        oldest = await library.queue(session, row.network_id, limit=rules.PAGE)
        late = [one for one in oldest if now - one.created_at > WAITED_LONG]
        if not late:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        total = (await library.count_by_state(session, row.network_id))[ResourceState.PROPOSED]
        shown = [rules.aged(one, now) for one in await rules.views(session, row.network_id, late)]
        values = {"total": total, "late": shown, "timezone": network.timezone}
        rows = ((Button("library.review", style="primary"),),)
        return await to_facilitators(session, network, "library/waiting", values, rows)


async def to_facilitators(
    session: AsyncSession, network: Network, template: str, values: Mapping[str, object], rows: Rows
) -> Plan:
    """In their corner, in the network's language."""
    places = await networks.places(session, network.id or 0)
    corner = places.get(Place.FACILITATORS)
    if corner is None:
        return GiveUp("no_place")
    return Post(corner.channel_ref, Card(template, network.locale, values, rows))
