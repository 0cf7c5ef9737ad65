"""Checklists with due dates: started from a model and a target day, changed, shared, kept as a model.

Their steps are in ``checklist_steps.py``, the models that are shipped in ``checklist_models.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from community import checklist_models as shipped
from community import checklist_rules as rules
from community import text
from community.actors import Actor
from community.checklist_reminders import again, forget, remind
from community.checklist_views import (
    ChecklistLine,
    ChecklistView,
    editable,
    goes_on,
    line,
    not_yours,
    seen,
    today_of,
    view,
)
from community.errors import DomainError, NotFound
from community.french_days import shown
from community.lengths import check_length
from community.policy import Action, allows, require
from community.ports import Clock, Labels
from storage import audit, checklists, networks
from storage.checklists import Checklist, ChecklistModel, ChecklistState, ChecklistStep
from storage.engine import Database

TITLE_SHORTEST, TITLE_LONGEST = 3, 100
OPEN_MOST, TEAM_OPEN_MOST = 10, 15
MODELS_MOST, TEAM_MODELS_MOST = 8, 12
LISTED = 25


class TooManyChecklists(DomainError):
    """One must be closed first. Details: ``limit``."""

    code = "checklists_full"


class TooManyChecklistModels(DomainError):
    """One must go first. Details: ``limit``."""

    code = "checklist_models_full"


@dataclass(frozen=True)
class ModelLine:
    """``number`` is what a button carries."""

    number: int
    title: str
    about: str
    steps: int
    own: bool  # somebody kept it: it can be forgotten


@dataclass(frozen=True)
class NewChecklist:
    model: int
    title: str
    target: str
    team: bool = False


class Checklists:
    """Use cases on checklists."""

    def __init__(self, db: Database, clock: Clock, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._labels = labels

    async def every(self, actor: Actor) -> Sequence[ChecklistLine]:
        """One's own, those with a step of one's own, the team's for who is in it."""
        require(actor, Action.RUN_CHECKLISTS)
        return await self._listed(actor)

    async def of_team(self, actor: Actor) -> Sequence[ChecklistLine]:
        """Those of the facilitators."""
        require(actor, Action.RUN_TEAM_CHECKLISTS)
        return [one for one in await self._listed(actor) if one.team]

    async def checklist(self, actor: Actor, checklist_id: int, page: int | None = None) -> ChecklistView:
        """Its steps; without ``page``, those around the next one."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.reading() as session:
            found, steps = await seen(session, actor, checklist_id)
            return await view(session, actor, found, steps, await self._today(session, actor), page)

    async def models(self, actor: Actor) -> Sequence[ModelLine]:
        """What a list may start from: shipped, the network's, one's own, nothing."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.reading() as session:
            kept = list(await checklists.models(session, actor.network_id, None))
            if actor.member_id is not None:
                kept += await checklists.models(session, actor.network_id, actor.member_id)
        named = self._labels.table("checklists.titles", actor.locale)
        told = self._labels.table("checklists.about", actor.locale)
        ready = [
            ModelLine(number, named[name], told[name], len(shipped.STEPS[name]), False)
            for number, name in shipped.SHIPPED.items()
        ]
        own = [
            ModelLine(
                shipped.OWN + (one.id or 0),
                one.title,
                "",
                len(one.steps),
                one.owner_id is not None or allows(actor, Action.RUN_TEAM_CHECKLISTS),
            )
            for one in kept
        ]
        blank = ModelLine(shipped.BLANK, named["blank"], told["blank"], 0, False)
        return [*ready, *own, blank]

    async def start(self, actor: Actor, new: NewChecklist) -> ChecklistView:
        """Every step gets its day, closer together when time is short. The same one started twice is one."""
        require(actor, Action.RUN_TEAM_CHECKLISTS if new.team else Action.RUN_CHECKLISTS)
        title = text.one_line(new.title)
        check_length("title", title, TITLE_SHORTEST, TITLE_LONGEST)
        if actor.member_id is None:
            raise NotFound(kind="member")
        owner_id = None if new.team else actor.member_id
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            today = await self._today(session, actor)
            target = rules.target_said(new.target, today)
            planned = await self._steps_of(session, actor, new)
            offsets = rules.squeezed([days for _what, days in planned], (target - today).days)
            tight = offsets != [days for _what, days in planned]
            going_on = await checklists.open_of(session, actor.network_id, owner_id)
            for known in going_on:
                if (known.title, known.target_on) == (title, target):
                    return await view(session, actor, known, await checklists.steps(session, known), today)
            most = TEAM_OPEN_MOST if new.team else OPEN_MOST
            if len(going_on) >= most:
                raise TooManyChecklists(limit=most)
            made = Checklist(
                network_id=actor.network_id,
                title=title,
                target_on=target,
                owner_id=owner_id,
                started_by=actor.member_id,
                created_at=now,
            )
            session.add(made)
            await session.flush()
            steps = [
                ChecklistStep(
                    network_id=actor.network_id,
                    checklist_id=made.id or 0,
                    position=position,
                    what=what,
                    offset_days=days,
                )
                for position, ((what, _days), days) in enumerate(zip(planned, offsets, strict=True))
            ]
            session.add_all(steps)
            await session.flush()
            for step in steps:
                await remind(session, made, step, now)
            await self._note(session, actor, "checklist.start", made)
            return replace(await view(session, actor, made, steps, today), squeezed=tight)

    async def edit(self, actor: Actor, checklist_id: int, title: str, target: str) -> ChecklistView:
        """Another title, another target day: what is not done moves along."""
        require(actor, Action.RUN_CHECKLISTS)
        title = text.one_line(title)
        check_length("title", title, TITLE_SHORTEST, TITLE_LONGEST)
        async with self._db.transaction() as session:
            found, steps = goes_on(await editable(session, actor, checklist_id))
            today = await self._today(session, actor)
            same = target.strip() == shown(found.target_on)  # as the form gave it: it may have passed
            moved = found.target_on if same else rules.target_said(target, today)
            shift = (found.target_on - moved).days
            found.title, found.target_on = title, moved
            session.add(found)
            for step in steps:
                if step.done_at is not None:
                    step.offset_days += shift  # it keeps the day that it had
                    session.add(step)
                elif shift:
                    await again(session, found, step, self._clock.now())
            await session.flush()
            return await view(session, actor, found, steps, today)

    async def close(self, actor: Actor, checklist_id: int, *, closed: bool = True) -> ChecklistView:
        """Nobody is reminded any more; or it goes on after all."""
        require(actor, Action.RUN_CHECKLISTS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            found, steps = await editable(session, actor, checklist_id)
            if closed is (found.state == ChecklistState.OPEN):
                found.state = ChecklistState.CLOSED if closed else ChecklistState.OPEN
                found.closed_at = now if closed else None
                session.add(found)
                for step in steps:
                    if step.done_at is None:
                        await again(session, found, step, self._clock.now())
                await self._note(session, actor, "checklist.close" if closed else "checklist.reopen", found)
            return await view(session, actor, found, steps, await self._today(session, actor))

    async def drop(self, actor: Actor, checklist_id: int) -> str:
        """It and its steps are gone; its title."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            found, steps = await editable(session, actor, checklist_id)
            if found.owner_id not in (None, actor.member_id):
                raise not_yours()  # shared, not given
            for step in steps:
                await forget(session, step, self._clock.now())
                await session.delete(step)
            await session.flush()
            await self._note(session, actor, "checklist.drop", found)
            await session.delete(found)
            return found.title

    async def share(self, actor: Actor, checklist_id: int, *, shared: bool) -> ChecklistView:
        """One's own, seen and helped along by the facilitators, or not any more."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            found, steps = await seen(session, actor, checklist_id, lock=True)
            if found.owner_id is None or found.owner_id != actor.member_id:
                raise NotFound(kind="checklist")
            found.shared = shared
            session.add(found)
            await session.flush()
            return await view(session, actor, found, steps, await self._today(session, actor))

    async def keep(self, actor: Actor, checklist_id: int) -> ModelLine:
        """A model of its title: the network's from a list of the team, else one's own."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            found, steps = await editable(session, actor, checklist_id)
            owner_id = None if found.owner_id is None else actor.member_id
            known = await checklists.models(session, actor.network_id, owner_id)
            model = next((one for one in known if one.title == found.title), None)
            most = TEAM_MODELS_MOST if owner_id is None else MODELS_MOST
            if model is None and len(known) >= most:
                raise TooManyChecklistModels(limit=most)
            model = model or ChecklistModel(
                network_id=actor.network_id,
                title=found.title,
                owner_id=owner_id,
                created_at=self._clock.now(),
            )
            model.steps = [{"what": step.what, "days": step.offset_days} for step in steps]
            model.saved_by = actor.member_id
            session.add(model)
            await session.flush()
            if owner_id is None:
                await self._note(session, actor, "checklist.keep", found)
            return ModelLine(shipped.OWN + (model.id or 0), model.title, "", len(steps), True)

    async def forget(self, actor: Actor, number: int) -> str:
        """A model that somebody kept; its title. Lists that were started from it stay."""
        require(actor, Action.RUN_CHECKLISTS)
        async with self._db.transaction() as session:
            model = await self._model(session, actor, number)
            if model.owner_id is None:
                require(actor, Action.RUN_TEAM_CHECKLISTS)
                await audit.record(
                    session,
                    network_id=actor.network_id,
                    at=self._clock.now(),
                    member_id=actor.member_id,
                    action="checklist.forget",
                )
            await session.delete(model)
            return model.title

    # Parts.

    async def _today(self, session: AsyncSession, actor: Actor) -> date:
        return await today_of(session, actor, self._clock.now())

    async def _listed(self, actor: Actor) -> Sequence[ChecklistLine]:
        team = allows(actor, Action.RUN_TEAM_CHECKLISTS)
        async with self._db.reading() as session:
            found = await checklists.visible(
                session, actor.network_id, actor.member_id or 0, team=team, limit=LISTED
            )
            today = await self._today(session, actor)
            return [await line(session, actor, one, today) for one in found]

    async def _steps_of(
        self, session: AsyncSession, actor: Actor, new: NewChecklist
    ) -> Sequence[tuple[str, int]]:
        if new.model == shipped.BLANK:
            return ()
        if new.model in shipped.SHIPPED:
            name = shipped.SHIPPED[new.model]
            locale = actor.network_locale if new.team else actor.locale
            said = self._labels.table(f"checklists.steps.{name}", locale)
            return [(said[key], days) for key, days in shipped.STEPS[name]]
        model = await self._model(session, actor, new.model)
        return [(str(step["what"]), int(step["days"])) for step in model.steps]

    async def _model(self, session: AsyncSession, actor: Actor, number: int) -> ChecklistModel:
        model = await checklists.model(session, actor.network_id, number - shipped.OWN)
        if model is None or model.owner_id not in (None, actor.member_id):
            raise NotFound(kind="checklist_model")
        return model

    async def _note(self, session: AsyncSession, actor: Actor, action: str, found: Checklist) -> None:
        """The journal is the team's: what members do with their own lists is not for it."""
        if found.owner_id is not None:
            return
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="checklist",
            subject_id=found.id,
        )
