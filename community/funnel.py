"""How far the people who arrived lately have come, and who needs a hand: for those who run the network.

Names are told here on purpose, to those who help the people stuck. The figures are on the same people, so
nothing is hidden from whoever may read the names. Must not send anything but by the outbox.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import access
from community.actors import Actor
from community.errors import DomainError, NotFound
from community.policy import Action, require
from community.ports import Clock
from storage import funnel, members, outbox
from storage.engine import Database
from storage.members import Member, MemberState
from storage.threads import Thread, ThreadState

PERIOD = timedelta(days=90)
STEPS = ("arrived", "profile", "act", "answer")
MOST_NAMED = 25  # as many as a menu takes


class NudgedAlready(DomainError):
    """They got a word this week, whoever asked for it."""

    code = "nudged_already"


@dataclass(frozen=True)
class Stuck:
    """Somebody who has not come further. ``thread_ref``: their question that waits for an answer."""

    member_id: int
    name: str
    account_ref: str
    days: int  # since they arrived
    admitted: bool
    step: str
    thread_ref: str = ""

    @property
    def waits_for_us(self) -> bool:
        """Their profile is there: it is for the facilitators to let them in."""
        return not self.admitted and self.step != "arrived"

    @property
    def may_be_nudged(self) -> bool:
        """A word helps who has something to do; not who waits for others."""
        return not self.waits_for_us and not self.thread_ref


@dataclass(frozen=True)
class Step:
    """``count``: who came that far; ``stuck``: who needs a hand there, the longest wait first."""

    key: str
    count: int
    stuck: Sequence[Stuck]
    stuck_total: int

    @property
    def more(self) -> int:
        """How many are stuck there and not named."""
        return self.stuck_total - len(self.stuck)


@dataclass(frozen=True)
class FunnelView:
    days: int
    steps: Sequence[Step]

    @property
    def arrived(self) -> int:
        return self.steps[0].count

    @property
    def stuck(self) -> Sequence[Stuck]:
        """All who are named, step by step."""
        return tuple(person for step in self.steps for person in step.stuck)


class Funnels:
    """Use cases on the way of newcomers."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def funnel(self, actor: Actor) -> FunnelView:
        """Of those who arrived in the last three months and are still here."""
        require(actor, Action.HELP_NEWCOMERS)
        now = self._clock.now()
        async with self._db.reading() as session:
            people = await funnel.arrived_since(session, actor.network_id, now - PERIOD)
            reached, asked = await _reached(session, actor.network_id, people)
            steps = []
            for place, key in enumerate(STEPS):
                count = sum(reached[one.id or 0] >= place for one in people)
                here = [
                    one for one in people if reached[one.id or 0] == place and _needs_a_hand(one, key, asked)
                ]
                named = [await _stuck(session, one, key, asked, now) for one in here[:MOST_NAMED]]
                steps.append(Step(key, count, tuple(named), len(here)))
        return FunnelView(PERIOD.days, tuple(steps))

    async def person(self, actor: Actor, member_id: int) -> Stuck:
        """One of them, as they stand now."""
        require(actor, Action.HELP_NEWCOMERS)
        async with self._db.reading() as session:
            member = await members.get(session, actor.network_id, member_id)
            if member is None or member.state not in (MemberState.NEWCOMER, MemberState.ACTIVE):
                raise NotFound(kind="member")
            reached, asked = await _reached(session, actor.network_id, [member])
            key = STEPS[reached[member_id]]
            return await _stuck(session, member, key, asked, self._clock.now())

    async def nudge(self, actor: Actor, member_id: int) -> Stuck:
        """A private word to somebody, of what they may do next: once a week at most, whoever asks."""
        found = await self.person(actor, member_id)
        require(actor, Action.HELP_NEWCOMERS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            member = await members.locked(session, actor.network_id, member_id)
            if member is None or not found.may_be_nudged:
                raise NotFound(kind="member")
            week = "{}-W{:02}".format(*now.isocalendar()[:2])
            asked = await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind="member.nudged",
                dedupe_key=f"member.nudged:{member_id}:{week}",
                subject_id=member_id,
                recipient_id=member_id,
                due_at=now,
                expires_at=now + timedelta(days=3),
                now=now,
            )
            if not asked:
                raise NudgedAlready
            await access.note(session, now, member, by=actor.member_id, action=Action.HELP_NEWCOMERS)
        return found


async def _reached(
    session: AsyncSession, network_id: int, people: Sequence[Member]
) -> tuple[dict[int, int], dict[int, Thread]]:
    """The place in ``STEPS`` that each came to, step after step; the latest question that each waits with."""
    profiled = await funnel.with_profile(session, network_id)
    acted = await funnel.who_acted(session, network_id)
    answered: set[int] = set()
    asked: dict[int, Thread] = {}
    for thread in await funnel.questions(session, network_id):
        author = thread.author_id or 0
        if thread.first_answer_at is not None:
            answered.add(author)
        elif thread.state == ThreadState.OPEN:
            asked.setdefault(author, thread)
    tests: Sequence[Callable[[int], bool]] = (
        profiled.__contains__,
        acted.__contains__,
        answered.__contains__,
    )
    reached = {}
    for member in people:
        place = 0
        while place < len(tests) and tests[place](member.id or 0):
            place += 1
        reached[member.id or 0] = place
    return reached, asked


def _needs_a_hand(member: Member, step: str, asked: dict[int, Thread]) -> bool:
    """Who did something and never asked anything lacks nothing; who asked waits for an answer."""
    return step in STEPS[:2] or (step == "act" and (member.id or 0) in asked)


async def _stuck(
    session: AsyncSession, member: Member, step: str, asked: dict[int, Thread], now: datetime
) -> Stuck:
    account = await members.identity(session, member.network_id, member.id or 0)
    thread = asked.get(member.id or 0) if step == "act" else None
    return Stuck(
        member.id or 0,
        member.display_name,
        account.account_ref if account else "",
        max(0, (now - member.arrived_at).days),
        member.state == MemberState.ACTIVE,
        step,
        thread.channel_ref if thread is not None else "",
    )
