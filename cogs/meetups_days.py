"""The doors of the day and of what comes after: code, presence, sheet, survey, notes, actions, thread."""

from collections.abc import Sequence

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.forms import ChoiceField, Form, Forms, Prefill, TextField, Values, form_extra, prefills, submits
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from cogs.meetups_models import day_of
from cogs.meetups_planning import MEETUP
from community import meetups_notes as rules
from community.actors import Actor, Role
from community.meetups_days import Days, SheetView
from community.meetups_notes import Notes, NotesChanged, NotesView, TaskView
from community.meetups_rooms import Rooms
from community.ports import Button
from community.text import row_id

HERE = Form("meetup.here", TextField("code", maximum=20))
NOTES = Form("meetup.notes_write", TextField("notes", long=True, maximum=rules.NOTES_LONGEST))
TASK = Form(
    "meetup.task_add",
    TextField("what", minimum=rules.WHAT_SHORTEST, maximum=rules.WHAT_LONGEST),
    ChoiceField("owner"),
    TextField("by_when", required=False, maximum=60),
)
_PIECE = 3000
_MENU_MOST = 25


class DayDoors:
    """`/meetup here|past|actions` and the buttons around them; part of ``MeetupsCog``."""

    inbound: Inbound
    forms: Forms
    days: Days
    notes: Notes
    rooms: Rooms

    # Being there.

    @localized.command("meetup.here", parent=MEETUP)
    async def here(self, interaction: Interaction, code: str) -> None:
        await self._check_in(interaction, code)

    @submits(HERE)
    async def code_typed(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._check_in(interaction, values["code"])

    async def _check_in(self, interaction: Interaction, code: str) -> None:
        actor = await self.inbound.actor(interaction)
        done = await self.days.check_in(actor, code)
        rows = [[Button("meetup.room", done.meetup.id), Button("meetup.notes", done.meetup.id)]]
        await self.inbound.reply(interaction, "meetups/here", rows=rows, meetup=done.meetup, first=done.first)

    @acts("meetup.code")
    async def show_code(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        shown = await self.days.show_code(actor, meetup_id)
        rows = [[Button("meetup.sheet_of", meetup_id), Button("meetup.code", meetup_id)]]
        await self.inbound.reply(
            interaction, "meetups/code", rows=rows, shown=shown, timezone=shown.meetup.timezone
        )

    @acts("meetup.sheet_of")
    async def show_sheet(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        sheet = await self.days.sheet(actor, meetup_id)
        await self._sheet(interaction, sheet)

    @acts("meetup.note_present")
    async def note_present(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        sheet = await self.days.note(actor, meetup_id, [row_id(value) for value in chosen(interaction)])
        await self._sheet(interaction, sheet)

    @acts("meetup.sheet_file")
    async def sheet_file(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        made = await self.days.file(actor, meetup_id)
        await self.inbound.give(interaction, "meetups/sheet_file", made.name, made.content)

    async def _sheet(self, interaction: Interaction, sheet: SheetView) -> None:
        options = [Option(str(member_id), name) for member_id, name in sheet.expected]
        most = max(1, min(_MENU_MOST, len(options)))
        rows: list[Row] = [
            [Menu("meetup.note_present", options, sheet.meetup.id, maximum=most)],
            [Button("meetup.sheet_file", sheet.meetup.id), Button("meetup.notes", sheet.meetup.id)],
        ]
        await self.inbound.reply(
            interaction, "meetups/sheet", rows=rows, sheet=sheet, timezone=sheet.meetup.timezone
        )

    # One question.

    @acts("meetup.rate_great")
    async def rate_great(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._rate(interaction, meetup_id, "great")

    @acts("meetup.rate_good")
    async def rate_good(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._rate(interaction, meetup_id, "good")

    @acts("meetup.rate_little")
    async def rate_little(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._rate(interaction, meetup_id, "little")

    @acts("meetup.rate_not")
    async def rate_not(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._rate(interaction, meetup_id, "not")

    async def _rate(self, interaction: Interaction, meetup_id: int, answer: str) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.days.rate(actor, meetup_id, answer)
        rows = [[Button("meetup.notes", meetup_id)]]
        await self.inbound.reply(interaction, "meetups/rated", rows=rows, meetup=meetup, answer=answer)

    # What it leaves behind.

    @localized.command("meetup.past", parent=MEETUP)
    async def past(self, interaction: Interaction) -> None:
        await self.show_past(interaction, 0, 0)

    @acts("meetup.past")
    async def show_past(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.days.past(actor)
        options = [Option(str(meetup.id), meetup.title, day_of(meetup)) for meetup in found]
        rows: list[Row] = [[Menu("meetup.notes_of", options)], [Button("task.mine"), Button("meetup.list")]]
        await self.inbound.reply(interaction, "meetups/past", rows=rows, meetups=found)

    @acts("meetup.notes_of")
    @acts("meetup.notes")
    async def show_notes(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.notes.read(actor, picked(interaction) or meetup_id)
        await self._notes(interaction, actor, found)

    @prefills(NOTES)
    async def notes_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        found = await self.notes.to_write(await self.inbound.actor(interaction), meetup_id)
        return Prefill({"notes": found.text})

    @submits(NOTES)
    async def notes_written(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        try:
            found = await self.notes.write(actor, meetup_id, values["notes"], form_extra(interaction))
        except NotesChanged:
            await self._conflict(interaction, actor, meetup_id, values["notes"])
            return
        await self._notes(interaction, actor, found)

    async def _conflict(self, interaction: Interaction, actor: Actor, meetup_id: int, typed: str) -> None:
        """Somebody was quicker: theirs is kept, what was typed comes back to be put in."""
        found = await self.notes.read(actor, meetup_id)
        rows = [[Button("meetup.notes", meetup_id), Button("meetup.notes_write", meetup_id, found.version)]]
        await self.inbound.reply(interaction, "meetups/notes_conflict", rows=rows, meetup=found.meetup)
        label = self.inbound.words.label("forms.meetup.notes_write.notes.label", actor.locale)
        for start in range(0, len(typed), _PIECE):
            piece = typed[start : start + _PIECE]
            await self.inbound.reply(interaction, "common/returned", label=label, typed=piece)

    async def _notes(self, interaction: Interaction, actor: Actor, found: NotesView) -> None:
        meetup_id = found.meetup.id
        buttons: list[Button] = []
        if found.may_write:
            buttons += [
                Button("meetup.notes_write", meetup_id, found.version, style="primary"),
                Button("meetup.task_add", meetup_id),
            ]
        if actor.role >= Role.FACILITATOR:
            buttons.append(Button("meetup.sheet_of", meetup_id))
        still = [task for task in found.tasks if not task.done and (task.mine or len(buttons) > 2)]
        rows: list[Row] = [[Menu("task.done_of", _options(still))], [*buttons, Button("meetup.past")]]
        await self.inbound.reply(
            interaction, "meetups/notes", rows=rows, found=found, timezone=found.meetup.timezone
        )

    @prefills(TASK)
    async def task_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        people = await self.notes.people(await self.inbound.actor(interaction), meetup_id)
        return Prefill({}, {"owner": [(str(member_id), name) for member_id, name in people]})

    @submits(TASK)
    async def task_added(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        owner_id = row_id(values["owner"] or "")
        task = await self.notes.add_task(actor, meetup_id, values["what"], owner_id, values["by_when"])
        rows = [[Button("meetup.task_add", meetup_id), Button("meetup.notes", meetup_id)]]
        await self.inbound.reply(interaction, "meetups/task", rows=rows, task=task, what="added")

    @localized.command("meetup.actions", parent=MEETUP)
    async def actions(self, interaction: Interaction) -> None:
        await self.show_tasks(interaction, 0, 0)

    @acts("task.mine")
    async def show_tasks(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        tasks = await self.notes.my_tasks(actor)
        rows: list[Row] = [[Menu("task.done_of", _options(tasks))], [Button("meetup.past")]]
        await self.inbound.reply(interaction, "meetups/tasks", rows=rows, tasks=tasks)

    @acts("task.done_of")
    @acts("task.done")
    async def task_done(self, interaction: Interaction, task_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        task = await self.notes.done(actor, picked(interaction) or task_id)
        await self._task(interaction, task, "done" if task.done else "dropped")

    @acts("task.later")
    async def task_later(self, interaction: Interaction, task_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        task = await self.notes.postpone(actor, task_id)
        await self._task(interaction, task, "done" if task.done else "later")

    @acts("task.drop")
    async def task_drop(self, interaction: Interaction, task_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        task = await self.notes.drop(actor, task_id)
        await self._task(interaction, task, "done" if task.done else "dropped")

    async def _task(self, interaction: Interaction, task: TaskView, what: str) -> None:
        await self.inbound.reply(
            interaction, "meetups/task", rows=[[Button("task.mine")]], task=task, what=what
        )

    # The thread of those registered.

    @acts("meetup.room")
    async def enter_room(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        room = await self.rooms.enter(actor, meetup_id)
        await self.inbound.reply(interaction, "meetups/entered", room=room)


def _options(tasks: Sequence[TaskView]) -> list[Option]:
    return [Option(str(task.id), task.what, f"{task.due_on:%d/%m/%Y}") for task in tasks[:_MENU_MOST]]
