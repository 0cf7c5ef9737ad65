"""Publishes the commands to Discord, only when they changed: Discord rations it, and start-up is faster.

What was published last is remembered as a digest, per application and API
address (the sandbox is not Discord).
"""

import hashlib
import json
import logging
from typing import Any

from discord import app_commands

from storage import state
from storage.engine import Database

log = logging.getLogger(__name__)


async def payload(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """What Discord would be sent, every localisation included."""
    commands = tree.get_commands(type=None)
    if tree.translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, tree.translator) for command in commands]


def digest(commands: list[dict[str, Any]]) -> str:
    """The same for the same commands, in whatever order the cogs were loaded."""
    ordered = sorted(json.dumps(command, sort_keys=True, default=str) for command in commands)
    return hashlib.sha256("\n".join(ordered).encode()).hexdigest()


async def sync_if_changed(
    tree: app_commands.CommandTree[Any], db: Database, *, application_id: int, api: str, always: bool = False
) -> bool:
    """Whether the commands were sent. A refusal is raised and nothing remembered: next time tries again."""
    key = f"commands {application_id} {api}"
    mark = digest(await payload(tree))
    async with db.reading() as session:
        known = await state.recall(session, key)
    if known == mark and not always:
        return False
    published = await tree.sync()
    async with db.transaction() as session:
        await state.remember(session, key, mark)
    log.info("commands published count=%s", len(published))
    return True
