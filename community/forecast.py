"""What the bot is about to say: every message of the next seven days, which a facilitator can take back.

Read from the rows that wait; what other people do meanwhile adds to it. Changes without a message (a card
brought up to date, a role, a server event) are not listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import NotFound
from community.policy import Action, require
from community.ports import Clock
from storage import audit, checklists, meetups, needs, outbox, polls, team_messages
from storage.engine import Database
from storage.outbox import Outbox

AHEAD = timedelta(days=7)
PAGE = 8
MOST = 20_000
SILENT = (
    "join.card",
    "library.card",
    "meetup.card",
    "meetup.event",
    "member.grant_role",
    "member.revoke_role",
    "need.card",
    "need.checked",
    "network.panel_changed",
    "poll.card",
    "practice.card",
    "privacy.take_role",
    "report.card",
    "room.close",
    "room.enter",
    "room.open",
    "room.role",
    "room.role_end",
    "room.role_give",
    "room.role_take",
    "theme.panel_changed",
    "theme.role_end",
    "theme.role_give",
    "theme.role_take",
    "thread.mirror",
    "thread.notice",
)


Cause = tuple[str, int | None, datetime, datetime | None]


@dataclass(frozen=True)
class ForecastLine:
    """One message, to one person, to several at the same time, or in a place (``place``)."""

    row_id: int  # the first of its rows: cancelling it cancels them all
    kind: str
    leaves_at: datetime
    number: int
    place: bool
    about: str = ""  # of what has one: its title
    held_back: bool = False  # it was due earlier: the budget of nudges had no room


@dataclass(frozen=True)
class Forecast:
    """``page`` counts from 1; ``messages`` and ``recipients`` are of the whole week."""

    items: Sequence[ForecastLine]
    messages: int
    recipients: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.messages // PAGE))


class Forecasts:
    """Use cases on what waits to leave."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def coming(self, actor: Actor, page: int = 1) -> Forecast:
        """Every message of the next seven days, soonest first."""
        require(actor, Action.SEE_FORECAST)
        async with self._db.reading() as session:
            rows = await self._rows(session, actor)
            groups: dict[Cause, list[Outbox]] = {}
            for row in rows:
                groups.setdefault(_cause(row), []).append(row)
            page = min(max(1, page), max(1, -(-len(groups) // PAGE)))
            shown = list(groups.values())[(page - 1) * PAGE : page * PAGE]
            lines = [await _line(session, group) for group in shown]
        return Forecast(lines, len(groups), sum(row.recipient_id is not None for row in rows), page)

    async def line(self, actor: Actor, row_id: int) -> ForecastLine:
        """One message, to be cancelled."""
        require(actor, Action.SEE_FORECAST)
        async with self._db.reading() as session:
            chosen = _message(await outbox.waiting_row(session, actor.network_id, row_id))
            rows = await self._rows(session, actor)
            alike = [row for row in rows if _cause(row) == _cause(chosen)]
            return await _line(session, alike or [chosen])

    async def cancel(self, actor: Actor, row_id: int) -> int:
        """It does not leave, for anyone; how many rows. What a worker has in hand still leaves."""
        require(actor, Action.SEE_FORECAST)
        now = self._clock.now()
        async with self._db.transaction() as session:
            row = _message(await outbox.waiting_row(session, actor.network_id, row_id))
            count = await outbox.cancel_alike(session, row, now)
            if not count:
                raise NotFound(kind="message")
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action="network.cancel_message",
                subject_kind="outbox",
                subject_id=row_id,
                details={"kind": row.kind, "count": count},
            )
            return count

    async def _rows(self, session: AsyncSession, actor: Actor) -> Sequence[Outbox]:
        until = self._clock.now() + AHEAD
        return await outbox.waiting(session, actor.network_id, until=until, but=SILENT, limit=MOST)


def _cause(row: Outbox) -> Cause:
    """Those held back until the same minute are one line: each has its own instant otherwise."""
    minute = row.leaves_at.replace(second=0, microsecond=0) if row.held_back else None
    return row.kind, row.subject_id, row.due_at, minute


def _message(row: Outbox | None) -> Outbox:
    if row is None or row.kind in SILENT:
        raise NotFound(kind="message")
    return row


async def _line(session: AsyncSession, rows: Sequence[Outbox]) -> ForecastLine:
    first = rows[0]
    return ForecastLine(
        row_id=first.id or 0,
        kind=first.kind,
        leaves_at=first.leaves_at,
        number=len(rows),
        place=first.recipient_id is None,
        about=await _about(session, first),
        held_back=first.held_back,
    )


async def _about(session: AsyncSession, row: Outbox) -> str:
    if row.kind.startswith(("meetup.", "room.")):
        meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
        return meetup.title if meetup is not None else ""
    if row.kind.startswith("poll."):
        poll = await polls.get(session, row.network_id, row.subject_id or 0)
        return poll.title if poll is not None else ""
    if row.kind.startswith("need.") and row.kind != "need.asked":  # that one is about a request
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        return need.title if need is not None else ""
    if row.kind.startswith("checklist."):
        return await _team_step(session, row)
    if row.kind == team_messages.SENT:
        message = await team_messages.get(session, row.network_id, row.subject_id or 0)
        return message.title if message is not None else ""
    return ""


async def _team_step(session: AsyncSession, row: Outbox) -> str:
    """The words of a step of the team; what members do with lists of their own is not told."""
    step = await checklists.step(session, row.network_id, row.subject_id or 0)
    found = await checklists.get(session, row.network_id, step.checklist_id) if step is not None else None
    return step.what if step is not None and found is not None and found.owner_id is None else ""
