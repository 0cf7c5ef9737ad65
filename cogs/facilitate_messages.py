"""Doors of the team's messages: `/facilitate message`, from the first word to the last one sent."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cogs.facilitate_group import FACILITATE
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    Forms,
    Prefill,
    TextField,
    Values,
    form_extra,
    prefills,
    submits,
)
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from community import team_messages as rules
from community.actors import Actor
from community.audience import Choice
from community.desk_lines import SILENT_AFTER
from community.ports import Button
from community.team_messages import MessageView, ReceivedView, TeamMessages
from prompts import Words

WRITE = Form(
    "message.write",
    TextField("title", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST),
    TextField("body", long=True, minimum=rules.BODY_SHORTEST, maximum=rules.BODY_LONGEST),
    TextField("when", required=False, maximum=100),
)
AUDIENCE = Form(
    "message.audience",
    ChoiceField("circle", "message_circles"),
    ChoicesField("themes"),
    TextField("place", required=False, maximum=100),
    ChoicesField("kinds", "organisation_kinds"),
    TextField("silent", required=False, maximum=12),
)


class MessageDoors:
    """`/facilitate message`, and what its recipients may click; part of ``FacilitateCog``."""

    inbound: Inbound
    words: Words
    forms: Forms
    messages: TeamMessages

    @localized.command("facilitate.message", parent=FACILITATE)
    async def message(self, interaction: Interaction) -> None:
        await self.list_messages(interaction, 0, 0)

    @acts("message.list")
    async def list_messages(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.messages.every(actor)
        options = [
            Option(
                str(line.id),
                line.title,
                f"{self.words.label(f'message_states.{line.state}', actor.locale)} · {_day(line.at, actor)}",
            )
            for line in found
        ]
        rows: list[Row] = [
            [Menu("message.choose", options)],
            [Button("message.write", style="primary"), Button("desk.show")],
        ]
        await self.inbound.reply(interaction, "messages/list", rows=rows, messages=found)

    @acts("message.choose")
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.show(interaction, picked(interaction), 0)

    @acts("message.show")
    async def show(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, actor, await self.messages.message(actor, message_id))

    # Writing.

    @acts("message.to_silent")
    async def write_to_silent(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.forms.open(interaction, WRITE, 0, SILENT_AFTER.days)

    @prefills(WRITE)
    async def write_form(self, interaction: Interaction, message_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        if not message_id:
            await self.messages.every(actor)  # who may not write is told before they do
            return Prefill()
        known = await self.messages.message(actor, message_id)
        when = known.leaves_at
        written = f"{when.astimezone(ZoneInfo(actor.timezone)):%d/%m/%Y %H:%M}" if when else ""
        return Prefill({"title": known.title, "body": known.body, "when": written})

    @submits(WRITE)
    async def written(self, interaction: Interaction, message_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        extra = form_extra(interaction)
        known = await self.messages.write(
            actor,
            message_id,
            values["title"],
            values["body"],
            values["when"],
            version=extra if message_id else 0,
            silent=0 if message_id else extra,
        )
        await self._show(interaction, actor, known)

    @prefills(AUDIENCE)
    async def audience_form(self, interaction: Interaction, message_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        now = (await self.messages.message(actor, message_id)).audience
        themes = [(str(number), name) for number, name in await self.messages.themes(actor)]
        values = {
            "circle": now.circle,
            "themes": [str(number) for number in now.theme_ids],
            "place": now.place,
            "kinds": list(now.kinds),
            "silent": str(now.silent or ""),
        }
        return Prefill(values, {"themes": themes})

    @submits(AUDIENCE)
    async def audience_chosen(self, interaction: Interaction, message_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        choice = Choice(
            values["circle"], values["themes"], values["place"], values["kinds"], values["silent"]
        )
        await self._show(interaction, actor, await self.messages.choose(actor, message_id, choice))

    @acts("message.meetup", updates=True)
    async def meetup_chosen(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        known = await self.messages.choose_meetup(actor, message_id, picked(interaction))
        await self._show(interaction, actor, known, updates=True)

    @acts("message.preview")
    async def preview(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._read(interaction, await self.messages.preview(actor, message_id), [])

    # Sending, or not.

    @acts("message.ready")
    async def ask_send(self, interaction: Interaction, message_id: int, version: int) -> None:
        actor = await self.inbound.actor(interaction)
        known = await self.messages.message(actor, message_id)
        if known.state != "draft" or known.version != version:  # looked at long ago: look again first
            await self._show(interaction, actor, known)
            return
        able = known.reach.recipients and known.per_week
        sure = confirmation("message.send", message_id, version)
        rows: list[Row] = [sure if able else [Button("message.show", message_id)]]
        await self.inbound.reply(interaction, "messages/send", rows=rows, message=known)

    @acts("message.send.confirm", updates=True)
    async def send(self, interaction: Interaction, message_id: int, version: int) -> None:
        actor = await self.inbound.actor(interaction)
        known = await self.messages.send(actor, message_id, version)
        await self._show(interaction, actor, known, updates=True)

    @acts("message.stop_sending", updates=True)
    async def cancel(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        known = await self.messages.cancel(actor, message_id)
        await self._show(interaction, actor, known, updates=True)

    @acts("message.again")
    async def again(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, actor, await self.messages.again(actor, message_id))

    @acts("message.drop")
    async def ask_drop(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        known = await self.messages.message(actor, message_id)
        rows = [confirmation("message.drop", message_id)]
        await self.inbound.reply(interaction, "messages/drop", rows=rows, title=known.title, dropped=False)

    @acts("message.drop.confirm", updates=True)
    async def drop(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        title = await self.messages.drop(actor, message_id)
        rows = [[Button("message.list")]]
        await self.inbound.update(interaction, "messages/drop", rows=rows, title=title, dropped=True)

    # For those who get them.

    @acts("message.read")
    async def read(self, interaction: Interaction, message_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        rows: list[Row] = [[Button("message.stop", message_id)]]
        await self._read(interaction, await self.messages.read(actor, message_id), rows)

    @acts("message.stop")
    async def stop(self, interaction: Interaction, message_id: int, extra: int) -> None:
        await self._want(interaction, message_id, wanted=False)

    @acts("message.resume", updates=True)
    async def resume(self, interaction: Interaction, message_id: int, extra: int) -> None:
        await self._want(interaction, message_id, wanted=True)

    @acts("message.choice")
    async def choice(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._choice(interaction, 0, await self.messages.wanted(actor))

    async def _want(self, interaction: Interaction, message_id: int, *, wanted: bool) -> None:
        if interaction.guild_id is None and message_id:
            actor = await self.messages.reader(self.inbound.standing(interaction), message_id)
        else:
            actor = await self.inbound.actor(interaction)
        await self.messages.want(actor, wanted=wanted)
        await self._choice(interaction, message_id, wanted, updates=wanted)

    async def _choice(
        self, interaction: Interaction, message_id: int, wanted: bool, *, updates: bool = False
    ) -> None:
        rows: list[Row] = [[Button("message.stop" if wanted else "message.resume", message_id)]]
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(interaction, "messages/choice", rows=rows, wanted=wanted)

    async def _read(self, interaction: Interaction, shown: ReceivedView, rows: list[Row]) -> None:
        await self.inbound.reply(interaction, rules.SHIPPED, rows=rows, message=shown)

    async def _show(
        self, interaction: Interaction, actor: Actor, known: MessageView, *, updates: bool = False
    ) -> None:
        answer = self.inbound.update if updates else self.inbound.reply
        rows = self._draft_rows(known, actor) if known.state == "draft" else _sent_rows(known)
        await answer(interaction, "messages/message", rows=rows, message=known)

    def _draft_rows(self, known: MessageView, actor: Actor) -> list[Row]:
        key = known.id
        anyone = Option("0", self.words.label("messages.any_meetup", actor.locale))
        meetups = [
            Option(str(number), title, _day(at, actor), chosen=number == known.audience.meetup_id)
            for number, title, at in known.meetups
        ]
        return [
            [
                Button("message.write", key, known.version),
                Button("message.audience", key),
                Button("message.preview", key),
                Button("message.ready", key, known.version, style="primary"),
                Button("message.drop", key, style="danger"),
            ],
            [Menu("message.meetup", [anyone, *meetups] if meetups else [], key)],
            [Button("message.list"), Button("desk.show")],
        ]


def _sent_rows(known: MessageView) -> list[Row]:
    stops = known.state == "sent" and known.progress.waiting
    return [
        [
            *([Button("message.stop_sending", known.id, style="danger")] if stops else []),
            Button("message.show", known.id),
            Button("message.again", known.id),
        ],
        [Button("message.list"), Button("desk.show")],
    ]


def _day(at: datetime, actor: Actor) -> str:
    return f"{at.astimezone(ZoneInfo(actor.timezone)):%d/%m/%Y}"
