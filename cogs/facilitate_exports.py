"""Doors of the tables that facilitators take along: `/facilitate export` and « Exporter », one form."""

import asyncio

from cogs.facilitate_group import FACILITATE
from cogs.kit import localized
from cogs.kit.actions import Interaction
from cogs.kit.forms import ChoiceField, Form, Forms, Prefill, Values, prefills, submits
from cogs.kit.inbound import Inbound
from community.exports import Exports
from community.policy import Action, require
from community.ports import Button

ASK = Form(
    "export.ask",
    ChoiceField("kind", "export_kinds"),
    ChoiceField("shape", "export_shapes", radio=True),
    ChoiceField("period", "export_periods"),
)


class ExportDoors:
    """Part of ``FacilitateCog``."""

    inbound: Inbound
    forms: Forms
    exports: Exports

    @localized.command("facilitate.export", parent=FACILITATE)
    async def ask_export(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, ASK)

    @prefills(ASK)
    async def export_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        require(await self.inbound.actor(interaction), Action.EXPORT_NETWORK)
        return Prefill({"shape": "csv", "period": "all"})

    @submits(ASK)
    async def give_export(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        """Within what Discord lets the bot send here."""
        actor = await self.inbound.actor(interaction)
        made = await self.exports.file(
            actor, values["kind"], values["shape"], values["period"], most=interaction.filesize_limit
        )
        with made.content:
            content = await asyncio.to_thread(made.content.read)
        rows = [[Button("export.ask"), Button("desk.show")]]
        await self.inbound.give(interaction, "desk/exported", made.name, content, rows=rows, made=made)
