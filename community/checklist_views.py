"""A checklist as the words need it, and who may see and change it.

A member's own is for their eyes, those who have a step in it, and the facilitators once it is shared with
them. Those of the team are for the facilitators and who has a step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import DomainError, NotAllowed, NotFound
from community.policy import NEEDED, Action, allows
from storage import checklists, members, networks
from storage.checklists import Checklist, ChecklistState, ChecklistStep, due_on

PAGE = 10


class ChecklistClosed(DomainError):
    """It is over; it can be opened again. Details: ``title``."""

    code = "checklist_closed"


@dataclass(frozen=True)
class StepView:
    """``number`` counts from 1; ``who`` is empty when nobody in particular has it."""

    id: int
    checklist_id: int
    number: int
    what: str
    due_on: date
    offset: int
    done: bool
    late: bool
    who: str
    title: str  # of its list
    mine: bool  # the actor may tick it
    may_edit: bool


@dataclass(frozen=True)
class ChecklistLine:
    id: int
    title: str
    target_on: date
    team: bool
    closed: bool
    total: int
    done: int
    late: int
    next: StepView | None


@dataclass(frozen=True)
class ChecklistView:
    """``steps`` are of one page; the figures are of the whole list."""

    line: ChecklistLine
    owner: str  # of somebody else's own list
    shared: bool
    may_edit: bool
    own: bool  # the actor's own
    steps: Sequence[StepView]
    page: int
    pages: int
    squeezed: bool = False  # when it was started, less time was left than the model takes

    @property
    def id(self) -> int:
        return self.line.id


def may_edit(actor: Actor, checklist: Checklist) -> bool:
    """Whose it is; the facilitators, where it is theirs or shared with them."""
    if checklist.owner_id is not None and checklist.owner_id == actor.member_id:
        return True
    teams = checklist.owner_id is None or checklist.shared
    return teams and allows(actor, Action.RUN_TEAM_CHECKLISTS)


def may_tick(actor: Actor, checklist: Checklist, step: ChecklistStep) -> bool:
    """Also who has the step, and who started the list (in private nobody knows that they are of the team)."""
    mine = (step.assignee_id, checklist.started_by if checklist.owner_id is None else None)
    return may_edit(actor, checklist) or (actor.member_id is not None and actor.member_id in mine)


async def seen(
    session: AsyncSession, actor: Actor, checklist_id: int, *, lock: bool = False
) -> tuple[Checklist, list[ChecklistStep]]:
    """What the actor may see, or it is not there."""
    found = await checklists.get(session, actor.network_id, checklist_id, lock=lock)
    if found is None:
        raise NotFound(kind="checklist")
    steps = list(await checklists.steps(session, found))
    if not may_edit(actor, found) and not any(may_tick(actor, found, step) for step in steps):
        raise NotFound(kind="checklist")
    return found, steps


async def editable(
    session: AsyncSession, actor: Actor, checklist_id: int
) -> tuple[Checklist, list[ChecklistStep]]:
    """Locked, for a change; who has but a step of it may not."""
    found, steps = await seen(session, actor, checklist_id, lock=True)
    if not may_edit(actor, found):
        raise not_yours()
    return found, steps


async def with_step(
    session: AsyncSession, actor: Actor, step_id: int
) -> tuple[Checklist, list[ChecklistStep], ChecklistStep]:
    """The list of a step, locked, and the step as it is in it."""
    known = await checklists.step(session, actor.network_id, step_id)
    if known is None:
        raise NotFound(kind="checklist_step")
    found, steps = await seen(session, actor, known.checklist_id, lock=True)
    step = next((one for one in steps if one.id == step_id), None)
    if step is None:
        raise NotFound(kind="checklist_step")
    return found, steps, step


async def view(
    session: AsyncSession,
    actor: Actor,
    checklist: Checklist,
    steps: Sequence[ChecklistStep],
    today: date,
    page: int | None = None,
) -> ChecklistView:
    """One page of it; without ``page``, the one with the next step."""
    names = await members.names(
        session, actor.network_id, {step.assignee_id for step in steps if step.assignee_id is not None}
    )
    shown = [step_view(actor, checklist, step, names, today) for step in steps]
    coming = next((number for number, step in enumerate(steps) if step.done_at is None), 0)
    pages = max(1, -(-len(steps) // PAGE))
    page = coming // PAGE + 1 if page is None else min(max(1, page), pages)
    owner = await members.get(session, actor.network_id, checklist.owner_id or 0)
    mine = checklist.owner_id is not None and checklist.owner_id == actor.member_id
    return ChecklistView(
        _line(checklist, shown),
        owner.display_name if owner is not None and not mine else "",
        checklist.shared,
        may_edit(actor, checklist),
        mine,
        shown[(page - 1) * PAGE : page * PAGE],
        page,
        pages,
    )


async def line(session: AsyncSession, actor: Actor, checklist: Checklist, today: date) -> ChecklistLine:
    """What a list of lists says of it."""
    steps = await checklists.steps(session, checklist)
    return _line(checklist, [step_view(actor, checklist, step, {}, today) for step in steps])


def step_view(
    actor: Actor, checklist: Checklist, step: ChecklistStep, names: dict[int, str], today: date
) -> StepView:
    due, done = due_on(checklist, step), step.done_at is not None
    open_still = checklist.state == ChecklistState.OPEN and not done
    return StepView(
        step.id or 0,
        checklist.id or 0,
        step.position + 1,
        step.what,
        due,
        step.offset_days,
        done,
        open_still and due < today,
        names.get(step.assignee_id or 0, ""),
        checklist.title,
        may_tick(actor, checklist, step),
        may_edit(actor, checklist),
    )


def _line(checklist: Checklist, steps: Sequence[StepView]) -> ChecklistLine:
    return ChecklistLine(
        checklist.id or 0,
        checklist.title,
        checklist.target_on,
        checklist.owner_id is None,
        checklist.state == ChecklistState.CLOSED,
        len(steps),
        sum(step.done for step in steps),
        sum(step.late for step in steps),
        next((step for step in steps if not step.done), None),
    )


async def today_of(session: AsyncSession, actor: Actor, now: datetime) -> date:
    """The day that it is in the network."""
    network = await networks.get(session, actor.network_id)
    return now.astimezone(ZoneInfo(network.timezone)).date()


def goes_on(opened: tuple[Checklist, list[ChecklistStep]]) -> tuple[Checklist, list[ChecklistStep]]:
    """Only what goes on is changed."""
    if opened[0].state != ChecklistState.OPEN:
        raise ChecklistClosed(title=opened[0].title)
    return opened


def not_yours() -> NotAllowed:
    """It is somebody else's, or the facilitators'."""
    return NotAllowed(action=Action.RUN_TEAM_CHECKLISTS, needed=NEEDED[Action.RUN_TEAM_CHECKLISTS])
