"""Who wears the roles of which themes: a member who follows a theme, and agreed that the server sees it.

Runs in the caller's transaction. Rows are written here, and become calls in ``theme_roles_delivery.py``,
which asks again: what stands then wins over what was asked.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import members, outbox, theme_roles
from storage.members import MemberState

GIVE, TAKE = "theme.role_give", "theme.role_take"


async def entitled(session: AsyncSession, network_id: int, member_id: int, theme_id: int) -> bool:
    """Whether this member wears this theme's role, as things stand."""
    member = await members.get(session, network_id, member_id)
    if member is None or member.state != MemberState.ACTIVE:
        return False
    if not (await theme_roles.settings(session, network_id)).enabled:
        return False
    return theme_id in await theme_roles.worn(session, network_id, member_id)


async def ask(
    session: AsyncSession,
    now: datetime,
    network_id: int,
    member_ids: Collection[int],
    theme_ids: Collection[int],
    *,
    give: bool,
    priority: int = outbox.NORMAL,
) -> None:
    """The roles of these themes follow, for these members; themes without a role are left out."""
    kind = GIVE if give else TAKE
    standing = await theme_roles.every(session, network_id)
    rows: list[dict[str, Any]] = [
        {
            "kind": kind,
            "dedupe_key": f"{kind}:{theme_id}:{member_id}:{now.isoformat()}",
            "subject_id": theme_id,
            "recipient_id": member_id,
            "details": {},
            "due_at": now,
            "expires_at": None,
            "priority": priority,
        }
        for theme_id in sorted(set(theme_ids) & set(standing))
        for member_id in member_ids
    ]
    await outbox.enqueue_all(session, network_id, rows, now)


async def all_of(
    session: AsyncSession, now: datetime, network_id: int, member_id: int, *, give: bool
) -> None:
    """Somebody comes in or goes: every role of theirs follows."""
    worn = await theme_roles.worn(session, network_id, member_id)
    await ask(session, now, network_id, [member_id], worn, give=give)


async def followed(
    session: AsyncSession, now: datetime, network_id: int, member_id: int, before: Sequence[int]
) -> None:
    """Somebody follows other themes than ``before``: the roles that they wear follow."""
    decided = await theme_roles.decision(session, network_id, member_id)
    if decided is None or not decided.granted:
        return
    after = set(await theme_roles.worn(session, network_id, member_id))
    await ask(session, now, network_id, [member_id], after - set(before), give=True)
    await ask(session, now, network_id, [member_id], set(before) - after, give=False)


async def recreated(session: AsyncSession, now: datetime, network_id: int, theme_id: int) -> None:
    """A theme's role is a new one: those who want it get it, after what is more urgent."""
    wearers = await theme_roles.wearers(session, network_id, theme_id)
    await ask(session, now, network_id, wearers, [theme_id], give=True, priority=outbox.BULK)


async def refs_worn(session: AsyncSession, network_id: int, member_id: int) -> dict[int, str]:
    """Theme -> role, of what somebody wears: to take it from an account that is about to be forgotten."""
    standing = await theme_roles.every(session, network_id)
    worn = await theme_roles.worn(session, network_id, member_id)
    return {theme_id: standing[theme_id].role_ref for theme_id in worn if theme_id in standing}
