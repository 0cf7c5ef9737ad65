"""A town: the sandbox, the real bot in this process, a network set up by its command, people of every role.

Nothing here reaches into the bot: people type, click and fill; what they read is what is asserted.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import discord
import pytest

from bot.run import Runner
from sandbox import Person, Seen
from sandbox.client_shapes import walk
from tests.bot.conftest import Stage, quick_start, stage

__all__ = ["Town", "quick_start", "read", "stage", "town"]

HELD_BACK_S = 2
ROLES = ("stranger", "newcomer", "member", "facilitator", "admin")


@dataclass
class Town:
    """A set-up network. ``people["member"]`` speaks French, ``people["member-en"]`` English."""

    stage: Stage
    runner: Runner
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, who: str) -> Person:
        return self.people[who]

    async def waits_for(self, who: str, channel: str, words: str) -> Seen:
        """The latest message there with these words, once it is there."""
        return await latest(self[who], lambda: self[who].sees(channel), words)

    async def waits_for_dm(self, who: str, words: str) -> Seen:
        return await latest(self[who], self[who].dms, words)


def keep_cards(town: Town) -> None:
    """Messages are edited late: whoever is quick still has the buttons of before."""
    edits = "/channels/*/messages/*"
    town.stage.sandbox.faults.add("delay", method="PATCH", route=edits, seconds=HELD_BACK_S, times=None)


def let_cards_go(town: Town) -> None:
    """Edits that were held back are made now, and later ones at once: nothing is waited for."""
    town.stage.sandbox.faults.clear()
    town.stage.advance(timedelta(seconds=HELD_BACK_S))


def read(seen: Seen) -> str:
    """What is written, with ordinary spaces: French puts others before its marks."""
    return seen.text.replace("\u00a0", " ").replace("\u202f", " ")


def plant(town: Town, seen: Seen, action: str) -> None:
    """Turn the first button of a posted message into another one, as if another time had left it there."""
    message = seen.message or {}
    stored = town.stage.sandbox.world.channels[message["channel_id"]].messages.get(seen.id) or {}
    button = next(item for item in walk(stored["components"]) if item["type"] == 2)
    button["custom_id"] = action


async def latest(person: Person, look: Callable[[], Awaitable[list[Seen]]], words: str) -> Seen:
    """Look until a message has these words. A channel that is not open yet may open."""
    found: list[Seen] = []

    async def there() -> bool:
        try:
            found[:] = [seen for seen in await look() if words in read(seen)]
        except LookupError:
            return False
        return bool(found)

    await person.eventually(there)
    return found[-1]


async def opened(person: Person, channel: str) -> None:
    """Wait until the role has come that opens a channel."""

    async def open_now() -> bool:
        try:
            return bool(await person.channel(channel))
        except LookupError:
            return False

    await person.eventually(open_now)


@pytest.fixture
async def town(stage: Stage) -> AsyncIterator[Town]:
    sandbox, guild = stage.sandbox, stage.guild
    people = {
        "admin": await stage.owner(),
        "admin-en": await sandbox.person("admin-en", guild, locale="en-GB"),
    }
    manager = sandbox.world.add_role(
        guild, "Gestion", permissions=discord.Permissions(manage_guild=True).value
    )
    sandbox.world.give_role(guild, people["admin-en"].id, manager["id"])
    # They are there before the network is: nothing is known of them.
    for who, locale in (("stranger", "fr"), ("stranger-en", "en-GB")):
        people[who] = await sandbox.person(who, guild, locale=locale)
    async with stage.running() as runner:
        made = Town(stage, runner, people)
        await people["admin"].slash("network setup")
        for role in ("newcomer", "member", "facilitator"):
            for locale in ("fr", "en-GB"):
                who = role if locale == "fr" else f"{role}-en"
                people[who] = await sandbox.person(who, guild, locale=locale)
                if role == "member":
                    await people["admin"].slash("member admit", person=people[who].id)
                elif role == "facilitator":
                    await people["admin"].slash("member appoint", person=people[who].id)
        for who in ("member", "member-en"):
            await opened(people[who], "rencontres")
        for who in ("facilitator", "facilitator-en"):
            await opened(people[who], "coin-animation")
        yield made
        let_cards_go(made)
        for person in people.values():
            await person.close()
    # Whatever was said in the test, bot and sandbox spoke Discord's own language.
    assert [str(violation) for violation in sandbox.conformance.violations] == []
