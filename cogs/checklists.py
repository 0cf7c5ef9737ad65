"""Doors of checklists: `/checklist list|start`, their steps, and the reminders' buttons."""

from collections.abc import Sequence

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import Form, Prefill, TextField, Values, YesNoField, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from community import checklist_models as shipped
from community import checklist_steps as step_rules
from community import checklists as rules
from community.actors import Actor
from community.checklist_views import ChecklistLine, ChecklistView, StepView
from community.checklists import NewChecklist
from community.french_days import shown
from community.policy import Action, allows
from community.ports import Button
from community.text import row_id

TITLE = TextField("title", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST)
START = Form("checklist.begin", TITLE, TextField("target", maximum=60))
START_TEAM = Form("checklist.begin_team", TITLE, TextField("target", maximum=60), YesNoField("team"))
EDIT = Form("checklist.edit", TITLE, TextField("target", maximum=60))
WHAT = TextField("what", minimum=step_rules.WHAT_SHORTEST, maximum=step_rules.WHAT_LONGEST)
STEP = (WHAT, TextField("by_when", maximum=60), TextField("who", required=False, maximum=100))
ADD = Form("step.add", *STEP)
CHANGE = Form("step.change", *STEP)


_WAYS = ("step.add", "checklist.edit", "checklist.keep", "checklist.close")


