"""A network's theme roles as its server needs them: what is wanted there, what was found, what goes.

Runs in the caller's transaction. The server itself is changed by ``network_building.py`` (roles made or
renamed) and by rows of the outbox (roles that go, the message that roles are taken from).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import theme_wearing
from community.ports import ServerPlan, ServerState, WantedRole
from storage import networks, outbox, theme_roles
from storage.networks import NetworkPlace, Place
from storage.theme_roles import ThemeRole

PANEL, PANEL_CHANGED, ROLE_END = "theme.panel", "theme.panel_changed", "theme.role_end"


async def wanted(session: AsyncSession, network_id: int) -> Mapping[int, WantedRole] | None:
    """One role a theme, where the network turned them on."""
    if not (await theme_roles.settings(session, network_id)).enabled:
        return None
    standing = await theme_roles.every(session, network_id)
    roles = {}
    for theme in await networks.themes(session, network_id):
        known = standing.get(theme.id or 0)
        roles[theme.id or 0] = (
            WantedRole(theme.name, known.role_ref, known.name) if known else WantedRole(theme.name)
        )
    return roles


async def panel(session: AsyncSession, network_id: int, welcome: NetworkPlace | None) -> str | None:
    """The message that roles are taken from, if it stands where the welcome place is now."""
    found = await theme_roles.settings(session, network_id)
    here = welcome is not None and welcome.channel_ref == found.channel_ref
    return found.panel_ref if here else None


async def record(
    session: AsyncSession, network_id: int, plan: ServerPlan, state: ServerState, act: int, now: datetime
) -> Mapping[str, Sequence[str]]:
    """Keep the roles that stand; who wears one that was made anew gets it. What is wrong -> themes' names."""
    standing = await theme_roles.every(session, network_id)
    on = (await theme_roles.settings(session, network_id)).enabled
    renewed = []
    for theme_id, role in state.theme_roles.items():
        row = standing.get(theme_id) or ThemeRole(
            theme_id=theme_id, network_id=network_id, role_ref="", name=""
        )
        if row.role_ref != role.ref:
            row.adopted = role.adopted
        if row.role_ref != role.ref or row.ended:
            renewed.append(theme_id)
        row.role_ref, row.name, row.ended = role.ref, role.name, False
        session.add(row)
    if on:
        lost = set(await _open(session, network_id)) - set(state.theme_roles)
        await theme_roles.forget(session, network_id, lost)
        if "theme_panel" in state.missing:
            await _again(session, network_id, plan.known_theme_panel, act, now)
    await session.flush()
    for theme_id in renewed:
        await theme_wearing.recreated(session, now, network_id, theme_id)
    if not on:  # turned off while they were being made
        await end(session, network_id, renewed, act, now)
    return await names(session, network_id, state)


async def names(session: AsyncSession, network_id: int, state: ServerState) -> Mapping[str, Sequence[str]]:
    """What is wrong with theme roles -> which themes, by name."""
    if not state.theme_troubles:
        return {}
    called = {theme.id: theme.name for theme in await networks.themes(session, network_id)}
    return {
        problem: [called[theme_id] for theme_id in theme_ids if theme_id in called]
        for problem, theme_ids in state.theme_troubles.items()
    }


async def end(
    session: AsyncSession, network_id: int, theme_ids: Sequence[int], act: int, now: datetime
) -> None:
    """These roles go: those that we made are deleted, those that we found are only taken back."""
    standing = await theme_roles.every(session, network_id)
    for theme_id in theme_ids:
        row = standing.get(theme_id)
        if row is None or row.ended:
            continue
        row.ended = True
        session.add(row)
        if row.adopted:
            wearers = await theme_roles.wearers(session, network_id, theme_id)
            await theme_wearing.ask(
                session, now, network_id, wearers, [theme_id], give=False, priority=outbox.BULK
            )
            continue
        await outbox.enqueue(
            session,
            network_id=network_id,
            kind=ROLE_END,
            dedupe_key=f"{ROLE_END}:{theme_id}:{act}",
            subject_id=theme_id,
            due_at=now,
            now=now,
        )


async def themes_changed(
    session: AsyncSession, network_id: int, act: int, now: datetime, *, gone: Sequence[int] = ()
) -> None:
    """A theme came, went or has another name: the message shows it, and the role of one that went goes."""
    await end(session, network_id, gone, act, now)
    await show_panel(session, network_id, act, now)


async def show_panel(session: AsyncSession, network_id: int, act: int, now: datetime) -> None:
    """The message that roles are taken from: posted where it is missing, else brought up to date."""
    found = await theme_roles.settings(session, network_id)
    welcome = (await networks.places(session, network_id)).get(Place.WELCOME)
    stands = await panel(session, network_id, welcome) is not None
    if not stands and not found.enabled:
        return
    kind = PANEL_CHANGED if stands else PANEL
    if stands or not await outbox.is_waiting(session, network_id, PANEL):
        await outbox.enqueue(
            session, network_id=network_id, kind=kind, dedupe_key=f"{kind}:{act}", due_at=now, now=now
        )


async def _again(session: AsyncSession, network_id: int, missed: str | None, act: int, now: datetime) -> None:
    """The message was missed on the server: it is posted, unless it was meanwhile."""
    welcome = (await networks.places(session, network_id)).get(Place.WELCOME)
    if await panel(session, network_id, welcome) not in (None, missed):
        return
    found = await theme_roles.settings(session, network_id)
    found.panel_ref = None
    session.add(found)
    await session.flush()
    await show_panel(session, network_id, act, now)


async def _open(session: AsyncSession, network_id: int) -> Sequence[int]:
    return [theme.id or 0 for theme in await networks.themes(session, network_id)]
