"""The doctor's look at each server: is the bot there, and does everything stand that the network needs?"""

from collections.abc import Mapping, Sequence

import discord

from bot.client import EntrePairsBot
from bot.findings import Report, Status
from bot.server_permissions import NEEDED
from community.actors import Actor
from storage.networks import Network

INVITATION = (
    "https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands&permissions={rights}"
)
# Refusals of the builder that are not permissions.
_NOT_RIGHTS = ("role_too_high", "too_many_roles", "too_many_channels", "tag_required")


async def look(client: EntrePairsBot, standing: Sequence[Network], report: Report) -> None:
    """Every network's server, and the servers that have no network yet."""
    servers = {str(guild.id): guild.name async for guild in client.fetch_guilds(with_counts=False)}
    if not servers:
        report.add("servers", Status.WARNING, "no_server", address=invitation(client))
    for network in standing:
        if network.server_ref not in servers:
            report.add(
                "servers", Status.PROBLEM, "bot_absent", network=network.name, address=invitation(client)
            )
        else:
            await _network(client, network, report)
    known = {network.server_ref for network in standing}
    for ref, name in servers.items():
        if ref not in known:
            report.add("servers", Status.WARNING, "server_without_network", server=name)


def invitation(client: discord.Client) -> str:
    """The address that invites the bot with the least permissions."""
    return INVITATION.format(id=client.application_id, rights=NEEDED.value)


async def _network(client: EntrePairsBot, network: Network, report: Report) -> None:
    assert network.id is not None, "read from the database"  # noqa: S101 - narrows the type
    try:
        status = await client.services.networks.status(Actor.operator(network.id))
    except discord.HTTPException as error:
        report.add(
            "servers",
            Status.PROBLEM,
            "server_unreadable",
            network=network.name,
            status=error.status,
            code=error.code,
        )
        return
    for thing in status.missing:
        report.add(
            "servers", Status.PROBLEM, "missing", network=network.name, thing=_thing(client, network, thing)
        )
    _refusals(client, network, status.missing_permissions, report)
    for problem, names in status.theme_troubles.items():
        code = f"theme_{problem}"
        report.add("servers", Status.WARNING, code, network=network.name, thing=", ".join(names))
    if status.undelivered:
        report.add("servers", Status.WARNING, "undelivered", network=network.name, count=status.undelivered)


def _refusals(
    client: EntrePairsBot, network: Network, refused: Mapping[str, Sequence[str]], report: Report
) -> None:
    for where, whats in refused.items():
        thing = _thing(client, network, where)
        for code in [what for what in whats if what in _NOT_RIGHTS]:
            report.add("servers", Status.PROBLEM, code, network=network.name, thing=thing)
        if rights := [_right(client, network, what) for what in whats if what not in _NOT_RIGHTS]:
            code = "rights_lacking" if where == "server" else "rights_lacking_in"
            report.add("servers", Status.PROBLEM, code, network=network.name, thing=thing, rights=rights)


def _thing(client: EntrePairsBot, network: Network, name: str) -> str:
    """A place or a role as it is called on that server."""
    for family in ("server.channels", "server.roles", "doctor.things"):
        if client.words.has_label(f"{family}.{name}"):
            return client.words.label(f"{family}.{name}", network.locale)
    return name


def _right(client: EntrePairsBot, network: Network, name: str) -> str:
    """A permission, as Discord's own settings call it."""
    key = f"permissions.{name}"
    return client.words.label(key, network.locale) if client.words.has_label(key) else name
