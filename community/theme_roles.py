"""Theme roles of a network: turned on and off by those who run it. Who wears them: ``themes.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from community import theme_roles_plan as plan
from community.actors import Actor
from community.errors import NotSetUp
from community.network_building import Building
from community.policy import Action, require
from community.ports import Clock
from storage import audit, networks, theme_roles
from storage.engine import Database
from storage.networks import Place


@dataclass(frozen=True)
class RoleLine:
    """A theme, its role where it has one, and how many members wear it."""

    theme_id: int
    name: str
    role_ref: str | None
    wearers: int


@dataclass(frozen=True)
class ThemeRolesView:
    """``troubles``: what is wrong -> themes' names. ``changed``: by what was just asked."""

    enabled: bool
    lines: Sequence[RoleLine]
    welcome_ref: str | None
    troubles: Mapping[str, Sequence[str]]
    changed: bool = False


class ThemeRoles:
    """Use cases of those who run the network, and one of the platform."""

    def __init__(self, db: Database, clock: Clock, building: Building) -> None:
        self._db = db
        self._clock = clock
        self._building = building

    async def state(self, actor: Actor) -> ThemeRolesView:
        """How they stand. Looks at the server too, where they are on."""
        require(actor, Action.RUN_THEME_ROLES)
        async with self._db.reading() as session:
            enabled = (await theme_roles.settings(session, actor.network_id)).enabled
        troubles: Mapping[str, Sequence[str]] = {}
        if enabled:
            found = await self._building.look(actor)
            async with self._db.reading() as session:
                troubles = await plan.names(session, actor.network_id, found)
        async with self._db.reading() as session:
            return await _view(session, actor, troubles)

    async def turn_on(self, actor: Actor) -> ThemeRolesView:
        """A role for each theme, and the message that they are taken from. Again: what is lacking."""
        require(actor, Action.RUN_THEME_ROLES)
        await self._building.server_of(actor)
        changed = await self._set(actor, enabled=True)
        done = await self._building.again(actor)
        async with self._db.reading() as session:
            return await _view(session, actor, done.theme_troubles, changed=changed)

    async def turn_off(self, actor: Actor) -> ThemeRolesView:
        """Roles that we made are deleted; members go on following their themes."""
        require(actor, Action.RUN_THEME_ROLES)
        changed = await self._set(actor, enabled=False)
        async with self._db.reading() as session:
            return await _view(session, actor, {}, changed=changed)

    async def role_gone(self, platform: str, server_ref: str, role_ref: str) -> bool:
        """Somebody deleted a role by hand: it is missing until a repair. False: none of ours."""
        async with self._db.reading() as session:
            network = await networks.by_server(session, platform, server_ref)
            if network is None or not await theme_roles.is_used(session, network.id or 0, role_ref):
                return False
        async with self._db.transaction() as session:
            return await theme_roles.forget_ref(session, network.id or 0, role_ref)

    async def _set(self, actor: Actor, *, enabled: bool) -> bool:
        now = self._clock.now()
        async with self._db.transaction() as session:
            network = await networks.lock(session, actor.network_id)
            if network.server_ref is None:
                raise NotSetUp
            row = await theme_roles.settings(session, actor.network_id)
            if row.enabled is enabled:
                return False
            row.enabled = enabled
            session.add(row)
            await session.flush()
            act = await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action=f"theme.roles_{'on' if enabled else 'off'}",
            )
            if not enabled:
                standing = await theme_roles.every(session, actor.network_id)
                await plan.end(session, actor.network_id, sorted(standing), act, now)
            await plan.show_panel(session, actor.network_id, act, now)
            return True


async def _view(
    session: AsyncSession, actor: Actor, troubles: Mapping[str, Sequence[str]], *, changed: bool = False
) -> ThemeRolesView:
    settings = await theme_roles.settings(session, actor.network_id)
    standing = await theme_roles.every(session, actor.network_id) if settings.enabled else {}
    wearers = await theme_roles.count_wearers(session, actor.network_id)
    lines = []
    for theme in await networks.themes(session, actor.network_id):
        role = standing.get(theme.id or 0)
        number = wearers.get(theme.id or 0, 0)
        lines.append(RoleLine(theme.id or 0, theme.name, role.role_ref if role else None, number))
    welcome = (await networks.places(session, actor.network_id)).get(Place.WELCOME)
    ref = welcome.channel_ref if welcome is not None else None
    return ThemeRolesView(settings.enabled, tuple(lines), ref, troubles, changed)
