"""Helping peers: saying that one may be asked, answering, offering, telling in one click what one knows.

A no is never passed on, and silence is as good as a no. A yes shares the contact of both, which the question
says before it is given.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import needs_rules as rules
from community import text
from community.actors import Actor
from community.asking import ask_peers, local_day
from community.errors import Invalid, NotFound
from community.needs_plan import later, refresh
from community.needs_rules import NeedView, OwnNeed, is_mine, open_now, view
from community.policy import Action, require
from community.ports import Clock
from storage import helping, needs, networks
from storage.engine import Database
from storage.helping import Availability, HelpOrigin, HelpRequest, HelpState, Stance
from storage.needs import Need, NeedState


@dataclass(frozen=True)
class AvailabilityView:
    """``paused_until``: the day from which one may be asked again; None when there is no pause.

    ``said`` is False for who never said anything: they are not asked.
    """

    willing: bool
    paused_until: date | None
    said: bool


@dataclass(frozen=True)
class Reaction:
    """What was said of a need. ``changed`` is False when it had been said before."""

    need: NeedView
    stance: str
    changed: bool


class Helping:
    """Use cases of those who help."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def availability(self, actor: Actor) -> AvailabilityView:
        """Whether one may be asked. Nobody is before they said so."""
        require(actor, Action.HELP_PEERS)
        async with self._db.reading() as session:
            row = await helping.availability(session, actor.network_id, actor.member_id or 0)
            today = await local_day(session, actor.network_id, self._clock.now())
            return _shown(row, today)

    async def set_availability(self, actor: Actor, willing: bool, pause: str = "") -> AvailabilityView:
        """May be asked, or not; ``pause``: from which day on, as people write it."""
        require(actor, Action.HELP_PEERS)
        if actor.member_id is None:
            raise NotFound(kind="member")
        now = self._clock.now()
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            until = rules.day("pause", pause, now, network.timezone)
            if until is not None and not willing:
                raise Invalid(field="pause", problem="pause_of_nothing")
            row = await helping.availability(session, actor.network_id, actor.member_id)
            if row is None:
                row = Availability(
                    member_id=actor.member_id, network_id=actor.network_id, willing=willing, changed_at=now
                )
            row.willing, row.paused_until, row.changed_at = willing, until, now
            session.add(row)
            today = await local_day(session, actor.network_id, now)
            return _shown(row, today)

    async def accept(self, actor: Actor, need_id: int) -> NeedView:
        """Yes: both read who the other is. A second click changes nothing."""
        require(actor, Action.HELP_PEERS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            request = await self._asked(session, actor, need)
            if request.state != HelpState.ACCEPTED:
                await _will_help(session, need, request, now)
            return await view(session, need, actor)

    async def decline(self, actor: Actor, need_id: int) -> NeedView:
        """No, in silence: somebody else is asked, and nobody learns that it was said."""
        require(actor, Action.HELP_PEERS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            need = rules.present(await needs.locked(session, actor.network_id, need_id))
            request = await self._asked(session, actor, need)
            if request.state in (HelpState.CHOSEN, HelpState.ASKED):
                request.state, request.answered_at = HelpState.DECLINED, now
                session.add(request)
                await session.flush()
                if need.state == NeedState.OPEN:
                    await ask_peers(session, need, now)
            return await view(session, need, actor)

    async def to_offer(self, actor: Actor, need_id: int) -> NeedView:
        """A need that the actor may offer help with."""
        require(actor, Action.HELP_PEERS)
        async with self._db.reading() as session:
            need = open_now(await needs.get(session, actor.network_id, need_id))
            if is_mine(actor, need):
                raise OwnNeed(title=need.title)
            return await view(session, need, actor)

    async def offer(self, actor: Actor, need_id: int, words: str = "") -> NeedView:
        """« Je peux aider »: who asks learns who, with these words."""
        require(actor, Action.HELP_PEERS)
        if actor.member_id is None:
            raise NotFound(kind="member")
        words = text.lines(words)
        rules.check_length("words", words, 0, rules.WORDS_LONGEST)
        now = self._clock.now()
        async with self._db.transaction() as session:
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            if is_mine(actor, need):
                raise OwnNeed(title=need.title)
            request = await helping.request_to(session, actor.network_id, need_id, actor.member_id)
            if request is None:
                request = HelpRequest(
                    network_id=need.network_id,
                    need_id=need_id,
                    helper_id=actor.member_id,
                    origin=HelpOrigin.OFFERED,
                    state=HelpState.CHOSEN,
                    chosen_at=now,
                )
            if request.state != HelpState.ACCEPTED:
                request.words = words
                await _will_help(session, need, request, now)
            return await view(session, need, actor)

    async def react(self, actor: Actor, need_id: int, stance: str) -> Reaction:
        """« Déjà fait chez nous », « Ne nous concerne pas »: the latest word of each member counts."""
        require(actor, Action.HELP_PEERS)
        if stance not in set(Stance):
            raise Invalid(field="stance", problem="unknown")
        if actor.member_id is None:
            raise NotFound(kind="member")
        now = self._clock.now()
        async with self._db.transaction() as session:
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            if is_mine(actor, need):
                raise OwnNeed(title=need.title)
            changed = await helping.take_stance(
                session, actor.network_id, need_id, actor.member_id, Stance(stance), now
            )
            if changed and stance == Stance.DONE_HERE:
                need.active_at = now
                session.add(need)
            if changed:
                await refresh(session, need, now)
            return Reaction(await view(session, need, actor), stance, changed)

    async def _asked(self, session: AsyncSession, actor: Actor, need: Need) -> HelpRequest:
        found = await helping.request_to(session, actor.network_id, need.id or 0, actor.member_id or 0)
        if found is None or found.state == HelpState.SKIPPED:
            raise NotFound(kind="help_request")
        return found


async def _will_help(session: AsyncSession, need: Need, request: HelpRequest, now: datetime) -> None:
    """Both are told who the other is; the need has its answer."""
    request.state, request.answered_at = HelpState.ACCEPTED, now
    need.active_at = now
    session.add(request)
    session.add(need)
    await session.flush()
    key = str(request.id)
    await later(session, need, "need.accepted", now, now, key=key, request=request.id or 0)
    await later(
        session,
        need,
        "need.contact",
        now,
        now,
        key=key,
        recipient_id=request.helper_id,
        request=request.id or 0,
    )
    await refresh(session, need, now)


def _shown(row: Availability | None, today: date) -> AvailabilityView:
    if row is None:
        return AvailabilityView(False, None, False)
    paused = row.paused_until if row.paused_until is not None and row.paused_until > today else None
    return AvailabilityView(row.willing, paused, True)
