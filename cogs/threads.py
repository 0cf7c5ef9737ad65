"""The doors of threads: what people say of them, and what Discord tells of them by itself.

Discord never shows what is written: its events say who, where and when, and that is all that is read here.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.thread_events import ThreadEvents
from community.actors import Actor, Role
from community.policy import Action, allows
from community.ports import Button
from community.thread_rules import Rules
from community.thread_views import MessageSeen, Settled, ThreadView

RULES = Form("thread.rules", TextField("nudge_hours", maximum=6), TextField("close_days", maximum=6))


class ThreadsCog(ThreadEvents, commands.Cog):
    """`/thread …`, « C’est la réponse » in the menu of a message, and the buttons that do the same."""

    thread = localized.group("thread")

    def __init__(self, host: Host) -> None:
        self.host, self.inbound, self.words = host, host.inbound, host.words
        self.threads, self.ears = host.services.threads, host.services.thread_ears
        self.figures = host.services.answer_figures
        self._menu = app_commands.ContextMenu(
            name=localized.text("contexts.accept_answer"), callback=self.accept_message
        )
        self._menu.guild_only = True

    async def cog_load(self) -> None:
        self.host.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.host.tree.remove_command(self._menu.name, type=self._menu.type)

    async def accept_message(self, interaction: Interaction, message: discord.Message) -> None:
        """The menu of a message in a thread: no tag to remember, no command to type."""
        actor = await self.inbound.actor(interaction)
        seen = MessageSeen(
            channel_ref=str(message.channel.id),
            message_ref=str(message.id),
            account_ref=str(message.author.id),
            person=not message.author.bot and message.webhook_id is None,
            at=message.created_at,
        )
        await self._done(interaction, await self.threads.accept(actor, seen), "accepted")

    @localized.command("thread.show", parent=thread)
    async def show(self, interaction: Interaction) -> None:
        actor = await self.inbound.actor(interaction)
        thread = await self.threads.show(actor, str(interaction.channel_id))
        await self._state(interaction, thread, "shown")

    @localized.command("thread.mine", parent=thread)
    async def mine(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, 0, 0)

    @acts("thread.mine")
    async def show_mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._list(interaction, actor, await self.threads.mine(actor), waiting=False)

    @localized.command("thread.unanswered", parent=thread)
    async def unanswered(self, interaction: Interaction) -> None:
        await self.show_unanswered(interaction, 0, 0)

    @acts("thread.unanswered")
    async def show_unanswered(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._list(interaction, actor, await self.threads.unanswered(actor), waiting=True)

    @localized.command("thread.answers", parent=thread)
    async def answers(self, interaction: Interaction) -> None:
        await self.show_answers(interaction, 0, 0)

    @acts("thread.answers")
    async def show_answers(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        figures = await self.figures.times(actor)
        rows = [[Button("thread.unanswered"), Button("thread.rules")]]
        await self.inbound.reply(interaction, "threads/answers", rows=rows, figures=figures)

    @acts("thread.choose")
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._state(interaction, await self.threads.thread(actor, picked(interaction)), "shown")

    @acts("thread.accept")
    async def accept(self, interaction: Interaction, reply_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._done(interaction, await self.threads.accept_reply(actor, reply_id), "accepted")

    @acts("thread.pick")
    async def pick(self, interaction: Interaction, thread_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.threads.to_accept(actor, thread_id)
        unknown = self.words.label("threads.somebody", actor.locale)
        options = [
            Option(
                str(one.id),
                self.words.label(
                    "threads.reply", actor.locale, name=one.author_name or unknown, when=_local(one.at, actor)
                ),
            )
            for one in found
        ]
        await self.inbound.reply(interaction, "threads/pick", rows=[[Menu("thread.accept_one", options)]])

    @acts("thread.accept_one")
    async def accept_one(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.accept(interaction, picked(interaction), 0)

    @acts("thread.undo")
    async def undo(self, interaction: Interaction, thread_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._done(interaction, await self.threads.undo(actor, thread_id), "undone")

    @acts("thread.close")
    async def close(self, interaction: Interaction, thread_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._done(interaction, await self.threads.close(actor, thread_id), "closed")

    @acts("thread.reopen")
    async def reopen(self, interaction: Interaction, thread_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        settled = await self.threads.reopen(actor, thread_id)
        await _open_for_the_answer(interaction)
        await self._done(interaction, settled, "reopened")

    @acts("thread.follow")
    async def follow(self, interaction: Interaction, thread_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._done(interaction, await self.threads.follow(actor, thread_id, True), "followed")

    @acts("thread.unfollow")
    async def unfollow(self, interaction: Interaction, thread_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._done(interaction, await self.threads.follow(actor, thread_id, False), "unfollowed")

    @prefills(RULES)
    async def rules_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        now = await self.threads.rules(await self.inbound.actor(interaction))
        return Prefill({"nudge_hours": str(now.nudge_hours), "close_days": str(now.close_days)})

    @submits(RULES)
    async def set_rules(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        rules: Rules = await self.threads.set_rules(actor, values["nudge_hours"], values["close_days"])
        tag = self.words.label("threads.answered_tag", actor.network_locale)
        await self.inbound.reply(interaction, "threads/rules", rules=rules, tag=tag)

    async def _done(self, interaction: Interaction, settled: Settled, done: str) -> None:
        await self._state(interaction, settled.thread, done if settled.changed else f"already_{done}")

    async def _state(self, interaction: Interaction, thread: ThreadView, done: str) -> None:
        await self.inbound.reply(interaction, "threads/state", rows=_rows(thread), thread=thread, done=done)

    async def _list(
        self, interaction: Interaction, actor: Actor, found: Sequence[ThreadView], *, waiting: bool
    ) -> None:
        unnamed = self.words.label("kinds.thread", actor.locale)
        options = [Option(str(one.id), one.title or unnamed) for one in found]
        cares = allows(actor, Action.CARE_FOR_THREADS, actor.themes)
        rows: list[Row] = [
            [Menu("thread.choose", options)],
            [
                *([Button("thread.unanswered")] if cares else []),
                *([Button("thread.answers")] if actor.role >= Role.FACILITATOR else []),
            ],
        ]
        await self.inbound.reply(interaction, "threads/list", rows=rows, threads=found, waiting=waiting)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(ThreadsCog(host))


def _rows(thread: ThreadView) -> list[Row]:
    """What the reader may do with it; the use case asks again."""
    following = "thread.unfollow" if thread.following else "thread.follow"
    row: list[Button | Menu] = [Button(following, thread.id)]
    if thread.may_settle:
        if thread.accepted_ref:
            row.insert(0, Button("thread.undo", thread.id))
        elif thread.asks and thread.answered:
            row.insert(0, Button("thread.pick", thread.id, style="primary"))
        row.append(Button("thread.reopen" if thread.state == "closed" else "thread.close", thread.id))
    return [row]


async def _open_for_the_answer(interaction: Interaction) -> None:
    """Discord takes no answer in an archived thread: what was decided is done at once, not a little later."""
    channel = interaction.channel
    if isinstance(channel, discord.Thread) and channel.archived:
        with contextlib.suppress(discord.HTTPException):
            await channel.edit(archived=False)


def _local(at: datetime, actor: Actor) -> str:
    return f"{at.astimezone(ZoneInfo(actor.timezone)):%d/%m %H:%M}"
