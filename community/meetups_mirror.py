"""Meetups among the platform's own events, in step in both directions.

Ours are written by outbox rows. What somebody changes on the platform's own screen becomes a change of the
meetup, unless one of ours is on its way: then ours wins. Whoever may edit events there has that right from
the server.
"""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community import meetups_rules as rules
from community import text
from community.errors import DomainError
from community.meetups_changes import Changes
from community.ports import Clock, EventDraft, Labels
from community.seats import take
from storage import audit, meetups, members, networks, outbox, registrations
from storage.engine import Database
from storage.meetups import Meetup, MeetupState
from storage.members import MemberState
from storage.networks import Network
from storage.registrations import Answer

EVENT = "meetup.event"
MOST = 90  # events of ours at the same time; the platform takes 100 of everybody's
_LOCATION_LONGEST = 100


def twin(meetup: Meetup, network: Network, labels: Labels) -> EventDraft:
    """A meetup as the platform's event."""
    marker = f"EP-{meetup.network_id}-{meetup.id}"
    note = labels.label("meetups.event_note", network.locale, marker=marker)
    parts = (meetup.description, meetup.url or "", note)
    return EventDraft(
        name=meetup.title,
        description="\n\n".join(part for part in parts if part),
        location=_location(meetup) or labels.label("meetups.somewhere", network.locale),
        starts_at=meetup.starts_at,
        ends_at=meetup.ends_at,
        marker=marker,
    )


class Mirror:
    """Use cases of what the platform tells; it has no actor of ours."""

    def __init__(self, db: Database, clock: Clock, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._labels = labels
        self._changes = Changes(clock)

    async def event_changed(self, platform: str, server_ref: str, event_ref: str, event: EventDraft) -> bool:
        """Somebody edited the event: the meetup follows, or the event is put right. False: nothing new."""
        async with self._db.transaction() as session:
            found = await self._followed(session, platform, server_ref, event_ref)
            if found is None:
                return False
            network, meetup = found
            ours = twin(meetup, network, self._labels)
            if (event.name, event.location, event.starts_at, event.ends_at) == (
                ours.name,
                ours.location,
                ours.starts_at,
                ours.ends_at,
            ):
                return False
            await self._note(session, meetup, "meetup.changed_there")
            try:
                values = self._values(meetup, ours, event)
            except DomainError:
                await outbox.refresh(
                    session,
                    network_id=meetup.network_id,
                    kind=EVENT,
                    subject_id=meetup.id or 0,
                    now=self._clock.now(),
                )
                return False
            await self._changes.edit(session, meetup, values)
            if event.starts_at != meetup.starts_at:
                await self._changes.move(session, meetup, event.starts_at)
            return True

    async def event_gone(self, platform: str, server_ref: str, event_ref: str) -> bool:
        """Somebody called the event off or deleted it: so is the meetup. False: it was already, or over."""
        async with self._db.transaction() as session:
            found = await self._followed(session, platform, server_ref, event_ref)
            if found is None or found[1].starts_at <= self._clock.now():
                return False
            _network, meetup = found
            await self._note(session, meetup, "meetup.cancelled_there")
            await self._changes.cancel(session, meetup, "")
            return True

    async def interest(
        self, platform: str, server_ref: str, event_ref: str, account_ref: str, *, interested: bool
    ) -> bool:
        """« Interested » on the platform's screen is a « maybe »; taken back, it is nothing any more.

        It never changes what a member answered here. False: nothing new.
        """
        now = self._clock.now()
        async with self._db.transaction() as session:
            network = await networks.by_server(session, platform, server_ref)
            network_id = network.id or 0 if network is not None else 0
            known = await members.by_account(session, network_id, platform, account_ref)
            found = await meetups.by_event(session, network_id, event_ref)
            if known is None or found is None or known[0].state != MemberState.ACTIVE:
                return False
            meetup, member_id = await meetups.locked(session, network_id, found.id or 0), known[0].id or 0
            if meetup is None or meetup.state != MeetupState.PLANNED or meetup.starts_at <= now:
                return False
            row = await registrations.get(session, meetup, member_id)
            if (row is None and not interested) or (row is not None and not row.interested):
                return False
            answer = Answer.MAYBE if interested else Answer.NO
            changed = await take(session, meetup, member_id, answer, now, interested=True)
            if changed and interested:
                await plan.tell(session, meetup, member_id, "meetup.interest", now, key="")
            if changed:
                await plan.refresh(session, meetup, now)
            return changed

    async def _followed(
        self, session: AsyncSession, platform: str, server_ref: str, event_ref: str
    ) -> tuple[Network, Meetup] | None:
        """The meetup of that event, held, if what the platform says of it counts now."""
        network = await networks.by_server(session, platform, server_ref)
        if network is None:
            return None
        known = await meetups.by_event(session, network.id or 0, event_ref)
        if known is None:
            return None
        meetup = await meetups.locked(session, network.id or 0, known.id or 0)
        if meetup is None or meetup.state != MeetupState.PLANNED or meetup.event_ref != event_ref:
            return None
        if await outbox.in_hand(session, network.id or 0, EVENT, meetup.id or 0):
            return None
        return network, meetup

    def _values(self, meetup: Meetup, ours: EventDraft, event: EventDraft) -> dict[str, object]:
        if event.starts_at != ours.starts_at:
            rules.check_start(event.starts_at, self._clock.now())
        length = max(timedelta(minutes=rules.SHORTEST), event.ends_at - event.starts_at)
        values: dict[str, object] = {
            "title": rules.checked_title(event.name),
            "minutes": min(int(length / timedelta(minutes=1)), rules.LONGEST),
        }
        if event.location != ours.location:
            place, url = rules.split_where(event.location)
            values |= {"place": place} | ({"url": url} if url else {})
        return values

    async def _note(self, session: AsyncSession, meetup: Meetup, action: str) -> None:
        await audit.record(
            session,
            network_id=meetup.network_id,
            at=self._clock.now(),
            member_id=None,
            action=action,
            subject_kind="meetup",
            subject_id=meetup.id,
        )


def _location(meetup: Meetup) -> str:
    where = meetup.place or meetup.url or ""
    return text.one_line(where)[:_LOCATION_LONGEST]
