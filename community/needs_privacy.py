"""What erasing a person takes out of needs: where they work, their name in the thread. The question stays."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.needs_plan import refresh
from storage import needs
from storage.needs import NeedState

_MOST = 10_000


async def forget_member(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> None:
    """In the transaction that erases the member; the cards in their threads follow."""
    for need in await needs.of_author(session, network_id, member_id, limit=_MOST):
        need.territory = ""
        if need.state == NeedState.WAITING:  # nobody but the facilitators has read it
            need.state, need.closed_at = NeedState.WITHDRAWN, now
        session.add(need)
        await refresh(session, need, now)
