"""What rows about checklists become: a step that is due, one that somebody is entrusted with, a no."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.checklist_reminders import (
    AGAIN_AFTER,
    DECLINED,
    DUE,
    GIVEN,
    recipient,
    remind,
    row_key,
)
from community.outbox import Card, Direct, Drop, Plan, Planner, Post
from community.ports import Button
from storage import checklists, members, networks
from storage.checklists import Checklist, ChecklistState, ChecklistStep, due_on
from storage.networks import Place
from storage.outbox import Outbox

Rows = Sequence[Sequence[Button]]


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {DUE: Due(), GIVEN: Given(), DECLINED: Declined()}


class Due(Planner):
    """To whom the step concerns as it is now; the team's own corner when nobody of them is here any more."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found, step = await _going_on(session, row)
        if found is None or step is None or row.dedupe_key != row_key(step):
            return Drop("settled")
        key = step.id or 0
        rows: Rows = (
            (
                Button("step.done", key, style="success"),
                Button("step.later", key),
                Button("checklist.show", found.id or 0),
            ),
        )
        values = {**_values(found, step), "again": step.asked > 0}
        to = await recipient(session, found, step)
        if to is not None:
            return await _direct(session, row, to, "checklists/due", values, rows)
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if found.owner_id is not None or corner is None:
            return Drop("not_active")
        network = await networks.get(session, row.network_id)
        return Post(corner.channel_ref, Card("checklists/due", network.locale, values, rows))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        found, step = await _going_on(session, row)
        if found is not None and step is not None and row.dedupe_key == row_key(step):
            step.asked += 1
            session.add(step)
            await session.flush()
            await remind(session, found, step, now, after=AGAIN_AFTER * step.asked)


class Given(Planner):
    """Somebody was entrusted with a step: what, until when, by whom; they may say no."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found, step = await _going_on(session, row)
        if found is None or step is None or step.assignee_id != row.recipient_id:
            return Drop("decided_otherwise")
        key = step.id or 0
        rows: Rows = ((Button("checklist.show", found.id or 0), Button("step.decline", key)),)
        by = await members.names(session, row.network_id, [int(row.details["by"] or 0)])
        values = {**_values(found, step), "by": next(iter(by.values()), "")}
        return await _direct(session, row, row.recipient_id or 0, "checklists/given", values, rows)


class Declined(Planner):
    """Who was entrusted with a step said no: it is theirs again, who hear of it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found, step = await _going_on(session, row)
        if found is None or step is None or step.assignee_id is not None:
            return Drop("decided_otherwise")
        rows: Rows = ((Button("step.show", step.id or 0, style="primary"),),)
        by = await members.names(session, row.network_id, [int(row.details["by"] or 0)])
        values = {**_values(found, step), "by": next(iter(by.values()), "")}
        return await _direct(session, row, row.recipient_id or 0, "checklists/declined", values, rows)


async def _going_on(session: AsyncSession, row: Outbox) -> tuple[Checklist | None, ChecklistStep | None]:
    """The step and its list, while both wait to be done."""
    step = await checklists.step(session, row.network_id, row.subject_id or 0)
    if step is None or step.done_at is not None:
        return None, None
    found = await checklists.get(session, row.network_id, step.checklist_id)
    return (found, step) if found is not None and found.state == ChecklistState.OPEN else (None, None)


def _values(found: Checklist, step: ChecklistStep) -> dict[str, object]:
    return {"what": step.what, "due_on": due_on(found, step), "title": found.title}


async def _direct(
    session: AsyncSession,
    row: Outbox,
    member_id: int,
    template: str,
    values: Mapping[str, object],
    rows: Rows,
) -> Plan:
    member = await members.get(session, row.network_id, member_id)
    if member is None or member.state != members.MemberState.ACTIVE:
        return Drop("not_active")
    network = await networks.get(session, row.network_id)
    locale = await members.language(session, member, network.locale)
    said = {**values, "network": network.name}
    return Direct(member_id, Card(template, locale, said, rows))
