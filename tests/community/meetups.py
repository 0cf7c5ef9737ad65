"""Meetups for tests: many members at once, and planning in one line."""

from datetime import datetime, timedelta

from sqlmodel import select

from community.actors import Actor, Role
from community.meetups_rules import NewMeetup
from community.meetups_views import MeetupView
from storage.engine import Database
from storage.members import Identity, Member, MemberState
from storage.outbox import Outbox
from storage.registrations import Registration
from tests.community.conftest import Network


async def crowd(network: Network, count: int) -> list[Actor]:
    """So many more members."""
    network_id = network[Role.MEMBER].network_id
    async with network.db.transaction() as session:
        people = [
            Member(
                network_id=network_id,
                display_name=f"Membre {number}",
                state=MemberState.ACTIVE,
                arrived_at=network.clock.now(),
            )
            for number in range(count)
        ]
        session.add_all(people)
        await session.flush()
        session.add_all(
            Identity(network_id=network_id, member_id=member.id or 0, account_ref=f"9{member.id:05}")
            for member in people
        )
    return [Actor(network_id, member.id, Role.MEMBER) for member in people]


async def planned(
    network: Network,
    *,
    after: timedelta = timedelta(days=10),
    at: datetime | None = None,
    rule: str | None = None,
    capacity: str = "",
    title: str = "Panel citoyen",
    where: str = "Salle des fêtes, https://visio.example.org/panel",
) -> MeetupView:
    """A published meetup."""
    actor, use = network[Role.FACILITATOR], network.services.meetups
    starts_at = at or network.clock.now() + after
    new = NewMeetup(title, starts_at, rule, where=where, length="2 h", capacity=capacity)
    return await use.publish(actor, (await use.draft(actor, new)).id)


async def rows(db: Database, kind: str, *, state: str | None = None) -> list[Outbox]:
    """What the outbox holds of a kind, oldest first."""
    async with db.reading() as session:
        query = select(Outbox).where(Outbox.kind == kind)
        if state is not None:
            query = query.where(Outbox.state == state)
        return list((await session.exec(query.order_by(Outbox.id))).all())  # type: ignore[arg-type]  # a column


async def seats(db: Database, meetup_id: int) -> dict[int, tuple[int | None, int | None]]:
    """Member -> (seat, ticket) of those who said yes."""
    async with db.reading() as session:
        found = await session.exec(
            select(Registration).where(Registration.meetup_id == meetup_id, Registration.answer == "yes")
        )
        return {row.member_id: (row.seat, row.ticket) for row in found}
