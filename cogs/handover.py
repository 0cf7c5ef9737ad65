"""The doors of what changes hands: threads whose author left, one's successor, functions that end."""

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from community.mandates import CampaignView
from community.ports import Button

HAND_OVER = Form("thread.hand_over", TextField("successor", minimum=2, maximum=100))
STILL = Form("mandate.still", TextField("ends", required=False, maximum=40))


class HandoverCog(commands.Cog):
    """`/mandate …`, and the buttons under the cards of those who left."""

    mandate = localized.group("mandate")

    def __init__(self, host: Host) -> None:
        self.inbound, self.words = host.inbound, host.words
        self.handover, self.mandates = host.services.handover, host.services.mandates

    @localized.command("mandate.view", parent=mandate)
    async def view(self, interaction: Interaction) -> None:
        await self.show(interaction, 0, 0)

    @acts("mandate.show")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        mandate = await self.mandates.mine(actor)
        rows: list[Row] = [
            [
                Button("mandate.still", style="primary"),
                Button("profile.edit"),
                Button("thread.hand_over"),
                Button("mandate.campaign"),
            ]
        ]
        await self.inbound.reply(interaction, "mandates/mine", rows=rows, mandate=mandate, saved=False)

    @submits(STILL)
    async def still(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        mandate = await self.mandates.still(actor, values["ends"])
        await self.inbound.reply(interaction, "mandates/mine", mandate=mandate, saved=True)

    @submits(HAND_OVER)
    async def hand_over(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        passed = await self.handover.pass_on(actor, values["successor"])
        await self.inbound.reply(interaction, "threads/handed_over", passed=passed, mine=False)

    @acts("thread.take_over")
    async def take_over_all(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        passed = await self.handover.take_over_all(actor, member_id)
        rows = [[Button("thread.mine")]]
        await self.inbound.reply(interaction, "threads/handed_over", rows=rows, passed=passed, mine=True)

    @acts("thread.orphans")
    async def orphans(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        left = await self.handover.orphans(actor, member_id)
        unnamed = self.words.label("kinds.thread", actor.locale)
        options = [Option(str(one.id), one.title or unnamed) for one in left.threads]
        rows: list[Row] = [[Menu("thread.take_one", options)], [Button("thread.take_over", member_id)]]
        shown = left.threads
        await self.inbound.reply(
            interaction, "threads/orphaned", rows=rows, name=left.name, threads=shown, total=len(shown)
        )

    @acts("thread.take_one")
    async def take_over(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        passed = await self.handover.take_over(actor, picked(interaction))
        rows = [[Button("thread.mine")]]
        await self.inbound.reply(interaction, "threads/handed_over", rows=rows, passed=passed, mine=True)

    @localized.command("mandate.campaign", parent=mandate)
    async def campaign(self, interaction: Interaction) -> None:
        await self.show_campaign(interaction, 0, 0)

    @acts("mandate.campaign")
    async def show_campaign(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._campaign(interaction, await self.mandates.campaign(actor))

    @acts("mandate.start")
    async def ask_start(self, interaction: Interaction, elected_only: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        campaign = await self.mandates.campaign(actor)
        count = campaign.elected if elected_only else campaign.everybody
        rows = [confirmation("mandate.send", elected_only)]
        await self.inbound.reply(interaction, "mandates/start", rows=rows, count=count)

    @acts("mandate.start_elected")
    async def ask_start_elected(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.ask_start(interaction, 1, 0)

    @acts("mandate.send.confirm", updates=True)
    async def start(self, interaction: Interaction, elected_only: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        campaign = await self.mandates.start(actor, elected_only=bool(elected_only))
        rows = _campaign_rows(campaign)
        await self.inbound.update(interaction, "mandates/campaign", rows=rows, campaign=campaign)

    @acts("mandate.close")
    async def close(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._campaign(interaction, await self.mandates.close(actor))

    async def _campaign(self, interaction: Interaction, campaign: CampaignView) -> None:
        rows = _campaign_rows(campaign)
        await self.inbound.reply(interaction, "mandates/campaign", rows=rows, campaign=campaign)

    @prefills(HAND_OVER)
    async def hand_over_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        await self.inbound.actor(interaction)
        return Prefill()


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(HandoverCog(host))


def _campaign_rows(campaign: CampaignView) -> list[Row]:
    if campaign.started_at is not None:
        return [[Button("mandate.campaign"), Button("mandate.close", style="danger")]]
    return [[Button("mandate.start", style="primary"), Button("mandate.start_elected")]]
