"""The themes that a member follows, and whether they wear their roles. Every act may be done twice.

Following a theme says it in the profile. Its role is seen by the whole server, which is more than what a
profile shows: it is worn with the member's consent, once for all the themes that they follow.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import profiles as rules
from community import theme_wearing
from community.actors import Actor
from community.errors import DomainError, NotFound
from community.policy import Action, require
from community.ports import Clock
from community.profiles import MOST_THEMES
from storage import members, networks, profiles, theme_roles
from storage.engine import Database
from storage.profiles import Consent
from storage.theme_roles import WEARS

PURPOSE = "roles"


class ThemesFull(DomainError):
    """One follows as many as one may. Details: ``limit``."""

    code = "themes_full"


@dataclass(frozen=True)
class MyTheme:
    id: int
    name: str
    followed: bool
    role_ref: str | None  # where the theme has one


@dataclass(frozen=True)
class MyThemes:
    """``wears``: the roles of those followed; None: never decided. ``asks``: it must be decided first."""

    themes: Sequence[MyTheme]
    roles: bool  # whether themes have roles here
    wears: bool | None
    asks: bool = False
    taken: MyTheme | None = None  # the one that a button was about

    @property
    def followed(self) -> Sequence[MyTheme]:
        return tuple(theme for theme in self.themes if theme.followed)


class Themes:
    """Use cases of a member, on their own themes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def mine(self, actor: Actor) -> MyThemes:
        """Every theme, with what the actor follows and wears."""
        require(actor, Action.FOLLOW_THEMES)
        async with self._db.reading() as session:
            return await _view(session, actor)

    async def take(self, actor: Actor, theme_id: int) -> MyThemes:
        """Follow a theme, and wear its role, unless that would show other themes that one kept to oneself."""
        require(actor, Action.FOLLOW_THEMES)
        now = self._clock.now()
        async with self._db.transaction() as session:
            member_id = await _locked(session, actor)
            before = await _followed(session, actor.network_id, member_id)
            others = [one for one in before if one != theme_id]
            await _set(session, actor, member_id, [*others, theme_id], now, chosen=theme_id)
            shown = await profiles.granted(session, actor.network_id, [member_id])
            reveals = others and "themes" not in shown.get(member_id, frozenset())
            decided = await theme_roles.decision(session, actor.network_id, member_id)
            wears = decided is not None and decided.granted
            enabled = (await theme_roles.settings(session, actor.network_id)).enabled
            if enabled and not wears and not reveals:
                await _wear(session, actor, member_id, True, now)
            return await _view(session, actor, theme_id, asks=bool(enabled and not wears and reveals))

    async def leave(self, actor: Actor, theme_id: int) -> MyThemes:
        """Follow it no more; its role goes."""
        require(actor, Action.FOLLOW_THEMES)
        async with self._db.transaction() as session:
            member_id = await _locked(session, actor)
            before = await _followed(session, actor.network_id, member_id)
            kept = [one for one in before if one != theme_id]
            await _set(session, actor, member_id, kept, self._clock.now())
            return await _view(session, actor, theme_id)

    async def choose(self, actor: Actor, theme_ids: Collection[int]) -> MyThemes:
        """Follow these and no other."""
        require(actor, Action.FOLLOW_THEMES)
        async with self._db.transaction() as session:
            member_id = await _locked(session, actor)
            await _set(session, actor, member_id, theme_ids, self._clock.now())
            return await _view(session, actor)

    async def wear(self, actor: Actor, wanted: bool) -> MyThemes:
        """Wear the roles of the themes that one follows, or follow them without."""
        require(actor, Action.FOLLOW_THEMES)
        async with self._db.transaction() as session:
            member_id = await _locked(session, actor)
            await _wear(session, actor, member_id, wanted, self._clock.now())
            return await _view(session, actor)


async def _locked(session: AsyncSession, actor: Actor) -> int:
    """The actor's number, with their row held: two clicks take turns."""
    if actor.member_id is None or await members.locked(session, actor.network_id, actor.member_id) is None:
        raise NotFound(kind="member")
    return actor.member_id


async def _followed(session: AsyncSession, network_id: int, member_id: int) -> Sequence[int]:
    """Of the themes in use; those that were archived since stay where they are."""
    return [
        theme.id or 0
        for theme in await profiles.themes_of(session, network_id, member_id)
        if theme.archived_at is None
    ]


async def _set(
    session: AsyncSession,
    actor: Actor,
    member_id: int,
    theme_ids: Collection[int],
    now: datetime,
    *,
    chosen: int | None = None,
) -> None:
    """Follow these of the themes in use. ``chosen``: the one that a button was about must be one of them."""
    offered = {theme.id for theme in await networks.themes(session, actor.network_id)}
    if chosen is not None and chosen not in offered:
        raise NotFound(kind="theme")
    wanted = {theme_id for theme_id in theme_ids if theme_id in offered}
    if len(wanted) > MOST_THEMES:
        raise ThemesFull(limit=MOST_THEMES)
    before = await profiles.themes_of(session, actor.network_id, member_id)
    archived = {theme.id or 0 for theme in before if theme.archived_at is not None}
    if wanted | archived == {theme.id for theme in before}:
        return
    worn = await theme_roles.worn(session, actor.network_id, member_id)
    mine = await profiles.ensure(session, actor.network_id, member_id, now)
    await profiles.set_themes(session, actor.network_id, member_id, wanted | archived)
    await theme_wearing.followed(session, now, actor.network_id, member_id, worn)
    await rules.refresh(session, mine, now)


async def _wear(session: AsyncSession, actor: Actor, member_id: int, wanted: bool, now: datetime) -> None:
    """A dated decision; deciding the same again changes nothing."""
    decided = await theme_roles.decision(session, actor.network_id, member_id)
    if decided is not None and decided.granted is wanted:
        return
    worn = [] if wanted else await theme_roles.worn(session, actor.network_id, member_id)
    if decided is None:
        decided = Consent(
            member_id=member_id,
            field=WEARS,
            network_id=actor.network_id,
            purpose=PURPOSE,
            granted=wanted,
            at=now,
        )
    decided.granted, decided.at = wanted, now
    session.add(decided)
    await session.flush()
    if wanted:
        worn = await theme_roles.worn(session, actor.network_id, member_id)
    await theme_wearing.ask(session, now, actor.network_id, [member_id], worn, give=wanted)


async def _view(
    session: AsyncSession, actor: Actor, theme_id: int | None = None, *, asks: bool = False
) -> MyThemes:
    member_id = actor.member_id or 0
    followed = set(await _followed(session, actor.network_id, member_id))
    standing = await theme_roles.every(session, actor.network_id)
    enabled = (await theme_roles.settings(session, actor.network_id)).enabled
    decided = await theme_roles.decision(session, actor.network_id, member_id)
    themes = []
    for theme in await networks.themes(session, actor.network_id):
        role = standing.get(theme.id or 0) if enabled else None
        ref = role.role_ref if role is not None else None
        themes.append(MyTheme(theme.id or 0, theme.name, theme.id in followed, ref))
    taken = next((theme for theme in themes if theme.id == theme_id), None)
    wears = decided.granted if decided is not None else None
    return MyThemes(tuple(themes), enabled, wears, asks, taken)
