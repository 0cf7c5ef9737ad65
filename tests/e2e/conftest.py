"""A town: the sandbox, the real bot in this process, a network set up by its command, people of every role.

Nothing here reaches into the bot: people type, click and fill; what they read is what is asserted.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.run import Runner
from sandbox import Person, Seen
from tests.bot.conftest import Stage, quick_start, stage

__all__ = ["Town", "quick_start", "stage", "town"]

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
        """The message with these words, once it is there."""
        return await found(lambda: self[who].sees(channel), words)

    async def waits_for_dm(self, who: str, words: str) -> Seen:
        return await found(self[who].dms, words)


async def found(look: Callable[[], object], words: str) -> Seen:
    """Look until a message has these words."""
    seen: list[Seen] = []

    async def there() -> bool:
        messages: list[Seen] = await look()  # type: ignore[misc]  # a method of Person
        seen[:] = [message for message in messages if words in message.text]
        return bool(seen)

    person = getattr(look, "__self__", None)
    await (person or Person("", "")).eventually(there)
    return seen[-1]


@pytest.fixture
async def town(stage: Stage) -> AsyncIterator[Town]:
    sandbox, guild = stage.sandbox, stage.guild
    people = {"admin": await stage.owner()}
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
        yield made
        for person in people.values():
            await person.close()
