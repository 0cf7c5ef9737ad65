"""What follows from a change of a need, in the transaction that makes it: requests, messages, the card.

Every function writes rows and calls nobody; ``needs_delivery.py`` says what the rows become. Whoever asks
peers holds the network's row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.asking import ask_peers
from community.needs_rules import keeper_id
from storage import helping, needs, outbox
from storage.helping import HelpRequest, HelpState
from storage.needs import Need, NeedState

UNANSWERED_AFTER = timedelta(hours=48)
FOLLOWED_UP_AFTER = timedelta(weeks=6)
WAITING_ROWS = ("need.thread", "need.unanswered", "need.follow_up")


async def open_up(session: AsyncSession, need: Need, now: datetime) -> Sequence[HelpRequest]:
    """It is published: its thread, peers asked in private, and the two questions of later."""
    need.state, need.published_at, need.active_at = NeedState.OPEN, now, now
    session.add(need)
    await later(session, need, "need.thread", now, now)
    await later(session, need, "need.unanswered", now + UNANSWERED_AFTER, now)
    await plan_follow_up(session, need, now + FOLLOWED_UP_AFTER, now)
    return await ask_peers(session, need, now)


async def follow_up(session: AsyncSession, need: Need, now: datetime) -> Sequence[HelpRequest]:
    """Its author says that it still holds."""
    need.active_at = now
    await plan_follow_up(session, need, now + FOLLOWED_UP_AFTER, now)
    return await ask_peers(session, need, now)


async def plan_follow_up(session: AsyncSession, need: Need, due: datetime, now: datetime) -> None:
    """« Où en êtes-vous ? », once for each silence."""
    need.follow_up_at = due
    session.add(need)
    keeper = await keeper_id(session, need)
    await later(session, need, "need.follow_up", due, now, key=f"{due:%Y%m%d%H%M}:{keeper}")


async def handed_over(session: AsyncSession, network_id: int, need_id: int, now: datetime) -> None:
    """Somebody else follows it up from now on: they are asked, once their own six weeks are over."""
    need = await needs.locked(session, network_id, need_id)
    if need is None or need.state != NeedState.OPEN:
        return
    await outbox.cancel(session, network_id=network_id, kinds=["need.follow_up"], subject_id=need_id, now=now)
    need.active_at = now
    await plan_follow_up(session, need, now + FOLLOWED_UP_AFTER, now)


async def call_off(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> None:
    """Who followed these up left: peers who were asked need not answer, and nobody else is asked.

    Without a name nothing is said to anybody: the moment would tell who asked.
    """
    for need in await needs.open_kept_by(session, network_id, member_id):
        for one in await helping.of_need(session, network_id, need.id or 0):
            if one.state == HelpState.ASKED and not need.nameless:
                await later(
                    session,
                    need,
                    "need.called_off",
                    now,
                    now,
                    recipient_id=one.helper_id,
                    request=one.id or 0,
                )
            if one.state in (HelpState.CHOSEN, HelpState.ASKED):
                one.state = HelpState.SKIPPED
                session.add(one)
        await refresh(session, need, now)


async def close_up(
    session: AsyncSession, need: Need, ending: NeedState, outcome: str | None, now: datetime
) -> None:
    """It waits for nobody any more: what was planned is dropped, those who helped are thanked."""
    need.state, need.outcome, need.closed_at, need.active_at = ending, outcome, now, now
    need.follow_up_at = None
    session.add(need)
    await outbox.cancel(
        session, network_id=need.network_id, kinds=WAITING_ROWS, subject_id=need.id or 0, now=now
    )
    for one in await helping.of_need(session, need.network_id, need.id or 0):
        if one.state == HelpState.CHOSEN:
            one.state = HelpState.SKIPPED
        elif one.state == HelpState.ASKED:
            one.state = HelpState.SILENT
        elif one.state == HelpState.ACCEPTED and ending in (NeedState.SOLVED, NeedState.DONE):
            await later(session, need, "need.thanks", now, now, recipient_id=one.helper_id)
        session.add(one)
    await refresh(session, need, now)


async def refresh(session: AsyncSession, need: Need, now: datetime) -> None:
    """The first message of its thread shows it as it is now."""
    if need.thread_ref is not None:
        await outbox.refresh(
            session, network_id=need.network_id, kind="need.card", subject_id=need.id or 0, now=now
        )


async def later(
    session: AsyncSession,
    need: Need,
    kind: str,
    due: datetime,
    now: datetime,
    *,
    key: str = "",
    recipient_id: int | None = None,
    **details: int,
) -> None:
    """One row about this need."""
    if kind in ("need.follow_up", "need.accepted"):
        recipient_id = await keeper_id(session, need)
    elif kind == "need.decided":
        recipient_id = need.author_id
    await outbox.enqueue(
        session,
        network_id=need.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{need.id}:{key or recipient_id or ''}",
        subject_id=need.id,
        recipient_id=recipient_id,
        details=dict(details),
        due_at=due,
        now=now,
    )
