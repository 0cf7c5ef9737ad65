"""Needs that wait for a facilitator: without a name yet to be read, or without an answer.

The facilitators alone know who asks without a name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import needs_rules as rules
from community import profiles as people
from community import text
from community.actors import Actor
from community.asking import ask, local_day, next_ones, under_the_cap
from community.errors import DomainError, Invalid, NotFound
from community.needs_activity import answered
from community.needs_plan import UNANSWERED_AFTER, later, open_up
from community.needs_rules import NeedView, open_now, view, views
from community.policy import Action, require, scope
from community.ports import Clock
from community.profiles import PeerView
from storage import audit, helping, needs, networks, outbox, profiles
from storage.engine import Database
from storage.helping import HelpOrigin
from storage.needs import Need, NeedState

SUGGESTED = 3
SHOWN_MOST = 10
OUTCOMES_OVER = timedelta(days=90)
HIDDEN_BELOW = 5  # nothing is said of fewer people


class NeedHandled(DomainError):
    """Somebody decided first. Details: ``title``, ``state``."""

    code = "need_handled"


@dataclass(frozen=True)
class Care:
    """What waits: to be read, and to be answered; and how those that were solved ended.

    ``outcomes`` is empty where fewer than five were: one could tell whose they are.
    """

    to_check: Sequence[NeedView]
    unanswered: Sequence[NeedView]
    outcomes: dict[str, int]


@dataclass(frozen=True)
class Whom:
    """Peers whom a facilitator may have asked, with the reason for each."""

    need: NeedView
    peers: Sequence[PeerView]


class NeedsCare:
    """Use cases of facilitators on needs."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def overview(self, actor: Actor) -> Care:
        """Everything that waits for a facilitator, the longest wait first.

        Who has but some themes sees their needs without an answer; not who asks without a name.
        """
        themes = scope(actor, Action.CARE_FOR_NEEDS)
        now = self._clock.now()
        async with self._db.reading() as session:
            if themes is not None:
                late = await waiting_for_care(session, actor.network_id, now, theme_ids=themes)
                return Care((), await views(session, actor.network_id, late, actor), {})
            to_check, _ = await needs.shelf(session, actor.network_id, [NeedState.WAITING], limit=SHOWN_MOST)
            late = await waiting_for_care(session, actor.network_id, now)
            ended = await needs.outcomes(session, actor.network_id, now - OUTCOMES_OVER)
            counted = {key or "unsaid": count for key, count in ended.items()}
            return Care(
                await views(session, actor.network_id, to_check[::-1], actor),
                await views(session, actor.network_id, late, actor),
                counted if sum(counted.values()) >= HIDDEN_BELOW else {},
            )

    async def to_check(self, actor: Actor, need_id: int) -> NeedView:
        """One without a name that nobody has read yet."""
        require(actor, Action.CARE_FOR_NEEDS)
        async with self._db.reading() as session:
            need = _to_check(await needs.get(session, actor.network_id, need_id))
            return await view(session, need, actor)

    async def approve(self, actor: Actor, need_id: int) -> NeedView:
        """It may be published, without its author's name."""
        require(actor, Action.CARE_FOR_NEEDS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            need = _to_check(await needs.locked(session, actor.network_id, need_id))
            need.decided_by = actor.member_id
            await open_up(session, need, now)
            await self._decided(session, actor, need, now)
            return await view(session, need, actor)

    async def refuse(self, actor: Actor, need_id: int, reason: str) -> NeedView:
        """Not like this: its author alone reads why."""
        require(actor, Action.CARE_FOR_NEEDS)
        reason = text.lines(reason)
        rules.check_length("reason", reason, rules.REASON_SHORTEST, rules.REASON_LONGEST)
        now = self._clock.now()
        async with self._db.transaction() as session:
            need = _to_check(await needs.locked(session, actor.network_id, need_id))
            need.decided_by, need.reason = actor.member_id, reason
            need.state, need.closed_at = NeedState.REFUSED, now
            session.add(need)
            await self._decided(session, actor, need, now)
            return await view(session, need, actor)

    async def whom(self, actor: Actor, need_id: int) -> Whom:
        """Three peers who could be asked next."""
        scope(actor, Action.CARE_FOR_NEEDS)
        async with self._db.reading() as session:
            await _may_care(session, actor, need_id)
            need = open_now(await needs.get(session, actor.network_id, need_id))
            shown = await suggested(session, need, self._clock.now())
            return Whom(await view(session, need, actor), shown)

    async def solicit(self, actor: Actor, need_id: int, member_id: int) -> NeedView:
        """Have this peer asked in private, as the bot would: never more often than anybody."""
        scope(actor, Action.CARE_FOR_NEEDS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            await _may_care(session, actor, need_id)
            need = open_now(await needs.locked(session, actor.network_id, need_id))
            today = await local_day(session, actor.network_id, now)
            if need.author_id == member_id or not await helping.is_willing(
                session, actor.network_id, member_id, today
            ):
                raise Invalid(field="person", problem="not_willing")
            if await helping.request_to(session, actor.network_id, need_id, member_id) is not None:
                raise Invalid(field="person", problem="asked_already")
            (request,) = await ask(session, need, [member_id], HelpOrigin.SUGGESTED, now)
            if not await under_the_cap(session, request, now):
                raise Invalid(field="person", problem="asked_enough")
            await self._note(session, actor, "need.solicit", need)
            return await view(session, need, actor)

    async def _decided(self, session: AsyncSession, actor: Actor, need: Need, now: datetime) -> None:
        await self._note(session, actor, Action.CARE_FOR_NEEDS, need)
        await later(session, need, "need.decided", now, now)
        await outbox.refresh(
            session, network_id=need.network_id, kind="need.checked", subject_id=need.id or 0, now=now
        )

    async def _note(self, session: AsyncSession, actor: Actor, action: str, need: Need) -> None:
        await audit.record(
            session,
            network_id=need.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="need",
            subject_id=need.id,
            details={"state": str(need.state)},
        )


async def waiting_for_care(
    session: AsyncSession,
    network_id: int,
    now: datetime,
    *,
    limit: int = SHOWN_MOST,
    theme_ids: Collection[int] | None = None,
) -> Sequence[Need]:
    """Open needs of more than 48 hours that nobody answered, the longest wait first; of these themes only."""
    old = await needs.open_before(session, network_id, now - UNANSWERED_AFTER, limit=200)
    if theme_ids is not None:
        borne = await needs.themes_of(session, network_id, [need.id or 0 for need in old])
        old = [need for need in old if any(theme.id in theme_ids for theme in borne.get(need.id or 0, ()))]
    late = [need for need in old if not await answered(session, need)]
    return late[:limit]


async def suggested(session: AsyncSession, need: Need, now: datetime) -> Sequence[PeerView]:
    """The next three, as far as they agreed to be seen, and why."""
    asked = await helping.of_need(session, need.network_id, need.id or 0)
    found = await next_ones(session, need, now, besides=[one.helper_id for one in asked])
    ids = [one.member_id for one in found[:SUGGESTED]]
    return await peers_of(session, need, ids)


async def peers_of(session: AsyncSession, need: Need, ids: Sequence[int]) -> Sequence[PeerView]:
    """Helpers as who asks may read them, with the themes of the need that they share."""
    network_id = need.network_id
    borne = (await needs.themes_of(session, network_id, [need.id or 0])).get(need.id or 0, [])
    author = await profiles.get(session, network_id, need.author_id or 0)
    rows = await profiles.with_names(session, network_id, ids)
    names = {theme.name for theme in borne}
    seen = (await profiles.granted(session, network_id, [need.author_id or 0])).get(need.author_id or 0)
    own = frozenset({"themes"}) if need.nameless else (seen or frozenset()) | {"themes"}
    return await people.peer_views(session, network_id, author, names, rows, visible_of_mine=own)


async def _may_care(session: AsyncSession, actor: Actor, need_id: int) -> None:
    """Every need, or those of the themes that one is in charge of."""
    borne = await needs.themes_of(session, actor.network_id, [need_id]) if actor.themes else {}
    require(actor, Action.CARE_FOR_NEEDS, [theme.id or 0 for theme in borne.get(need_id, ())])


def _to_check(need: Need | None) -> Need:
    if need is None:
        raise NotFound(kind="need")
    if need.state != NeedState.WAITING:
        raise NeedHandled(title=need.title, state=str(need.state))
    return need
