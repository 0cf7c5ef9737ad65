"""What the rows of rooms become: a private thread made, opened to somebody, archived; a role."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community.meetups_delivery import open_link
from community.meetups_rooms import CLOSE, ENTER, INTRO, OPEN, ROLE, ROLE_END
from community.meetups_views import view
from community.outbox import (
    Admit,
    Card,
    CloseRoom,
    Drop,
    EndRole,
    GiveUp,
    Grant,
    MakeRole,
    OpenRoom,
    Plan,
    Planner,
    Post,
    Revoke,
)
from community.ports import Button, Labels
from storage import meetup_days, meetup_models, meetups, members, networks, outbox, registrations
from storage.meetup_days import MeetupRoom
from storage.meetups import Meetup, MeetupState
from storage.members import MemberState
from storage.networks import Network, Place, RoleName
from storage.outbox import Outbox


class Opens(Planner):
    """The private thread, in the meetups place."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        if found is None or found[0].state != MeetupState.PLANNED or found[1].thread_ref is not None:
            return Drop("not_planned")
        wanted = await meetup_models.settings(session, row.network_id)
        if not wanted.threads or found[0].starts_at <= now:
            return Drop("not_wanted")
        network = await networks.get(session, row.network_id)
        place = (await networks.places(session, row.network_id)).get(Place.MEETUPS)
        if place is None or network.server_ref is None:
            return GiveUp("no_place")
        return OpenRoom(network.server_ref, place.channel_ref, _name(found[0]))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        found = await _room(session, row)
        if found is None or not ref:
            return
        found[1].thread_ref = ref
        session.add(found[1])
        await outbox.enqueue(
            session,
            network_id=row.network_id,
            kind=INTRO,
            dedupe_key=f"{INTRO}:{row.subject_id}:{ref}",
            subject_id=row.subject_id,
            due_at=now,
            expires_at=found[0].ends_at,
            now=now,
        )


class Introduces(Planner):
    """The first message in the thread: what it is for."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        if found is None or found[0].state != MeetupState.PLANNED or found[1].thread_ref is None:
            return Drop("not_planned")
        network = await networks.get(session, row.network_id)
        shown = await view(session, found[0])
        buttons = (Button("calendar.add", shown.id), Button("travel.look", shown.id), *open_link(shown))
        values = {"meetup": shown, "timezone": shown.timezone}
        return Post(found[1].thread_ref, Card("meetups/room", network.locale, values, (buttons,)))


class LetsIn(Planner):
    """Somebody asked to enter; those who are not registered any more do not."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if found is None or found[1].thread_ref is None or member is None:
            return Drop("no_room")
        if member.state != MemberState.ACTIVE:
            return Drop("not_active")
        registration = await registrations.get(session, found[0], member.id or 0)
        plans = RoleName.FACILITATOR in await members.roles(session, row.network_id, member.id or 0)
        if not plans and (registration is None or not plan.concerned(registration)):
            return Drop("not_registered")
        account = await members.identity(session, row.network_id, member.id or 0)
        return Admit(found[1].thread_ref, account.account_ref) if account else GiveUp("no_account")


class Closes(Planner):
    """Archived, unless the meetup takes place after all."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        if found is None or found[1].thread_ref is None or found[1].closed_at is None:
            return Drop("no_room")
        return CloseRoom(found[1].thread_ref)


class RoleMade(Planner):
    """A role for those registered, where the network turned it on."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        network = await networks.get(session, row.network_id)
        if found is None or found[0].state != MeetupState.PLANNED or found[1].role_ref is not None:
            return Drop("not_planned")
        if not (await meetup_models.settings(session, row.network_id)).roles or network.server_ref is None:
            return Drop("not_wanted")
        return MakeRole(network.server_ref, _name(found[0]), _reason(self._labels, row, network))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        found = await _room(session, row)
        if found is None or not ref:
            return
        found[1].role_ref = ref
        session.add(found[1])
        await session.flush()
        for registration in await registrations.of(session, found[0]):
            if plan.concerned(registration):
                await plan.follow_role(session, found[0], registration, now)


class RoleFollows(Planner):
    """Given to who is registered now, taken from who is not."""

    def __init__(self, labels: Labels, *, give: bool) -> None:
        self._labels = labels
        self._give = give

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        network = await networks.get(session, row.network_id)
        account = await members.identity(session, row.network_id, row.recipient_id or 0)
        if found is None or found[1].role_ref is None or network.server_ref is None or account is None:
            return Drop("no_role")
        registration = await registrations.get(session, found[0], row.recipient_id or 0)
        registered = registration is not None and plan.concerned(registration)
        if registered is not self._give:
            return Drop("decided_otherwise")
        do = Grant if self._give else Revoke
        reason = _reason(self._labels, row, network)
        return do(network.server_ref, account.account_ref, found[1].role_ref, reason)


class RoleEnds(Planner):
    """It is over, unless the meetup takes place after all: the role goes."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _room(session, row)
        network = await networks.get(session, row.network_id)
        if found is None or found[1].role_ref is None or network.server_ref is None:
            return Drop("no_role")
        if found[1].closed_at is None:
            return Drop("decided_otherwise")
        return EndRole(network.server_ref, found[1].role_ref, _reason(self._labels, row, network))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        found = await _room(session, row)
        if found is not None:
            found[1].role_ref = None
            session.add(found[1])


def planners(labels: Labels) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``labels``: for the audit log of the platform."""
    return {
        OPEN: Opens(),
        INTRO: Introduces(),
        ENTER: LetsIn(),
        CLOSE: Closes(),
        ROLE: RoleMade(labels),
        plan.ROLE_GIVE: RoleFollows(labels, give=True),
        plan.ROLE_TAKE: RoleFollows(labels, give=False),
        ROLE_END: RoleEnds(labels),
    }


async def _room(session: AsyncSession, row: Outbox) -> tuple[Meetup, MeetupRoom] | None:
    meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
    room = await meetup_days.room(session, meetup) if meetup is not None else None
    return (meetup, room) if meetup is not None and room is not None else None


def _name(meetup: Meetup) -> str:
    """Its day and hour tell it from the other dates of its series."""
    local = meetup.starts_at.astimezone(ZoneInfo(meetup.timezone))
    return f"{local:%d/%m %H:%M} · {meetup.title}"[:100]


def _reason(labels: Labels, row: Outbox, network: Network) -> str:
    return labels.label(f"reasons.{row.kind}", network.locale)
