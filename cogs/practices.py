"""The doors of practices: browsing them, sharing one step by step, changing it.

What becomes of them elsewhere is in ``practices_reuse.py``. Each click reloads and re-checks.
"""

from collections.abc import Sequence

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.confirm import confirmation
from cogs.kit.forms import ChoicesField, Form, Prefill, TextField, Values, form_extra, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Row
from cogs.practice_pages import draft_rows, mine_rows, shelf_rows, show_practice
from cogs.practices_care import CareDoors
from cogs.practices_group import PRACTICE
from cogs.practices_requests import RequestDoors
from cogs.practices_reuse import ReuseDoors
from community import practice_cards as rules
from community import text
from community.actors import Actor
from community.errors import Invalid
from community.ports import Button
from community.practice_cards import LIMITS
from community.practice_sharing import DraftView


def _text(name: str, *, long: bool = True, required: bool = False, label: str = "") -> TextField:
    shortest, longest = LIMITS[name]
    return TextField(label or name, long=long, required=required, minimum=shortest, maximum=longest)


# The form's field is "name": its label "title" is the form's own title.
_ESSENTIALS = (
    _text("title", long=False, required=True, label="name"),
    _text("context"),
    _text("done", required=True),
    ChoicesField("themes", maximum=rules.THEMES_MOST),
)
_FIGURES = ("results", "cost", "duration", "territory", "contact")
_LESSONS = ("obstacles", "failures")
BEGIN = Form("practice.begin", *_ESSENTIALS)
ESSENTIALS = Form("practice.essentials", *_ESSENTIALS)
FIGURES = Form("practice.figures", *(_text(name, long=name == "results") for name in _FIGURES))
LESSONS = Form("practice.lessons", *(_text(name) for name in _LESSONS))


