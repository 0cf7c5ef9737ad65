"""A simple model of meetups, and each act on the real ones that it follows: who has a seat, who waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.actors import Actor, Role
from tests.community.conftest import Network
from tests.community.meetups import planned, seats

LENGTH = timedelta(hours=2)


@dataclass
class Planned:
    """What the model knows of a meetup."""

    starts_at: datetime
    capacity: int | None
    series: bool
    original_at: datetime | None = None  # where its series puts it
    on: bool = True
    moves: int = 0
    seated: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    maybe: set[int] = field(default_factory=set)

    @property
    def concerned(self) -> set[int]:
        """Whom reminders are for."""
        return {*self.seated, *self.maybe}

    def answer(self, member: int, answer: str) -> None:
        if answer == "yes" and (member in self.seated or member in self.waiting):
            return
        self.maybe.discard(member)
        for people in (self.seated, self.waiting):
            if member in people:
                people.remove(member)
        if answer == "maybe":
            self.maybe.add(member)
        elif answer == "yes":
            self.waiting.append(member)
        self.promote()

    def promote(self) -> None:
        while self.waiting and (self.capacity is None or len(self.seated) < self.capacity):
            self.seated.append(self.waiting.pop(0))


class Book:
    """Acts on a real network, and notes in ``meetups`` what must come of it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.facilitator = network[Role.FACILITATOR]
        self.meetups: dict[int, Planned] = {}

    def coming(self, *, on: bool = True) -> Sequence[int]:
        now = self.network.clock.now()
        return [key for key, model in self.meetups.items() if model.on is on and model.starts_at > now]

    async def create(self, after: timedelta, capacity: str) -> None:
        made = await planned(self.network, after=after, capacity=capacity)
        self.meetups[made.id] = Planned(made.starts_at, made.capacity, series=False)

    async def create_series(self, after: timedelta = timedelta(days=10)) -> None:
        """Three dates, a week apart."""
        known = set(self.meetups)
        await planned(self.network, after=after, rule="FREQ=WEEKLY;COUNT=3", capacity="2")
        for made in await self.network.services.meetups.to_manage(self.facilitator, 200):
            if made.id not in known and made.series_id is not None:
                self.meetups[made.id] = Planned(
                    made.starts_at, made.capacity, series=True, original_at=made.starts_at
                )

    async def resize(self, chosen: int, capacity: str) -> None:
        await self.network.services.meetups.edit(
            self.facilitator,
            chosen,
            title="Panel citoyen",
            where="",
            length="2 h",
            capacity=capacity,
            description="",
        )
        self.meetups[chosen].capacity = int(capacity) if capacity else None
        self.meetups[chosen].promote()

    async def move(self, chosen: int, starts_at: datetime) -> None:
        await self.network.services.meetups.move(self.facilitator, chosen, starts_at)
        if starts_at != self.meetups[chosen].starts_at:
            self.meetups[chosen].starts_at = starts_at
            self.meetups[chosen].moves += 1

    async def cancel(self, chosen: int) -> None:
        """A date of a series is skipped."""
        if self.meetups[chosen].series:
            await self.network.services.meetups.skip(self.facilitator, chosen)
        else:
            await self.network.services.meetups.cancel(self.facilitator, chosen)
        self.meetups[chosen].on = False
        self.meetups[chosen].moves += 1

    async def revive(self, chosen: int) -> None:
        await self.network.services.meetups.revive(self.facilitator, chosen)
        self.meetups[chosen].on = True
        self.meetups[chosen].moves += 1

    async def stop(self, chosen: int) -> None:
        """This date of a series and those after it."""
        await self.network.services.meetups.cancel(self.facilitator, chosen, scope="following")
        for model in self._following(chosen):
            if model.on and model.starts_at + LENGTH > self.network.clock.now():
                model.on = False
                model.moves += 1

    async def go_on(self, chosen: int) -> None:
        """This date of a series and those after it take place after all."""
        await self.network.services.meetups.revive(self.facilitator, chosen, "following")
        for model in self._following(chosen):
            if not model.on and model.starts_at > self.network.clock.now():
                model.on = True
                model.moves += 1

    def _following(self, chosen: int) -> Sequence[Planned]:
        first = self.meetups[chosen].original_at
        assert first is not None
        every = self.meetups.values()
        return [model for model in every if model.original_at is not None and model.original_at >= first]

    async def answer(self, who: Actor, chosen: int, answer: str) -> None:
        await self.network.services.registrations.answer(who, chosen, answer)
        self.meetups[chosen].answer(who.member_id or 0, answer)
        await self.check_seats(chosen)

    async def check_seats(self, meetup_id: int) -> None:
        """Nobody has two seats and no seat is given twice; the order of the waiting list is kept."""
        found = await seats(self.network.db, meetup_id)
        model = self.meetups[meetup_id]
        taken = [seat for seat, _ in found.values() if seat is not None]
        assert len(taken) == len(set(taken))
        assert {member for member, (seat, _) in found.items() if seat is not None} == set(model.seated)
        waiting = sorted((ticket, member) for member, (_, ticket) in found.items() if ticket is not None)
        assert [member for _, member in waiting] == model.waiting
