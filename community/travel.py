"""Travelling to a meetup together: seats offered and wanted, from where.

No name is shown with a trip. Asking is agreeing; when the other one agrees as well, each may see how to reach
the other, on a click: so it can be erased, seven days after the meetup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.meetups_views import MeetupView, open_now, present, view
from community.policy import Action, require
from community.ports import Clock
from storage import meetups, members, outbox, travel
from storage.engine import Database
from storage.meetups import Meetup, MeetupState
from storage.members import MemberState
from storage.travel import Match, MatchState, Trip, TripKind

START_SHORTEST, START_LONGEST = 2, 60
NOTE_LONGEST, CONTACT_LONGEST = 150, 100
SEATS_MOST = 8
KEPT = timedelta(days=7)  # after the meetup
ASKED, ACCEPTED, DECLINED = "travel.asked", "travel.accepted", "travel.declined"


class OwnTrip(DomainError):
    """One does not travel with oneself. Details: ``title``."""

    code = "travel_own"


class TripTaken(DomainError):
    """All its seats were given meanwhile. Details: ``start``."""

    code = "travel_taken"


class NotAgreed(DomainError):
    """The two have not both agreed (yet, or any more)."""

    code = "travel_not_agreed"


@dataclass(frozen=True)
class TripView:
    id: int
    kind: str
    start: str
    note: str
    left: int  # seats to give, or still wanted
    mine: bool = False
    asked: str | None = None  # what became of the actor's own question: asked, accepted, declined


@dataclass(frozen=True)
class TravelView:
    """``trips`` are those that can still be asked, and those where something is under way."""

    meetup: MeetupView
    trips: Sequence[TripView]
    mine: TripView | None
    agreed: Sequence[int]  # matches whose two sides agreed, and that concern the actor
    waiting: Sequence[int]  # matches that wait for the actor's answer


@dataclass(frozen=True)
class MatchView:
    id: int
    meetup: MeetupView
    kind: str  # of the trip: what its owner offers or wants
    start: str
    note: str
    state: str


@dataclass(frozen=True)
class ContactView:
    match: MatchView
    name: str
    account_ref: str
    contact: str


class Travel:
    """Use cases of those who travel."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def look(self, actor: Actor, meetup_id: int) -> TravelView:
        """Who goes from where, without names."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.reading() as session:
            meetup = open_now(await meetups.get(session, actor.network_id, meetup_id), self._clock.now())
            return await self._look(session, actor, meetup)

    async def put(
        self, actor: Actor, meetup_id: int, *, kind: str, start: str, seats: str, note: str, contact: str
    ) -> TravelView:
        """Offer seats or look for some; one trip a person and meetup, put again to change it."""
        require(actor, Action.ANSWER_MEETUP)
        values = _checked(kind, start, seats, note, contact)
        now, member_id = self._clock.now(), _own(actor)
        async with self._db.transaction() as session:
            held = await meetups.locked(session, actor.network_id, meetup_id)
            meetup = open_now(held, now)
            row = await travel.mine(session, meetup, member_id)
            if row is not None and row.kind != values["kind"]:
                await self._forget(session, row)
                row = None
            row = row or Trip(
                network_id=actor.network_id,
                meetup_id=meetup_id,
                member_id=member_id,
                kind="",
                start="",
                created_at=now,
            )
            row.sqlmodel_update(values)
            session.add(row)
            await session.flush()
            return await self._look(session, actor, meetup)

    async def mine(self, actor: Actor, meetup_id: int) -> Trip | None:
        """The actor's own trip, to fill the form."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.reading() as session:
            meetup = open_now(await meetups.get(session, actor.network_id, meetup_id), self._clock.now())
            return await travel.mine(session, meetup, _own(actor))

    async def withdraw(self, actor: Actor, meetup_id: int) -> TravelView:
        """Take one's trip back; those who had agreed are not left waiting."""
        require(actor, Action.ANSWER_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            meetup = open_now(await meetups.locked(session, actor.network_id, meetup_id), now)
            row = await travel.mine(session, meetup, _own(actor))
            if row is not None:
                for match in await travel.matches(session, actor.network_id, [row.id or 0]):
                    if match.state != MatchState.DECLINED:
                        await self._tell(session, meetup, match, match.asker_id, DECLINED, now)
                await self._forget(session, row)
            return await self._look(session, actor, meetup)

    async def ask(self, actor: Actor, trip_id: int, contact: str = "") -> MatchView:
        """« May I come along? »: whose trip it is is asked in private. A second click changes nothing."""
        require(actor, Action.ANSWER_MEETUP)
        contact = text.one_line(contact)
        if len(contact) > CONTACT_LONGEST:
            raise Invalid(field="contact", problem="too_long", limit=CONTACT_LONGEST, given=len(contact))
        now, member_id = self._clock.now(), _own(actor)
        async with self._db.transaction() as session:
            trip, meetup = await self._trip(session, actor, trip_id)
            if trip.member_id == member_id:
                raise OwnTrip(title=meetup.title)
            found = await travel.matches(session, actor.network_id, [trip_id])
            match = next((one for one in found if one.asker_id == member_id), None)
            if match is None:
                if _left(trip, found) <= 0:
                    raise TripTaken(start=trip.start)
                match = Match(
                    network_id=actor.network_id,
                    trip_id=trip_id,
                    asker_id=member_id,
                    contact=contact,
                    asked_at=now,
                )
                session.add(match)
                await session.flush()
                await self._tell(session, meetup, match, trip.member_id, ASKED, now)
            return await match_view(session, match, trip, meetup)

    async def answer(self, actor: Actor, match_id: int, *, agree: bool) -> MatchView:
        """Whose trip it is agrees, or declines without a reason."""
        require(actor, Action.ANSWER_MEETUP)
        now, member_id = self._clock.now(), _own(actor)
        async with self._db.transaction() as session:
            known = await travel.match(session, actor.network_id, match_id)
            if known is None:
                raise NotFound(kind="trip")
            trip, meetup = await self._trip(session, actor, known.trip_id)
            match = await travel.match(session, actor.network_id, match_id)
            if match is None or trip.member_id != member_id:
                raise NotFound(kind="trip")
            if match.state == MatchState.ASKED:
                others = await travel.matches(session, actor.network_id, [trip.id or 0])
                if agree and _left(trip, others) <= 0:
                    raise TripTaken(start=trip.start)
                match.state = MatchState.ACCEPTED if agree else MatchState.DECLINED
                match.answered_at = now
                session.add(match)
                await session.flush()
                kind = ACCEPTED if agree else DECLINED
                await self._tell(session, meetup, match, match.asker_id, kind, now)
            return await match_view(session, match, trip, meetup)

    async def contact(self, actor: Actor, match_id: int) -> ContactView:
        """How to reach the other one, for the two who agreed, as long as it is kept."""
        require(actor, Action.ANSWER_MEETUP)
        member_id = _own(actor)
        async with self._db.reading() as session:
            match = await travel.match(session, actor.network_id, match_id)
            trip = await travel.trip(session, actor.network_id, match.trip_id) if match else None
            if match is None or trip is None or member_id not in (match.asker_id, trip.member_id):
                raise NotFound(kind="trip")
            if match.state != MatchState.ACCEPTED:
                raise NotAgreed
            other = trip.member_id if member_id == match.asker_id else match.asker_id
            said = trip.contact if other == trip.member_id else match.contact
            member = await members.get(session, actor.network_id, other)
            account = await members.identity(session, actor.network_id, other)
            if member is None or account is None or member.state != MemberState.ACTIVE:
                raise NotFound(kind="member")
            meetup = present(await meetups.get(session, actor.network_id, trip.meetup_id))
            shown = await match_view(session, match, trip, meetup)
            return ContactView(shown, member.display_name, account.account_ref, said)

    async def purge(self) -> int:
        """Erase what is a week past, or of meetups that were called off; the application's own tick."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            gone = 0
            for trip, meetup in await travel.stale(session, now - KEPT):
                if meetup.ends_at + KEPT <= now or meetup.state == MeetupState.CANCELLED:
                    await self._forget(session, trip)
                    gone += 1
            return gone

    async def _trip(self, session: AsyncSession, actor: Actor, trip_id: int) -> tuple[Trip, Meetup]:
        """Held, of a meetup that is still to come."""
        trip = await travel.trip(session, actor.network_id, trip_id, lock=True)
        if trip is None:
            raise NotFound(kind="trip")
        meetup = open_now(await meetups.get(session, actor.network_id, trip.meetup_id), self._clock.now())
        return trip, meetup

    async def _look(self, session: AsyncSession, actor: Actor, meetup: Meetup) -> TravelView:
        rows = await travel.trips(session, meetup)
        every = await travel.matches(session, meetup.network_id, [row.id or 0 for row in rows])
        own = {row.id for row in rows if row.member_id == actor.member_id}
        shown = [_trip_view(row, every, actor.member_id) for row in rows]
        asked = {one.trip_id: one for one in every if one.asker_id == actor.member_id}
        return TravelView(
            await view(session, meetup, actor.member_id),
            tuple(one for one in shown if not one.mine and (one.left > 0 or one.id in asked)),
            next((one for one in shown if one.mine), None),
            tuple(
                one.id or 0
                for one in every
                if one.state == MatchState.ACCEPTED
                and (one.asker_id == actor.member_id or one.trip_id in own)
            ),
            tuple(one.id or 0 for one in every if one.state == MatchState.ASKED and one.trip_id in own),
        )

    async def _forget(self, session: AsyncSession, row: Trip) -> None:
        """A trip, what was asked of it, and the words that have still to leave."""
        for match in await travel.matches(session, row.network_id, [row.id or 0]):
            await outbox.cancel(
                session,
                network_id=row.network_id,
                kinds=(ASKED, ACCEPTED),
                subject_id=match.id or 0,
                now=self._clock.now(),
            )
        await travel.forget(session, row.network_id, row.id or 0)

    async def _tell(
        self, session: AsyncSession, meetup: Meetup, match: Match, member_id: int, kind: str, now: datetime
    ) -> None:
        await outbox.enqueue(
            session,
            network_id=meetup.network_id,
            kind=kind,
            dedupe_key=f"{kind}:{match.id}:{int(match.asked_at.timestamp())}",
            subject_id=match.id,
            recipient_id=member_id,
            details={"meetup": meetup.id},
            due_at=now,
            expires_at=meetup.ends_at,
            now=now,
        )


async def match_view(session: AsyncSession, match: Match, trip: Trip, meetup: Meetup) -> MatchView:
    """What the words need; no name."""
    shown = await view(session, meetup)
    return MatchView(match.id or 0, shown, str(trip.kind), trip.start, trip.note, str(match.state))


def _trip_view(row: Trip, every: Sequence[Match], member_id: int | None) -> TripView:
    of = [one for one in every if one.trip_id == row.id]
    own = next((one for one in of if one.asker_id == member_id), None)
    return TripView(
        row.id or 0,
        str(row.kind),
        row.start,
        row.note,
        _left(row, of),
        row.member_id == member_id,
        str(own.state) if own is not None else None,
    )


def _left(trip: Trip, matches: Sequence[Match]) -> int:
    """Seats still to give. Who looks for a seat travels with one person."""
    taken = sum(one.state == MatchState.ACCEPTED for one in matches)
    return (trip.seats if trip.kind == TripKind.OFFER else 1) - taken


def _own(actor: Actor) -> int:
    if actor.member_id is None:
        raise NotFound(kind="member")
    return actor.member_id


def _checked(kind: str, start: str, seats: str, note: str, contact: str) -> dict[str, object]:
    if kind not in set(TripKind):
        raise Invalid(field="kind", problem="unknown")
    start, note, contact = text.one_line(start), text.one_line(note), text.one_line(contact)
    if len(start) < START_SHORTEST:
        raise Invalid(field="start", problem="too_short", limit=START_SHORTEST, given=len(start))
    for field, value, longest in (
        ("start", start, START_LONGEST),
        ("note", note, NOTE_LONGEST),
        ("contact", contact, CONTACT_LONGEST),
    ):
        if len(value) > longest:
            raise Invalid(field=field, problem="too_long", limit=longest, given=len(value))
    typed = text.one_line(seats) or "1"
    if not (typed.isascii() and typed.isdigit()) or not 1 <= int(typed[:4]) <= SEATS_MOST:
        raise Invalid(field="seats", problem="bad_seats", limit=SEATS_MOST)
    return {"kind": kind, "start": start, "seats": int(typed), "note": note, "contact": contact}