class PracticesCog(ReuseDoors, RequestDoors, CareDoors, commands.Cog):
    """`/practice …`, and the buttons that do the same."""

    practice = PRACTICE

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.practices, self.sharing = host.services.practices, host.services.sharing

    # Reading.

    @localized.command("practice.list", parent=PRACTICE)
    async def list(self, interaction: Interaction, theme: str | None = None) -> None:
        actor = await self.inbound.actor(interaction)
        await self._shelf(interaction, await self._theme(actor, theme) if theme else 0)

    @list.autocomplete("theme")
    @suggests
    async def themes(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        begun = text.folded(typed)
        offered = await self._theme_options(await self.inbound.actor(interaction))
        return [Suggestion(key, name) for key, name in offered if begun in text.folded(name)]

    @acts("practice.list")
    async def show_list(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._shelf(interaction, 0)

    @acts("practice.theme", updates=True)
    async def choose_theme(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._turn(interaction, picked(interaction), 1)

    @acts("practice.shelf.previous", updates=True)
    @acts("practice.shelf.next", updates=True)
    async def turn_shelf(self, interaction: Interaction, theme_id: int, page: int) -> None:
        await self._turn(interaction, theme_id, page)

    @localized.command("practice.show", parent=PRACTICE)
    async def show(self, interaction: Interaction, practice: str) -> None:
        await show_practice(self.inbound, self.services, interaction, text.row_id(practice))

    @show.autocomplete("practice")
    @suggests
    async def titles(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        found = await self.practices.suggest(await self.inbound.actor(interaction), typed)
        return [Suggestion(str(number), title) for number, title in found]

    @acts("practice.show")
    async def show_one(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await show_practice(self.inbound, self.services, interaction, practice_id)

    @acts("practice.choose")
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await show_practice(self.inbound, self.services, interaction, picked(interaction))

    @localized.command("practice.mine", parent=PRACTICE)
    async def mine(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, 0, 0)

    @acts("practice.mine")
    async def show_mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        written = await self.practices.mine(await self.inbound.actor(interaction))
        await self.inbound.reply(interaction, "practices/mine", rows=mine_rows(written), practices=written)

    @acts("practice.history")
    async def history(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        history = await self.practices.history(await self.inbound.actor(interaction), practice_id)
        rows = [[Button("practice.show", practice_id)]]
        await self.inbound.reply(interaction, "practices/history", rows=rows, history=history)

    # Sharing, step by step.

    @localized.command("practice.share", parent=PRACTICE)
    async def share(self, interaction: Interaction) -> None:
        await self.start(interaction, 0, 0)

    @acts("practice.share")
    async def start(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        """What was begun is offered first; without any, the form opens at once."""
        kept = await self.sharing.drafts(await self.inbound.actor(interaction))
        if not kept:
            await self.forms.open(interaction, BEGIN)
            return
        await self.inbound.reply(
            interaction, "practices/drafts", rows=[*mine_rows(kept)[:1], _BEGINNING], drafts=kept
        )

    @prefills(BEGIN)
    async def begin_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        await self.sharing.drafts(actor)
        return Prefill(options={"themes": await self._theme_options(actor)})

    @submits(BEGIN)
    async def begun(self, interaction: Interaction, derived_from: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        texts, themes = _typed(values)
        draft = await self.sharing.begin(actor, texts, themes, derived_from=derived_from)
        await self._draft(interaction, draft)

    @localized.command("practice.edit", parent=PRACTICE)
    async def edit(self, interaction: Interaction, practice: str) -> None:
        await show_practice(self.inbound, self.services, interaction, text.row_id(practice))

    @edit.autocomplete("practice")
    @suggests
    async def own_titles(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        actor = await self.inbound.actor(interaction)
        found = await self.practices.suggest(actor, typed, writable=True)
        return [Suggestion(str(number), title) for number, title in found]

    @prefills(ESSENTIALS)
    async def essentials_form(self, interaction: Interaction, practice_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        practice = await self.practices.practice(actor, practice_id)
        offered = dict(await self._theme_options(actor))
        borne = dict(zip(map(str, practice.theme_ids), practice.themes, strict=True))
        values = {"name": practice.title, "context": practice.context, "done": practice.done}
        shown = {**values, "themes": [str(one) for one in practice.theme_ids]}
        return Prefill(shown, {"themes": [*{**borne, **offered}.items()]})

    @submits(ESSENTIALS)
    async def essentials(self, interaction: Interaction, practice_id: int, values: Values) -> None:
        texts, themes = _typed(values)
        await self._write(interaction, practice_id, texts, themes)

    @prefills(FIGURES)
    async def figures_form(self, interaction: Interaction, practice_id: int) -> Prefill:
        return await self._shown(interaction, practice_id, _FIGURES)

    @submits(FIGURES)
    async def figures(self, interaction: Interaction, practice_id: int, values: Values) -> None:
        await self._write(interaction, practice_id, dict(values))

    @prefills(LESSONS)
    async def lessons_form(self, interaction: Interaction, practice_id: int) -> Prefill:
        return await self._shown(interaction, practice_id, _LESSONS)

    @submits(LESSONS)
    async def lessons(self, interaction: Interaction, practice_id: int, values: Values) -> None:
        await self._write(interaction, practice_id, dict(values))

    @acts("practice.hide", updates=True)
    async def hide(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await self._hide(interaction, practice_id, hidden=True)

    @acts("practice.sign", updates=True)
    async def sign(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await self._hide(interaction, practice_id, hidden=False)

    @acts("practice.publish")
    async def publish(self, interaction: Interaction, practice_id: int, version: int) -> None:
        await self._publish(interaction, practice_id, version, anyway=False)

    @acts("practice.publish_anyway")
    async def publish_anyway(self, interaction: Interaction, practice_id: int, version: int) -> None:
        await self._publish(interaction, practice_id, version, anyway=True)

    @acts("practice.discard")
    async def ask_discard(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        practice = await self.practices.practice(await self.inbound.actor(interaction), practice_id)
        rows = [confirmation("practice.discard", practice_id)]
        await self.inbound.reply(interaction, "practices/discard", rows=rows, practice=practice)

    @acts("practice.discard.confirm", updates=True)
    async def discard(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        await self.sharing.discard(await self.inbound.actor(interaction), practice_id)
        await self.inbound.update(interaction, "practices/discarded", rows=[_BEGINNING])

    @acts("practice.withdraw")
    async def ask_withdraw(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        practice = await self.practices.practice(await self.inbound.actor(interaction), practice_id)
        rows = [confirmation("practice.withdraw", practice_id)]
        await self.inbound.reply(interaction, "practices/withdraw", rows=rows, practice=practice)

    @acts("practice.withdraw.confirm", updates=True)
    async def withdraw(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        practice = await self.sharing.withdraw(await self.inbound.actor(interaction), practice_id)
        await self.inbound.update(interaction, "practices/withdrawn", practice=practice)

    @acts("practice.open_thread")
    async def open_thread(self, interaction: Interaction, practice_id: int, extra: int) -> None:
        practice = await self.sharing.open_thread(await self.inbound.actor(interaction), practice_id)
        await self.inbound.reply(interaction, "practices/opening", practice=practice)

    # Shared.

    async def _publish(
        self, interaction: Interaction, practice_id: int, version: int, *, anyway: bool
    ) -> None:
        actor = await self.inbound.actor(interaction)
        outcome = await self.sharing.publish(actor, practice_id, version or None, anyway=anyway)
        if outcome.clues:
            again = Button("practice.publish_anyway", practice_id, version, style="danger")
            steps = [Button(f"practice.{step}", practice_id, version) for step in _STEPS]
            rows: list[Row] = [[*steps, again]]
            await self.inbound.reply(interaction, "practices/revealing", rows=rows, clues=outcome.clues)
            return
        rows = [[Button("practice.show", practice_id), Button("practice.mine")]]
        await self.inbound.reply(interaction, "practices/published", rows=rows, practice=outcome.practice)

    async def _hide(self, interaction: Interaction, practice_id: int, *, hidden: bool) -> None:
        actor = await self.inbound.actor(interaction)
        draft = await self.sharing.hide_name(actor, practice_id, hidden)
        await self.inbound.update(interaction, "practices/draft", rows=draft_rows(draft), draft=draft)

    async def _write(
        self,
        interaction: Interaction,
        practice_id: int,
        texts: dict[str, str],
        themes: Sequence[int] | None = None,
    ) -> None:
        actor = await self.inbound.actor(interaction)
        version = form_extra(interaction) or None
        practice = await self.sharing.write(actor, practice_id, texts, themes, version)
        if practice.state == "draft":
            await self._draft(interaction, await self.sharing.draft(actor, practice_id))
            return
        rows = [[Button("practice.show", practice_id), Button("practice.history", practice_id)]]
        await self.inbound.reply(interaction, "practices/edited", rows=rows, practice=practice)

    async def _draft(self, interaction: Interaction, draft: DraftView) -> None:
        await self.inbound.reply(interaction, "practices/draft", rows=draft_rows(draft), draft=draft)

    async def _shown(self, interaction: Interaction, practice_id: int, names: Sequence[str]) -> Prefill:
        practice = await self.practices.practice(await self.inbound.actor(interaction), practice_id)
        return Prefill({name: getattr(practice, name) for name in names})

    async def _shelf(self, interaction: Interaction, theme_id: int) -> None:
        actor = await self.inbound.actor(interaction)
        shelf = await self.practices.browse(actor, theme_id=theme_id or None)
        rows = shelf_rows(shelf, theme_id, await self._theme_options(actor))
        await self.inbound.reply(interaction, "practices/shelf", rows=rows, shelf=shelf)

    async def _turn(self, interaction: Interaction, theme_id: int, page: int) -> None:
        actor = await self.inbound.actor(interaction)
        shelf = await self.practices.browse(actor, theme_id=theme_id or None, page=page)
        rows = shelf_rows(shelf, theme_id, await self._theme_options(actor))
        await self.inbound.update(interaction, "practices/shelf", rows=rows, shelf=shelf)

    async def _theme_options(self, actor: Actor) -> Sequence[tuple[str, str]]:
        return [(str(theme.id), theme.name) for theme in await self.services.networks.themes(actor)]

    async def _theme(self, actor: Actor, given: str) -> int:
        """A theme by its key, or by its name for those who typed it instead of choosing it."""
        for key, name in await self._theme_options(actor):
            if given == key or text.folded(given) == text.folded(name):
                return int(key)
        raise Invalid(field="theme", problem="unknown")


_STEPS = ("essentials", "figures", "lessons")
_BEGINNING: Row = [Button("practice.begin", style="primary"), Button("practice.mine")]


def _typed(values: Values) -> tuple[dict[str, str], list[int]]:
    """A form's answers as the use case wants them. An option that is no number is nobody's theme."""
    texts = {"title": values["name"], "context": values["context"], "done": values["done"]}
    return texts, [text.row_id(key) for key in values["themes"]]


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(PracticesCog(host))
