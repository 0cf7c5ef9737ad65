"""How a practice is shown, from whichever door it is asked for."""

from cogs.kit.actions import Interaction
from cogs.kit.inbound import Inbound
from community.services import Services


async def show_practice(
    inbound: Inbound, services: Services, interaction: Interaction, practice_id: int
) -> None:
    """The whole card, in private."""
    actor = await inbound.actor(interaction)
    practice = await services.practices.practice(actor, practice_id)
    await inbound.reply(interaction, "practices/card", practice=practice)
