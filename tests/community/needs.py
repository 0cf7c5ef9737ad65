"""Needs for tests: members of real places who may be asked, and publishing in one line."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import select

from community import directory, profiles
from community.actors import Actor, Role
from community.needs import FirstAnswer
from community.needs_delivery import planners
from community.needs_rules import NewNeed
from community.outbox import Plan
from storage import outbox as stored
from storage.helping import Availability, HelpRequest
from storage.members import Identity, Member, MemberState
from storage.outbox import Outbox, OutboxState
from storage.profiles import Profile, ProfileTheme
from tests.community.conftest import Network
from tests.community.meetups import rows

SQUARE = "Concertation sur un espace public, avec des opposants"
CHAMBERY, ANNECY, AIX, MEAUX, VILLAGE = (
    "commune:73065",
    "commune:74010",
    "commune:73008",
    "commune:77284",
    "commune:73006",
)


async def themes(network: Network, count: int = 2) -> list[int]:
    found = await network.services.networks.themes(network[Role.MEMBER])
    return [theme.id for theme in found[:count]]


async def helpers(
    network: Network, places: Sequence[str], theme_ids: Sequence[int] = (), *, willing: bool = True
) -> list[Actor]:
    """One member for each place: shows everything, follows these themes, may be asked."""
    network_id, now = network[Role.MEMBER].network_id, network.clock.now()
    actors = []
    async with network.db.transaction() as session:
        for number, place in enumerate(places):
            found = directory.known(place)
            assert found is not None
            member = Member(
                network_id=network_id,
                display_name=f"Pair {number} – {found.name}",
                state=MemberState.ACTIVE,
                arrived_at=now,
            )
            session.add(member)
            await session.flush()
            member_id = member.id or 0
            session.add(Identity(network_id=network_id, member_id=member_id, account_ref=f"7{member_id:05}"))
            session.add(_profile(network_id, member_id, place, now))
            session.add_all(
                ProfileTheme(member_id=member_id, theme_id=theme_id, network_id=network_id)
                for theme_id in theme_ids
            )
            if willing:
                session.add(
                    Availability(member_id=member_id, network_id=network_id, willing=True, changed_at=now)
                )
            actors.append(replace(network[Role.MEMBER], member_id=member_id))
    for actor in actors:
        await network.services.profiles.set_consents(actor, profiles.CONSENTS)
    return actors


def _profile(network_id: int, member_id: int, place: str, now: object) -> Profile:
    found = directory.known(place)
    assert found is not None
    profile = Profile(
        member_id=member_id,
        network_id=network_id,
        authority_id=found.id,
        organisation=found.label,
        organisation_kind=found.kind,
        function="Urbaniste",
        offers=f"Concertation à {found.name}",
        bio=f"Présentation de {found.name}",
        updated_at=now,  # type: ignore[arg-type]  # an instant
    )
    profiles._place(profile, found)
    return profile


async def settle(network: Network, place: str, role: Role = Role.MEMBER) -> Actor:
    """The usual member says where they are, to everybody."""
    await network.services.profiles.set_authority(network[role], place)
    await network.services.profiles.set_consents(network[role], profiles.CONSENTS)
    return network[role]


async def published(
    network: Network, title: str = SQUARE, *, actor: Actor | None = None, **changes: object
) -> FirstAnswer:
    new = replace(NewNeed(title), **changes)  # type: ignore[arg-type]  # fields of NewNeed
    return await network.services.needs.publish(actor or network[Role.MEMBER], new)


async def plan(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners()[row.kind].plan(session, row, network.clock.now())


async def deliver(network: Network, kind: str, *, ref: str = "5000") -> list[Plan]:
    """What the due rows of a kind become; those that would leave have left."""
    plans = []
    for row in await rows(network.db, kind, state=OutboxState.DUE):
        if row.due_at > network.clock.now():
            continue
        made = await plan(network, row)
        plans.append(made)
        async with network.db.transaction() as session:
            held = await session.get(Outbox, row.id)
            assert held is not None
            if type(made).__name__ in ("Drop", "GiveUp"):
                stored.end(held, OutboxState.DROPPED, network.clock.now(), reason=made.reason)  # type: ignore[union-attr]
            else:
                stored.end(held, OutboxState.SENT, network.clock.now(), ref=ref)
                await planners()[kind].sent(session, held, ref, network.clock.now())
            session.add(held)
    return plans


async def asked(network: Network, need_id: int) -> list[HelpRequest]:
    async with network.db.reading() as session:
        found = await session.exec(
            select(HelpRequest).where(HelpRequest.need_id == need_id).order_by(HelpRequest.id)  # type: ignore[arg-type]  # a column
        )
        return list(found.all())
