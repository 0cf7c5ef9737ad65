"""The doors of toolboxes: members browse them, facilitators put them together."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.layout import Menu, Option, Row
from cogs.library_group import RESOURCE, Doors
from community import toolboxes as rules
from community.policy import Action, allows
from community.ports import Button
from community.toolboxes import ToolboxView

_FIELDS = (
    TextField("name", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST),
    TextField("intro", long=True, required=False, maximum=rules.INTRO_LONGEST),
)
CREATE = Form("toolbox.create", *_FIELDS)
EDIT = Form("toolbox.edit", *_FIELDS)


class ToolboxDoors(Doors):
    """`/resource toolboxes` and its buttons."""

    @localized.command("resource.toolboxes", parent=RESOURCE)
    async def toolboxes(self, interaction: Interaction) -> None:
        await self.show_toolboxes(interaction, 0, 0)

    @acts("toolbox.list")
    async def show_toolboxes(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        shelf = await self.services.toolboxes.shelf(actor)
        making = [Button("toolbox.create")] if allows(actor, Action.CURATE_LIBRARY) else []
        options = [Option(str(one.id), one.title) for one in shelf]
        rows: list[Row] = [[Menu("toolbox.open", options)], [*making, Button("library.browse")]]
        await self.inbound.reply(interaction, "toolboxes/list", rows=rows, shelf=shelf)

    @acts("toolbox.open")
    async def open_toolbox(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.open(actor, picked(interaction))
        await self.inbound.reply(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @submits(CREATE)
    async def toolbox_created(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.create(actor, values["name"], values["intro"])
        await self.inbound.reply(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @prefills(EDIT)
    async def toolbox_form(self, interaction: Interaction, toolbox_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.open(actor, toolbox_id)
        return Prefill({"name": view.title, "intro": view.intro})

    @submits(EDIT)
    async def toolbox_edited(self, interaction: Interaction, toolbox_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.edit(actor, toolbox_id, values["name"], values["intro"])
        await self.inbound.reply(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @acts("toolbox.add")
    async def choose_toolbox(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.services.library.resource(actor, resource_id)
        shelf = await self.services.toolboxes.shelf(actor)
        options = [Option(str(one.id), one.title) for one in shelf]
        rows: list[Row] = [[Menu("toolbox.put", options, resource_id)], [Button("toolbox.create")]]
        await self.inbound.reply(interaction, "toolboxes/add", rows=rows, resource=resource, shelf=shelf)

    @acts("toolbox.put")
    async def put_in_toolbox(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.put(actor, picked(interaction), resource_id)
        await self.inbound.reply(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @acts("toolbox.lift", updates=True)
    async def lift(self, interaction: Interaction, toolbox_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.lift(actor, toolbox_id, picked(interaction))
        await self.inbound.update(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @acts("toolbox.take_out", updates=True)
    async def take_out(self, interaction: Interaction, toolbox_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.take_out(actor, toolbox_id, picked(interaction))
        await self.inbound.update(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @acts("toolbox.publish", updates=True)
    async def publish_toolbox(self, interaction: Interaction, toolbox_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.publish(actor, toolbox_id)
        await self.inbound.update(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @acts("toolbox.unpublish", updates=True)
    async def unpublish_toolbox(self, interaction: Interaction, toolbox_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.publish(actor, toolbox_id, wanted=False)
        await self.inbound.update(interaction, "toolboxes/toolbox", rows=_rows(view), toolbox=view)

    @acts("toolbox.delete")
    async def ask_delete_toolbox(self, interaction: Interaction, toolbox_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.open(actor, toolbox_id)
        rows = [confirmation("toolbox.delete", toolbox_id)]
        await self.inbound.reply(interaction, "toolboxes/delete", rows=rows, toolbox=view)

    @acts("toolbox.delete.confirm", updates=True)
    async def delete_toolbox(self, interaction: Interaction, toolbox_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.toolboxes.delete(actor, toolbox_id)
        rows = [[Button("toolbox.list")]]
        await self.inbound.update(interaction, "toolboxes/deleted", rows=rows, toolbox=view)


def _rows(view: ToolboxView) -> list[Row]:
    options = [Option(str(one.id), one.title) for one in view.resources]
    rows: list[Row] = [[Menu("library.show", options)]]
    if view.arranging:
        turn = "toolbox.unpublish" if view.published else "toolbox.publish"
        rows += [
            [Menu("toolbox.lift", options[1:], view.id)],
            [Menu("toolbox.take_out", options, view.id)],
            [Button(turn, view.id), Button("toolbox.edit", view.id), Button("toolbox.delete", view.id)],
        ]
    return [*rows, [Button("toolbox.list")]]
