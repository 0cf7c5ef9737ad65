"""An agenda to start from: what the network waits for, for a facilitator to edit and put on the card.

Nothing is kept here and nothing is sent: what was drafted is a text in a form until it is posted, and then it
is the description of the meetup, which its card, the server's event and the calendars follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_rules as rules
from community import text
from community.actors import Actor
from community.meetups_rules import NotPlanned
from community.meetups_views import present
from community.policy import Action, require
from community.ports import Clock, Labels
from storage import meetups, needs, networks, threads
from storage.engine import Database
from storage.meetups import MeetupState

MOST = 4  # of each kind: a meetup is not a queue
TITLE_SHOWN = 80
WAITED = timedelta(hours=48)  # a question of this morning may find its answer by itself


@dataclass(frozen=True)
class Agenda:
    """``text``: the description as it is, followed by what it does not say yet."""

    text: str
    theme_id: int | None


class Agendas:
    """One use case of those who plan."""

    def __init__(self, db: Database, clock: Clock, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._labels = labels

    async def draft(self, actor: Actor, meetup_id: int) -> Agenda:
        """In the network's language, since everybody reads it; titles only, and nobody's name."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            meetup = present(await meetups.get(session, actor.network_id, meetup_id))
            if meetup.state not in (MeetupState.PLANNED, MeetupState.DRAFT):
                over = meetup.state == MeetupState.DONE
                raise NotPlanned(state=str(meetup.state), title=meetup.title, over=over)
            network = await networks.get(session, actor.network_id)
            waiting = await self._waiting(session, actor.network_id)
        said = self._labels.table("agenda", network.locale)
        return Agenda(written(meetup.description, waiting, said), meetup.theme_id)

    async def _waiting(self, session: AsyncSession, network_id: int) -> Sequence[tuple[str, Sequence[str]]]:
        """Key of a heading -> titles, what has waited longest first."""
        now = self._clock.now()
        asked = await needs.open_before(session, network_id, now, limit=MOST)
        still = await threads.unanswered(session, network_id, now - WAITED, but=[threads.NEED], limit=MOST)
        return (("needs", [one.title for one in asked]), ("questions", [one.title for one in still]))


def written(before: str, waiting: Sequence[tuple[str, Sequence[str]]], said: dict[str, str]) -> str:
    """What is there already is not said twice; what would not fit is left out, never cut in two."""
    known = {text.one_line(line) for line in before.splitlines()}
    lines = [before] if before else []

    def add(*further: str) -> bool:
        fresh = [line for line in further if text.one_line(line) not in known]
        longer = "\n".join([*lines, *fresh])
        if len(longer) > rules.DESCRIPTION_LONGEST:
            return False
        lines.extend(fresh)
        known.update(map(text.one_line, fresh))
        return True

    add(said["title"])
    for key, titles in waiting:
        for title in titles:
            line = f"- {_short(title)}"
            if text.one_line(title) and line not in known:
                add(said[key], line)
    add(said["last"])
    return "\n".join(lines)


def _short(title: str) -> str:
    title = text.one_line(title)
    return title if len(title) <= TITLE_SHOWN else f"{title[: TITLE_SHOWN - 1].rstrip()}…"
