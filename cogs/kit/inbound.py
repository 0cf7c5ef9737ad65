"""From a Discord interaction to an actor, and from words to the one answer that Discord waits for."""

import asyncio
import contextlib
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import discord

from cogs.kit.layout import Row, layout
from community.actors import Actor, Standing
from prompts import Text, Words, clean, escape, locale_of, shorten

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Identify = Callable[[Standing], Awaitable[Actor]]

ALREADY_ANSWERED = 40060
ALT_LIMIT = 1024
_KEY = "entrepairs"


class Exchange:
    """One interaction: its single first answer, and the guard that defers when that is long in coming.

    Discord drops an interaction after three seconds. The lock keeps the guard and the answer apart, so that
    neither is sent on top of the other.
    """

    def __init__(self, interaction: Interaction, *, updates: bool = False) -> None:
        self.actor: Actor | None = None
        self.interaction = interaction
        self.updates = updates  # the answer replaces the message that was clicked
        self._lock = asyncio.Lock()
        self._guard: asyncio.Task[None] | None = None
        self._answered = False
        self._waiting = False  # the « thinking… » message stands and is not filled yet

    @property
    def answered(self) -> bool:
        """Whether the person has something to read: « thinking… » is not."""
        return self._answered and not self._waiting

    def watch(self, patience: float) -> None:
        """Start the guard. Called once, when the interaction arrives."""
        self._guard = asyncio.create_task(self._defer_after(patience))

    async def acknowledge(self) -> None:
        """Say that all is well, visibly nothing: for a click or a submit that got no answer."""
        async with self._first() as first:
            if first:
                await self.interaction.response.defer()

    async def send(self, view: discord.ui.LayoutView, files: Sequence[discord.File] = ()) -> None:
        """A private message: the first answer, the deferred one, or one more."""
        async with self._first() as first:
            if first:
                await self.interaction.response.send_message(view=view, ephemeral=True, files=files)
            elif self._waiting:
                await self.interaction.edit_original_response(view=view, attachments=files)
                self._waiting = False
            else:
                await self.interaction.followup.send(view=view, ephemeral=True, files=files)

    async def replace(self, view: discord.ui.LayoutView, files: Sequence[discord.File] = ()) -> None:
        """The clicked message becomes ``view``, and its files these."""
        # The old message may have been a plain one, whose content cannot stay beside components.
        becomes: Any = {"content": None, "embeds": [], "attachments": files, "view": view}
        async with self._first() as first:
            if first:
                await self.interaction.response.edit_message(**becomes)
            else:
                await self.interaction.edit_original_response(**becomes)
                self._waiting = False

    async def show(self, modal: discord.ui.Modal) -> bool:
        """Open a modal; False when it is too late for one (a modal must be the first answer)."""
        async with self._first() as first:
            if first:
                await self.interaction.response.send_modal(modal)
            return first

    async def _defer_after(self, patience: float) -> None:
        await asyncio.sleep(patience)
        self._guard = None  # from here on it is an answer like another: it is not called back
        thinking = not self.updates
        try:
            async with self._first() as first:
                if first:
                    self._waiting = thinking
                    await self.interaction.response.defer(ephemeral=True, thinking=thinking)
        except discord.HTTPException as error:
            self._waiting = False
            log.warning("defer refused interaction=%s code=%s", self.interaction.id, error.code)

    @contextlib.asynccontextmanager
    async def _first(self) -> AsyncIterator[bool]:
        """Whether the answer in hand is the first one. Later ones need another call to Discord.

        That a first answer was already given, Discord says when it took a try whose success got lost on the
        way (discord.py then tries again): all is well.
        """
        async with self._lock:
            if self._guard is not None:
                self._guard.cancel()
                self._guard = None
            first = not self._answered
            try:
                yield first
            except discord.HTTPException as error:
                if not first or error.code != ALREADY_ANSWERED:
                    raise
                log.info("answered twice interaction=%s", self.interaction.id)
            self._answered = True


