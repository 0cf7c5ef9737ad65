"""The baseline of the benchmark: the smallest useful discord.py bot, one command that echoes.

    python -m scripts.bench_bare API TOKEN [--publish]

Says "ready" on the standard error when it is.
"""

import sys

import discord
from discord.ext import commands
from discord.http import Route


class Bare(commands.AutoShardedBot):
    """As its documentation would have one write it."""

    def __init__(self, *, publish: bool) -> None:
        super().__init__(command_prefix=commands.when_mentioned, intents=discord.Intents.default())
        self._publish = publish

    async def setup_hook(self) -> None:
        @self.tree.command(name="echo", description="Says it again")
        async def echo(interaction: discord.Interaction, text: str) -> None:
            await interaction.response.send_message(text, ephemeral=True)

        if self._publish:
            await self.tree.sync()

    async def on_ready(self) -> None:
        print("ready", file=sys.stderr, flush=True)


if __name__ == "__main__":
    api, token = sys.argv[1:3]
    Route.BASE = api
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    Bare(publish="--publish" in sys.argv).run(token, log_handler=None)
