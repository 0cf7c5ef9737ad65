"""The doors of opinions: rate, read what others say, keep for oneself."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.library_group import RESOURCE, Doors
from community import opinions as rules
from community import text
from community.opinions import ResourceOpinions
from community.ports import Button
from community.resources import ResourcePage

RATE = Form(
    "opinion.rate",
    ChoiceField("stars", "stars", radio=True),
    TextField("comment", long=True, required=False, maximum=rules.COMMENT_LONGEST),
)

USE = Form(
    "opinion.use",
    ChoiceField("outcome", "outcomes", radio=True),
    TextField("comment", long=True, required=False, maximum=rules.COMMENT_LONGEST),
)


class OpinionDoors(Doors):
    """`/resource kept`, and the buttons under a resource."""

    @prefills(RATE)
    async def rate_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        mine = await self.services.opinions.mine(actor, resource_id)
        return Prefill({"stars": str(mine.stars or ""), "comment": mine.comment}) if mine else Prefill()

    @submits(RATE)
    async def rated(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        stars = text.row_id(values["stars"] or "")
        rating = await self.services.opinions.rate(actor, resource_id, stars, values["comment"])
        rows = [[Button("opinion.list", resource_id)]]
        await self.inbound.reply(interaction, "opinions/rated", rows=rows, rating=rating)

    @prefills(USE)
    async def use_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        mine = await self.services.opinions.use(actor, resource_id)
        return Prefill({"outcome": mine.outcome, "comment": mine.comment}) if mine else Prefill()

    @submits(USE)
    async def used(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        said = await self.services.opinions.used(
            actor, resource_id, values["outcome"] or "", values["comment"]
        )
        rows = [[Button("opinion.list", resource_id)]]
        await self.inbound.reply(interaction, "opinions/used", rows=rows, said=said)

    @acts("opinion.list")
    async def show_opinions(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        said = await self.services.opinions.of(actor, resource_id)
        await self.inbound.reply(interaction, "opinions/list", rows=_opinion_rows(said), said=said)

    @acts("opinion.hide", updates=True)
    async def hide_comment(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource_id = await self.services.opinions.hide(actor, picked(interaction))
        said = await self.services.opinions.of(actor, resource_id)
        await self.inbound.update(interaction, "opinions/list", rows=_opinion_rows(said), said=said)

    @acts("library.keep")
    async def keep(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.services.opinions.keep(actor, resource_id)
        rows = [[Button("library.kept"), Button("library.let_go", resource_id)]]
        await self.inbound.reply(interaction, "opinions/keeps", rows=rows, resource=resource, kept=True)

    @acts("library.let_go")
    async def let_go(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.services.opinions.keep(actor, resource_id, wanted=False)
        rows = [[Button("library.kept")]]
        await self.inbound.reply(interaction, "opinions/keeps", rows=rows, resource=resource, kept=False)

    @localized.command("resource.kept", parent=RESOURCE)
    async def kept(self, interaction: Interaction) -> None:
        await self.show_kept(interaction, 0, 0)

    @acts("library.kept")
    async def show_kept(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.opinions.kept(actor)
        await self.inbound.reply(interaction, "opinions/kept", rows=_kept_rows(page), page=page)

    @acts("library.kept.previous", updates=True)
    @acts("library.kept.next", updates=True)
    async def turn_kept(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.opinions.kept(actor, number)
        await self.inbound.update(interaction, "opinions/kept", rows=_kept_rows(page), page=page)


def _kept_rows(page: ResourcePage) -> list[Row]:
    options = [Option(str(one.id), one.title) for one in page.items]
    turning = pages("library.kept", 0, page.page, page.pages)
    return [
        [Menu("library.show", options)],
        [*turning, Button("toolbox.list"), Button("alert.list"), Button("library.mine")],
    ]


def _opinion_rows(said: ResourceOpinions) -> list[Row]:
    hideable = said.comments if said.may_hide else ()
    options = [Option(str(one.id), one.comment, one.author_name or "") for one in hideable]
    own = [Button("opinion.rate", said.resource.id), Button("opinion.use", said.resource.id)]
    return [[Menu("opinion.hide", options)], own]
