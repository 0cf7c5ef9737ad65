"""The one error boundary: what a person reads when something goes wrong, and what the log keeps."""

from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from cogs.kit.host import Host


async def report(host: "Host", interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Never raises. A DomainError becomes its words; anything else a short reference, the trace in the log."""
    raise NotImplementedError
