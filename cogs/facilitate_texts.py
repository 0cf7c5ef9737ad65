"""Doors of a network's own words: `/facilitate texts`, to read, change, see and use them."""

from cogs.facilitate_group import FACILITATE
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from community import texts as rules
from community.ports import Button
from community.texts import Texts, TextView
from prompts import LOCALES, Safe, Words

EDIT = Form(
    "texts.edit",
    TextField("title", maximum=rules.TITLE_LONGEST),
    TextField("body", long=True, required=False, maximum=rules.BODY_LONGEST),
    TextField("note", long=True, required=False, maximum=rules.NOTE_LONGEST),
)


class TextDoors:
    """Part of ``FacilitateCog``."""

    inbound: Inbound
    words: Words
    texts: Texts

    @localized.command("facilitate.texts", parent=FACILITATE)
    async def show_texts(self, interaction: Interaction) -> None:
        await self.list_texts(interaction, 0, 0)

    @acts("texts.list")
    async def list_texts(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        """In the language of the network first: the one that most of its members read."""
        actor = await self.inbound.actor(interaction)
        await self._list(interaction, actor.network_locale, updates=False)

    @acts("texts.in_fr", updates=True)
    async def list_french(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._list(interaction, "fr", updates=True)

    @acts("texts.in_en", updates=True)
    async def list_english(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._list(interaction, "en", updates=True)

    async def _list(self, interaction: Interaction, locale: str, *, updates: bool) -> None:
        actor = await self.inbound.actor(interaction)
        lines = await self.texts.every(actor)
        options = [
            Option(
                str(line.id),
                self.words.label(f"texts.names.{line.name}", actor.locale),
                self.words.label(f"texts.states.{line.state}", actor.locale),
            )
            for line in lines
            if line.locale == locale
        ]
        others = [Button(f"texts.in_{other}") for other in LOCALES if other != locale]
        rows: list[Row] = [[Menu("texts.choose", options)], [*others, Button("desk.show")]]
        own = [line for line in lines if line.state != "shipped"]
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(interaction, "texts/list", rows=rows, own=own, locale=locale)

    @acts("texts.choose")
    async def choose_text(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.show_text(interaction, picked(interaction), 0)

    @acts("texts.show")
    async def show_text(self, interaction: Interaction, chosen: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show_text(interaction, await self.texts.text(actor, chosen))

    @prefills(EDIT)
    async def edit_form(self, interaction: Interaction, chosen: int) -> Prefill:
        view = await self.texts.text(await self.inbound.actor(interaction), chosen)
        return Prefill(dict(view.parts))

    @submits(EDIT)
    async def edited(self, interaction: Interaction, chosen: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.texts.draft(actor, chosen, values["title"], values["body"], values["note"])
        await self._show_text(interaction, view)

    @acts("texts.use", updates=True)
    async def use_text(self, interaction: Interaction, chosen: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show_text(interaction, await self.texts.use(actor, chosen), updates=True)

    @acts("texts.reset", updates=True)
    async def reset_text(self, interaction: Interaction, chosen: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show_text(interaction, await self.texts.reset(actor, chosen), updates=True)

    async def _show_text(self, interaction: Interaction, view: TextView, *, updates: bool = False) -> None:
        """As readers will see it, with made-up values."""
        chosen, state = view.line.id, view.line.state
        buttons = [Button("texts.edit", chosen)]
        if state == "draft":
            buttons.insert(0, Button("texts.use", chosen, style="success"))
        if state != "shipped":
            buttons.append(Button("texts.reset", chosen, style="danger"))
        rows: list[Row] = [[*buttons, Button("texts.list")]]
        shown = {part: Safe(getattr(view.preview, part)) for part in ("title", "body", "note")}
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(interaction, "texts/text", rows=rows, text=view.line, preview=shown, given=view.values)
