"""Whom Discord's servers show now: asked one person at a time, and believed for a moment."""

import asyncio
import logging
from time import monotonic

import aiohttp
import discord

from community.actors import Standing
from community.ports import PlatformDown
from prompts import locale_of

log = logging.getLogger(__name__)

_PATIENCE_S = 5.0
_BELIEVED_S = 30.0  # a page and its pictures are one question
_KEPT_MOST = 500
_UNKNOWN = frozenset({10004, 10007, 10013})  # server, member, user


class DiscordRoster:
    """``client`` is known once the bot is made; until it is ready nobody can be asked."""

    def __init__(self) -> None:
        self.client: discord.Client | None = None
        self._believed: dict[tuple[str, str], tuple[float, Standing | None]] = {}

    async def standing(self, server_ref: str, account_ref: str) -> Standing | None:
        """By the REST API: members are not cached, and the privileged intent may not be granted."""
        key = server_ref, account_ref
        until, known = self._believed.get(key, (0.0, None))
        if until > monotonic():
            return known
        found = await self._ask(server_ref, account_ref)
        if len(self._believed) >= _KEPT_MOST:
            self._believed.clear()
        self._believed[key] = monotonic() + _BELIEVED_S, found
        return found

    async def _ask(self, server_ref: str, account_ref: str) -> Standing | None:
        client = self.client
        if client is None or not client.is_ready():
            raise PlatformDown
        guild = client.get_guild(int(server_ref))
        if guild is None:
            return None
        if guild.unavailable:
            raise PlatformDown
        try:
            async with asyncio.timeout(_PATIENCE_S):
                member = await guild.fetch_member(int(account_ref))
        except discord.NotFound as error:
            if error.code in _UNKNOWN:
                return None
            raise PlatformDown from error
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("member not read guild=%s error=%s", server_ref, type(error).__name__)
            raise PlatformDown from error
        return Standing(
            platform="discord",
            server_ref=server_ref,
            account_ref=account_ref,
            display_name=member.display_name,
            locale=locale_of(str(guild.preferred_locale)),
            role_refs=frozenset(str(role.id) for role in member.roles),
            manages_server=member.guild_permissions.manage_guild,
        )
