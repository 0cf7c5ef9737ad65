"""The doors of saved searches, and of what was searched for in vain."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.layout import Menu, Option, Row
from cogs.library_group import RESOURCE, Doors
from community.ports import Button


class AlertDoors(Doors):
    """`/resource alerts`, `/resource unanswered` and their buttons."""

    @acts("alert.save")
    async def save_search(self, interaction: Interaction, session_id: int, ticket: int) -> None:
        actor = await self.inbound.actor(interaction)
        alert = await self.services.alerts.save(actor, session_id, ticket)
        rows = [[Button("alert.stop", alert.id), Button("alert.list")]]
        await self.inbound.reply(interaction, "alerts/saved", rows=rows, alert=alert)

    @localized.command("resource.alerts", parent=RESOURCE)
    async def alerts(self, interaction: Interaction) -> None:
        await self.show_alerts(interaction, 0, 0)

    @acts("alert.list")
    async def show_alerts(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        alerts = await self.services.alerts.mine(actor)
        options = [Option(str(one.id), one.query) for one in alerts]
        rows: list[Row] = [[Menu("alert.choose", options)], [Button("library.search")]]
        await self.inbound.reply(interaction, "alerts/list", rows=rows, alerts=alerts)

    @acts("alert.choose")
    async def stop_chosen(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.stop_alert(interaction, picked(interaction), 0)

    @acts("alert.stop")
    async def stop_alert(self, interaction: Interaction, alert_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        alert = await self.services.alerts.stop(actor, alert_id)
        rows = [[Button("alert.list")]]
        await self.inbound.reply(interaction, "alerts/stopped", rows=rows, alert=alert)

    @localized.command("resource.unanswered", parent=RESOURCE)
    async def unanswered(self, interaction: Interaction) -> None:
        await self.show_unanswered(interaction, 0, 0)

    @acts("alert.unanswered")
    async def show_unanswered(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        searches = await self.services.alerts.in_vain(actor)
        options = [Option(str(one.session_id), one.query) for one in searches]
        rows: list[Row] = [
            [Menu("need.from_vain", options)],
            [Button("library.propose"), Button("synonym.list")],
        ]
        await self.inbound.reply(interaction, "alerts/unanswered", rows=rows, searches=searches)
