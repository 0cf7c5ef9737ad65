"""The Discord client: least intents, small caches, nobody pinged by default, one error boundary.

It holds no feature: the cogs do, loaded by name. Built by ``compose.py``.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.health import Gateway
from bot.metrics import Metrics
from bot.sync import sync_if_changed
from cogs.kit.host import Host
from cogs.pictures import Artist
from community.services import Services
from prompts import Words
from storage.engine import Database

log = logging.getLogger(__name__)

COGS = (
    "cogs.network",
    "cogs.members",
    "cogs.joining",
    "cogs.themes",
    "cogs.peers",
    "cogs.privacy",
    "cogs.library",
    "cogs.practices",
    "cogs.meetups",
    "cogs.needs",
    "cogs.links",
    "cogs.threads",
    "cogs.handover",
    "cogs.acronyms",
    "cogs.coffee",
    "cogs.sponsoring",
    "cogs.codev",
    "cogs.digests",
    "cogs.checklists",
    "cogs.facilitate",
    "cogs.welcome",
)

Publish = Literal["changed", "always", "never"]

# How long the servers' descriptions may pause before we call ourselves ready. Nothing here needs all of them
# first, so half of discord.py's patience is enough.
GUILDS_WAIT_S = 1.0

_REFUSED = frozenset({401, 403, 429})
# Tasks in which discord.py runs a person's command, click or form.
_IN_HAND = ("CommandTree-invoker", "discord-ui-", "discord.py: on_interaction")


def least_intents(*, members: bool) -> discord.Intents:
    """Servers, channels, events; who writes and reacts, never what; arrivals where they may be seen.

    Neither messages nor reactions are a privileged intent: only the content of messages is, and it stays off.
    """
    return discord.Intents(
        guilds=True,
        members=members,
        guild_scheduled_events=True,
        guild_messages=True,
        guild_reactions=True,
    )


class EntrePairsBot(Host):
    """The bot of one process: every network that invited the application."""

    def __init__(
        self,
        *,
        words: Words,
        services: Callable[[discord.Client], Services],
        db: Database,
        gateway: Gateway,
        metrics: Metrics,
        api: str,
        members: bool = True,
        publish: Publish = "changed",
        artist: Artist | None = None,
    ) -> None:
        """``services`` is made from the client: building a server is a service that acts through it."""
        super().__init__(
            words=words,
            services=services(self),
            artist=artist,
            intents=least_intents(members=members),
            allowed_mentions=discord.AllowedMentions.none(),
            # What people wrote is never kept, and who they are is in the database.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILDS_WAIT_S,
            enable_debug_events=True,  # for the frames that ``dispatch`` notes
            http_trace=_count_refusals(metrics),
        )
        self.gateway = gateway
        self.sees_members = members
        self._metrics = metrics
        self._db = db
        self._api = api
        self._publish = publish
        gateway.latency = lambda: self.latency

    async def setup_hook(self) -> None:
        """Between login and connection: doors first, then their commands, so that none is forgotten."""
        await self.open_doors()
        self._hear_interest()
        await self._find_gateway()
        if self._publish == "never":
            return
        assert self.application_id is not None, "known since login"  # noqa: S101 - narrows the type
        await sync_if_changed(
            self.tree,
            self._db,
            application_id=self.application_id,
            api=self._api,
            always=self._publish == "always",
        )

    async def open_doors(self) -> None:
        """Load every cog. Needs no connection: ``doctor`` compares the commands too."""
        await super().setup_hook()
        for name in COGS:
            await self.load_extension(name)

    def _hear_interest(self) -> None:
        """« Interested » on a server's event: discord.py tells only of people whom it keeps."""
        for what in ("add", "remove"):
            tell = partial(self._interest, what == "add")
            self._connection.parsers[f"GUILD_SCHEDULED_EVENT_USER_{what.upper()}"] = tell

    def _interest(self, interested: bool, data: Mapping[str, Any]) -> None:
        keys = (str(data[key]) for key in ("guild_id", "guild_scheduled_event_id", "user_id"))
        self.dispatch("event_interest", *keys, interested)

    async def _find_gateway(self) -> None:
        """Ask the API once where the gateway is and how many shards it wants.

        discord.py would ask too, but after an invalidated session it goes back to the address in its class.
        """
        self.shard_count, url, _limits = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)

    async def fetch_guild(self, guild_id: int, /, *, with_counts: bool = True) -> discord.Guild:
        """With the bot's own membership: without a gateway (``doctor``) nothing else knows its rights."""
        guild = await super().fetch_guild(guild_id, with_counts=with_counts)
        if self.user is not None and guild.get_member(self.user.id) is None:
            guild._add_member(await guild.fetch_member(self.user.id))
        return guild

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Raw frames are only timed: a task for each of them would be waste."""
        if event_name == "socket_raw_receive":
            self.gateway.heard()
        elif event_name != "socket_raw_send":
            super().dispatch(event_name, *args, **kwargs)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self._metrics.interactions.labels(interaction.type.name).inc()
        await super().on_interaction(interaction)

    async def on_ready(self) -> None:
        """Comes again after each new session: only notes it."""
        self.gateway.ready = True
        self.gateway.down.clear()
        log.info(
            "ready guilds=%s shards=%s members_intent=%s",
            len(self.guilds),
            self.shard_count,
            self.sees_members,
        )

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self.gateway.down.add(shard_id)

    async def on_shard_connect(self, shard_id: int) -> None:
        self.gateway.down.discard(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self.gateway.down.discard(shard_id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("event failed event=%s", event_method)

    async def finish(self, *, grace_s: float) -> None:
        """Let the commands and clicks in hand get their answer, then leave Discord."""
        busy = [task for task in asyncio.all_tasks() if task.get_name().startswith(_IN_HAND)]
        if busy:
            await asyncio.wait(busy, timeout=grace_s)
        if not self.is_closed():
            await self.close()


def point_at(api: str) -> None:
    """Use this REST API: Discord's own, a proxy, or the sandbox. discord.py keeps it in its class."""
    Route.BASE = api
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here


def _count_refusals(metrics: Metrics) -> aiohttp.TraceConfig:
    """Discord bans an address after 10,000 refused requests in ten minutes: make them visible."""

    async def seen(_session: Any, _context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        if params.response.status in _REFUSED:
            metrics.refusals.labels(str(params.response.status)).inc()

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(seen)
    return trace
