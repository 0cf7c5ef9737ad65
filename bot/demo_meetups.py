"""A meetup of the demonstration network: a facilitator plans a series, as people do.

Its dates follow the clock of whoever opens the demonstration, so that there is always one to come.
"""

from community.ports import Labels
from sandbox import Person

_FIELDS = ("name", "when", "where", "length")


async def plan_meetups(facilitator: Person, labels: Labels) -> None:
    """Read back, then published; nobody has to read the answers later."""
    form = await facilitator.slash("meetup create")
    typed = {field: labels.label(f"demo_meetup.{field}", "fr") for field in _FIELDS}
    back = await facilitator.fill(form, typed)
    done = await facilitator.click(back, labels.label("buttons.meetup.publish", "fr"))
    for answer in (back, done):
        if answer.ephemeral:
            await facilitator.dismiss(answer)
