"""The doors of words: what an acronym means here, for facilitators."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.library_group import RESOURCE, Doors
from community import synonyms as rules
from community.ports import Button
from community.synonyms import SynonymPage, SynonymView

NAME = Form(
    "synonym.name",
    TextField("word", minimum=1, maximum=rules.WORD_LONGEST),
    TextField(
        "meanings",
        long=True,
        required=False,
        maximum=rules.MEANINGS_MOST * (rules.MEANING_LONGEST + 1),
    ),
    TextField("explanation", required=False, maximum=rules.EXPLANATION_LONGEST),
)


class SynonymDoors(Doors):
    """`/resource synonyms` and its buttons."""

    @localized.command("resource.synonyms", parent=RESOURCE)
    async def synonyms(self, interaction: Interaction, word: str | None = None) -> None:
        if word is None:
            await self.show_synonyms(interaction, 0, 0)
            return
        actor = await self.inbound.actor(interaction)
        view = await self.services.synonyms.meaning(actor, word)
        await self.inbound.reply(interaction, "synonyms/word", rows=_word_rows(view), word=view)

    @acts("synonym.list")
    async def show_synonyms(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.synonyms.own(actor)
        await self.inbound.reply(interaction, "synonyms/list", rows=_list_rows(page), words=page)

    @acts("synonym.list.previous", updates=True)
    @acts("synonym.list.next", updates=True)
    async def turn_synonyms(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.synonyms.own(actor, number)
        await self.inbound.update(interaction, "synonyms/list", rows=_list_rows(page), words=page)

    @acts("synonym.choose")
    async def choose_synonym(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.synonyms.word(actor, picked(interaction))
        await self.inbound.reply(interaction, "synonyms/word", rows=_word_rows(view), word=view)

    @prefills(NAME)
    async def name_form(self, interaction: Interaction, synonym_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        if not synonym_id:
            await self.services.synonyms.own(actor)  # a stranger types nothing in vain
            return Prefill()
        view = await self.services.synonyms.word(actor, synonym_id)
        meanings = "\n".join(view.meanings)
        return Prefill({"word": view.word, "meanings": meanings, "explanation": view.explanation})

    @submits(NAME)
    async def named(self, interaction: Interaction, synonym_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.synonyms.name(
            actor, values["word"], values["meanings"], values["explanation"]
        )
        await self.inbound.reply(interaction, "synonyms/named", rows=_word_rows(view), word=view)

    @acts("synonym.forget")
    async def ask_forget_synonym(self, interaction: Interaction, synonym_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.services.synonyms.word(actor, synonym_id)
        rows = [confirmation("synonym.forget", synonym_id)]
        await self.inbound.reply(interaction, "synonyms/forget", rows=rows, word=view)

    @acts("synonym.forget.confirm", updates=True)
    async def forget_synonym(self, interaction: Interaction, synonym_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        gone = await self.services.synonyms.forget(actor, synonym_id)
        now = await self.services.synonyms.meaning(actor, gone.word)
        rows = [[Button("synonym.list")]]
        await self.inbound.update(interaction, "synonyms/forgotten", rows=rows, word=now)


def _list_rows(page: SynonymPage) -> list[Row]:
    options = [Option(str(one.id), one.word, ", ".join(one.meanings)) for one in page.items]
    turning = pages("synonym.list", 0, page.page, page.pages)
    return [[Menu("synonym.choose", options)], [Button("synonym.name", style="primary"), *turning]]


def _word_rows(view: SynonymView) -> list[Row]:
    own = [Button("synonym.forget", view.id)] if view.id else []
    return [[Button("synonym.name", view.id, style="primary"), *own, Button("synonym.list")]]
