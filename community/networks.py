"""A network: its set-up on a server, its settings, its state and its repair.

Platform work (making channels) runs between two transactions, never inside one; what was made is kept even
when something was refused, so that doing it again goes on from there.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor, Role, Standing
from community.errors import Invalid, NotFound, NotSetUp
from community.policy import Action, require
from community.ports import Clock, Labels, ServerBuilder, ServerPlan, ServerState
from community.settings import (
    LOCALES,
    NAME_LONGEST,
    TAG_LONGEST,
    TAGS_MOST,
    THEME_LONGEST,
    THEMES_MOST,
    OnlyInServer,
    SettingsView,
    SetUpView,
    StatusView,
    ThemeView,
    TickView,
    checked,
    known_timezone,
    settings_of,
    shortened,
)
from storage import audit, library, members, networks, outbox, ticks
from storage.engine import Database
from storage.networks import Network, Place, RoleName, Theme


class Networks:
    """Use cases on a network as a whole."""

    def __init__(self, db: Database, clock: Clock, builder: ServerBuilder, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._builder = builder
        self._labels = labels
        # Two set-ups of one server at once would each make the channels that the other does not see yet.
        self._building: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def set_up(self, standing: Standing, *, name: str) -> SetUpView:
        """Make or adopt all that the network needs on its server, and the network itself if new."""
        if standing.server_ref is None:
            raise OnlyInServer
        actor = Actor(0, None, Role.ADMIN if standing.manages_server else Role.STRANGER)
        require(actor, Action.SET_UP_NETWORK)
        async with self._building[standing.server_ref]:
            network_id, first_time = await self._found(standing, name)
            return await self._build(network_id, standing.server_ref, None, first_time=first_time)

    async def repair(self, actor: Actor) -> SetUpView:
        """Put back what was deleted by hand; what stands is left as it is."""
        require(actor, Action.CHANGE_NETWORK)
        server_ref = await self._server_of(actor)
        async with self._building[server_ref]:
            return await self._build(actor.network_id, server_ref, actor.member_id)

    async def status(self, actor: Actor) -> StatusView:
        """How the network stands, for those who run it."""
        require(actor, Action.SEE_NETWORK_STATUS)
        server_ref = await self._server_of(actor)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            plan = await self._plan(session, network)
            settings = await settings_of(session, network)
            states = await members.count_by_state(session, actor.network_id)
            resources = await library.count_by_state(session, actor.network_id)
            oldest = await library.queue(session, actor.network_id, limit=1)
            now = self._clock.now()
            undelivered = await outbox.undelivered(
                session, actor.network_id, since=now - outbox.KEPT_FOR, until=now
            )
            looked = [TickView.of(tick, now) for tick in await ticks.every_tick(session)]
        state = await self._builder.check(server_ref, plan)
        return StatusView(
            settings,
            state.missing,
            state.missing_permissions,
            states,
            resources,
            oldest[0].created_at if oldest else None,
            len(undelivered),
            looked,
        )

    async def settings(self, actor: Actor) -> SettingsView:
        """What can be set, as it stands."""
        require(actor, Action.CHANGE_NETWORK)
        async with self._db.reading() as session:
            return await settings_of(session, await networks.get(session, actor.network_id))

    async def themes(self, actor: Actor) -> Sequence[ThemeView]:
        """The themes in use, each with the number of published resources."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            counts = await library.published_per_theme(session, actor.network_id)
            found = await networks.themes(session, actor.network_id)
            return tuple(ThemeView.of(theme, counts.get(theme.id or 0, 0)) for theme in found)

    async def change(
        self, actor: Actor, *, name: str | None = None, locale: str | None = None, timezone: str | None = None
    ) -> SettingsView:
        """Change what is given, leave the rest. Names of channels on the server stay as they are."""
        require(actor, Action.CHANGE_NETWORK)
        changes: dict[str, str] = {}
        if name is not None:
            changes["name"] = checked(text.one_line(name), "name", NAME_LONGEST)
        if locale is not None:
            if locale not in LOCALES:
                raise Invalid(field="locale", problem="unknown", given=locale)
            changes["locale"] = locale
        if timezone is not None:
            changes["timezone"] = known_timezone(timezone)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            for field, value in changes.items():
                setattr(network, field, value)
            session.add(network)
            act = await self._note(session, actor, sorted(changes))
            await self._enqueue(session, actor.network_id, "network.panel_changed", act)
            return await settings_of(session, network)

    async def set_place(self, actor: Actor, place: str, channel_ref: str) -> SettingsView:
        """Use another channel for a place."""
        require(actor, Action.CHANGE_NETWORK)
        if place not in set(Place):
            raise Invalid(field="place", problem="unknown", given=place)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            await networks.put_place(session, actor.network_id, place, channel_ref)
            act = await self._note(session, actor, [f"place.{place}"])
            if place == Place.WELCOME:
                await self._want_panel(session, actor.network_id, act)
            return await settings_of(session, network)

    async def set_role(self, actor: Actor, role: str, role_ref: str) -> SettingsView:
        """Use another platform role for one of ours."""
        require(actor, Action.CHANGE_NETWORK)
        if role not in set(RoleName):
            raise Invalid(field="role", problem="unknown", given=role)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            await networks.put_role(session, actor.network_id, role, role_ref)
            await self._note(session, actor, [f"role.{role}"])
            return await settings_of(session, network)

    async def add_theme(self, actor: Actor, name: str, tag: str = "") -> SettingsView:
        """A theme more, last in the list; one that was archived under this name comes back."""
        require(actor, Action.CHANGE_NETWORK)
        name = checked(text.one_line(name), "theme", THEME_LONGEST)
        tag = checked(text.one_line(tag) or shortened(name), "tag", TAG_LONGEST)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            known = await networks.themes(session, actor.network_id)
            if len(known) >= THEMES_MOST:
                raise Invalid(field="theme", problem="too_many", limit=THEMES_MOST)
            if any(theme.name.casefold() == name.casefold() for theme in known):
                raise Invalid(field="theme", problem="already_there", given=name)
            if any(theme.tag.casefold() == tag.casefold() for theme in known):
                raise Invalid(field="tag", problem="already_there", given=tag)
            theme = await networks.theme_named(session, actor.network_id, name)
            if theme is None:
                theme = Theme(network_id=actor.network_id, name=name, position=0)
            theme.tag, theme.archived_at = tag, None
            theme.position = max((other.position for other in known), default=-1) + 1
            session.add(theme)
            await self._note(session, actor, ["themes"])
            view = await settings_of(session, network)
        await self._show_tags(actor)
        return view

    async def archive_theme(self, actor: Actor, theme_id: int) -> SettingsView:
        """It is offered no more; what bears it keeps it."""
        require(actor, Action.CHANGE_NETWORK)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            theme = await networks.theme(session, actor.network_id, theme_id)
            if theme is None or theme.archived_at is not None:
                raise NotFound(kind="theme")
            if len(await networks.themes(session, actor.network_id)) == 1:
                raise Invalid(field="theme", problem="last_one")
            theme.archived_at = self._clock.now()
            session.add(theme)
            await self._note(session, actor, ["themes"])
            view = await settings_of(session, network)
        await self._show_tags(actor)
        return view

    async def _found(self, standing: Standing, name: str) -> tuple[int, bool]:
        """The server's network, with the themes that a network starts with."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            network = await networks.by_server(session, standing.platform, standing.server_ref or "")
            if network is not None:
                network.left_at = None
                session.add(network)
                return network.id or 0, network.set_up_at is None
            locale = standing.server_locale if standing.server_locale in LOCALES else LOCALES[0]
            network = Network(
                platform=standing.platform,
                server_ref=standing.server_ref,
                name=text.one_line(name)[:NAME_LONGEST],
                locale=locale,
                created_at=now,
            )
            session.add(network)
            await session.flush()
            await self._default_themes(session, network)
            return network.id or 0, True

    async def _default_themes(self, session: AsyncSession, network: Network) -> None:
        names = self._labels.table("themes.names", network.locale)
        tags = self._labels.table("themes.tags", network.locale)
        for position, (key, name) in enumerate(names.items()):
            session.add(Theme(network_id=network.id or 0, name=name, tag=tags[key], position=position))
        await session.flush()

    async def _build(
        self, network_id: int, server_ref: str, member_id: int | None, *, first_time: bool = False
    ) -> SetUpView:
        async with self._db.reading() as session:
            plan = await self._plan(session, await networks.get(session, network_id))
        state = await self._builder.build(server_ref, plan)
        async with self._db.transaction() as session:
            network = await networks.lock(session, network_id)
            return await self._record(session, network, state, member_id, first_time)

    async def _record(
        self,
        session: AsyncSession,
        network: Network,
        state: ServerState,
        member_id: int | None,
        first_time: bool,
    ) -> SetUpView:
        """Keep what stands now, even when the rest was refused."""
        network_id = network.id or 0
        for place, channel_ref in state.channels.items():
            await networks.put_place(session, network_id, place, channel_ref)
        for role, role_ref in state.roles.items():
            await networks.put_role(session, network_id, role, role_ref)
        missing = [name for name in state.missing if name != "panel"]
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
            await self._want_panel(session, network_id, act)
        # What could not be said for want of a place is tried again.
        again = await outbox.try_again(session, network_id, now) if complete else 0
        return SetUpView(
            await settings_of(session, network),
            state.created,
            state.adopted,
            missing,
            state.missing_permissions,
            complete,
            first_time,
            again,
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
            theme_names=[theme.tag for theme in themes[:TAGS_MOST]],
            known_roles=await networks.roles(session, network_id),
            known_channels={place: row.channel_ref for place, row in places.items()},
            known_panel=welcome.panel_ref if welcome else None,
        )

    async def _enqueue(self, session: AsyncSession, network_id: int, kind: str, act: int) -> None:
        """Keyed by the act that asked for it: each act posts once at most."""
        now = self._clock.now()
        await outbox.enqueue(
            session, network_id=network_id, kind=kind, dedupe_key=f"{kind}:{act}", due_at=now, now=now
        )

    async def _want_panel(self, session: AsyncSession, network_id: int, act: int) -> None:
        """One that still has to leave will go where the welcome place is then."""
        if not await outbox.is_waiting(session, network_id, "network.panel"):
            await self._enqueue(session, network_id, "network.panel", act)

    async def _note(self, session: AsyncSession, actor: Actor, changed: Sequence[str]) -> int:
        return await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.CHANGE_NETWORK,
            details={"changed": list(changed)},
        )

    async def _show_tags(self, actor: Actor) -> None:
        """Forums show the themes as they are now. A server that refuses is told of by the status view."""
        server_ref = await self._server_of(actor)
        async with self._building[server_ref]:
            await self._build(actor.network_id, server_ref, actor.member_id)

    async def _server_of(self, actor: Actor) -> str:
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
        if network.server_ref is None:
            raise NotSetUp
        return network.server_ref
