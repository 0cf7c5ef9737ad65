"""The doors of models (« start from… »), of a drafted agenda, and of the network's settings for meetups."""

from zoneinfo import ZoneInfo

from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import Form, Forms, Prefill, TextField, Values, YesNoField, prefills, submits
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from community import meetups_rules as rules
from community.actors import Actor
from community.meetups import Meetups
from community.meetups_agenda import Agendas
from community.meetups_models import MeetupModels
from community.meetups_rules import NewMeetup
from community.meetups_views import MeetupView
from community.ports import Button

FROM_MODEL = Form(
    "meetup.from_model",
    TextField("name", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST),
    TextField("when", maximum=200),
    TextField("where", required=False, maximum=300),
    TextField("length", required=False, maximum=20),
    TextField("capacity", required=False, maximum=5),
)
SETTINGS = Form(
    "meetup.settings",
    TextField("departement", required=False, maximum=60),
    YesNoField("threads"),
    YesNoField("roles"),
)
AGENDA = Form("meetup.agenda", TextField("description", long=True, maximum=rules.DESCRIPTION_LONGEST))


class ModelDoors:
    """Buttons of `/meetup manage`; part of ``MeetupsCog``."""

    inbound: Inbound
    forms: Forms
    meetups: Meetups
    models: MeetupModels
    agendas: Agendas

    async def _read_back(
        self, interaction: Interaction, actor: Actor, meetup: MeetupView, notes: tuple[str, ...] = ()
    ) -> None:
        raise NotImplementedError

    @prefills(AGENDA)
    async def agenda_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        drafted = await self.agendas.draft(await self.inbound.actor(interaction), meetup_id)
        return Prefill({"description": drafted.text})

    @submits(AGENDA)
    async def agenda_posted(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        theme_id = (await self.agendas.draft(actor, meetup_id)).theme_id
        meetup = await self.meetups.describe(actor, meetup_id, values["description"], theme_id)
        await self.inbound.reply(
            interaction, "meetups/changed", meetup=meetup, what="edited", timezone=meetup.timezone
        )

    @acts("meetup.save_model")
    async def save_model(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        model = await self.models.save(actor, meetup_id)
        rows = [[Button("meetup.models"), Button("meetup.manage")]]
        await self.inbound.reply(interaction, "meetups/model_saved", rows=rows, model=model)

    @acts("meetup.models")
    async def show_models(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.models.every(actor)
        options = [Option(str(model.id), model.title, model.where) for model in found]
        rows: list[Row] = [
            [Menu("meetup.use_model", options)],
            [Menu("meetup.forget_model", options)],
            [Button("meetup.create"), Button("meetup.manage")],
        ]
        await self.inbound.reply(interaction, "meetups/models", rows=rows, models=found)

    @acts("meetup.use_model")
    async def use_model(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.forms.open(interaction, FROM_MODEL, picked(interaction))

    @prefills(FROM_MODEL)
    async def model_form(self, interaction: Interaction, model_id: int) -> Prefill:
        model = await self.models.model(await self.inbound.actor(interaction), model_id)
        values = {
            "name": model.title,
            "where": model.where,
            "length": rules.written_length(model.minutes),
            "capacity": str(model.capacity or ""),
        }
        return Prefill(values)

    @submits(FROM_MODEL)
    async def from_model(self, interaction: Interaction, model_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        model = await self.models.model(actor, model_id)
        meant = await self.meetups.understand(actor, values["when"])
        new = NewMeetup(
            values["name"],
            meant.starts_at,
            meant.rule,
            where=values["where"],
            length=meant.length(values["length"], rules.written_length(model.minutes)),
            capacity=values["capacity"],
            description=model.description,
        )
        meetup = await self.meetups.draft(actor, new)
        if model.theme_id is not None:
            meetup = await self.meetups.describe(actor, meetup.id, model.description, model.theme_id)
        await self._read_back(interaction, actor, meetup, meant.notes)

    @acts("meetup.forget_model")
    async def ask_forget_model(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        model = await self.models.model(actor, picked(interaction))
        rows = [confirmation("meetup.drop_model", model.id)]
        await self.inbound.reply(interaction, "meetups/model_forget", rows=rows, model=model)

    @acts("meetup.drop_model.confirm", updates=True)
    async def forget_model(self, interaction: Interaction, model_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        model = await self.models.forget(actor, model_id)
        rows = [[Button("meetup.models"), Button("meetup.manage")]]
        await self.inbound.update(interaction, "meetups/model_forgotten", rows=rows, model=model)

    # How meetups are run in this network.

    @prefills(SETTINGS)
    async def settings_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        found = await self.models.settings(await self.inbound.actor(interaction))
        return Prefill({"departement": found.departement, "threads": found.threads, "roles": found.roles})

    @submits(SETTINGS)
    async def set_settings(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        kept = await self.models.set(
            actor,
            departement=values["departement"],
            threads=bool(values["threads"]),
            roles=bool(values["roles"]),
        )
        rows = [[Button("meetup.settings"), Button("meetup.manage")]]
        await self.inbound.reply(interaction, "meetups/settings", rows=rows, settings=kept)


def day_of(meetup: MeetupView) -> str:
    """As a menu shows it."""
    return f"{meetup.starts_at.astimezone(ZoneInfo(meetup.timezone)):%d/%m/%Y %H:%M}"
