"""Doors of theme roles, for those who run the network: on, off, how many wear each."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.confirm import confirmation
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Row
from cogs.network_group import NETWORK
from community.ports import Button
from community.services import Services
from community.theme_roles import ThemeRolesView


class ThemeDoors:
    """`/network themes` and its buttons; ``NetworkCog`` gives what they work with."""

    inbound: Inbound
    services: Services

    @localized.command("network.themes", parent=NETWORK)
    async def theme_roles(self, interaction: Interaction) -> None:
        await self.show_theme_roles(interaction, 0, 0)

    @acts("theme.roles")
    async def show_theme_roles(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.theme_roles.state(actor)
        await self.inbound.reply(interaction, "themes/roles", rows=_rows(view), view=view)

    @acts("theme.roles_on", updates=True)
    @acts("theme.roles_again", updates=True)
    async def turn_on(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.theme_roles.turn_on(actor)
        await self.inbound.update(interaction, "themes/roles", rows=_rows(view), view=view)

    @acts("theme.roles_stop")
    async def ask_turn_off(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.theme_roles.state(actor)
        rows = [confirmation("theme.roles_off")]
        await self.inbound.reply(interaction, "themes/roles_off", rows=rows, view=view)

    @acts("theme.roles_off.confirm", updates=True)
    async def turn_off(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.theme_roles.turn_off(actor)
        await self.inbound.update(interaction, "themes/roles", rows=_rows(view), view=view)


def _rows(view: ThemeRolesView) -> list[Row]:
    """Off: turn them on. On: try again what was refused, or turn them off."""
    if not view.enabled:
        return [[Button("theme.roles_on", style="primary")]]
    again = [Button("theme.roles_again", style="primary")] if view.troubles else []
    return [[*again, Button("theme.roles_stop"), Button("message.list"), Button("theme.mine")]]
