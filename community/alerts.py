"""Saved searches: a member is told when the library has something new for a question, and never otherwise.

Also what was searched for in vain, for the facilitators: words and counts, nobody's name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import DomainError, NotFound
from community.library_care import MORNING, local
from community.policy import Action, require
from community.ports import Clock
from community.search import ticket_of
from storage import alerts, library, networks, outbox, search
from storage.alerts import SavedSearch
from storage.engine import Database
from storage.networks import Network
from storage.search import SearchSession

ALERTS_MOST = 20
NEWS_MOST = 5  # resources named in one message
AT_ONCE = 200  # saved searches of one network looked at in one tick
IN_VAIN_SHOWN = 15
_IN_VAIN_READ = 5000


class TooManyAlerts(DomainError):
    """Details: ``limit``."""

    code = "too_many_alerts"


@dataclass(frozen=True)
class AlertView:
    id: int
    query: str
    kinds: Sequence[str]
    themes: Sequence[str]


@dataclass(frozen=True)
class InVain:
    """One question that found nothing, however it was typed."""

    query: str  # as it was typed last
    count: int
    last_at: datetime
    session_id: int  # of the last one: a facilitator may make it a need


class Alerts:
    """Use cases on saved searches."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory

    async def save(self, actor: Actor, session_id: int, ticket: int) -> AlertView:
        """Be told of what will be new for this search. Saved twice, it is saved once."""
        require(actor, Action.JUDGE_RESOURCE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            noted = await session.get(SearchSession, session_id)
            if noted is None or noted.network_id != actor.network_id or actor.member_id is None:
                raise NotFound(kind="search")
            if noted.member_id not in (None, actor.member_id) or ticket_of(noted.at) != ticket:
                raise NotFound(kind="search")
            await networks.lock(session, actor.network_id)
            mine = await alerts.of_member(session, actor.network_id, actor.member_id)
            for one in mine:
                same = search.key_of(one.query) == search.key_of(noted.query)
                if same and one.filters == noted.filters:
                    return await view(session, one)
            if len(mine) >= ALERTS_MOST:
                raise TooManyAlerts(limit=ALERTS_MOST)
            made = SavedSearch(
                network_id=actor.network_id,
                member_id=actor.member_id,
                query=noted.query,
                filters=dict(noted.filters),
                looked_until=now,
                created_at=now,
            )
            session.add(made)
            await session.flush()
            return await view(session, made)

    async def mine(self, actor: Actor) -> Sequence[AlertView]:
        """The actor's own."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.reading() as session:
            found = await alerts.of_member(session, actor.network_id, actor.member_id or 0)
            return [await view(session, one) for one in found]

    async def stop(self, actor: Actor, alert_id: int) -> AlertView:
        """No more of it. One's own only."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.transaction() as session:
            alert = await alerts.get(session, actor.network_id, alert_id)
            if alert is None or alert.member_id != actor.member_id:
                raise NotFound(kind="alert")
            gone = await view(session, alert)
            await session.delete(alert)
            return gone

    async def in_vain(self, actor: Actor) -> Sequence[InVain]:
        """What members searched for and did not find, the most frequent first."""
        require(actor, Action.CURATE_LIBRARY)
        fruitless = (
            select(SearchSession.query, SearchSession.at, SearchSession.id)
            .where(SearchSession.network_id == actor.network_id, SearchSession.results == 0)
            .order_by(col(SearchSession.at).desc())
            .limit(_IN_VAIN_READ)
        )
        async with self._db.reading() as session:
            rows = (await session.exec(fruitless)).all()
        groups: defaultdict[str, list[tuple[str, datetime, int]]] = defaultdict(list)
        for query, at, session_id in rows:
            groups[search.key_of(query)].append((query, at, session_id or 0))
        found = [
            InVain(group[0][0], len(group), group[0][1], group[0][2]) for key, group in groups.items() if key
        ]
        found.sort(key=lambda one: (-one.count, -one.last_at.timestamp()))
        return found[:IN_VAIN_SHOWN]

    async def look(self) -> int:
        """The tick: once a day for each saved search, a message where there is something new; how many."""
        now = self._clock.now()
        async with self._db.reading() as session:
            everywhere = await networks.everywhere(session)
        sent = 0
        for network in everywhere:
            if local(network, now).hour >= MORNING:
                async with self._db.transaction() as session:
                    sent += await self._look(session, network, now)
        return sent

    async def _look(self, session: AsyncSession, network: Network, now: datetime) -> int:
        today = local(network, now)
        midnight = datetime.combine(today.date(), time(), tzinfo=today.tzinfo)
        sent = 0
        for alert in await alerts.due(session, network.id or 0, midnight, limit=AT_ONCE):
            news = await self._news(session, alert)
            alert.looked_until = now
            session.add(alert)
            if news:
                sent += await outbox.enqueue(
                    session,
                    network_id=alert.network_id,
                    kind="alert.found",
                    dedupe_key=f"alert.found:{alert.id}:{today.date()}",
                    subject_id=alert.id,
                    recipient_id=alert.member_id,
                    details={"resources": news},
                    due_at=now,
                    expires_at=now + timedelta(days=3),
                    now=now,
                )
        return sent

    async def _news(self, session: AsyncSession, alert: SavedSearch) -> list[int]:
        """What this search finds and was published since it was last looked at, best first."""
        fresh = await library.published_since(session, alert.network_id, alert.looked_until)
        if not fresh:
            return []
        found = await search.answer(
            session,
            self._memory,
            alert.network_id,
            alert.query,
            kinds=["resource"],
            facets=[
                [f"kind:{kind}" for kind in alert.filters.get("kinds", ())],
                [f"theme:{theme}" for theme in alert.filters.get("themes", ())],
            ],
        )
        return [hit.item_id for hit in found.hits if hit.item_id in fresh]


async def view(session: AsyncSession, alert: SavedSearch) -> AlertView:
    """As the words need it."""
    named = {theme.id: theme.name for theme in await networks.all_themes(session, alert.network_id)}
    themes = tuple(named[key] for key in alert.filters.get("themes", ()) if key in named)
    return AlertView(alert.id or 0, alert.query, tuple(alert.filters.get("kinds", ())), themes)
