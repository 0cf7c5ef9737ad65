"""Bringing a network's server in line with its database, for every use case that needs it.

The platform is called between two transactions, never inside one; what was made is kept even when something
was refused, so that doing it again goes on from there. Asks for no permission: its callers do.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import theme_roles_plan
from community.actors import Actor
from community.errors import NotSetUp
from community.policy import Action
from community.ports import Clock, Labels, ServerBuilder, ServerPlan, ServerState
from community.settings import TAGS_MOST, SetUpView, settings_of
from community.threads_lost import forum_lost
from storage import audit, networks, outbox
from storage.engine import Database
from storage.networks import Network, Place


class Building:
    """One for all the use cases of a process: it keeps those of one server apart."""

    def __init__(self, db: Database, clock: Clock, builder: ServerBuilder, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._builder = builder
        self._labels = labels
        # Two set-ups of one server at once would each make the channels that the other does not see yet.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def turn(self, server_ref: str) -> AbstractAsyncContextManager[None]:
        """Held around ``build``."""
        return self._turns[server_ref]

    async def again(self, actor: Actor, *, renamed_tags: Mapping[str, str] | None = None) -> SetUpView:
        """Put back what is lacking on the actor's server, and show what the database says."""
        server_ref = await self.server_of(actor)
        async with self.turn(server_ref):
            return await self.build(
                actor.network_id, server_ref, actor.member_id, renamed_tags=renamed_tags or {}
            )

    async def build(
        self,
        network_id: int,
        server_ref: str,
        member_id: int | None,
        *,
        first_time: bool = False,
        renamed_tags: Mapping[str, str] | None = None,
    ) -> SetUpView:
        """Make or adopt what is lacking. The caller holds the server's turn."""
        async with self._db.reading() as session:
            plan = await self._plan(session, await networks.get(session, network_id))
        state = await self._builder.build(server_ref, replace(plan, renamed_tags=renamed_tags or {}))
        async with self._db.transaction() as session:
            network = await networks.lock(session, network_id)
            return await self._record(session, network, plan, state, member_id, first_time)

    async def look(self, actor: Actor) -> ServerState:
        """What stands, changing nothing."""
        server_ref = await self.server_of(actor)
        async with self._db.reading() as session:
            plan = await self._plan(session, await networks.get(session, actor.network_id))
        return await self._builder.check(server_ref, plan)

    async def server_of(self, actor: Actor) -> str:
        """The actor's server; a network of the command line has none."""
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
        if network.server_ref is None:
            raise NotSetUp
        return network.server_ref

    async def _record(
        self,
        session: AsyncSession,
        network: Network,
        plan: ServerPlan,
        state: ServerState,
        member_id: int | None,
        first_time: bool,
    ) -> SetUpView:
        """Keep what stands now, even when the rest was refused."""
        network_id = network.id or 0
        known = await networks.places(session, network_id)
        for place, channel_ref in state.channels.items():
            await networks.put_place(session, network_id, place, channel_ref)
            if place in known and place in state.created:
                await forum_lost(session, network_id, place, self._clock.now())
        for role, role_ref in state.roles.items():
            await networks.put_role(session, network_id, role, role_ref)
        panels = ("panel", "theme_panel")
        missing = [name for name in state.missing if name not in panels]
        complete = not missing and not state.missing_permissions
        now = self._clock.now()
        if complete and network.set_up_at is None:
            network.set_up_at = now
            session.add(network)
        act = await audit.record(
            session,
            network_id=network_id,
            at=now,
            member_id=member_id,
            action=Action.SET_UP_NETWORK,
            details={"created": list(state.created), "missing": missing},
        )
        if Place.WELCOME in state.channels and "panel" in state.missing:
            welcome = (await networks.places(session, network_id))[Place.WELCOME]
            if welcome.panel_ref in (None, plan.known_panel):  # else it was posted meanwhile
                await want_panel(session, network_id, act, now)
        themes = await theme_roles_plan.record(session, network_id, plan, state, act, now)
        # What could not be said for want of a place is tried again.
        again = await outbox.try_again(session, network_id, now) if complete else 0
        return SetUpView(
            await settings_of(session, network),
            state.created,
            state.adopted,
            missing,
            state.missing_permissions,
            complete and not themes,
            first_time,
            again,
            themes,
        )

    async def _plan(self, session: AsyncSession, network: Network) -> ServerPlan:
        """Names in the network's language; references of what was made before, so that it is found again."""
        network_id, locale = network.id or 0, network.locale
        places = await networks.places(session, network_id)
        themes = await networks.themes(session, network_id)
        welcome = places.get(Place.WELCOME)
        return ServerPlan(
            role_names=self._labels.table("server.roles", locale),
            channel_names=self._labels.table("server.channels", locale),
            channel_topics=self._labels.table("server.topics", locale),
            category_name=self._labels.label("server.category", locale),
            other_tag=self._labels.label("server.other_tag", locale),
            theme_names=[theme.tag for theme in themes[:TAGS_MOST]],
            known_roles=await networks.roles(session, network_id),
            known_channels={place: row.channel_ref for place, row in places.items()},
            known_panel=welcome.panel_ref if welcome else None,
            theme_roles=await theme_roles_plan.wanted(session, network_id),
            known_theme_panel=await theme_roles_plan.panel(session, network_id, welcome),
        )


async def want_panel(session: AsyncSession, network_id: int, act: int, now: datetime) -> None:
    """One that still has to leave will go where the welcome place is then."""
    if not await outbox.is_waiting(session, network_id, "network.panel"):
        await enqueue(session, network_id, "network.panel", act, now)


async def enqueue(session: AsyncSession, network_id: int, kind: str, act: int, now: datetime) -> None:
    """Keyed by the act that asked for it: each act posts once at most."""
    await outbox.enqueue(
        session, network_id=network_id, kind=kind, dedupe_key=f"{kind}:{act}", due_at=now, now=now
    )
