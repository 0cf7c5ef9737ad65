"""A small server with people, places and the bot of `bot.py`: what the page's tests look at."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox import Channel, Guild, Person, Sandbox, User
from tests.sandbox.page.bot import Panel, TownBot, card

ADMINISTRATOR = 8
TOUR = {
    "steps": [
        {"title": {"fr": "Bonjour", "en": "Hello"}, "text": {"fr": "Une visite.", "en": "A tour."}},
        {
            "title": {"fr": "Compter", "en": "Count"},
            "text": {"fr": "Cliquez sur **Compter**.", "en": "Click **Count**."},
            "person": "Nicolas",
            "channel": "accueil",
            "point": [{"fr": "Compter", "en": "Compter"}],
        },
        {
            "title": {"fr": "Parler", "en": "Talk"},
            "text": {"fr": "Dites bonjour.", "en": "Say hello."},
            "person": "Camille",
            "channel": "discussions",
        },
    ]
}


class Town:
    """The sandbox with everything in it, by name."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.bot = TownBot()
        self.people: dict[str, Person] = {}
        self.guild: Guild = self.world.add_guild(
            "Réseau de démonstration", owner=self.world.add_user("Agnès")
        )
        self.places: dict[str, Channel] = {}
        self.app = self.world.add_app("Entraide", intents=set())

    async def build(self) -> None:
        world, guild = self.world, self.guild
        # A new role goes to the bottom: the highest comes first.
        world.add_role(guild, "Équipe d’animation", color=0x1C5570, hoist=True, permissions=ADMINISTRATOR)
        world.add_role(guild, "Membre", color=0x2E7D32, hoist=True)
        world.invite(self.app, guild, permissions=ADMINISTRATOR)
        self.places["accueil"] = world.add_channel(
            guild, "accueil", topic="Bienvenue. **Présentez-vous** ici."
        )
        life = world.add_channel(guild, "Vie du réseau", type=4)
        self.places["annonces"] = world.add_channel(guild, "annonces", parent=life, type=5)
        self.places["discussions"] = world.add_channel(guild, "discussions", parent=life)
        tags = [{"name": name, "moderated": False} for name in ("Participation", "Eau", "École")]
        self.places["pratiques"] = world.add_channel(
            guild,
            "pratiques",
            parent=life,
            type=15,
            available_tags=tags,
            topic="Une pratique par publication.",
        )
        for name, roles, locale in (
            ("Nicolas", ["Membre"], "fr"),
            ("Camille", ["Équipe d’animation"], "fr"),
            ("Nadia", [], "fr"),
            ("Oliver", ["Membre"], "en-GB"),
        ):
            self.people[name] = await self.sandbox.person(name, guild, locale=locale, roles=roles)
        start = world.now() + timedelta(days=3)
        world.add_event(
            guild,
            self.user("Camille"),
            {
                "name": "Café des pairs",
                "description": "Une heure pour **échanger**.",
                "scheduled_start_time": start.isoformat(),
                "scheduled_end_time": (start + timedelta(hours=1)).isoformat(),
                "entity_metadata": {"location": "https://visio.example.org/cafe"},
            },
        )

    def user(self, name: str) -> User:
        return self.world.users[self.people[name].id]

    async def talk(self) -> None:
        """Messages of people and of the bot."""
        nicolas, camille = self.people["Nicolas"], self.people["Camille"]
        await nicolas.says("accueil", "Bonjour à toutes et à tous !")
        await nicolas.says("accueil", "Je travaille à **Thiers**, sur la *participation* des habitants.")
        await camille.says("accueil", f"Bienvenue <@{nicolas.id}> !")
        channel = await self.bot.fetch_channel(int(self.places["accueil"].id))
        assert isinstance(channel, discord.TextChannel)
        await channel.send("Que voulez-vous faire ?", view=Panel())
        await channel.send(view=card())
        embed = discord.Embed(title="Ressource", description="Un *guide* à lire.", colour=0xA8401C)
        embed.add_field(name="Thème", value="Participation").set_footer(text="Bibliothèque")
        await channel.send(embed=embed)
        await nicolas.posts_in("pratiques", "Aller vers au marché", "Nous tenons un stand chaque mois.")
        await camille.posts_in("pratiques", "Cour d’école ouverte", "La cour sert de jardin le samedi.")


@contextlib.asynccontextmanager
async def town(port: int = 0) -> AsyncIterator[Town]:
    """Build it, start the bot, wait until it is ready."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with Sandbox(port=port, tour=TOUR) as sandbox:
        made = Town(sandbox)
        Route.BASE = sandbox.api
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
        await made.build()
        running = asyncio.create_task(made.bot.start(made.app.token))
        try:
            await asyncio.wait_for(_ready(made.bot, running), 20)
            yield made
        finally:
            await made.bot.close()
            await running
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def _ready(bot: TownBot, running: "asyncio.Task[None]") -> None:
    while not bot.is_ready():
        if running.done():
            await running
        await asyncio.sleep(0.01)
