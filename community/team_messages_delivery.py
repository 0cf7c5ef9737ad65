"""What a message of the team becomes for one recipient, as they stand when it leaves."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import audience
from community.outbox import Card, Direct, Drop, Plan, Planner, Post
from community.ports import Button
from community.team_messages import SHIPPED, received
from storage import members, networks, team_messages
from storage.networks import Place
from storage.outbox import Outbox
from storage.team_messages import SENT, MessageState


def planners() -> Mapping[str, Planner]:
    """For ``community.planners``."""
    return {SENT: Sent()}


class Sent(Planner):
    """The writer's words to one person whom the choice still finds, and who still wants such messages."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        message = await team_messages.get(session, row.network_id, row.subject_id or 0)
        member_id = row.recipient_id or 0
        if message is None or message.state != MessageState.SENT:
            return Drop("cancelled")
        still = await team_messages.choose(
            session, row.network_id, audience.sought(message.audience, now), only=member_id
        )
        member = await members.get(session, row.network_id, member_id)
        if not still or member is None:
            return Drop("not_concerned")
        if still[0].refused:
            return Drop("not_wanted")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        key = message.id or 0
        card = Card(
            SHIPPED, locale, {"message": await received(session, message)}, ((Button("message.stop", key),),)
        )
        return Direct(member_id, card, fallback=await _beside(session, row, locale, key))


async def _beside(session: AsyncSession, row: Outbox, locale: str, key: int) -> Post | None:
    """For who refuses private messages: a mention, and a button that shows them theirs, and only them."""
    welcome = (await networks.places(session, row.network_id)).get(Place.WELCOME)
    account = await members.identity(session, row.network_id, row.recipient_id or 0)
    if welcome is None or account is None:
        return None
    card = Card(
        "messages/beside",
        locale,
        {"account": account.account_ref},
        ((Button("message.read", key, style="primary"),),),
        mentions=(account.account_ref,),
    )
    return Post(welcome.channel_ref, card)