class Inbound:
    """Every answer is private, in the reader's language; what everyone may read goes through the outbox."""

    def __init__(self, words: Words, identify: Identify, *, patience: float = 1.5) -> None:
        """``identify`` is ``services.members.identify``; ``patience``: seconds before deferring by itself."""
        self.words = words
        self._identify = identify
        self._patience = patience

    def exchange(self, interaction: Interaction, *, updates: bool = False) -> Exchange:
        """The interaction's state; the first call starts the guard."""
        known = interaction.extras.get(_KEY)
        if isinstance(known, Exchange):
            return known
        exchange = Exchange(interaction, updates=updates)
        interaction.extras[_KEY] = exchange
        if interaction.type is not discord.InteractionType.autocomplete:
            exchange.watch(self._patience)
        return exchange

    def standing(self, interaction: Interaction) -> Standing:
        """What Discord says of the person, without any look-up."""
        user = interaction.user
        roles = (
            frozenset(str(role.id) for role in user.roles)
            if isinstance(user, discord.Member)
            else frozenset()
        )
        server_locale = interaction.guild_locale or interaction.locale
        return Standing(
            platform="discord",
            server_ref=str(interaction.guild_id) if interaction.guild_id else None,
            account_ref=str(user.id),
            display_name=user.display_name,
            locale=locale_of(str(interaction.locale)),
            role_refs=roles,
            manages_server=interaction.guild_id is not None and interaction.permissions.manage_guild,
            server_locale=locale_of(str(server_locale)),
        )

    async def actor(self, interaction: Interaction) -> Actor:
        """Who is acting; asked once per interaction, then remembered."""
        exchange = self.exchange(interaction)
        if exchange.actor is None:
            exchange.actor = await self._identify(self.standing(interaction))
        return exchange.actor

    def changed(self, interaction: Interaction, actor: Actor) -> None:
        """The person has just become somebody else: the answer is for who they are now."""
        self.exchange(interaction).actor = actor

    def locale(self, interaction: Interaction) -> str:
        """The reader's language: the member's own choice once ``actor`` was asked, else what Discord says."""
        actor = self.exchange(interaction).actor
        return actor.locale if actor else locale_of(str(interaction.locale))

    def render(self, interaction: Interaction, template: str, **values: Any) -> Text:
        """The words of an answer, in the reader's language and time zone."""
        actor = self.exchange(interaction).actor
        if actor is not None:
            values.setdefault("timezone", actor.timezone)
            template = self.words.variant(template, short=actor.short_sentences)
        return self.words.render(template, self.locale(interaction), **values)

    async def reply(
        self, interaction: Interaction, template: str, *, rows: Sequence[Row] = (), **values: Any
    ) -> None:
        """Answer in private below. ``timezone`` is the actor's unless given among the values."""
        text = self.render(interaction, template, **values)
        view = layout(text, rows, self.words, self.locale(interaction))
        await self.exchange(interaction).send(view)

    async def give(
        self,
        interaction: Interaction,
        template: str,
        name: str,
        content: bytes,
        *,
        rows: Sequence[Row] = (),
        **values: Any,
    ) -> None:
        """A file, for the reader alone."""
        text = self.render(interaction, template, **values)
        view = layout(text, rows, self.words, self.locale(interaction))
        view.add_item(discord.ui.File(f"attachment://{name}"))
        await self.exchange(interaction).send(view, [discord.File(io.BytesIO(content), name)])

    async def picture(
        self,
        interaction: Interaction,
        template: str,
        name: str,
        content: bytes,
        *,
        alt: str,
        rows: Sequence[Row] = (),
        **values: Any,
    ) -> None:
        """A picture below words that say the same, for the reader alone. ``alt``: for who cannot see it."""
        await self.illustrated(interaction, template, [(name, content, alt)], rows=rows, **values)

    async def illustrated(
        self,
        interaction: Interaction,
        template: str,
        pictures: Sequence[tuple[str, bytes | None, str]],
        *,
        rows: Sequence[Row] = (),
        **values: Any,
    ) -> None:
        """As ``picture``, with several, each with its name and its words; one without content is left out.

        They replace the message that was clicked where the handler is declared so (``updates=True``).
        """
        text = self.render(interaction, template, **values)
        view = layout(text, rows, self.words, self.locale(interaction))
        drawn = [(name, content, alt) for name, content, alt in pictures if content]
        for name, _content, alt in drawn:  # each in a gallery of its own: Discord crops those that share one
            item = discord.MediaGalleryItem(
                f"attachment://{name}", description=shorten(clean(alt), ALT_LIMIT)
            )
            view.add_item(discord.ui.MediaGallery(item))
        files = [discord.File(io.BytesIO(content), name) for name, content, _alt in drawn]
        exchange = self.exchange(interaction)
        await (exchange.replace(view, files) if exchange.updates else exchange.send(view, files))

    async def say(self, interaction: Interaction, key: str, **values: Any) -> None:
        """The last resort, when no template can be filled: a label, as it is."""
        text = Text(body=escape(self.words.label(key, self.locale(interaction), **values)))
        await self.exchange(interaction).send(layout(text, (), self.words, self.locale(interaction)))

    async def update(
        self, interaction: Interaction, template: str, *, rows: Sequence[Row] = (), **values: Any
    ) -> None:
        """Replace the message whose button was clicked (declare the handler with ``updates=True``).

        To also answer in private, ``update`` first and ``reply`` after.
        """
        text = self.render(interaction, template, **values)
        view = layout(text, rows, self.words, self.locale(interaction))
        await self.exchange(interaction).replace(view)
