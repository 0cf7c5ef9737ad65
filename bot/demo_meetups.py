"""A meetup of the demonstration network: a facilitator plans a series, as people do, and some register.

Its dates follow the clock of whoever opens the demonstration, so that there is always one to come. One seat
is left on the first date: whoever takes it fills the meetup, and the next person waits.
"""

from collections.abc import Sequence

from community.ports import Labels
from sandbox import Person, Seen

_FIELDS = ("name", "when", "where", "length")


async def plan_meetups(facilitator: Person, coming: Sequence[Person], labels: Labels) -> None:
    """Read back, then published; nobody has to read the answers later."""
    form = await facilitator.slash("meetup create")
    typed = {field: labels.label(f"demo_meetup.{field}", "fr") for field in _FIELDS}
    back = await facilitator.fill(form, {**typed, "capacity": str(len(coming) + 1)})
    done = await facilitator.click(back, labels.label("buttons.meetup.publish", "fr"))
    for answer in (back, done):
        if answer.ephemeral:
            await facilitator.dismiss(answer)
    yes = labels.label("buttons.meetup.yes", "fr")
    for person in coming:
        answer = await person.click(await _card(person, labels, yes), yes)
        if answer.ephemeral:
            await person.dismiss(answer)


async def _card(person: Person, labels: Labels, button: str) -> Seen:
    """The one in the meetups' place, once it is there."""
    room = labels.label("server.channels.meetups", "fr")

    async def posted() -> Seen | None:
        return next((seen for seen in await person.sees(room) if button in seen.buttons), None)

    card: Seen = await person.eventually(posted)
    return card
