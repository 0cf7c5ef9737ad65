"""Collections of resources (« boîtes à outils »): facilitators arrange and publish them, members browse.

A resource that is withdrawn leaves what members see of a toolbox, and comes back if it is published again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.lengths import check_length
from community.policy import Action, allows, require
from community.ports import Clock
from community.resources import ResourceView, views
from storage import audit, library, networks, toolboxes
from storage.engine import Database
from storage.library import ResourceState
from storage.toolboxes import Toolbox

TITLE_SHORTEST, TITLE_LONGEST = 3, 100
INTRO_LONGEST = 500
# What one menu shows.
TOOLBOXES_MOST = 25
ITEMS_MOST = 25


@dataclass(frozen=True)
class ToolboxLine:
    id: int
    title: str
    published: bool
    resources: int


@dataclass(frozen=True)
class ToolboxView:
    """``arranging``: the reader may change it."""

    id: int
    title: str
    intro: str
    published: bool
    resources: Sequence[ResourceView]
    arranging: bool


class Toolboxes:
    """Use cases on toolboxes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def shelf(self, actor: Actor) -> Sequence[ToolboxLine]:
        """Those that are published; for facilitators also those in the making."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            drafts = allows(actor, Action.CURATE_LIBRARY)
            found = await toolboxes.shelf(session, actor.network_id, drafts=drafts, limit=TOOLBOXES_MOST)
            sizes = await toolboxes.sizes(session, actor.network_id)
        return [
            ToolboxLine(one.id or 0, one.title, one.published_at is not None, sizes.get(one.id or 0, 0))
            for one in found
        ]

    async def open(self, actor: Actor, toolbox_id: int) -> ToolboxView:
        """What it holds, in its order."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            toolbox = await toolboxes.get(session, actor.network_id, toolbox_id)
            hidden = toolbox is not None and toolbox.published_at is None
            if toolbox is None or (hidden and not allows(actor, Action.CURATE_LIBRARY)):
                raise NotFound(kind="toolbox")
            return await _view(session, actor, toolbox)

    async def create(self, actor: Actor, title: str, intro: str = "") -> ToolboxView:
        """Empty, and seen by facilitators only until it is published."""
        require(actor, Action.CURATE_LIBRARY)
        values = _checked(title, intro)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            there = await toolboxes.shelf(session, actor.network_id, drafts=True, limit=TOOLBOXES_MOST)
            if len(there) >= TOOLBOXES_MOST:
                raise Invalid(field="name", problem="too_many", limit=TOOLBOXES_MOST)
            made = Toolbox(
                network_id=actor.network_id,
                title=values["title"],
                intro=values["intro"],
                created_by=actor.member_id,
                created_at=now,
                updated_at=now,
            )
            session.add(made)
            await session.flush()
            return await self._changed(session, actor, made)

    async def edit(self, actor: Actor, toolbox_id: int, title: str, intro: str = "") -> ToolboxView:
        """Another title or introduction."""
        require(actor, Action.CURATE_LIBRARY)
        values = _checked(title, intro)
        async with self._db.transaction() as session:
            toolbox = await _locked(session, actor, toolbox_id)
            toolbox.sqlmodel_update(values)
            return await self._changed(session, actor, toolbox)

    async def publish(self, actor: Actor, toolbox_id: int, *, wanted: bool = True) -> ToolboxView:
        """Members see it from now on, or no longer. Twice changes nothing."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.transaction() as session:
            toolbox = await _locked(session, actor, toolbox_id)
            toolbox.published_at = (toolbox.published_at or self._clock.now()) if wanted else None
            return await self._changed(session, actor, toolbox)

    async def put(self, actor: Actor, toolbox_id: int, resource_id: int) -> ToolboxView:
        """Add a published resource at the end. Twice changes nothing."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.transaction() as session:
            toolbox = await _locked(session, actor, toolbox_id)
            resource = await library.get(session, actor.network_id, resource_id)
            if resource is None or resource.state != ResourceState.PUBLISHED:
                raise NotFound(kind="resource")
            held = await toolboxes.held(session, toolbox_id)
            if resource_id not in held:
                if len(held) >= ITEMS_MOST:
                    raise Invalid(field="name", problem="too_many", limit=ITEMS_MOST)
                await toolboxes.arrange(session, toolbox_id, [*held, resource_id])
            return await self._changed(session, actor, toolbox)

    async def lift(self, actor: Actor, toolbox_id: int, resource_id: int) -> ToolboxView:
        """One place up, past the one that readers see above it."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.transaction() as session:
            toolbox = await _locked(session, actor, toolbox_id)
            held = await _holding(session, toolbox_id, resource_id)
            seen = [one.id or 0 for one in await toolboxes.contents(session, actor.network_id, toolbox_id)]
            above = seen[seen.index(resource_id) - 1] if resource_id in seen[1:] else resource_id
            place = held.index(above)
            held.remove(resource_id)
            held.insert(place, resource_id)
            await toolboxes.arrange(session, toolbox_id, held)
            return await self._changed(session, actor, toolbox)

    async def take_out(self, actor: Actor, toolbox_id: int, resource_id: int) -> ToolboxView:
        """Out of the toolbox; it stays in the library."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.transaction() as session:
            toolbox = await _locked(session, actor, toolbox_id)
            held = await _holding(session, toolbox_id, resource_id)
            await toolboxes.arrange(session, toolbox_id, [one for one in held if one != resource_id])
            return await self._changed(session, actor, toolbox)

    async def delete(self, actor: Actor, toolbox_id: int) -> ToolboxView:
        """The toolbox goes, its resources stay in the library."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.transaction() as session:
            toolbox = await _locked(session, actor, toolbox_id)
            gone = await self._changed(session, actor, toolbox)
            await toolboxes.remove(session, toolbox)
            return gone

    async def _changed(self, session: AsyncSession, actor: Actor, toolbox: Toolbox) -> ToolboxView:
        toolbox.updated_at = self._clock.now()
        session.add(toolbox)
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.CURATE_LIBRARY,
            subject_kind="toolbox",
            subject_id=toolbox.id,
        )
        return await _view(session, actor, toolbox)


async def _locked(session: AsyncSession, actor: Actor, toolbox_id: int) -> Toolbox:
    toolbox = await toolboxes.locked(session, actor.network_id, toolbox_id)
    if toolbox is None:
        raise NotFound(kind="toolbox")
    return toolbox


async def _holding(session: AsyncSession, toolbox_id: int, resource_id: int) -> list[int]:
    held = await toolboxes.held(session, toolbox_id)
    if resource_id not in held:
        raise NotFound(kind="resource")
    return held


async def _view(session: AsyncSession, actor: Actor, toolbox: Toolbox) -> ToolboxView:
    found = await toolboxes.contents(session, actor.network_id, toolbox.id or 0)
    return ToolboxView(
        toolbox.id or 0,
        toolbox.title,
        toolbox.intro,
        toolbox.published_at is not None,
        await views(session, actor.network_id, found),
        allows(actor, Action.CURATE_LIBRARY),
    )


def _checked(title: str, intro: str) -> dict[str, str]:
    values = {"title": text.one_line(title), "intro": text.lines(intro)}
    check_length("name", values["title"], TITLE_SHORTEST, TITLE_LONGEST)
    check_length("intro", values["intro"], 0, INTRO_LONGEST)
    return values
