"""The doors of meetups for everybody: the list, the answers, who comes, reminders.

Planning is in ``meetups_planning.py``. Each click reloads and re-checks: a card may be months old.
"""

from collections.abc import Sequence
from datetime import timedelta

import discord
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.meetups_calendars import CalendarDoors
from cogs.meetups_days import DayDoors
from cogs.meetups_planning import MEETUP, PlanningDoors
from cogs.meetups_polls import PollDoors
from cogs.meetups_travel import TravelDoors
from community import meetups_rules as rules
from community.actors import Actor, Role
from community.meetups_delivery import answer_buttons, open_link
from community.meetups_views import MeetupPage, MeetupView
from community.ports import Button, EventDraft
from community.registrations import AnswerView
from prompts import Words

NEEDS = Form(
    "meetup.needs",
    TextField("access", long=True, required=False, maximum=rules.NEED_LONGEST),
    TextField("meal", required=False, maximum=rules.NEED_LONGEST),
)
REMINDERS = Form("meetup.reminders", TextField("reminders", required=False, maximum=100))
NETWORK_REMINDERS = Form("meetup.network_reminders", TextField("reminders", required=False, maximum=100))


class MeetupsCog(CalendarDoors, PollDoors, DayDoors, TravelDoors, PlanningDoors, commands.Cog):
    """`/meetup …`, and every button under a card."""

    meetup = MEETUP

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.words, self.mirror = host.words, host.services.mirror
        self.calendars, self.polls = host.services.calendars, host.services.polls
        self.days, self.notes = host.services.days, host.services.notes
        self.rooms, self.travel = host.services.rooms, host.services.travel

    # The list, and one of them.

    @localized.command("meetup.list", parent=MEETUP)
    async def list(self, interaction: Interaction) -> None:
        await self.show_coming(interaction, 0, 0)

    @acts("meetup.list")
    async def show_coming(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.meetups.coming(actor)
        await self.inbound.reply(interaction, "meetups/coming", rows=_list_rows(page), page=page)

    @acts("meetup.page.previous", updates=True)
    @acts("meetup.page.next", updates=True)
    async def turn(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.meetups.coming(actor, number)
        await self.inbound.update(interaction, "meetups/coming", rows=_list_rows(page), page=page)

    @acts("meetup.show")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.meetup(actor, picked(interaction) or subject_id)
        await self.inbound.reply(interaction, "meetups/meetup", rows=sheet_rows(actor, meetup), meetup=meetup)

    # Answering.

    @acts("meetup.yes")
    async def yes(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._answer(interaction, meetup_id, "yes")

    @acts("meetup.maybe")
    async def maybe(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._answer(interaction, meetup_id, "maybe")

    @acts("meetup.no")
    async def no(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._answer(interaction, meetup_id, "no")

    @acts("meetup.following")
    async def ask_following(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.meetups.meetup(actor, meetup_id)
        if meetup.series_id is None:
            raise rules.NotInSeries(title=meetup.title)
        rows = [
            [
                Button("meetup.yes_following", meetup_id, style="success"),
                Button("meetup.maybe_following", meetup_id),
                Button("meetup.no_following", meetup_id),
            ]
        ]
        await self.inbound.reply(interaction, "meetups/following", rows=rows, meetup=meetup)

    @acts("meetup.yes_following")
    async def yes_following(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._answer_following(interaction, meetup_id, "yes")

    @acts("meetup.maybe_following")
    async def maybe_following(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._answer_following(interaction, meetup_id, "maybe")

    @acts("meetup.no_following")
    async def no_following(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._answer_following(interaction, meetup_id, "no")

    async def _answer(self, interaction: Interaction, meetup_id: int, answer: str) -> None:
        actor = await self.inbound.actor(interaction)
        await self._answered(interaction, await self.registrations.answer(actor, meetup_id, answer))

    async def _answer_following(self, interaction: Interaction, meetup_id: int, answer: str) -> None:
        actor = await self.inbound.actor(interaction)
        await self._answered(interaction, await self.registrations.answer_following(actor, meetup_id, answer))

    async def _answered(self, interaction: Interaction, done: AnswerView) -> None:
        rows = _after_answer(done.meetup, following=done.dates == 1)
        await self.inbound.reply(
            interaction, "meetups/answered", rows=rows, meetup=done.meetup, dates=done.dates, soon=done.soon
        )

    # Names and needs.

    @acts("meetup.attending")
    async def attending(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.registrations.attending(actor, meetup_id)
        rows = [[_name_button(found.meetup)]] if found.meetup.mine in ("yes", "maybe") else []
        await self.inbound.reply(interaction, "meetups/attending", rows=rows, attending=found)

    @acts("meetup.show_name")
    async def show_name(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._name(interaction, meetup_id, shown=True)

    @acts("meetup.hide_name")
    async def hide_name(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self._name(interaction, meetup_id, shown=False)

    async def _name(self, interaction: Interaction, meetup_id: int, *, shown: bool) -> None:
        actor = await self.inbound.actor(interaction)
        await self._answered(interaction, await self.registrations.show_name(actor, meetup_id, shown))

    @prefills(NEEDS)
    async def needs_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        needs = await self.registrations.needs(await self.inbound.actor(interaction), meetup_id)
        return Prefill({"access": needs.access, "meal": needs.meal})

    @submits(NEEDS)
    async def needs(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        kept = await self.registrations.ask(actor, meetup_id, values["access"], values["meal"])
        await self.inbound.reply(interaction, "meetups/needs_kept", needs=kept)

    # Reminders.

    @localized.command("meetup.reminders", parent=MEETUP)
    async def reminders(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, REMINDERS)

    @prefills(REMINDERS)
    async def reminders_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        found = await self.registrations.reminders(await self.inbound.actor(interaction))
        return self._offsets(interaction, found.minutes)

    @submits(REMINDERS)
    async def set_reminders(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        kept = await self.registrations.set_reminders(actor, values["reminders"])
        await self._show_reminders(interaction, kept.minutes, own=True)

    @prefills(NETWORK_REMINDERS)
    async def network_reminders_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        found = await self.registrations.network_reminders(await self.inbound.actor(interaction))
        return self._offsets(interaction, found.network)

    @submits(NETWORK_REMINDERS)
    async def set_network_reminders(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        kept = await self.registrations.set_network_reminders(actor, values["reminders"])
        await self._show_reminders(interaction, kept.network, own=False)

    async def _show_reminders(self, interaction: Interaction, minutes: Sequence[int], *, own: bool) -> None:
        spans = [span(self.words, self.inbound.locale(interaction), one) for one in minutes]
        await self.inbound.reply(interaction, "meetups/reminders", minutes=spans, own=own)

    def _offsets(self, interaction: Interaction, minutes: Sequence[int]) -> Prefill:
        day = self.words.label("spans.day_letter", self.inbound.locale(interaction))
        return Prefill({"reminders": rules.written_reminders(minutes, day)})

    # What somebody does on Discord's own screen of events.

    @commands.Cog.listener()
    async def on_scheduled_event_update(
        self, _before: discord.ScheduledEvent, after: discord.ScheduledEvent
    ) -> None:
        """Asked anew: what the gateway tells may be older than what we have written since."""
        guild = after.guild
        if guild is None:
            return
        try:
            event = await guild.fetch_scheduled_event(after.id, with_counts=False)
        except discord.NotFound:
            await self.mirror.event_gone("discord", str(guild.id), str(after.id))
            return
        if event.status is discord.EventStatus.cancelled:
            await self.mirror.event_gone("discord", str(guild.id), str(event.id))
        elif event.status is discord.EventStatus.scheduled:
            await self.mirror.event_changed("discord", str(guild.id), str(event.id), _event(event))

    @commands.Cog.listener()
    async def on_event_interest(self, server: str, event: str, account: str, interested: bool) -> None:
        """Told by ``bot/client.py``: somebody clicked « Interested », or clicked it away."""
        await self.mirror.interest("discord", server, event, account, interested=interested)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        await self.rooms.thread_gone("discord", str(event.guild_id), str(event.thread_id))

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        await self.mirror.event_gone("discord", str(event.guild_id), str(event.id))


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(MeetupsCog(host))


def span(words: Words, locale: str, minutes: int) -> str:
    """« 7 jours », « 1 heure »."""
    unit, count = ("minutes", minutes)
    if minutes % rules.DAY == 0:
        unit, count = "days", minutes // rules.DAY
    elif minutes % rules.HOUR == 0:
        unit, count = "hours", minutes // rules.HOUR
    return words.label(f"spans.{unit}_{'one' if count == 1 else 'many'}", locale, count=count)


def sheet_rows(actor: Actor, meetup: MeetupView) -> list[Row]:
    """Under one meetup: the answers, and for facilitators what they may change."""
    rows: list[Row] = []
    if meetup.state == "planned":
        more = [Button("meetup.attending", meetup.id)]
        if meetup.series_id is not None:
            more.append(Button("meetup.following", meetup.id))
        more += [Button("travel.look", meetup.id)] if meetup.place else []
        rows += [[*answer_buttons(meetup)], [*more, *open_link(meetup)]]
    around = [Button("meetup.room", meetup.id)] if meetup.mine in ("yes", "maybe") else []
    if actor.role >= Role.FACILITATOR and meetup.state in ("planned", "cancelled"):
        around.append(Button("meetup.sheet", meetup.id))
    if meetup.state == "done":
        around.append(Button("meetup.notes", meetup.id))
    rows.append(around)
    return rows


def _event(event: discord.ScheduledEvent) -> EventDraft:
    """An event as it stands on Discord."""
    return EventDraft(
        name=event.name,
        description=event.description or "",
        location=event.location or "",
        starts_at=event.start_time,
        ends_at=event.end_time or event.start_time + timedelta(hours=1),
        marker="",
    )


def _list_rows(page: MeetupPage) -> list[Row]:
    options = [Option(str(meetup.id), meetup.title, f"{meetup.starts_at:%d/%m/%Y}") for meetup in page.items]
    around = [Button("meetup.here"), Button("meetup.past"), Button("task.mine"), Button("calendar.show")]
    return [[Menu("meetup.show", options)], pages("meetup.page", 0, page.page, page.pages), around]


def _name_button(meetup: MeetupView) -> Button:
    return Button("meetup.hide_name" if meetup.shown else "meetup.show_name", meetup.id)


def _after_answer(meetup: MeetupView, *, following: bool) -> list[Row]:
    buttons: list[Button] = []
    if meetup.mine in ("yes", "maybe"):
        buttons += [Button("meetup.needs", meetup.id), _name_button(meetup)]
    if meetup.series_id is not None and following:
        buttons.append(Button("meetup.following", meetup.id))
    around = [Button("meetup.room", meetup.id)] if meetup.mine in ("yes", "maybe") else []
    around += [Button("travel.look", meetup.id)] if meetup.place and meetup.mine == "yes" else []
    return [[*buttons, Button("meetup.list")], around]
