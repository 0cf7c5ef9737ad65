"""Doors of a member's own themes: the public buttons that roles are taken from, and « My themes »."""

import discord
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from community.ports import Button
from community.profiles import MOST_THEMES
from community.text import row_id
from community.themes import MyThemes


class ThemesCog(commands.Cog):
    """`/themes` and the buttons that do the same. Every button may be pressed twice."""

    def __init__(self, host: Host) -> None:
        self.inbound = host.inbound
        self.themes, self.theme_roles = host.services.themes, host.services.theme_roles

    @localized.command("themes")
    async def my_themes(self, interaction: Interaction) -> None:
        await self.show(interaction, 0, 0)

    @acts("theme.mine")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._reply(interaction, await self.themes.mine(actor))

    @acts("theme.take")
    async def take(self, interaction: Interaction, theme_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._reply(interaction, await self.themes.take(actor, theme_id))

    @acts("theme.leave", updates=True)
    async def leave(self, interaction: Interaction, theme_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._update(interaction, await self.themes.leave(actor, theme_id))

    @acts("theme.choose", updates=True)
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        picked = [row_id(value) for value in chosen(interaction)]
        await self._update(interaction, await self.themes.choose(actor, picked))

    @acts("theme.wear", updates=True)
    async def wear(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._update(interaction, await self.themes.wear(actor, True))

    @acts("theme.bare", updates=True)
    async def bare(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._update(interaction, await self.themes.wear(actor, False))

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        await self.theme_roles.role_gone("discord", str(role.guild.id), str(role.id))

    async def _reply(self, interaction: Interaction, mine: MyThemes) -> None:
        await self.inbound.reply(interaction, "themes/mine", rows=_rows(mine), mine=mine)

    async def _update(self, interaction: Interaction, mine: MyThemes) -> None:
        await self.inbound.update(interaction, "themes/mine", rows=_rows(mine), mine=mine)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(ThemesCog(host))


def _rows(mine: MyThemes) -> list[Row]:
    """What was just asked for can be taken back; then all themes; then whether their roles are worn."""
    options = [Option(str(theme.id), theme.name, chosen=theme.followed) for theme in mine.themes]
    menu = Menu("theme.choose", options, minimum=0, maximum=MOST_THEMES)
    buttons: list[Button | Menu] = []
    if mine.roles and mine.followed:
        wear, bare = Button("theme.wear", style="primary"), Button("theme.bare")
        buttons += [wear, bare] if mine.asks else [bare] if mine.wears else [wear]
    if mine.taken is not None and mine.taken.followed:
        buttons.append(Button("theme.leave", mine.taken.id))
    return [[menu], [*buttons, Button("profile.show")]]
