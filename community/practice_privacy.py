"""What erasing a person takes out of cards: drafts, ways to reach them, which authority they spoke for.

The cards that they shared stay, signed « ancien membre »; a reuse stays and counts, without anybody's name.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from community.ports import Clock
from community.practice_sharing import enqueue_card, forget
from storage import practice_reuse, practices
from storage.practices import PracticeState

_MOST = 10_000


async def forget_member(session: AsyncSession, network_id: int, member_id: int, clock: Clock) -> None:
    """In the transaction that erases the member; the cards in their threads follow."""
    for practice in await practices.of_author(session, network_id, member_id, limit=_MOST):
        if practice.state == PracticeState.DRAFT:
            await forget(session, practice)
            continue
        practice.contact = ""
        session.add(practice)
        for version in await practices.versions(session, network_id, practice.id or 0, limit=_MOST):
            version.before = {name: was for name, was in version.before.items() if name != "contact"}
            session.add(version)
        await enqueue_card(session, practice, clock, stamp="forgotten")
    for reuse in await practice_reuse.of_member(session, network_id, member_id):
        reuse.authority, reuse.authority_id = "", None
        reuse.authority_key = f"gone:{reuse.id}"
        session.add(reuse)
        taken_up = await practices.get(session, network_id, reuse.practice_id)
        if taken_up is not None:
            await enqueue_card(session, taken_up, clock, stamp=f"gone:{reuse.id}")