class ChecklistsCog(commands.Cog):
    """`/checklist …` and the buttons that do the same."""

    checklist = localized.group("checklist")

    def __init__(self, host: Host) -> None:
        self.inbound, self.words, self.forms = host.inbound, host.words, host.forms
        self.checklists, self.steps = host.services.checklists, host.services.checklist_steps

    @localized.command("checklist.list", parent=checklist)
    async def view_list(self, interaction: Interaction) -> None:
        await self.show_list(interaction, 0, 0)

    @acts("checklist.list")
    async def show_list(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._list(interaction, await self.checklists.every(actor), team=False)

    @acts("checklist.team")
    async def show_team(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._list(interaction, await self.checklists.of_team(actor), team=True)

    async def _list(self, interaction: Interaction, found: Sequence[ChecklistLine], *, team: bool) -> None:
        options = [Option(str(one.id), one.title, shown(one.target_on)) for one in found]
        rows: list[Row] = [[Menu("checklist.choose", options)], [Button("checklist.start", style="primary")]]
        await self.inbound.reply(interaction, "checklists/list", rows=rows, checklists=found, team=team)

    @acts("checklist.choose")
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.show(interaction, picked(interaction), 0)

    @acts("checklist.show")
    async def show(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.checklists.checklist(actor, checklist_id))

    @acts("checklist.previous", updates=True)
    @acts("checklist.next", updates=True)
    async def turn(self, interaction: Interaction, checklist_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(
            interaction, await self.checklists.checklist(actor, checklist_id, number), updates=True
        )

    # Beginning, changing, ending.

    @localized.command("checklist.start", parent=checklist)
    async def start(self, interaction: Interaction) -> None:
        await self.show_models(interaction, 0, 0)

    @acts("checklist.start")
    async def show_models(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.checklists.models(actor)
        options = [Option(str(model.number), model.title, model.about) for model in found]
        own = [Option(str(model.number), model.title) for model in found if model.own]
        rows: list[Row] = [
            [Menu("checklist.model", options)],
            [Menu("checklist.forget_model", own)],
            [Button("checklist.list")],
        ]
        await self.inbound.reply(interaction, "checklists/models", rows=rows, models=found)

    @acts("checklist.model")
    async def model_chosen(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        form = START_TEAM if allows(actor, Action.RUN_TEAM_CHECKLISTS) else START
        await self.forms.open(interaction, form, picked(interaction))

    @prefills(START)
    async def start_form(self, interaction: Interaction, number: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        found = await self.checklists.models(actor)
        title = next((one.title for one in found if one.number == number and number != shipped.BLANK), "")
        return Prefill({"title": title, "team": True})

    @prefills(START_TEAM)
    async def start_team_form(self, interaction: Interaction, number: int) -> Prefill:
        return await self.start_form(interaction, number)

    @submits(START)
    async def started(self, interaction: Interaction, number: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        new = NewChecklist(number, values["title"], values["target"], bool(values.get("team")))
        await self._show(interaction, await self.checklists.start(actor, new))

    @submits(START_TEAM)
    async def started_by_team(self, interaction: Interaction, number: int, values: Values) -> None:
        await self.started(interaction, number, values)

    @prefills(EDIT)
    async def edit_form(self, interaction: Interaction, checklist_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        found = (await self.checklists.checklist(actor, checklist_id)).line
        return Prefill({"title": found.title, "target": shown(found.target_on)})

    @submits(EDIT)
    async def edited(self, interaction: Interaction, checklist_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.checklists.edit(actor, checklist_id, values["title"], values["target"])
        await self._show(interaction, found)

    @acts("checklist.close", updates=True)
    async def close(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.checklists.close(actor, checklist_id), updates=True)

    @acts("checklist.reopen", updates=True)
    async def reopen(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.checklists.close(actor, checklist_id, closed=False)
        await self._show(interaction, found, updates=True)

    @acts("checklist.share", updates=True)
    @acts("checklist.unshare", updates=True)
    async def share(self, interaction: Interaction, checklist_id: int, shared: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.checklists.share(actor, checklist_id, shared=bool(shared))
        await self._show(interaction, found, updates=True)

    @acts("checklist.drop")
    async def ask_drop(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        title = (await self.checklists.checklist(actor, checklist_id)).line.title
        rows = [confirmation("checklist.drop", checklist_id)]
        await self.inbound.reply(interaction, "checklists/drop", rows=rows, title=title, dropped=False)

    @acts("checklist.drop.confirm", updates=True)
    async def drop(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        title = await self.checklists.drop(actor, checklist_id)
        rows = [[Button("checklist.list")]]
        await self.inbound.update(interaction, "checklists/drop", rows=rows, title=title, dropped=True)

    @acts("checklist.keep")
    async def keep(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        model = await self.checklists.keep(actor, checklist_id)
        rows = [[Button("checklist.start"), Button("checklist.show", checklist_id)]]
        await self.inbound.reply(interaction, "checklists/kept", rows=rows, model=model, forgotten=False)

    @acts("checklist.forget_model", updates=True)
    async def forget_model(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        number = picked(interaction)
        model = next((one for one in await self.checklists.models(actor) if one.number == number), None)
        await self.checklists.forget(actor, number)
        rows = [[Button("checklist.start")]]
        await self.inbound.update(interaction, "checklists/kept", rows=rows, model=model, forgotten=True)

    # Steps.

    @acts("step.tick", updates=True)
    async def tick(self, interaction: Interaction, checklist_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.steps.done(actor, [row_id(value) for value in chosen(interaction)])
        await self._show(interaction, found, updates=True)

    @acts("step.next_done", updates=True)
    async def next_done(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.steps.done(actor, [step_id]), updates=True)

    @acts("step.undo", updates=True)
    async def undo(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.steps.done(actor, [step_id], done=False)
        await self._show(interaction, found, updates=True)

    @acts("step.done")
    async def done(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self._actor(interaction, step_id)
        await self._show(interaction, await self.steps.done(actor, [step_id]))

    @acts("step.later")
    async def later(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self._actor(interaction, step_id)
        await self._step(interaction, await self.steps.later(actor, step_id))

    @acts("step.decline")
    async def decline(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self._actor(interaction, step_id)
        step = await self.steps.decline(actor, step_id)
        await self.inbound.reply(interaction, "checklists/said_no", step=step)

    @acts("step.choose")
    async def choose_step(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.show_step(interaction, picked(interaction), 0)

    @acts("step.show")
    async def show_step(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self._actor(interaction, step_id)
        await self._step(interaction, await self.steps.step(actor, step_id))

    @prefills(ADD)
    async def add_form(self, interaction: Interaction, checklist_id: int) -> Prefill:
        await self.checklists.checklist(await self.inbound.actor(interaction), checklist_id)
        return Prefill()

    @submits(ADD)
    async def added(self, interaction: Interaction, checklist_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.steps.add(actor, checklist_id, values["what"], values["by_when"], values["who"])
        await self._show(interaction, found)

    @prefills(CHANGE)
    async def change_form(self, interaction: Interaction, step_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        step = await self.steps.step(actor, step_id)
        written = self._offset(step.offset, actor)
        return Prefill({"what": step.what, "by_when": written, "who": step.who})

    @submits(CHANGE)
    async def changed(self, interaction: Interaction, step_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        step = await self.steps.change(actor, step_id, values["what"], values["by_when"], values["who"])
        await self._step(interaction, step)

    @acts("step.up", updates=True)
    async def up(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._step(interaction, await self.steps.move(actor, step_id, -1), updates=True)

    @acts("step.down", updates=True)
    async def down(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._step(interaction, await self.steps.move(actor, step_id, 1), updates=True)

    @acts("step.remove", updates=True)
    async def remove(self, interaction: Interaction, step_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.steps.remove(actor, step_id), updates=True)

    async def _actor(self, interaction: Interaction, step_id: int) -> Actor:
        """In private, the step says which network is meant."""
        if interaction.guild_id is None:
            return await self.steps.reader(self.inbound.standing(interaction), step_id)
        return await self.inbound.actor(interaction)

    def _offset(self, days: int, actor: Actor) -> str:
        """« J-14 », as it is typed as well."""
        return f"{self.words.label('checklists.day', actor.locale)}{days:+d}"

    async def _show(self, interaction: Interaction, found: ChecklistView, *, updates: bool = False) -> None:
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(interaction, "checklists/checklist", rows=_rows(found), checklist=found)

    async def _step(self, interaction: Interaction, step: StepView, *, updates: bool = False) -> None:
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(interaction, "checklists/step", rows=_step_rows(step), step=step)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(ChecklistsCog(host))


def _rows(found: ChecklistView) -> list[Row]:
    key, line = found.id, found.line
    turning = pages("checklist", key, found.page, found.pages)
    theirs = found.may_edit and (found.own or line.team)
    drop = [Button("checklist.drop", key, style="danger")] if theirs else []
    if line.closed:
        ways = [Button("checklist.reopen", key), Button("checklist.keep", key)] if found.may_edit else []
        return [turning, [*ways, *drop, Button("checklist.list")]]
    to_tick = [Option(str(one.id), one.what) for one in found.steps if not one.done and one.mine]
    every = [Option(str(one.id), f"{one.number}. {one.what}", shown(one.due_on)) for one in found.steps]
    coming = line.next
    tick = [Button("step.next_done", coming.id, style="success")] if coming and coming.mine else []
    ways = [Button(action, key) for action in _WAYS] if found.may_edit else []
    share = Button("checklist.unshare", key) if found.shared else Button("checklist.share", key, 1)
    return [
        [Menu("step.tick", to_tick, key, maximum=max(1, len(to_tick)))],
        [Menu("step.choose", every, key)],
        [*tick, *turning],
        ways,
        [*([share] if found.own else []), *drop, Button("checklist.list")],
    ]


def _step_rows(step: StepView) -> list[Row]:
    key = step.id
    ticks = Button("step.undo", key) if step.done else Button("step.next_done", key, style="success")
    rows: list[Row] = []
    if step.mine:
        rows.append([ticks, *([] if step.done else [Button("step.later", key)])])
    if step.may_edit:
        rows.append([Button("step.change", key), Button("step.up", key), Button("step.down", key)])
        rows.append([Button("step.remove", key, style="danger")])
    return [*rows, [Button("checklist.show", step.checklist_id)]]
