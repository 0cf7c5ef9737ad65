"""The doors of acronyms: `/acronym`, and the menu of a message.

The message's text comes with the click itself: no message is ever read otherwise, nor kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.forms import Form, TextField, Values, submits
from cogs.kit.host import Host
from cogs.kit.layout import Row
from community import acronyms as rules
from community.acronyms import Explained
from community.ports import Button

LOOK = Form("acronym.look", TextField("word", minimum=1, maximum=rules.WORD_LONGEST))


class AcronymsCog(commands.Cog):
    """`/acronym`, its button, and « Expliquer les sigles »."""

    def __init__(self, host: Host) -> None:
        self.host, self.inbound, self.acronyms = host, host.inbound, host.services.acronyms
        self._menu = app_commands.ContextMenu(
            name=localized.text("contexts.explain_acronyms"), callback=self.explain
        )
        self._menu.guild_only = True

    async def cog_load(self) -> None:
        self.host.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.host.tree.remove_command(self._menu.name, type=self._menu.type)

    @localized.command("acronym")
    async def acronym(self, interaction: Interaction, word: str) -> None:
        await self._show(interaction, word)

    @acronym.autocomplete("word")
    @suggests
    async def words(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        found = await self.acronyms.suggest(await self.inbound.actor(interaction), typed)
        return [Suggestion(one.word, f"{one.word} · {', '.join(one.meanings)}") for one in found]

    @submits(LOOK)
    async def looked(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._show(interaction, values["word"])

    async def explain(self, interaction: Interaction, message: discord.Message) -> None:
        """The message is part of the interaction, whatever the bot may read otherwise."""
        found = await self.acronyms.explain(await self.inbound.actor(interaction), _text_of(message))
        await self.inbound.reply(interaction, "acronyms/explained", rows=_rows(found), found=found)

    async def _show(self, interaction: Interaction, word: str) -> None:
        found = await self.acronyms.look_up(await self.inbound.actor(interaction), word)
        await self.inbound.reply(
            interaction, "acronyms/word", rows=_rows(found), found=found, acronym=found.items[0]
        )


def _rows(found: Explained) -> list[Row]:
    teach = [Button("synonym.name")] if found.curates else []
    return [[Button("acronym.look"), *teach]]


def _text_of(message: discord.Message) -> str:
    """What a reader sees: the message, its embeds, and the texts of its components (as ours have)."""
    embeds = [part for embed in message.embeds for part in (embed.title, embed.description) if part]
    fields = [f"{field.name}\n{field.value}" for embed in message.embeds for field in embed.fields]
    shown = [text for component in message.components for text in _texts(component.to_dict())]
    return "\n".join((message.content, *embeds, *fields, *shown))


def _texts(component: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(content := component.get("content"), str):
        yield content
    for inner in component.get("components") or ():
        yield from _texts(inner)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(AcronymsCog(host))
