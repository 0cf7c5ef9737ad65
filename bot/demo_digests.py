"""Digests of the demonstration network: a facilitator and a member turn theirs on, as people do.

They leave the day before the one on which the demonstration starts, each week: whoever moves the clock by a
week at once, as its page lets them, comes one day late at most, and a digest that late still leaves.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from community.ports import Labels
from sandbox import Answer, Person

HOUR = "9"
_ZONE = ZoneInfo("Europe/Paris")  # the network's own


async def turn_on_digests(facilitator: Person, member: Person, now: datetime, labels: Labels) -> None:
    """The network's digest, without approval, and one about what ``member`` follows."""
    weekday = str((now.astimezone(_ZONE) - timedelta(days=1)).isoweekday())
    rhythm = {"frequency": "weekly", "weekday": weekday, "hour": HOUR}
    await _choose(
        facilitator,
        await facilitator.slash("digest settings"),
        "change",
        {**rhythm, "approval": False},
        labels,
    )
    await _choose(
        member, await member.slash("digest mine"), "mine_change", {**rhythm, "scope": "both"}, labels
    )


async def _choose(
    person: Person, shown: Answer, button: str, values: Mapping[str, object], labels: Labels
) -> None:
    """From what is chosen now to what is wanted; nobody has to read it later."""
    form = await person.click(shown, labels.label(f"buttons.digest.{button}", "fr"))
    for answer in (shown, await person.fill(form, values)):
        if answer.ephemeral:
            await person.dismiss(answer)
