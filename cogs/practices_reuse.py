"""The doors of what becomes of a practice: « Je reprends », its outcome, « coup de cœur », being told."""

from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.lineage_picture import alt, tree
from cogs.practices_group import Doors
from community import practice_reuses as rules
from community import text
from community.ports import Button
from community.practice_reuses import TakenUp
from community.practices_delivery import asked_rows

_WHY = TextField("why", long=True, required=False, maximum=rules.WHY_LONGEST)
ADAPTED = Form("reuse.adapted", _WHY)
ABANDONED = Form("reuse.abandoned", _WHY)


class ReuseDoors(Doors):
    """Buttons only: they stand under a card, and in the questions that come later."""

    @acts("practice.take_up")
    async def take_up(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        taken = await self.services.reuses.take_up(actor, practice_id)
        rows = [[Button("reuse.mine"), Button("practice.show", practice_id)]]
        await self.inbound.reply(interaction, "practices/taken_up", rows=rows, taken=taken)

    @acts("practice.heart")
    @acts("practice.unheart")
    async def heart(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        practice = await self.services.reuses.heart(actor, practice_id)
        liked = await self.services.reuses.has_heart(actor, practice_id)
        await self.inbound.reply(interaction, "practices/heart", practice=practice, liked=liked)

    @acts("reuse.mine")
    async def taken(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        taken = [TakenUp(*pair, new=False) for pair in await self.services.reuses.taken_up(actor)]
        options = [Option(str(one.reuse.id), one.practice.title) for one in taken]
        rows: list[Row] = [
            [Menu("reuse.choose", options[:25])],
            [Button("practice.list"), Button("practice.mine")],
        ]
        await self.inbound.reply(interaction, "practices/taken", rows=rows, taken=taken)

    @acts("reuse.choose")
    async def choose_reuse(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        reuse = await self.services.reuses.reuse(actor, picked(interaction))
        practice = await self.services.practices.practice(actor, reuse.practice_id)
        rows = list(asked_rows(reuse.id))
        await self.inbound.reply(interaction, "practices/asked", rows=rows, practice=practice, reuse=reuse)

    # « Où en êtes-vous ? »

    @acts("reuse.adopted")
    async def adopted(self, interaction: Interaction, reuse_id: int, extra: int) -> None:
        await self._answer(interaction, reuse_id, "adopted")

    @acts("reuse.ongoing")
    async def ongoing(self, interaction: Interaction, reuse_id: int, extra: int) -> None:
        await self._answer(interaction, reuse_id, "ongoing")

    @prefills(ADAPTED)
    async def adapted_form(self, interaction: Interaction, reuse_id: int) -> Prefill:
        return await self._why(interaction, reuse_id)

    @submits(ADAPTED)
    async def adapted(self, interaction: Interaction, reuse_id: int, values: Values) -> None:
        await self._answer(interaction, reuse_id, "adapted", values["why"])

    @prefills(ABANDONED)
    async def abandoned_form(self, interaction: Interaction, reuse_id: int) -> Prefill:
        return await self._why(interaction, reuse_id)

    @submits(ABANDONED)
    async def abandoned(self, interaction: Interaction, reuse_id: int, values: Values) -> None:
        await self._answer(interaction, reuse_id, "abandoned", values["why"])

    async def _why(self, interaction: Interaction, reuse_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        return Prefill({"why": (await self.services.reuses.reuse(actor, reuse_id)).why})

    async def _answer(self, interaction: Interaction, reuse_id: int, state: str, why: str = "") -> None:
        actor = await self.inbound.actor(interaction)
        taken = await self.services.reuses.answer(actor, reuse_id, state, why)
        own = [Button("practice.begin", taken.practice.id)] if state in ("adopted", "adapted") else []
        rows = [[*own, Button("practice.show", taken.practice.id)]]
        await self.inbound.reply(interaction, "practices/answered", rows=rows, taken=taken)

    # Whether it still stands where it was born.

    @acts("practice.continues")
    async def continues(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await self._stands(interaction, practice_id, "continues")

    @acts("practice.changed")
    async def changed(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await self._stands(interaction, practice_id, "changed")

    @acts("practice.stopped")
    async def stopped(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await self._stands(interaction, practice_id, "stopped")

    async def _stands(self, interaction: Interaction, practice_id: int, standing: str) -> None:
        actor = await self.inbound.actor(interaction)
        practice = await self.services.reuses.standing(actor, practice_id, standing)
        steps = ("practice.essentials", "practice.lessons")
        rows = [[Button(step, practice.id, practice.version) for step in steps]]
        await self.inbound.reply(interaction, "practices/stands", rows=rows, practice=practice)

    # Being told of new cards.

    @acts("practice.notices")
    async def notices(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        notices = await self.services.reuses.notices(actor)
        options = [
            Option(str(number), name, chosen=number in notices.chosen) for number, name in notices.themes
        ]
        rows = [[Menu("practice.notices.choose", options, minimum=0, maximum=25)]]
        await self.inbound.reply(interaction, "practices/notices", rows=rows, notices=notices)

    @acts("practice.notices.choose")
    async def choose_notices(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        wanted = [text.row_id(value) for value in chosen(interaction)]
        notices = await self.services.reuses.set_notices(actor, wanted)
        names = [name for number, name in notices.themes if number in notices.chosen]
        await self.inbound.reply(interaction, "practices/noticed", names=names)

    # Where it went.

    @acts("practice.lineage")
    @acts("practice.lineage.previous", updates=True)
    @acts("practice.lineage.next", updates=True)
    async def lineage(self, interaction: Interaction, practice_id: int, page: int) -> None:
        actor = await self.inbound.actor(interaction)
        lineage = await self.services.practices.lineage(actor, practice_id)
        leaf, words, locale = lineage.leaf(page), self.host.words, actor.locale
        chart = tree(lineage, leaf, words, locale, actor.timezone)
        (picture,) = await self.host.artist.draw(chart)
        name = f"{words.label('pictures.files.lineage', locale)}-{leaf.page}.png"
        turning = pages("practice.lineage", practice_id, leaf.page, leaf.pages)
        drawn = [(name, picture, alt(lineage, words, locale))]
        rows = [[*turning, Button("practice.show", practice_id)]]
        await self.inbound.illustrated(
            interaction, "practices/lineage", drawn, rows=rows, lineage=lineage, leaf=leaf
        )
