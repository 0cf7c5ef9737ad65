"""A codéveloppement session as people see it: who is there in which role, whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import codev_rules as rules
from community.actors import Actor, Role
from community.codev_rules import Seat
from storage import codev, members
from storage.codev import CodevParticipant, CodevRole, CodevSession


@dataclass(frozen=True)
class CodevPerson:
    """``role`` is a wish before the start."""

    place_id: int
    member_id: int
    name: str
    account_ref: str
    role: str
    keeps_time: bool = False
    subject: str = ""


@dataclass(frozen=True)
class CodevView:
    """A session as everybody may see it; ``mine`` is the reader's role or wish, ``runs``: may lead it."""

    id: int
    title: str
    state: str
    step: int
    minutes: int
    version: int
    ends_at: datetime | None
    people: Sequence[CodevPerson]
    speaking: Sequence[CodevPerson]
    outcome: str
    thread_ref: str | None
    mine: str | None = None
    runs: bool = False


@dataclass(frozen=True)
class CodevList:
    items: Sequence[CodevView]
    proposes: bool


async def may_run(session: AsyncSession, actor: Actor, found: CodevSession) -> bool:
    """Whether the actor may lead this session."""
    if actor.role >= Role.FACILITATOR:
        return True
    people = await codev.people(session, found)
    leads = {one.member_id for one in people if one.role == CodevRole.FACILITATOR}
    return actor.member_id is not None and actor.member_id in leads


async def view(session: AsyncSession, found: CodevSession, actor: Actor | None = None) -> CodevView:
    """As the words need it."""
    rows = await codev.people(session, found)
    names = await members.names(session, found.network_id, [one.member_id for one in rows])
    people = []
    for one in rows:
        account = await members.identity(session, found.network_id, one.member_id)
        people.append(
            CodevPerson(
                one.id or 0,
                one.member_id,
                names.get(one.member_id, ""),
                account.account_ref if account else "",
                one.role or one.wish,
                one.keeps_time,
                one.subject,
            )
        )
    by_place = {person.place_id: person for person in people}
    order = rules.speaking(seats_of(rows), found.step) if found.step else ()
    mine = next((one.role for one in people if actor and one.member_id == actor.member_id), None)
    return CodevView(
        found.id or 0,
        found.title,
        found.state,
        found.step,
        rules.MINUTES[found.step - 1] if found.step else sum(rules.MINUTES),
        found.version,
        found.step_ends_at,
        people,
        [by_place[place] for place in order],
        found.outcome,
        found.thread_ref,
        mine,
        await may_run(session, actor, found) if actor else False,
    )


def seats_of(people: Sequence[CodevParticipant]) -> list[Seat]:
    """The roles as the rules know them; none before the start."""
    return [Seat(one.id or 0, one.role, one.keeps_time) for one in people if one.role is not None]
