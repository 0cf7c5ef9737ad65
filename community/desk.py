"""The facilitators' desk: what waits for care in the network, line by line, and three gestures for the week.

It reads and decides nothing. A capability adds a line by a function in ``desk_lines.LOOKS``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.desk_lines import LOOKS, SILENT_AFTER, DeskLine
from community.digest_sources import address
from community.nudges import WEEK
from community.policy import Action, require, scope
from community.ports import Clock
from storage import audit, desk, members, networks, nudges, outbox
from storage.engine import Database
from storage.networks import Network, Place

PAGE = 10
NAMED = 3  # in a line of the chat
GESTURES = 3
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Gesture:
    """One thing to do this week. ``key`` names the sentence; ``name`` is who or what comes first."""

    key: str
    name: str = ""
    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class DeskView:
    lines: Sequence[DeskLine]
    gestures: Sequence[Gesture]
    held_back: int  # nudges that wait for room in their reader's budget
    not_sent: int  # nudges of the last week for which there was no room in time
    late: int = 0  # messages of the last week that were let go because their hour had passed
    address: str | None = None  # of the same on the web, where it is served
    themes: Sequence[str] = ()  # only these, where it is not of the whole network
    whole: bool = True  # the reader may see all of it
    charged: bool = False  # the reader is in charge of themes


@dataclass(frozen=True)
class Listed:
    """What a line names, and where it opens on the platform."""

    name: str
    address: str | None


@dataclass(frozen=True)
class ListView:
    """A line of the desk with all that it names. ``action``: of its button in the chat."""

    key: str
    count: int
    since: datetime | None
    action: str
    items: Sequence[Listed]

    @property
    def more(self) -> int:
        """How many are counted and not named, of those that have names."""
        return self.count - len(self.items) if self.items else 0


@dataclass(frozen=True)
class ListsView:
    """``corner``: where the facilitators talk and act."""

    lines: Sequence[ListView]
    gestures: Sequence[Gesture]
    held_back: int
    not_sent: int
    late: int
    corner: str | None


@dataclass(frozen=True)
class SilentMember:
    id: int
    name: str
    since: datetime


@dataclass(frozen=True)
class SilentPage:
    items: Sequence[SilentMember]
    total: int
    page: int
    days: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Failed:
    """So many messages of one kind that did not arrive, for one reason."""

    kind: str
    reason: str
    count: int
    last_at: datetime


@dataclass(frozen=True)
class FailedView:
    """``late``: those that nobody refused, but whose hour had passed. There is nothing to mend."""

    items: Sequence[Failed]
    late: Sequence[Failed]
    total: int  # without the late ones
    again: int  # how many can be tried again


class Desk:
    """Use cases of the desk."""

    def __init__(self, db: Database, clock: Clock, address: str | None = None) -> None:
        """``address``: of the web pages that show the same; None: there are none."""
        self._db = db
        self._clock = clock
        self._address = address

    async def look(self, actor: Actor, *, mine: bool = False) -> DeskView:
        """What waits for somebody's care now, each line in a few words.

        ``mine``: only what is of the themes that the actor is in charge of, which is all that some may see.
        """
        whole = scope(actor, Action.SEE_DESK) is None
        themes = None if whole and not mine else actor.themes
        async with self._db.reading() as session:
            web = self._address if whole else None
            found = await _look(session, actor.network_id, self._clock.now(), web, themes)
            every = await networks.all_themes(session, actor.network_id) if actor.themes else ()
        names = [theme.name for theme in every if theme.id in actor.themes]
        found = replace(found, themes=names if themes is not None else (), whole=whole, charged=bool(names))
        return replace(found, lines=[replace(line, names=line.names[:NAMED]) for line in found.lines])

    async def lists(self, actor: Actor) -> ListsView:
        """The same for a page: all that each line names, and where it opens."""
        require(actor, Action.SEE_DESK)
        async with self._db.reading() as session:
            found = await _look(session, actor.network_id, self._clock.now(), None)
            network = await networks.get(session, actor.network_id)
            corner = (await networks.places(session, actor.network_id)).get(Place.FACILITATORS)
        return ListsView(
            [_listed(network, line) for line in found.lines],
            found.gestures,
            found.held_back,
            found.not_sent,
            found.late,
            address(network, corner.channel_ref) if corner else None,
        )

    async def silent(self, actor: Actor, page: int = 1) -> SilentPage:
        """Members who did nothing for sixty days, the longest silence first."""
        require(actor, Action.SEE_DESK)
        before = self._clock.now() - SILENT_AFTER
        async with self._db.reading() as session:
            _, total = await desk.silent(session, actor.network_id, before, limit=1)
            page = min(max(1, page), max(1, -(-total // PAGE)))
            found, _ = await desk.silent(
                session, actor.network_id, before, limit=PAGE, offset=(page - 1) * PAGE
            )
            items = [
                SilentMember(
                    member.id or 0,
                    member.display_name,
                    member.seen_at or member.admitted_at or member.arrived_at,
                )
                for member in found
            ]
            return SilentPage(items, total, page, SILENT_AFTER.days)

    async def failed(self, actor: Actor) -> FailedView:
        """Messages that did not arrive in the last ninety days, by kind and reason."""
        require(actor, Action.SEE_DESK)
        now = self._clock.now()
        async with self._db.reading() as session:
            found = await desk.undelivered(session, actor.network_id, now - outbox.KEPT_FOR)
            again = await desk.given_up(session, actor.network_id, now)
        every = [Failed(kind, reason, count, last) for kind, reason, count, last in found]
        items = [one for one in every if one.reason != outbox.LATE]
        late = [one for one in every if one.reason == outbox.LATE]
        return FailedView(items, late, sum(item.count for item in items), again)

    async def try_again(self, actor: Actor) -> int:
        """Send anew what was given up and is still useful; how many."""
        require(actor, Action.SEE_DESK)
        now = self._clock.now()
        async with self._db.transaction() as session:
            count = await outbox.try_again(session, actor.network_id, now)
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action="desk.try_again",
                details={"count": count},
            )
            return count


async def _look(
    session: AsyncSession,
    network_id: int,
    now: datetime,
    web_address: str | None,
    themes: Collection[int] | None = None,
) -> DeskView:
    found = [await look(session, network_id, now, themes) for look in LOOKS]
    lines = [line for line in found if line is not None]
    if themes is not None:
        return DeskView(
            lines,
            gestures(lines, [Gesture("follow"), Gesture("thank"), Gesture("look_back")]),
            0,
            0,
            address=web_address,
        )
    held_back, not_sent = await nudges.held_back(session, network_id, now - WEEK)
    late = await desk.late(session, network_id, now - WEEK)
    more = await _evergreen(session, network_id, now)
    return DeskView(lines, gestures(lines, more), held_back, not_sent, late, web_address)


def _listed(network: Network, line: DeskLine) -> ListView:
    places = line.places or [None] * len(line.names)
    items = [Listed(name, address(network, place)) for name, place in zip(line.names, places, strict=True)]
    return ListView(line.key, line.count, line.since, line.button.action, items)


def gestures(lines: Sequence[DeskLine], more: Sequence[Gesture]) -> list[Gesture]:
    """Three things to do, from what is there: the same network on the same day gets the same three."""
    first = [Gesture(line.key, line.names[0] if line.names else "", line.count, line.since) for line in lines]
    return [*first, *more][:GESTURES]


async def _evergreen(session: AsyncSession, network_id: int, now: datetime) -> list[Gesture]:
    """What a network can always do with, when nothing waits."""
    found = []
    if not await desk.count_meetups(session, network_id, now, now + AHEAD):
        found.append(Gesture("no_meetup"))
    if not await desk.published_since(session, network_id, now - AHEAD):
        found.append(Gesture("no_resource"))
    people = (await members.count_by_state(session, network_id)).get("active", 0)
    return [*found, Gesture("invite", count=people), Gesture("thank"), Gesture("look_back")]
