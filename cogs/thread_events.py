"""What Discord tells of threads by itself, handed on as it is. A part (mixin) of ``ThreadsCog``.

Needs the intents of messages and reactions, never that of their content. What was said while the bot was away
is looked up when it comes back: thread by thread, and only where Discord says that there is more.
"""

import logging

import discord
from discord.ext import commands

from cogs.kit.host import Host
from community.thread_listening import Heard, OpenedByHand, ThreadEars

log = logging.getLogger(__name__)

MOST_MISSED = 200  # messages of one thread: more than that in one absence is no conversation
_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)


class ThreadEvents:
    """Listeners; ``host`` and ``ears`` are the cog's."""

    host: Host
    ears: ThreadEars

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        # A thread that was archived is not known to the library when somebody writes in it.
        if isinstance(message.channel, discord.Thread | discord.PartialMessageable):
            await self._hear(message)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        if payload.guild_id is not None:
            await self.ears.unsaid(
                "discord", str(payload.guild_id), str(payload.channel_id), str(payload.message_id)
            )

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        if payload.guild_id is not None:
            for message_id in sorted(payload.message_ids):
                await self.ears.unsaid(
                    "discord", str(payload.guild_id), str(payload.channel_id), str(message_id)
                )

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        await self._reacted(payload, on=True)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        await self._reacted(payload, on=False)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Those that we open ourselves are noted by whatever asked for them."""
        if self.host.user is not None and thread.owner_id != self.host.user.id:
            await self.ears.opened_by_hand(
                OpenedByHand(
                    server_ref=str(thread.guild.id),
                    forum_ref=str(thread.parent_id),
                    channel_ref=str(thread.id),
                    account_ref=str(thread.owner_id),
                    title=thread.name,
                    tags=[tag.name for tag in thread.applied_tags],
                    at=discord.utils.snowflake_time(thread.id),
                )
            )

    @commands.Cog.listener()
    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        if before.name != after.name:
            await self.ears.renamed("discord", str(after.guild.id), str(after.id), after.name)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await self.ears.deleted("discord", str(payload.guild_id), str(payload.thread_id))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """After a start, or a break too long to be told what happened in it."""
        for guild in list(self.host.guilds):
            await self._catch_up(guild)

    async def _catch_up(self, guild: discord.Guild) -> None:
        going_on = {str(thread.id): thread for thread in guild.threads}
        latest = {ref: str(thread.last_message_id or thread.id) for ref, thread in going_on.items()}
        for ref, heard in (await self.ears.missed("discord", str(guild.id), latest)).items():
            try:
                async for message in going_on[ref].history(
                    limit=MOST_MISSED, after=discord.Object(int(heard)), oldest_first=True
                ):
                    await self._hear(message)
            except discord.HTTPException as error:
                log.warning("thread not read thread=%s code=%s", ref, error.code)

    async def _hear(self, message: discord.Message) -> None:
        if message.guild is None or message.type not in _SPOKEN:
            return
        channel = message.channel
        await self.ears.heard(
            Heard(
                server_ref=str(message.guild.id),
                channel_ref=str(channel.id),
                message_ref=str(message.id),
                account_ref=str(message.author.id),
                person=not message.author.bot and message.webhook_id is None,
                at=message.created_at,
                title=channel.name if isinstance(channel, discord.Thread) else "",
            )
        )

    async def _reacted(self, payload: discord.RawReactionActionEvent, *, on: bool) -> None:
        """Only to a thread’s first message, which has the thread’s own number."""
        if payload.guild_id is not None and payload.message_id == payload.channel_id:
            await self.ears.reacted(
                "discord", str(payload.guild_id), str(payload.channel_id), str(payload.user_id), on=on
            )
