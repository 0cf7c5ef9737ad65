"""Peers who could answer a question on some themes: only those who agreed to be found, with the reason."""

from collections.abc import Collection, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from community.profiles import PeerView, peer_views, wanted_of
from storage import networks, profiles
from storage.profiles import Profile

MOST = 3


async def proposed(
    session: AsyncSession, network_id: int, author_id: int | None, theme_ids: Collection[int]
) -> Sequence[PeerView]:
    """Those who follow one of the themes, from the territories that are most like the author's."""
    mine = await profiles.get(session, network_id, author_id) if author_id is not None else None
    found: dict[int, tuple[Profile, str, str]] = {}
    for theme_id in list(theme_ids):
        wanted = wanted_of(author_id or 0, mine, list(theme_ids), theme_id=theme_id)
        for peer in await profiles.peers(session, network_id, wanted, MOST):
            found.setdefault(peer[0].member_id, peer)
    names = {theme.name for theme in await networks.themes(session, network_id) if theme.id in theme_ids}
    return await peer_views(session, network_id, mine, names, list(found.values())[:MOST])
