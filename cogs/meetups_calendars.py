"""The doors of calendars: one's own address, and files to download."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Row
from cogs.meetups_planning import MEETUP
from community.calendars import Calendars
from community.ports import Button


class CalendarDoors:
    """`/meetup calendar`, its buttons, and « Ajouter à mon agenda » of a card; part of ``MeetupsCog``."""

    inbound: Inbound
    calendars: Calendars

    @localized.command("meetup.calendar", parent=MEETUP)
    async def calendar(self, interaction: Interaction) -> None:
        await self.show_calendar(interaction, 0, 0)

    @acts("calendar.show")
    async def show_calendar(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        calendars = self.calendars
        addresses = await calendars.addresses(actor)
        if calendars.served and not addresses:
            await self.own_address(interaction, 0, 0)
            return
        files = [Button("calendar.file"), Button("calendar.file_network")]
        rows: list[Row] = [files]
        if calendars.served:
            given = [Button("calendar.own", style="primary"), Button("calendar.network")]
            rows = [given, [*files, Button("calendar.revoke", style="danger")]]
        await self.inbound.reply(
            interaction, "calendars/mine", rows=rows, served=calendars.served, addresses=addresses
        )

    @acts("calendar.own")
    async def own_address(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._give_address(interaction, "member")

    @acts("calendar.network")
    async def network_address(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._give_address(interaction, "network")

    @acts("calendar.revoke")
    async def revoke_addresses(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        count = await self.calendars.revoke(actor)
        rows = [[Button("calendar.show")]]
        await self.inbound.reply(interaction, "calendars/revoked", rows=rows, count=count)

    @acts("calendar.file")
    async def own_file(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._give_file(interaction, "member")

    @acts("calendar.file_network")
    async def network_file(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._give_file(interaction, "network")

    @acts("calendar.add")
    async def add_to_calendar(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        made = await self.calendars.single(actor, meetup_id)
        await self.inbound.give(interaction, "calendars/file", made.name, made.content)

    async def _give_address(self, interaction: Interaction, scope: str) -> None:
        actor = await self.inbound.actor(interaction)
        address = await self.calendars.address(actor, scope)
        rows = [[Button("calendar.network"), Button("calendar.file"), Button("calendar.revoke")]]
        await self.inbound.reply(interaction, "calendars/address", rows=rows, address=address)

    async def _give_file(self, interaction: Interaction, scope: str) -> None:
        actor = await self.inbound.actor(interaction)
        made = await self.calendars.file(actor, scope)
        await self.inbound.give(interaction, "calendars/file", made.name, made.content)
