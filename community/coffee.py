"""« Café entre pairs »: volunteers meet two by two, each a new person every time.

Who meets whom is ``pairing.py``'s affair, the messages ``coffee_delivery.py``'s. A round is one transaction;
the number that its button carries makes a second click show the same round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import pairing
from community.actors import Actor
from community.coffee_tables import TableView, people_of, shown
from community.errors import DomainError, Invalid, NotFound
from community.french_until import parse_until
from community.policy import Action, allows, require
from community.ports import Clock
from storage import audit, coffee, members, networks, outbox
from storage.coffee import CoffeeAnswer, CoffeeGuest, CoffeeRhythm, CoffeeRound, CoffeeVolunteer
from storage.engine import Database
from storage.members import MemberState

ASKED_AFTER = timedelta(days=7)
ASKED_LATE = timedelta(days=14)  # after that nobody remembers what was asked
TOLD_WITHIN = timedelta(days=10)
FRESH = timedelta(days=28)  # until then, stepping back concerns the others of the table
RECENT_ROUNDS = 2
LONGEST_PAUSE_DAYS = 366
DRAWN_AT_HOUR = 9


class TooFewVolunteers(DomainError):
    """Nobody has coffee alone. Details: ``available``, ``paused``."""

    code = "too_few_volunteers"
    onward = ("coffee.join",)


@dataclass(frozen=True)
class CoffeeView:
    """Where somebody stands. ``table``: their group of the last round, if they still have one."""

    volunteer: bool
    paused_until: datetime | None = None
    table: TableView | None = None
    volunteers: int = 0
    next_at: datetime | None = None
    organises: bool = False


@dataclass(frozen=True)
class Offer:
    """What a facilitator sees before (and after) a draw. ``number``: of the last round."""

    available: int
    paused: int
    number: int
    drawn_at: datetime | None
    next_at: datetime | None
    groups: int = 0
    trio: bool = False
    drawn: bool = False
    met: dict[str, int] = field(default_factory=dict)


class Coffee:
    """Use cases on coffees, and the application's monthly tick."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def mine(self, actor: Actor) -> CoffeeView:
        """Whether one takes part, and with whom one has coffee."""
        require(actor, Action.HAVE_COFFEE)
        async with self._db.reading() as session:
            return await self._view(session, actor)

    async def join(self, actor: Actor) -> CoffeeView:
        """Take part from the next round on; also ends a pause."""
        require(actor, Action.HAVE_COFFEE)
        async with self._db.transaction() as session:
            member_id = await self._locked(session, actor)
            mine = await coffee.volunteer(session, actor.network_id, member_id)
            if mine is None:
                mine = CoffeeVolunteer(
                    network_id=actor.network_id, member_id=member_id, joined_at=self._clock.now()
                )
            mine.paused_until = None
            session.add(mine)
            await session.flush()
            return await self._view(session, actor)

    async def leave(self, actor: Actor) -> CoffeeView:
        """Take part no more; the others of an open table are told."""
        require(actor, Action.HAVE_COFFEE)
        async with self._db.transaction() as session:
            member_id = await self._locked(session, actor)
            mine = await coffee.volunteer(session, actor.network_id, member_id)
            if mine is not None:
                await self._step_back(session, actor.network_id, member_id)
                await coffee.stop(session, mine)
            return await self._view(session, actor)

    async def pause(self, actor: Actor, until: str) -> CoffeeView:
        """Left alone until that day is over; then takes part again without doing anything."""
        require(actor, Action.HAVE_COFFEE)
        now = self._clock.now()
        found = parse_until(until, now, actor.timezone)
        if isinstance(found, str):
            raise Invalid(field="until", problem=found)
        if found - now > timedelta(days=LONGEST_PAUSE_DAYS):
            raise Invalid(field="until", problem="pause_too_long")
        async with self._db.transaction() as session:
            member_id = await self._locked(session, actor)
            mine = await coffee.volunteer(session, actor.network_id, member_id)
            if mine is None:
                raise NotFound(kind="coffee_volunteer")
            mine.paused_until = found
            session.add(mine)
            await self._step_back(session, actor.network_id, member_id)
            await session.flush()
            return await self._view(session, actor)

    async def answer(self, actor: Actor, guest_id: int, answer: str) -> CoffeeAnswer:
        """Whether one met the others: asked in private a week later."""
        require(actor, Action.HAVE_COFFEE)
        if answer not in set(CoffeeAnswer):
            raise Invalid(field="answer", problem="unknown_choice")
        now = self._clock.now()
        async with self._db.transaction() as session:
            mine = await coffee.locked_guest(session, actor.network_id, guest_id)
            if mine is None or actor.member_id is None or mine.member_id != actor.member_id:
                raise NotFound(kind="coffee")
            again = mine.answer is None and answer == CoffeeAnswer.LATER
            mine.answer, mine.answered_at = answer, now
            session.add(mine)
            if again:
                await _ask(session, mine, now + ASKED_AFTER, now, "again")
            return CoffeeAnswer(answer)

    async def offer(self, actor: Actor) -> Offer:
        """How many are available, and what became of the last rounds."""
        require(actor, Action.PROPOSE_COFFEE)
        async with self._db.reading() as session:
            return await self._offer(session, actor.network_id)

    async def propose(self, actor: Actor, after: int) -> Offer:
        """Draw the round that follows number ``after``; when somebody was quicker, it is shown as drawn."""
        require(actor, Action.PROPOSE_COFFEE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            last = await coffee.latest(session, actor.network_id)
            if (last.number if last else 0) == after:
                made = await self._draw(session, actor.network_id, last, now, actor.member_id)
                await audit.record(
                    session,
                    network_id=actor.network_id,
                    at=now,
                    member_id=actor.member_id,
                    action=Action.PROPOSE_COFFEE,
                    subject_kind="coffee_round",
                    subject_id=made.id,
                )
            return await self._offer(session, actor.network_id, drawn=True)

    async def set_monthly(self, actor: Actor, on: bool) -> Offer:
        """Draw by itself on the first working day of each month, at nine; or only when asked."""
        require(actor, Action.PROPOSE_COFFEE)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            rhythm = await coffee.rhythm(session, actor.network_id)
            if on and rhythm is None:
                at = next_month(self._clock.now(), network.timezone)
                session.add(CoffeeRhythm(network_id=actor.network_id, next_at=at))
            elif not on and rhythm is not None:
                await session.delete(rhythm)
            await session.flush()
            return await self._offer(session, actor.network_id)

    async def run(self) -> int:
        """The monthly rounds that are due; how many were drawn. However late, one a network."""
        async with self._db.reading() as session:
            due = await coffee.due(session, self._clock.now())
        return sum([await self._monthly(network_id) for network_id in due])

    async def _monthly(self, network_id: int) -> int:
        now = self._clock.now()
        async with self._db.transaction() as session:
            network = await networks.lock(session, network_id)
            rhythm = await coffee.rhythm(session, network_id)
            if rhythm is None or rhythm.next_at > now:
                return 0  # another process was quicker
            rhythm.next_at = next_month(now, network.timezone)
            session.add(rhythm)
            if network.left_at is not None:
                return 0
            try:
                await self._draw(session, network_id, await coffee.latest(session, network_id), now, None)
            except TooFewVolunteers:
                return 0
            return 1

    async def _draw(
        self,
        session: AsyncSession,
        network_id: int,
        last: CoffeeRound | None,
        now: datetime,
        by: int | None,
    ) -> CoffeeRound:
        enrolled = await coffee.volunteers(session, network_id)
        available = [one for one in enrolled if one.paused_until is None or one.paused_until <= now]
        if len(available) < pairing.FEWEST:
            raise TooFewVolunteers(available=len(available), paused=len(enrolled) - len(available))
        people = await people_of(session, network_id, available)
        cycle, recent = await _history(session, last)
        drawn = pairing.draw(people, cycle, enrolled={one.id or 0 for one in enrolled}, recent=recent)
        made = CoffeeRound(
            network_id=network_id,
            number=(last.number if last else 0) + 1,
            cycle=(last.cycle if last else 0) + drawn.opens,
            turn=drawn.turn,
            seats=list(drawn.seats),
            drawn_at=now,
            drawn_by=by,
        )
        session.add(made)
        await session.flush()
        by_id = {one.id: one for one in available}
        for number, group in enumerate(drawn.groups, start=1):
            await _seat(session, made, number, [by_id[volunteer_id] for volunteer_id in group], now)
        return made

    async def _step_back(self, session: AsyncSession, network_id: int, member_id: int) -> None:
        """Out of the last round, unless they met already; the others learn it."""
        now = self._clock.now()
        mine = await coffee.current(session, network_id, member_id)
        if mine is None:
            return
        drawn = await coffee.get_round(session, network_id, mine.round_id)
        others = [one for one in await coffee.table(session, mine) if one.id != mine.id]
        met = any(one.answer == CoffeeAnswer.MET for one in (mine, *others))
        if drawn is None or met or drawn.drawn_at + FRESH < now:
            return
        mine.gone_at = now
        session.add(mine)
        for other in others:
            if other.member_id is not None and other.gone_at is None:
                await outbox.enqueue(
                    session,
                    network_id=network_id,
                    kind="coffee.gone",
                    dedupe_key=f"coffee.gone:{mine.id}:{other.id}",
                    subject_id=other.id,
                    recipient_id=other.member_id,
                    due_at=now,
                    expires_at=now + TOLD_WITHIN,
                    now=now,
                )

    async def _locked(self, session: AsyncSession, actor: Actor) -> int:
        member = await members.locked(session, actor.network_id, actor.member_id or 0)
        if member is None or member.id is None or member.state != MemberState.ACTIVE:
            raise NotFound(kind="member")
        return member.id

    async def _view(self, session: AsyncSession, actor: Actor) -> CoffeeView:
        now, member_id = self._clock.now(), actor.member_id or 0
        mine = await coffee.volunteer(session, actor.network_id, member_id)
        place = await coffee.current(session, actor.network_id, member_id)
        rhythm = await coffee.rhythm(session, actor.network_id)
        paused = mine.paused_until if mine and mine.paused_until and mine.paused_until > now else None
        return CoffeeView(
            volunteer=mine is not None,
            paused_until=paused,
            table=await shown(session, place, now) if place is not None and mine is not None else None,
            volunteers=len(await coffee.volunteers(session, actor.network_id)),
            next_at=rhythm.next_at if rhythm else None,
            organises=allows(actor, Action.PROPOSE_COFFEE),
        )

    async def _offer(self, session: AsyncSession, network_id: int, *, drawn: bool = False) -> Offer:
        now = self._clock.now()
        enrolled = await coffee.volunteers(session, network_id)
        paused = sum(one.paused_until is not None and one.paused_until > now for one in enrolled)
        last = await coffee.latest(session, network_id)
        rhythm = await coffee.rhythm(session, network_id)
        guests = await coffee.guests_of(session, network_id, [last.id or 0]) if last else []
        return Offer(
            available=len(enrolled) - paused,
            paused=paused,
            number=last.number if last else 0,
            drawn_at=last.drawn_at if last else None,
            next_at=rhythm.next_at if rhythm else None,
            groups=len({one.table_number for one in guests}),
            trio=any(one.position == pairing.FEWEST for one in guests),
            drawn=drawn,
            met=await coffee.met(session, network_id, now - timedelta(days=90)),
        )


def next_month(now: datetime, zone: str) -> datetime:
    """The first working day of the next month, at nine there."""
    here = now.astimezone(ZoneInfo(zone))
    first = (here.replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=DRAWN_AT_HOUR, minute=0, second=0, microsecond=0, fold=0
    )
    while first.weekday() > 4 or (first.month, first.day) in ((1, 1), (5, 1), (11, 1)):
        first += timedelta(days=1)
    return first.astimezone(UTC)


async def _history(
    session: AsyncSession, last: CoffeeRound | None
) -> tuple[pairing.Cycle | None, frozenset[pairing.Pair]]:
    """The cycle so far, and the pairs of its last rounds, should another begin."""
    if last is None:
        return None, frozenset()
    rounds = await coffee.rounds_of(session, last.network_id, last.cycle)
    guests = await coffee.guests_of(session, last.network_id, [one.id or 0 for one in rounds])
    drawn: list[tuple[pairing.Group, ...]] = []
    for one in rounds:
        tables: dict[int, list[int]] = {}
        for guest in (guest for guest in guests if guest.round_id == one.id):
            tables.setdefault(guest.table_number, []).append(guest.volunteer_id)
        drawn.append(tuple(tuple(group) for group in tables.values() if len(group) >= pairing.FEWEST))
    turns = frozenset(one.turn for one in rounds if one.turn is not None)
    recent = {frozenset(group[:2]) for tables in drawn[-RECENT_ROUNDS:] for group in tables}
    return pairing.Cycle(tuple(last.seats), turns, tuple(drawn)), frozenset(recent)


async def _seat(
    session: AsyncSession, drawn: CoffeeRound, number: int, group: Sequence[CoffeeVolunteer], now: datetime
) -> None:
    """A table's places; each guest is told in private, and asked a week later."""
    places = [
        CoffeeGuest(
            network_id=drawn.network_id,
            round_id=drawn.id or 0,
            table_number=number,
            position=position,
            volunteer_id=one.id or 0,
            member_id=one.member_id,
        )
        for position, one in enumerate(group)
    ]
    session.add_all(places)
    await session.flush()
    for place in places:
        await outbox.enqueue(
            session,
            network_id=drawn.network_id,
            kind="coffee.paired",
            dedupe_key=f"coffee.paired:{place.id}",
            subject_id=place.id,
            recipient_id=place.member_id,
            due_at=now,
            expires_at=now + TOLD_WITHIN,
            now=now,
        )
        await _ask(session, place, now + ASKED_AFTER, now, "first")


async def _ask(session: AsyncSession, place: CoffeeGuest, at: datetime, now: datetime, which: str) -> None:
    await outbox.enqueue(
        session,
        network_id=place.network_id,
        kind="coffee.asked",
        dedupe_key=f"coffee.asked:{place.id}:{which}",
        subject_id=place.id,
        recipient_id=place.member_id,
        details={"which": which},
        due_at=at,
        expires_at=at + ASKED_LATE,
        now=now,
    )
