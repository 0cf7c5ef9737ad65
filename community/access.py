"""What letting somebody in sets going: shared by those who admit and by those who vouch.

Runs in the caller's transaction, after its permission was asked. Grants are outbox rows: the re-check at
delivery lets a newer decision win.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import theme_wearing
from storage import audit, joining, outbox
from storage.joining import JoinRequest, RequestState
from storage.members import Member, MemberState
from storage.networks import RoleName

FOLLOW_UP_DAYS = (1, 7, 30)


async def let_in(
    session: AsyncSession,
    now: datetime,
    member: Member,
    *,
    by: int | None,
    action: str,
    vouched: bool = False,
) -> int:
    """Full access from now on: the role, a private word the first time, the request closed.

    Returns the act's number, which names what follows from it.
    """
    first = member.admitted_at is None
    member.state = MemberState.ACTIVE
    member.admitted_at, member.admitted_by = now, by
    session.add(member)
    act = await note(session, now, member, by=by, action=action)
    await close_request(session, now, member, act, by=by, vouched=vouched)
    await ask_platform(session, now, member, RoleName.MEMBER, act, give=True)
    await ask_platform(session, now, member, RoleName.NEWCOMER, act, give=False)
    await theme_wearing.all_of(session, now, member.network_id, member.id or 0, give=True)
    if first:
        await tell(session, now, member, "member.admitted", act)
        for days in FOLLOW_UP_DAYS:
            await follow_up(session, now, member, days=days, key=str(days), after=timedelta(days=days))
    return act


async def close_request(
    session: AsyncSession,
    now: datetime,
    member: Member,
    act: int,
    *,
    by: int | None,
    vouched: bool = False,
) -> None:
    """They are in, whichever way they came: nobody has to decide on their request any more."""
    request = await joining.of(session, member.network_id, member.id or 0)
    if request is None:
        return
    request.state, request.decided_at, request.decided_by = RequestState.ACCEPTED, now, by
    request.vouched = vouched
    session.add(request)
    await card_follows(session, now, request, str(act))


async def withdraw_request(session: AsyncSession, now: datetime, member: Member, act: int) -> None:
    """They are gone, or kept out: no card offers a decision. Back again, they send their request anew.

    A refusal stays as it is, with its reason and its way back.
    """
    request = await joining.of(session, member.network_id, member.id or 0)
    if request is None or request.state in (RequestState.DRAFT, RequestState.REFUSED):
        return
    waited = request.state != RequestState.ACCEPTED
    request.state, request.vouched = RequestState.DRAFT, False
    request.question = request.answer = request.reason = ""
    session.add(request)
    if waited:
        await card_follows(session, now, request, str(act))


async def follow_up(
    session: AsyncSession, now: datetime, member: Member, *, days: int, key: str, after: timedelta
) -> None:
    """A word later on, for who did nothing by then."""
    await outbox.enqueue(
        session,
        network_id=member.network_id,
        kind="member.follow_up",
        dedupe_key=f"member.follow_up:{member.id}:{key}",
        subject_id=member.id,
        recipient_id=member.id,
        details={"days": days},
        due_at=now + after,
        expires_at=now + after + timedelta(days=3),
        now=now,
    )


async def note(session: AsyncSession, now: datetime, member: Member, *, by: int | None, action: str) -> int:
    """The act, in the audit."""
    return await audit.record(
        session,
        network_id=member.network_id,
        at=now,
        member_id=by,
        action=action,
        subject_kind="member",
        subject_id=member.id,
    )


async def ask_platform(
    session: AsyncSession, now: datetime, member: Member, role: str, act: int, *, give: bool
) -> None:
    """The role on the platform follows."""
    kind = "member.grant_role" if give else "member.revoke_role"
    await outbox.enqueue(
        session,
        network_id=member.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{role}:{act}",
        subject_id=member.id,
        details={"role": str(role)},
        due_at=now,
        now=now,
    )


async def tell(session: AsyncSession, now: datetime, member: Member, kind: str, act: int) -> None:
    """A private word on what was decided."""
    await outbox.enqueue(
        session,
        network_id=member.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{act}",
        subject_id=member.id,
        recipient_id=member.id,
        due_at=now,
        now=now,
    )


async def welcome(session: AsyncSession, now: datetime, network_id: int, member_id: int) -> None:
    """Access is effective: present the person, once in a life, even after they left and came back."""
    await outbox.enqueue(
        session,
        network_id=network_id,
        kind="member.welcome",
        dedupe_key=f"member.welcome:{member_id}",
        subject_id=member_id,
        due_at=now,
        now=now,
    )


def asked_key(request: JoinRequest) -> str:
    """Of the row that shows this round of a request to the facilitators."""
    return f"member.asks:{request.id}:{request.round}"


def reminder_key(request: JoinRequest, number: int) -> str:
    """Of the row that shows it again, for the ``number``-th time."""
    return f"join.waits:{request.id}:{request.round}:{number}"


async def card_follows(session: AsyncSession, now: datetime, request: JoinRequest, cause: str) -> None:
    """The cards of this request, in the facilitators' corner, say what became of it. ``cause``: why, once."""
    if not request.round:
        return
    cards = [asked_key(request)]
    while await outbox.sent_ref(session, request.network_id, reminder_key(request, len(cards))):
        cards.append(reminder_key(request, len(cards)))
    for card in cards:
        await outbox.enqueue(
            session,
            network_id=request.network_id,
            kind="join.card",
            dedupe_key=f"join.card:{cause}:{card}",
            subject_id=request.member_id,
            details={"round": request.round, "card": card},
            due_at=now,
            now=now,
        )
