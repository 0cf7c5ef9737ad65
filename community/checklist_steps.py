"""The steps of a checklist: ticked, put off, added, changed, entrusted to somebody, moved, taken away."""

from collections.abc import Sequence
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from community import checklist_rules as rules
from community import text
from community.actors import Actor, Standing
from community.checklist_reminders import again, entrust, forget, hand_back, remind
from community.checklist_views import (
    PAGE,
    ChecklistView,
    StepView,
    editable,
    goes_on,
    may_tick,
    not_yours,
    seen,
    step_view,
    today_of,
    view,
    with_step,
)
from community.errors import Invalid, NotFound
from community.lengths import check_length
from community.people import among, one_named
from community.policy import Action, require
from community.ports import Clock
from storage import checklists, members
from storage.checklists import Checklist, ChecklistStep, due_on
from storage.engine import Database

WHAT_SHORTEST, WHAT_LONGEST = 3, 200
STEPS_MOST = 40


class ChecklistSteps:
    """Use cases on steps."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def step(self, actor: Actor, step_id: int) -> StepView:
        """One step."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.reading() as session:
            known = await checklists.step(session, actor.network_id, step_id)
            if known is None:
                raise NotFound(kind="checklist_step")
            found, _steps = await seen(session, actor, known.checklist_id)
            return await self._step(session, actor, found, known)

    async def done(self, actor: Actor, step_ids: Sequence[int], *, done: bool = True) -> ChecklistView:
        """Tick steps of one list, or untick them; doing it twice changes nothing."""
        require(actor, Action.RUN_CHECKLISTS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            found, steps, first = await with_step(session, actor, next(iter(step_ids), 0))
            goes_on((found, steps))
            for step in steps:
                if step.id not in step_ids or (step.done_at is not None) is done:
                    continue
                if not may_tick(actor, found, step):
                    raise not_yours()
                step.done_at, step.done_by = (now, actor.member_id) if done else (None, None)
                await again(session, found, step, self._clock.now())
            await session.flush()
            return await view(session, actor, found, steps, await self._today(session, actor), _page(first))

    async def later(self, actor: Actor, step_id: int) -> StepView:
        """One more week, from its day or from today, whichever is later."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            found, steps, step = await with_step(session, actor, step_id)
            goes_on((found, steps))
            if not may_tick(actor, found, step):
                raise NotFound(kind="checklist_step")
            if step.done_at is None:
                day = max(due_on(found, step), await self._today(session, actor)) + rules.LATER
                await self._re_date(session, found, steps, step, (day - found.target_on).days)
            return await self._step(session, actor, found, step)

    async def add(self, actor: Actor, checklist_id: int, what: str, by_when: str, who: str) -> ChecklistView:
        """One more step, among the others by its day."""
        require(actor, Action.RUN_CHECKLISTS)
        what = text.one_line(what)
        check_length("what", what, WHAT_SHORTEST, WHAT_LONGEST)
        async with self._db.transaction() as session:
            found, steps = goes_on(await editable(session, actor, checklist_id))
            today = await self._today(session, actor)
            days = rules.offset_said(by_when, found.target_on, today)
            if any((one.what, one.offset_days) == (what, days) for one in steps):
                return await view(session, actor, found, steps, today)  # a second click
            if len(steps) >= STEPS_MOST:
                raise Invalid(field="what", problem="too_many", limit=STEPS_MOST)
            step = ChecklistStep(
                network_id=actor.network_id,
                checklist_id=checklist_id,
                position=0,
                what=what,
                offset_days=days,
                assignee_id=await self._named(session, actor, who),
            )
            steps.insert(rules.place_for([one.offset_days for one in steps], days), step)
            await _number(session, steps)
            await remind(session, found, step, self._clock.now())
            await entrust(session, step, actor.member_id, self._clock.now())
            return await view(session, actor, found, steps, today, _page(step))

    async def change(self, actor: Actor, step_id: int, what: str, by_when: str, who: str) -> StepView:
        """Other words, another day, another person."""
        require(actor, Action.RUN_CHECKLISTS)
        what = text.one_line(what)
        check_length("what", what, WHAT_SHORTEST, WHAT_LONGEST)
        async with self._db.transaction() as session:
            found, steps, step = await self._to_change(session, actor, step_id)
            days = rules.offset_said(by_when, found.target_on, await self._today(session, actor))
            assignee_id = await self._named(session, actor, who)
            step.what = what
            session.add(step)
            if days != step.offset_days:
                await self._re_date(session, found, steps, step, days)
            if assignee_id != step.assignee_id:
                step.assignee_id = assignee_id
                await again(session, found, step, self._clock.now())
                await entrust(session, step, actor.member_id, self._clock.now())
            await session.flush()
            return await self._step(session, actor, found, step)

    async def move(self, actor: Actor, step_id: int, by: int) -> StepView:
        """One place up (-1) or down (+1); its day stays."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            found, steps, step = await self._to_change(session, actor, step_id)
            place = steps.index(step)
            steps.insert(min(max(0, place + (1 if by > 0 else -1)), len(steps) - 1), steps.pop(place))
            await _number(session, steps)
            return await self._step(session, actor, found, step)

    async def remove(self, actor: Actor, step_id: int) -> ChecklistView:
        """The step is gone."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            found, steps, step = await self._to_change(session, actor, step_id)
            await forget(session, step, self._clock.now())
            steps.remove(step)
            await session.delete(step)
            await _number(session, steps)
            return await view(session, actor, found, steps, await self._today(session, actor))

    async def decline(self, actor: Actor, step_id: int) -> StepView:
        """Who was entrusted with a step cannot do it: it goes back to whose list it is."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            found, _steps, step = await with_step(session, actor, step_id)
            shown = await self._step(session, actor, found, step)
            if step.assignee_id == actor.member_id and step.done_at is None:
                await hand_back(session, found, step, self._clock.now())
            return shown

    async def reader(self, standing: Standing, step_id: int) -> Actor:
        """In private no server says which network is meant: the step does, to whom it concerns."""
        async with self._db.reading() as session:

            async def theirs(network_id: int, member_id: int) -> bool:
                step = await checklists.step(session, network_id, step_id)
                found = await checklists.get(session, network_id, step.checklist_id) if step else None
                if step is None or found is None:
                    return False
                return member_id in (step.assignee_id, found.owner_id, found.started_by)

            found = await among(session, standing, theirs)
        if found is None:
            raise NotFound(kind="checklist_step")
        return found

    # Parts.

    async def _today(self, session: AsyncSession, actor: Actor) -> date:
        return await today_of(session, actor, self._clock.now())

    async def _to_change(
        self, session: AsyncSession, actor: Actor, step_id: int
    ) -> tuple[Checklist, list[ChecklistStep], ChecklistStep]:
        known = await checklists.step(session, actor.network_id, step_id)
        if known is None:
            raise NotFound(kind="checklist_step")
        found, steps = goes_on(await editable(session, actor, known.checklist_id))
        return found, steps, _of(steps, step_id)

    async def _named(self, session: AsyncSession, actor: Actor, who: str) -> int | None:
        if not who.strip():
            return None
        return (await one_named(session, actor.network_id, who, field="who")).id

    async def _step(
        self, session: AsyncSession, actor: Actor, found: Checklist, step: ChecklistStep
    ) -> StepView:
        names = await members.names(session, actor.network_id, [step.assignee_id] if step.assignee_id else [])
        return step_view(actor, found, step, names, await self._today(session, actor))

    async def _re_date(
        self,
        session: AsyncSession,
        found: Checklist,
        steps: list[ChecklistStep],
        step: ChecklistStep,
        days: int,
    ) -> None:
        """On another day, and at its place among the others."""
        step.offset_days = rules.within(days)
        steps.remove(step)
        steps.insert(rules.place_for([one.offset_days for one in steps], days), step)
        await _number(session, steps)
        await again(session, found, step, self._clock.now())


async def _number(session: AsyncSession, steps: Sequence[ChecklistStep]) -> None:
    for position, step in enumerate(steps):
        step.position = position
        session.add(step)
    await session.flush()


def _of(steps: Sequence[ChecklistStep], step_id: int) -> ChecklistStep:
    step = next((one for one in steps if one.id == step_id), None)
    if step is None:
        raise NotFound(kind="checklist_step")
    return step


def _page(step: ChecklistStep) -> int:
    return step.position // PAGE + 1
