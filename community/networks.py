"""A network: its set-up on a server, its settings, its state and its repair.

Platform work (making channels) is in ``network_building.py``.
"""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text, theme_renaming, theme_roles_plan
from community.actors import Actor, Role, Standing
from community.errors import Invalid, NotFound
from community.network_building import Building, enqueue, want_panel
from community.policy import Action, require
from community.ports import Clock, Labels
from community.settings import (
    LOCALES,
    NAME_LONGEST,
    TAG_LONGEST,
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
from storage import audit, library, members, networks, outbox, theme_roles, ticks
from storage.engine import Database
from storage.networks import Network, Place, RoleName, Theme


class Networks:
    """Use cases on a network as a whole."""

    def __init__(self, db: Database, clock: Clock, building: Building, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._building = building
        self._labels = labels

    async def set_up(self, standing: Standing, *, name: str) -> SetUpView:
        """Make or adopt all that the network needs on its server, and the network itself if new."""
        if standing.server_ref is None:
            raise OnlyInServer
        actor = Actor(0, None, Role.ADMIN if standing.manages_server else Role.STRANGER)
        require(actor, Action.SET_UP_NETWORK)
        async with self._building.turn(standing.server_ref):
            network_id, first_time = await self._found(standing, name)
            return await self._building.build(network_id, standing.server_ref, None, first_time=first_time)

    async def repair(self, actor: Actor) -> SetUpView:
        """Put back what was deleted by hand; what stands is left as it is."""
        require(actor, Action.CHANGE_NETWORK)
        return await self._building.again(actor)

    async def status(self, actor: Actor) -> StatusView:
        """How the network stands, for those who run it."""
        require(actor, Action.SEE_NETWORK_STATUS)
        state = await self._building.look(actor)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            settings = await settings_of(session, network)
            states = await members.count_by_state(session, actor.network_id)
            resources = await library.count_by_state(session, actor.network_id)
            oldest = await library.queue(session, actor.network_id, limit=1)
            now = self._clock.now()
            undelivered = await outbox.undelivered(
                session, actor.network_id, since=now - outbox.KEPT_FOR, until=now
            )
            looked = [TickView.of(tick, now) for tick in await ticks.every_tick(session)]
            names = await theme_roles_plan.names(session, actor.network_id, state)
        return StatusView(
            settings,
            state.missing,
            state.missing_permissions,
            states,
            resources,
            oldest[0].created_at if oldest else None,
            sum(1 for row in undelivered if row.reason != outbox.LATE),
            looked,
            names,
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
            now = self._clock.now()
            await enqueue(session, actor.network_id, "network.panel_changed", act, now)
            await theme_roles_plan.show_panel(session, actor.network_id, act, now)
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
                now = self._clock.now()
                await want_panel(session, actor.network_id, act, now)
                await theme_roles_plan.show_panel(session, actor.network_id, act, now)
            return await settings_of(session, network)

    async def set_role(self, actor: Actor, role: str, role_ref: str) -> SettingsView:
        """Use another platform role for one of ours."""
        require(actor, Action.CHANGE_NETWORK)
        if role not in set(RoleName):
            raise Invalid(field="role", problem="unknown", given=role)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            if await theme_roles.is_used(session, actor.network_id, role_ref):
                raise Invalid(field="chosen_role", problem="role_of_theme")  # everybody may take it
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
            act = await self._note(session, actor, ["themes"])
            await theme_roles_plan.themes_changed(session, actor.network_id, act, self._clock.now())
            view = await settings_of(session, network)
        await self._building.again(actor)  # forums and roles show the themes as they are now
        return view

    async def rename_theme(self, actor: Actor, theme_id: int, name: str, tag: str = "") -> SettingsView:
        """Another name: what bears it, its tag in the forums and its role follow."""
        require(actor, Action.CHANGE_NETWORK)
        name = checked(text.one_line(name), "theme", THEME_LONGEST)
        tag = checked(text.one_line(tag) or shortened(name), "tag", TAG_LONGEST)
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            theme = await networks.theme(session, actor.network_id, theme_id)
            if theme is None or theme.archived_at is not None:
                raise NotFound(kind="theme")
            others = [one for one in await networks.all_themes(session, actor.network_id) if one is not theme]
            if any(other.name.casefold() == name.casefold() for other in others):
                raise Invalid(field="theme", problem="already_there", given=name)
            if any(other.tag.casefold() == tag.casefold() for other in others if not other.archived_at):
                raise Invalid(field="tag", problem="already_there", given=tag)
            was, renamed = theme.tag, theme.name != name
            theme.name, theme.tag = name, tag
            session.add(theme)
            act = await self._note(session, actor, ["themes"])
            await theme_roles_plan.themes_changed(session, actor.network_id, act, self._clock.now())
            view = await settings_of(session, network)
        await self._building.again(actor, renamed_tags={was: tag} if was != tag else {})
        if renamed:
            await theme_renaming.follow(self._db, actor.network_id, theme_id)
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
            act = await self._note(session, actor, ["themes"])
            now = self._clock.now()
            await theme_roles_plan.themes_changed(session, actor.network_id, act, now, gone=[theme_id])
            view = await settings_of(session, network)
        await self._building.again(actor)  # forums and roles show the themes as they are now
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

    async def _note(self, session: AsyncSession, actor: Actor, changed: Sequence[str]) -> int:
        return await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.CHANGE_NETWORK,
            details={"changed": list(changed)},
        )
