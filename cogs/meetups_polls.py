"""The doors of date polls: ask, answer, look at the grid, choose."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import ChoiceField, Form, Forms, Prefill, TextField, Values, prefills, submits
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from cogs.meetups_planning import MEETUP
from cogs.poll_picture import draw
from community import meetups_rules as rules
from community.actors import Actor, Role
from community.meetups_cautions import Cautions
from community.polls import MOST, Polls, PollView, SlotView
from community.ports import Button
from community.text import row_id
from prompts import Words
from prompts.dates import written_instant
from prompts.labels import packaged

ASK = Form(
    "poll.ask",
    TextField("name", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST),
    TextField("slots", long=True, maximum=600),
    TextField("deadline", required=False, maximum=100),
    TextField("where", required=False, maximum=300),
    ChoiceField("invited", "poll_invited"),
)


class PollDoors:
    """`/meetup poll` and its buttons; part of ``MeetupsCog``."""

    inbound: Inbound
    forms: Forms
    polls: Polls
    words: Words
    cautions: Cautions

    # Asking.

    @localized.command("meetup.poll", parent=MEETUP)
    async def poll(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, ASK)

    @prefills(ASK)
    async def ask_form(self, interaction: Interaction, poll_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        if not poll_id:
            return Prefill({"invited": "members"})
        poll = await self.polls.poll(actor, poll_id)
        zone = ZoneInfo(poll.timezone)
        lines = [f"{slot.starts_at.astimezone(zone):%d/%m/%Y %H:%M}" for slot in poll.slots]
        deadline = f"{poll.deadline_at.astimezone(zone):%d/%m/%Y %H:%M}"
        slots = "\n".join(lines)
        return Prefill({"name": poll.title, "slots": slots, "deadline": deadline, "where": poll.place})

    @submits(ASK)
    async def asked(self, interaction: Interaction, poll_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.draft(
            actor,
            title=values["name"],
            slots=values["slots"],
            deadline=values["deadline"],
            where=values["where"],
            invited=values["invited"] or "members",
            instead_of=poll_id,
        )
        rows = [[Button("poll.publish", poll.id, style="success"), Button("poll.ask", poll.id)]]
        warned = await self.cautions.of_dates(actor, [slot.starts_at for slot in poll.slots])
        await self.inbound.reply(
            interaction, "polls/draft", rows=rows, poll=poll, cautions=warned, timezone=poll.timezone
        )

    @acts("poll.publish")
    async def publish_poll(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.publish(actor, poll_id)
        rows = [[Button("poll.manage", poll.id), Button("poll.answer", poll.id)]]
        await self.inbound.reply(interaction, "polls/asked", rows=rows, poll=poll)

    # Answering.

    @acts("poll.answer")
    async def answer_poll(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.poll(actor, poll_id)
        rows = self._answer_rows(actor, poll)
        await self.inbound.reply(interaction, "polls/answer", rows=rows, poll=poll)

    @acts("poll.yes", updates=True)
    async def say_yes(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        await self._say(interaction, poll_id, "yes")

    @acts("poll.if_need", updates=True)
    async def say_if_need(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        await self._say(interaction, poll_id, "if_need")

    @acts("poll.none", updates=True)
    async def say_none(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.poll(actor, poll_id)
        every = [slot.id for slot in poll.slots]
        poll = await self.polls.answer(actor, poll_id, "no", every)
        await self._show_answers(interaction, actor, poll)

    async def _say(self, interaction: Interaction, poll_id: int, answer: str) -> None:
        actor = await self.inbound.actor(interaction)
        slots = {row_id(value) for value in chosen(interaction)}
        poll = await self.polls.answer(actor, poll_id, answer, slots)
        await self._show_answers(interaction, actor, poll)

    async def _show_answers(self, interaction: Interaction, actor: Actor, poll: PollView) -> None:
        rows = self._answer_rows(actor, poll)
        await self.inbound.update(interaction, "polls/answer", rows=rows, poll=poll)

    # Looking and choosing.

    @acts("poll.grid")
    async def show_grid(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.poll(actor, poll_id)
        ending = (
            [[Button("poll.manage", poll.id)]]
            if actor.role >= Role.FACILITATOR and not poll.meetup_id
            else []
        )
        await self._grid(interaction, actor, poll, ending)

    @acts("poll.manage")
    async def manage_poll(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.poll(actor, picked(interaction) or poll_id)
        rows: list[Row] = []
        if actor.role >= Role.FACILITATOR and poll.state == "open":
            options = [self._option(actor, slot) for slot in poll.ranked]
            ending = [Button("poll.best", poll.id, style="success"), Button("poll.cancel", poll.id)]
            rows = [[Menu("poll.choose", options, poll.id)], ending]
        await self._grid(interaction, actor, poll, rows)

    @acts("poll.best")
    async def choose_best(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        await self._choose(interaction, poll_id, 0)

    @acts("poll.choose")
    async def choose_slot(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        await self._choose(interaction, poll_id, picked(interaction))

    @acts("poll.cancel")
    async def ask_cancel_poll(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.poll(actor, poll_id)
        rows = [confirmation("poll.cancel", poll_id)]
        await self.inbound.reply(interaction, "polls/cancel", rows=rows, poll=poll)

    @acts("poll.cancel.confirm", updates=True)
    async def cancel_poll(self, interaction: Interaction, poll_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        poll = await self.polls.cancel(actor, poll_id)
        await self.inbound.update(interaction, "polls/cancelled", poll=poll)

    async def _choose(self, interaction: Interaction, poll_id: int, slot_id: int) -> None:
        actor = await self.inbound.actor(interaction)
        meetup = await self.polls.choose(actor, poll_id, slot_id)
        cautions = await self.cautions.of(actor, meetup)
        rows = [[Button("calendar.add", meetup.id), Button("meetup.sheet", meetup.id)]]
        await self.inbound.reply(
            interaction,
            "polls/planned",
            rows=rows,
            meetup=meetup,
            cautions=cautions,
            timezone=meetup.timezone,
        )

    async def _grid(
        self, interaction: Interaction, actor: Actor, poll: PollView, rows: Sequence[Row]
    ) -> None:
        picture = await asyncio.to_thread(draw, poll, self.words, actor.locale)
        best = written_instant(packaged(actor.locale), poll.best.starts_at, poll.timezone)
        chooses = actor.role >= Role.FACILITATOR and poll.state == "open"
        cautions = await self.cautions.of_dates(actor, [poll.best.starts_at]) if chooses else ()
        alt = self.words.label("polls.alt", actor.locale, title=poll.title, best=best, yes=poll.best.yes)
        await self.inbound.picture(
            interaction,
            "polls/grid",
            f"sondage-{poll.id}.png",
            picture,
            alt=alt,
            rows=rows,
            poll=poll,
            cautions=cautions,
        )

    def _answer_rows(self, actor: Actor, poll: PollView) -> list[Row]:
        if not poll.open:
            return [[Button("poll.grid", poll.id)]]
        menus: list[Row] = [
            [
                Menu(
                    f"poll.{answer}",
                    [self._option(actor, slot, slot.mine == answer) for slot in poll.slots],
                    poll.id,
                    minimum=0,
                    maximum=MOST,
                )
            ]
            for answer in ("yes", "if_need")
        ]
        return [*menus, [Button("poll.none", poll.id), Button("poll.grid", poll.id)]]

    def _option(self, actor: Actor, slot: SlotView, mine: bool = False) -> Option:
        shown = written_instant(packaged(actor.locale), slot.starts_at, actor.timezone)
        counts = self.words.label(
            "polls.counts", actor.locale, yes=slot.yes, if_need=slot.if_need, no=slot.no
        )
        return Option(str(slot.id), shown, counts, mine)
