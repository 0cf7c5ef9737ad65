"""The doors of those who plan: create, read back, publish, edit, move, cancel, skip, register somebody.

A date is always read back before it counts. Scopes travel in a button's ``extra``: 1 is « this and the
following dates ».
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.confirm import confirmation
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.meetups_models import FROM_MODEL, ModelDoors
from cogs.meetups_models import day_of as _day
from community import meetups_rules as rules
from community import text
from community.actors import Actor
from community.errors import Invalid
from community.meetups import Scope
from community.meetups_rules import NewMeetup, NotInSeries
from community.meetups_views import MeetupView
from community.meetups_when import rule_of
from community.ports import Button
from community.recurrence import Recurrence, parse_recurrence
from prompts.labels import packaged
from prompts.rhythm import written_rhythm

_NAME = TextField("name", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST)
_WHERE = TextField("where", required=False, maximum=300)
_LENGTH = TextField("length", required=False, maximum=20)
_CAPACITY = TextField("capacity", required=False, maximum=5)
_DESCRIPTION = TextField("description", long=True, required=False, maximum=rules.DESCRIPTION_LONGEST)

CREATE = Form("meetup.create", _NAME, TextField("when", maximum=200), _WHERE, _LENGTH, _CAPACITY)
EDIT = Form("meetup.edit", _NAME, _WHERE, _LENGTH, _CAPACITY, _DESCRIPTION)
DESCRIBE = Form("meetup.describe", _DESCRIPTION, ChoiceField("theme", required=False))
MOVE = Form("meetup.move", TextField("when", maximum=100))
_REASON = TextField("reason", long=True, required=False, maximum=rules.REASON_LONGEST)
CANCEL = Form("meetup.cancel", _REASON)
# The same for this date and those after it: a form says in its heading what it is about to change.
EDIT_FOLLOWING = Form("meetup.edit_following", *EDIT.fields)
MOVE_FOLLOWING = Form("meetup.move_following", *MOVE.fields)
CANCEL_FOLLOWING = Form("meetup.cancel_following", _REASON)
REGISTER = Form("meetup.register", TextField("name", maximum=100))

_SCOPES: tuple[Scope, Scope] = ("one", "following")
# What is to be confirmed travels in a button, whose number has 31 bits: the minutes since then, twice (one
# more for the dates that follow), times ``_LENGTHS``, and the length in steps, 0 where it stays.
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_STEP, _LENGTHS = 5, 145


MEETUP = localized.group("meetup")


class PlanningDoors(ModelDoors):
    """`/meetup create|manage|edit|move|cancel|skip` and the buttons that do the same; part of ``MeetupsCog``.

    A group of commands belongs to one cog, hence no cog of its own.
    """

    def __init__(self, host: Host) -> None:
        self.inbound, self.forms = host.inbound, host.forms
        self.meetups, self.registrations = host.services.meetups, host.services.registrations
        self.members, self.networks = host.services.members, host.services.networks
        self.cautions, self.models = host.services.cautions, host.services.meetup_models
        self.agendas = host.services.agendas

    # Creating, reading back, publishing.

    @localized.command("meetup.create", parent=MEETUP)
    async def create(self, interaction: Interaction, model: str | None = None) -> None:
        if model:
            await self.forms.open(interaction, FROM_MODEL, text.row_id(model))
        else:
            await self.forms.open(interaction, CREATE)

    @create.autocomplete("model")
    @suggests
    async def models_to_use(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        found = await self.models.every(await self.inbound.actor(interaction))
        wanted = text.folded(typed)
        return [
            Suggestion(str(model.id), model.title) for model in found if wanted in text.folded(model.title)
        ]

    @acts("meetup.redo")
    async def redo(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self.forms.open(interaction, CREATE, meetup_id)

    @prefills(CREATE)
    async def create_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        await self.meetups.zone(actor)  # whoever may not plan is told before filling it in
        if not meetup_id:
            return Prefill({"length": rules.USUAL_LENGTH})
        meetup = await self.meetups.to_change(actor, meetup_id)
        rule = await self._rule(actor, meetup)
        local = _local(meetup)
        when = f"{local:%d/%m/%Y %H:%M}"
        if rule is not None:
            when += f" ; {_rule_back(rule, local.date(), self.inbound.locale(interaction))}"
        return Prefill({**_typed_back(meetup), "when": when})

    @submits(CREATE)
    async def created(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        meant = await self.meetups.understand(actor, values["when"])
        shown = rules.USUAL_LENGTH  # in the form, before anybody changed it
        if meetup_id:
            shown = rules.written_length((await self.meetups.to_change(actor, meetup_id)).minutes)
        new = NewMeetup(
            values["name"],
            meant.starts_at,
            meant.rule,
            where=values["where"],
            length=meant.length(values["length"], shown),
            capacity=values["capacity"],
        )
        meetup = await self.meetups.draft(actor, new, meetup_id or None)
        await self._read_back(interaction, actor, meetup, meant.notes)

    @acts("meetup.publish")
    async def publish(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.publish(actor, meetup_id)
        place = await self.meetups.place(actor)
        rows = [[Button("meetup.manage"), Button("meetup.create")]]
        await self.inbound.reply(interaction, "meetups/published", rows=rows, meetup=meetup, place=place)

    @acts("meetup.discard")
    async def discard(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self.meetups.discard(actor, meetup_id)
        rows = [[Button("meetup.create")]]
        await self.inbound.reply(interaction, "meetups/discarded", rows=rows)

    async def _read_back(
        self, interaction: Interaction, actor: Actor, meetup: MeetupView, notes: tuple[str, ...] = ()
    ) -> None:
        dates = await self.meetups.dates(actor, meetup.id)
        cautions = await self.cautions.of(actor, meetup, dates)
        rows = [
            [
                Button("meetup.publish", meetup.id, style="success"),
                Button("meetup.redo", meetup.id),
                Button("meetup.describe", meetup.id),
                Button("meetup.discard", meetup.id, style="danger"),
            ]
        ]
        await self.inbound.reply(
            interaction,
            "meetups/read_back",
            rows=rows,
            meetup=meetup,
            rule=await self._rule(actor, meetup),
            dates=dates,
            notes=notes,
            cautions=cautions,
            timezone=meetup.timezone,
        )

    async def _rule(self, actor: Actor, meetup: MeetupView) -> Recurrence | None:
        rule = await self.meetups.rule(actor, meetup.id)
        return rule_of(rule, meetup.starts_at) if rule else None

    @prefills(DESCRIBE)
    async def describe_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.to_change(actor, meetup_id)
        themes = [(str(theme.id), theme.name) for theme in await self.networks.themes(actor)]
        chosen = next((key for key, name in themes if name == meetup.theme), None)
        values = {"description": meetup.description, **({"theme": chosen} if chosen else {})}
        return Prefill(values, {"theme": themes})

    @submits(DESCRIBE)
    async def described(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        theme_id = text.row_id(values["theme"] or "")
        meetup = await self.meetups.describe(actor, meetup_id, values["description"], theme_id or None)
        if meetup.state == "draft":
            await self._read_back(interaction, actor, meetup)
        else:
            await self._changed(interaction, meetup, "edited")

    # Managing what is published.

    @localized.command("meetup.manage", parent=MEETUP)
    async def manage(self, interaction: Interaction) -> None:
        await self.show_manage(interaction, 0, 0)

    @acts("meetup.manage")
    async def show_manage(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.meetups.to_manage(actor)
        options = [Option(str(meetup.id), meetup.title, _day(meetup)) for meetup in found]
        rows: list[Row] = [
            [Menu("meetup.sheet", options)],
            [
                Button("meetup.create", style="primary"),
                Button("meetup.models"),
                Button("meetup.network_reminders"),
                Button("meetup.settings"),
            ],
        ]
        await self.inbound.reply(interaction, "meetups/manage", rows=rows, meetups=found)

    @acts("meetup.sheet")
    async def sheet(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.to_change(actor, picked(interaction) or subject_id)
        await self.inbound.reply(interaction, "meetups/meetup", rows=[*manage_rows(meetup)], meetup=meetup)

    @localized.command("meetup.edit", parent=MEETUP)
    async def edit(self, interaction: Interaction, meetup: str) -> None:
        await self.forms.open(interaction, EDIT, text.row_id(meetup))

    @localized.command("meetup.move", parent=MEETUP)
    async def move(self, interaction: Interaction, meetup: str) -> None:
        await self.forms.open(interaction, MOVE, text.row_id(meetup))

    @localized.command("meetup.cancel", parent=MEETUP)
    async def cancel(self, interaction: Interaction, meetup: str) -> None:
        await self.forms.open(interaction, CANCEL, text.row_id(meetup))

    @localized.command("meetup.skip", parent=MEETUP)
    async def skip(self, interaction: Interaction, meetup: str) -> None:
        await self.ask_skip(interaction, text.row_id(meetup), 0)

    @edit.autocomplete("meetup")
    @suggests
    async def titles_to_edit(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        return await self._titles(interaction, typed)

    @move.autocomplete("meetup")
    @suggests
    async def titles_to_move(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        return await self._titles(interaction, typed)

    @cancel.autocomplete("meetup")
    @suggests
    async def titles_to_cancel(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        return await self._titles(interaction, typed)

    @skip.autocomplete("meetup")
    @suggests
    async def titles_to_skip(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        return await self._titles(interaction, typed)

    async def _titles(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        actor = await self.inbound.actor(interaction)
        found = await self.meetups.suggest(actor, typed)
        return [Suggestion(str(meetup.id), f"{_day(meetup)} · {meetup.title}") for meetup in found]

    # Editing.

    @prefills(EDIT)
    async def edit_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        meetup = await self.meetups.to_change(await self.inbound.actor(interaction), meetup_id)
        return Prefill({**_typed_back(meetup), "description": meetup.description})

    @prefills(EDIT_FOLLOWING)
    async def edit_following_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        return await self.edit_form(interaction, meetup_id)

    @submits(EDIT)
    async def edited(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        await self._edit(interaction, meetup_id, values, "one")

    @submits(EDIT_FOLLOWING)
    async def edited_following(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        await self._edit(interaction, meetup_id, values, "following")

    async def _edit(self, interaction: Interaction, meetup_id: int, values: Values, scope: Scope) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.edit(
            actor,
            meetup_id,
            title=values["name"],
            where=values["where"],
            length=values["length"],
            capacity=values["capacity"],
            description=values["description"],
            scope=scope,
        )
        await self._changed(interaction, meetup, "edited")

    # Moving: read back, then done.

    @prefills(MOVE)
    async def move_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        meetup = await self.meetups.to_change(await self.inbound.actor(interaction), meetup_id)
        return Prefill({"when": f"{_local(meetup):%d/%m/%Y %H:%M}"})

    @prefills(MOVE_FOLLOWING)
    async def move_following_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        meetup = await self.meetups.to_change(await self.inbound.actor(interaction), meetup_id)
        return Prefill({"when": f"{_local(meetup):%H:%M}"})

    @submits(MOVE)
    async def moved_to(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        await self._read_move_back(interaction, meetup_id, values, following=False)

    @submits(MOVE_FOLLOWING)
    async def moved_following(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        await self._read_move_back(interaction, meetup_id, values, following=True)

    async def _read_move_back(
        self, interaction: Interaction, meetup_id: int, values: Values, *, following: bool
    ) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.to_change(actor, meetup_id)
        meant = await self.meetups.understand(actor, values["when"], moved_from=_local(meetup).date())
        minutes = meant.minutes or meetup.minutes
        cautions = await self.cautions.of(actor, replace(meetup, minutes=minutes), [meant.starts_at])
        carried = _carried(meant.starts_at, meant.minutes or 0, following=following)
        await self.inbound.reply(
            interaction,
            "meetups/move_read_back",
            rows=[confirmation("meetup.move_to", meetup_id, carried)],
            meetup=meetup,
            new=meant.starts_at,
            until=meant.starts_at + timedelta(minutes=meant.minutes) if meant.minutes else None,
            following=following,
            notes=meant.notes,
            cautions=cautions,
            timezone=meetup.timezone,
        )

    @acts("meetup.move_to.confirm", updates=True)
    async def move_to(self, interaction: Interaction, meetup_id: int, carried: int) -> None:
        actor = await self.inbound.actor(interaction)
        moment, steps = divmod(carried, _LENGTHS)
        start, following = divmod(moment, 2)
        starts_at = _EPOCH + timedelta(minutes=start)
        meetup = await self.meetups.move(
            actor, meetup_id, starts_at, _scope(following), steps * _STEP or None
        )
        await self._changed(interaction, meetup, "moved", updates=True)

    # Cancelling, skipping, reviving.

    @prefills(CANCEL)
    async def cancel_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        await self.meetups.to_change(await self.inbound.actor(interaction), meetup_id)
        return Prefill()

    @prefills(CANCEL_FOLLOWING)
    async def cancel_following_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        return await self.cancel_form(interaction, meetup_id)

    @submits(CANCEL)
    async def cancelled(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        await self._cancel(interaction, meetup_id, values, "one")

    @submits(CANCEL_FOLLOWING)
    async def cancelled_following(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        await self._cancel(interaction, meetup_id, values, "following")

    async def _cancel(self, interaction: Interaction, meetup_id: int, values: Values, scope: Scope) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.cancel(actor, meetup_id, values["reason"], scope)
        await self._changed(interaction, meetup, "cancelled")

    @acts("meetup.skip")
    async def ask_skip(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.to_change(actor, meetup_id)
        if meetup.series_id is None:
            raise NotInSeries(title=meetup.title)
        rows = [confirmation("meetup.skip_date", meetup_id)]
        await self.inbound.reply(
            interaction, "meetups/cancel", rows=rows, meetup=meetup, timezone=meetup.timezone
        )

    @acts("meetup.skip_date.confirm", updates=True)
    async def skip_date(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.skip(actor, meetup_id)
        await self._changed(interaction, meetup, "skipped", updates=True)

    @acts("meetup.revive")
    async def revive(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.revive(actor, meetup_id)
        await self._changed(interaction, meetup, "revived")

    async def _changed(
        self, interaction: Interaction, meetup: MeetupView, what: str, *, updates: bool = False
    ) -> None:
        rows: list[Row] = []
        if meetup.state == "cancelled":
            rows = [[Button("meetup.revive", meetup.id), Button("meetup.manage")]]
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(
            interaction, "meetups/changed", rows=rows, meetup=meetup, what=what, timezone=meetup.timezone
        )

    # Registering somebody who phoned.

    @prefills(REGISTER)
    async def register_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        await self.meetups.to_change(await self.inbound.actor(interaction), meetup_id)
        return Prefill()

    @submits(REGISTER)
    async def find_whom(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.to_change(actor, meetup_id)
        found = [
            member for member in await self.members.find(actor, values["name"]) if member.state == "active"
        ]
        options = [Option(str(member.id), member.name) for member in found]
        rows: list[Row] = [[Menu("meetup.whom", options, meetup_id)], [Button("meetup.register", meetup_id)]]
        await self.inbound.reply(interaction, "meetups/whom", rows=rows, meetup=meetup, found=bool(found))

    @acts("meetup.whom")
    async def register(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        done = await self.registrations.answer_for(actor, meetup_id, picked(interaction), "yes")
        rows = [[Button("meetup.register", meetup_id), Button("meetup.attending", meetup_id)]]
        await self.inbound.reply(
            interaction, "meetups/answered_for", rows=rows, meetup=done.meetup, name=done.name
        )


def manage_rows(meetup: MeetupView) -> list[Row]:
    """What a facilitator may do with a meetup."""
    if meetup.state == "cancelled":
        return [[Button("meetup.revive", meetup.id), Button("meetup.attending", meetup.id)]]
    if meetup.state != "planned":
        return [[Button("meetup.attending", meetup.id)]]
    single = [
        Button("meetup.edit", meetup.id),
        Button("meetup.describe", meetup.id),
        Button("meetup.move", meetup.id),
        Button("meetup.register", meetup.id),
        Button("meetup.save_model", meetup.id),
    ]
    day = [
        Button("meetup.agenda", meetup.id),
        Button("meetup.code", meetup.id),
        Button("meetup.sheet_of", meetup.id),
        Button("meetup.room", meetup.id),
    ]
    if meetup.series_id is None:
        return [[*single, Button("meetup.cancel", meetup.id, style="danger")], day]
    series = [
        Button("meetup.edit_following", meetup.id),
        Button("meetup.move_following", meetup.id),
        Button("meetup.cancel_following", meetup.id, style="danger"),
    ]
    return [[*single, Button("meetup.skip", meetup.id, style="danger")], series, day]


def _local(meetup: MeetupView) -> datetime:
    return meetup.starts_at.astimezone(ZoneInfo(meetup.timezone))


def _rule_back(rule: Recurrence, today: date, locale: str) -> str:
    """In words, where they can be read again as they are."""
    said = written_rhythm(packaged(locale), rule)
    return said if parse_recurrence(said, today) == rule else rule.rule


def _carried(starts_at: datetime, minutes: int, *, following: bool) -> int:
    steps, odd = divmod(minutes, _STEP)
    if odd or steps >= _LENGTHS:
        raise Invalid(field="when", problem="when_span")
    return (int((starts_at - _EPOCH) / timedelta(minutes=1)) * 2 + following) * _LENGTHS + steps


def _scope(extra: int) -> Scope:
    return _SCOPES[extra == 1]


def _typed_back(meetup: MeetupView) -> Values:
    return {
        "name": meetup.title,
        "where": ", ".join(part for part in (meetup.place, meetup.url) if part),
        "length": rules.written_length(meetup.minutes),
        "capacity": str(meetup.capacity or ""),
    }
