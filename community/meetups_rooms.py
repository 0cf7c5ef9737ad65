"""A private thread for those registered, and a role where the network wants one, while a meetup is near.

Nobody is put into the thread: a button brings in who wants to, since who comes is nobody else's affair. Rows
are written here, and become calls in ``meetups_rooms_delivery.py``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community.actors import Actor
from community.errors import DomainError, NotFound
from community.meetups_views import MeetupView, open_now, view
from community.policy import Action, allows, require
from community.ports import Clock
from community.registrations import NotRegistered
from storage import meetup_days, meetup_models, meetups, networks, outbox, registrations
from storage.engine import Database
from storage.meetup_days import MeetupRoom
from storage.meetups import Meetup, MeetupState

OPENS_BEFORE = timedelta(days=7)
CLOSES_AFTER = timedelta(days=2)
OPEN, CLOSE, ENTER, INTRO = "room.open", "room.close", "room.enter", "room.intro"
ROLE, ROLE_END = "room.role", "room.role_end"


class NoRoom(DomainError):
    """No thread yet, or none in this network. Details: ``title``, ``days``, ``wanted``."""

    code = "meetup_no_room"


@dataclass(frozen=True)
class RoomView:
    meetup: MeetupView
    thread_ref: str


class Rooms:
    """One use case of members, one of the application's tick."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def enter(self, actor: Actor, meetup_id: int) -> RoomView:
        """Those registered, and those who plan, ask to be let into the thread."""
        require(actor, Action.ANSWER_MEETUP)
        now = self._clock.now()
        if actor.member_id is None:
            raise NotFound(kind="member")
        async with self._db.transaction() as session:
            found = await meetups.locked(session, actor.network_id, meetup_id)
            meetup = found if found is not None and found.state == MeetupState.DONE else open_now(found, now)
            row = await registrations.get(session, meetup, actor.member_id)
            registered = row is not None and plan.concerned(row)
            if not registered and not allows(actor, Action.PLAN_MEETUP):
                raise NotRegistered(title=meetup.title)
            room = await meetup_days.room(session, meetup)
            if room is None or room.thread_ref is None or room.closed_at is not None:
                wanted = (await meetup_models.settings(session, actor.network_id)).threads
                raise NoRoom(title=meetup.title, days=OPENS_BEFORE.days, wanted=wanted)
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind=ENTER,
                dedupe_key=f"{ENTER}:{meetup_id}:{actor.member_id}:{int(now.timestamp()) // 60}",
                subject_id=meetup_id,
                recipient_id=actor.member_id,
                due_at=now,
                priority=outbox.URGENT,
                now=now,
            )
            return RoomView(await view(session, meetup, actor.member_id), room.thread_ref)

    async def tend(self) -> int:
        """Open what is near, close what is over or off; the application's own tick."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            opened = 0
            for meetup in await meetup_days.to_open(session, now, OPENS_BEFORE):
                opened += await self._open(session, meetup, now)
        async with self._db.transaction() as session:
            closed = 0
            for room, meetup in await meetup_days.to_close(session, now - CLOSES_AFTER):
                if meetup.state != MeetupState.CANCELLED and meetup.ends_at + CLOSES_AFTER > now:
                    continue
                room.closed_at = now
                session.add(room)
                if room.thread_ref is not None:
                    await _later(session, meetup, CLOSE, now)
                if room.role_ref is not None:
                    await _later(session, meetup, ROLE_END, now)
                closed += 1
        return opened + closed

    async def thread_gone(self, platform: str, server_ref: str, thread_ref: str) -> bool:
        """Somebody deleted the thread by hand: it is not made again. False: none of ours."""
        async with self._db.transaction() as session:
            network = await networks.by_server(session, platform, server_ref)
            room = await meetup_days.by_thread(session, network.id or 0, thread_ref) if network else None
            if room is None:
                return False
            room.thread_ref, room.closed_at = None, self._clock.now()
            session.add(room)
            return True

    async def _open(self, session: AsyncSession, meetup: Meetup, now: datetime) -> bool:
        """A room for what is near; the same one again when the meetup was off meanwhile."""
        wanted = await meetup_models.settings(session, meetup.network_id)
        room = await meetup_days.room(session, meetup)
        if not (wanted.threads or wanted.roles) or (room is not None and room.thread_ref is None):
            return False
        if room is None and wanted.threads:
            await _later(session, meetup, OPEN, now)
        room = room or MeetupRoom(meetup_id=meetup.id or 0, network_id=meetup.network_id)
        room.closed_at = None
        session.add(room)
        if wanted.roles and room.role_ref is None:
            await _later(session, meetup, ROLE, now)
        return True


async def _later(session: AsyncSession, meetup: Meetup, kind: str, now: datetime) -> None:
    await outbox.enqueue(
        session,
        network_id=meetup.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{meetup.id}:{meetup.moves}",
        subject_id=meetup.id,
        due_at=now,
        now=now,
    )
