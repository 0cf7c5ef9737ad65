"""Doors of the figures of a network, for those who run it: how it lives, and how far newcomers come."""

from cogs import figures
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from cogs.network_group import NETWORK
from cogs.pictures import Artist
from community.funnel import FunnelView, Stuck
from community.ports import Button
from community.services import Services
from prompts import Words


class FigureDoors:
    """`/network health`, `/network funnel` and their buttons; ``NetworkCog`` gives what they work with."""

    inbound: Inbound
    services: Services
    artist: Artist
    words: Words

    @localized.command("network.health", parent=NETWORK)
    async def health(self, interaction: Interaction) -> None:
        await self.show_health(interaction, 0, 0)

    @acts("network.health")
    async def show_health(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.health.figures(actor)
        charts = figures.health(view, self.words, actor.locale)
        names = self.words.table("pictures.files", actor.locale)
        drawn = await figures.pictures(self.artist, charts, names)
        rows = [[Button("network.funnel"), Button("network.status")]]
        told = figures.told(view, self.words, actor.locale)
        await self.inbound.illustrated(interaction, "health/health", drawn, rows=rows, health=view, told=told)

    @localized.command("network.funnel", parent=NETWORK)
    async def funnel(self, interaction: Interaction) -> None:
        await self.show_funnel(interaction, 0, 0)

    @acts("network.funnel")
    async def show_funnel(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.funnels.funnel(actor)
        chart = figures.funnel(view, self.words, actor.locale)
        alt = figures.funnel_alt(view, self.words, actor.locale)
        charts: figures.Charts = {"funnel": (chart, alt)} if view.arrived else {}
        drawn = await figures.pictures(self.artist, charts, self.words.table("pictures.files", actor.locale))
        rows: list[Row] = [
            [Menu("funnel.choose", self._options(view, actor.locale))],
            [Button("member.waiting"), Button("network.health")],
        ]
        await self.inbound.illustrated(interaction, "health/funnel", drawn, rows=rows, funnel=view)

    @acts("funnel.choose")
    async def choose_stuck(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        person = await self.services.funnels.person(actor, picked(interaction))
        await self.inbound.reply(interaction, "health/person", rows=[_helps(person)], person=person)

    @acts("funnel.nudge")
    async def nudge(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        person = await self.services.funnels.nudge(actor, member_id)
        rows = [[Button("network.funnel")]]
        await self.inbound.reply(interaction, "health/nudged", rows=rows, person=person)

    def _options(self, view: FunnelView, locale: str) -> list[Option]:
        steps = self.words.table("funnel.stuck", locale)
        return [Option(str(one.member_id), one.name, steps[one.step]) for one in view.stuck]


def _helps(person: Stuck) -> Row:
    """What helps this person further."""
    if person.waits_for_us:
        return [
            Button("member.admit", person.member_id, style="success"),
            Button("join.ask", person.member_id),
        ]
    if person.may_be_nudged:
        return [Button("funnel.nudge", person.member_id, style="primary")]
    return [Button("network.funnel")]
