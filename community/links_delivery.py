"""What the link checker tells the facilitators: a page has moved for good, here is its new address."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import resources as rules
from community.outbox import Card, Drop, GiveUp, Plan, Planner, Post
from community.ports import Button
from storage import library, links, networks
from storage.library import ResourceState
from storage.networks import Place
from storage.outbox import Outbox


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {"library.moved": Moved()}


class Moved(Planner):
    """The address that a page gave for itself, to be accepted or not."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        resource = await library.get(session, row.network_id, row.subject_id or 0)
        known = await links.get(session, row.network_id, row.subject_id or 0)
        if resource is None or resource.state != ResourceState.PUBLISHED or known is None:
            return Drop("not_published")
        if known.moved_to is None or known.url != resource.url:
            return Drop("decided_otherwise")
        network = await networks.get(session, row.network_id)
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if corner is None:
            return GiveUp("no_place")
        shown = await rules.view(session, resource)
        values = {"resource": shown, "moved_to": known.moved_to}
        buttons = (
            Button("library.follow", shown.id, style="success"),
            Button("library.open", url=known.moved_to),
            Button("library.edit", shown.id, shown.version),
        )
        return Post(corner.channel_ref, Card("library/moved", network.locale, values, (buttons,)))
