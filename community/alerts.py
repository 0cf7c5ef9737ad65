"""Saved searches: a member is told when something new answers a question, and never otherwise.

New is what was published since, was not found when the search was saved, was not told before, and is not the
member's own. Also what was searched for in vain, for the facilitators: words and counts, nobody's name.
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
from community.search import KINDS, ticket_of
from storage import alerts, networks, outbox, search
from storage.alerts import Published, SavedSearch
from storage.engine import Database
from storage.networks import Network
from storage.search import SearchSession

ALERTS_MOST = 20
NEWS_MOST = 5  # named in one message
KNOWN_MOST = 500
AT_ONCE = 200  # saved searches of one network looked at in one tick
IN_VAIN_SHOWN = 15
_IN_VAIN_READ = 5000
_LATE = timedelta(minutes=15)  # published, and seen only when its transaction had ended

Item = tuple[str, int]  # kind and id, as in the search index


class TooManyAlerts(DomainError):
    """Details: ``limit``."""

    code = "too_many_alerts"


@dataclass(frozen=True)
class AlertView:
    id: int
    query: str
    kinds: Sequence[str]
    themes: Sequence[str]
    theme_ids: Sequence[int]


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
                known=[_key((hit[0], hit[1])) for hit in noted.found if len(hit) == 3],
                looked_until=noted.at,
                created_at=noted.at,
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

    async def alert(self, actor: Actor, alert_id: int) -> AlertView:
        """One's own, to search again."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.reading() as session:
            return await view(session, _own(await alerts.get(session, actor.network_id, alert_id), actor))

    async def stop(self, actor: Actor, alert_id: int) -> AlertView:
        """No more of it. One's own only."""
        require(actor, Action.JUDGE_RESOURCE)
        async with self._db.transaction() as session:
            alert = _own(await alerts.get(session, actor.network_id, alert_id), actor)
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
                sent += await self._look(network, now)
        return sent

    async def _look(self, network: Network, now: datetime) -> int:
        """Searched in a snapshot, so that no writer waits; then noted and told in one transaction."""
        network_id, today = network.id or 0, local(network, now)
        midnight = datetime.combine(today.date(), time(), tzinfo=today.tzinfo)
        async with self._db.reading() as session:
            waiting = await alerts.due(session, network_id, midnight, limit=AT_ONCE)
            news = await self._news(session, network_id, waiting)
        sent = 0
        if not news:
            return sent
        async with self._db.transaction() as session:
            for alert in await alerts.still_due(session, network_id, list(news), midnight):
                found = news[alert.id or 0]
                alert.looked_until = now
                alert.known = [*alert.known, *map(_key, found)][-KNOWN_MOST:]
                session.add(alert)
                if found:
                    sent += await outbox.enqueue(
                        session,
                        network_id=network_id,
                        kind="alert.found",
                        dedupe_key=f"alert.found:{alert.id}:{today.date()}",
                        subject_id=alert.id,
                        recipient_id=alert.member_id,
                        details={"items": found},
                        due_at=now,
                        expires_at=now + timedelta(days=3),
                        now=now,
                    )
        return sent

    async def _news(
        self, session: AsyncSession, network_id: int, waiting: Sequence[SavedSearch]
    ) -> dict[int, list[Item]]:
        """What each saved search finds that is new to its member, best first."""
        since = min((_since(alert) for alert in waiting), default=None)
        published = await alerts.published_since(session, network_id, since) if since else ()
        numbers = await search.numbers_of(session, network_id, [one.item for one in published])
        news = {}
        for alert in waiting:
            fresh = _fresh(alert, published)
            places = [numbers[item] for item in fresh if item in numbers]
            found = await self._find(session, alert, places) if places else ()
            news[alert.id or 0] = [item for item in found if item in fresh]
        return news

    async def _find(self, session: AsyncSession, alert: SavedSearch, besides: Sequence[int]) -> list[Item]:
        """What the member would find, and the best of the news however far down they stand."""
        found = await search.answer(
            session,
            self._memory,
            alert.network_id,
            alert.query,
            kinds=KINDS,
            facets=[
                [f"kind:{kind}" for kind in alert.filters.get("kinds", ())],
                [f"theme:{theme}" for theme in alert.filters.get("themes", ())],
            ],
            besides=besides,
        )
        return [(hit.kind, hit.item_id) for hit in found.hits]


def _own(alert: SavedSearch | None, actor: Actor) -> SavedSearch:
    if alert is None or alert.member_id != actor.member_id:
        raise NotFound(kind="alert")
    return alert


def _since(alert: SavedSearch) -> datetime:
    return max(alert.created_at, alert.looked_until - _LATE)


def _fresh(alert: SavedSearch, published: Sequence[Published]) -> set[Item]:
    """What may be news for this member."""
    since, known = _since(alert), set(alert.known)
    return {
        one.item
        for one in published
        if one.at >= since and one.owner_id != alert.member_id and _key(one.item) not in known
    }


def _key(item: Item) -> str:
    kind, item_id = item
    return f"{kind}:{item_id}"


async def view(session: AsyncSession, alert: SavedSearch) -> AlertView:
    """As the words need it."""
    named = {theme.id: theme.name for theme in await networks.all_themes(session, alert.network_id)}
    themes = [key for key in alert.filters.get("themes", ()) if key in named]
    kinds = tuple(alert.filters.get("kinds", ()))
    return AlertView(alert.id or 0, alert.query, kinds, [named[key] for key in themes], themes)
