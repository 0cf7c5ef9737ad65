"""Joining: from the first click to full access, and back after a refusal. The state is in the database only.

Must not send anything: cards, private words and reminders are outbox rows (``joining_delivery.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import access, profiles, text
from community.actors import Actor, Role, Standing
from community.errors import DomainError, Invalid, NotFound
from community.members import Members
from community.policy import Action, require
from community.ports import Clock
from community.profiles import ProfileView
from storage import joining, members, outbox
from storage import profiles as stored_profiles
from storage.engine import Database
from storage.joining import JoinRequest, RequestState
from storage.members import Member, MemberState

WORDS_LONGEST = 1000
REMIND_AFTER = timedelta(days=2)
MOST_REMINDERS = 3
SNOOZED = timedelta(days=7)


class NotWaiting(DomainError):
    """The request was decided meanwhile, or was never sent."""

    code = "not_waiting"


class Incomplete(DomainError):
    """The request lacks steps. Details: ``missing`` (names of steps)."""

    code = "join_incomplete"


@dataclass(frozen=True)
class JoinView:
    """Where somebody stands. ``state`` is the request's; ``access`` the member's."""

    profile: ProfileView
    state: str
    access: str
    question: str = ""
    answer: str = ""
    reason: str = ""
    changed: bool = True


@dataclass(frozen=True)
class Waiting:
    """Somebody in the queue. ``days``: since they sent their request, or arrived."""

    member_id: int
    name: str
    account_ref: str
    state: str
    days: int
    organisation: str = ""
    function: str = ""


class Joining:
    """Use cases on requests."""

    def __init__(self, db: Database, clock: Clock, people: Members) -> None:
        self._db = db
        self._clock = clock
        self._people = people

    async def open(self, standing: Standing) -> JoinView:
        """« I want to join »: known from now on, and where they stand."""
        actor = await self._people.arrive(standing)
        require(actor, Action.ASK_FOR_ACCESS)
        async with self._db.transaction() as session:
            member = await _of(session, actor)
            if member.state == MemberState.NEWCOMER:
                await joining.ensure(session, actor.network_id, member.id or 0, self._clock.now())
            return await self._view(session, actor, member)

    async def mine(self, actor: Actor) -> JoinView:
        """Where the actor stands."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.reading() as session:
            member = await members.get(session, actor.network_id, actor.member_id or 0)
            if member is None:
                raise NotFound(kind="member")
            return await self._view(session, actor, member)

    async def send(self, actor: Actor) -> JoinView:
        """Hand the request to the facilitators, at first or again after a refusal."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.transaction() as session:
            member = await _of(session, actor)
            if member.state != MemberState.NEWCOMER:
                return await self._view(session, actor, member, changed=False)
            filled = await profiles.view(session, actor)
            if not filled.complete:
                raise Incomplete(missing=filled.missing)
            request = await joining.ensure(session, actor.network_id, member.id or 0, self._clock.now())
            if request.state in (RequestState.SENT, RequestState.ASKED):
                return await self._view(session, actor, member, changed=False)
            await self._hand_in(session, request)
            return await self._view(session, actor, member)

    async def answer(self, actor: Actor, typed: str) -> JoinView:
        """The answer to the facilitators' question; the request is theirs again."""
        require(actor, Action.EDIT_PROFILE)
        words = _words("answer", typed)
        async with self._db.transaction() as session:
            member = await _of(session, actor)
            request = await joining.of(session, actor.network_id, member.id or 0)
            if request is None or request.state != RequestState.ASKED:
                raise NotWaiting
            request.answer = words
            await self._hand_in(session, request)
            return await self._view(session, actor, member)

    async def queue(self, actor: Actor, limit: int = 25) -> Sequence[Waiting]:
        """Who waits, those to decide on first, and since when."""
        require(actor, Action.ADMIT_MEMBER)
        return await self._waiting(actor, limit, sent_only=False)

    async def vouchable(self, actor: Actor, limit: int = 25) -> Sequence[Waiting]:
        """Those whom a member may vouch for: they sent their request. Names and organisations only."""
        require(actor, Action.VOUCH)
        return await self._waiting(actor, limit, sent_only=True)

    async def ask(self, actor: Actor, member_id: int, typed: str) -> Waiting:
        """A question, before deciding."""
        require(actor, Action.ADMIT_MEMBER)
        question = _words("question", typed)
        async with self._db.transaction() as session:
            member, request = await self._pending(session, actor, member_id)
            request.state, request.question, request.answer = RequestState.ASKED, question, ""
            return await self._decided(session, actor, member, request, "join.ask")

    async def refuse(self, actor: Actor, member_id: int, typed: str) -> Waiting:
        """No, with the reason, which the person reads; they may correct their request and send it again."""
        require(actor, Action.ADMIT_MEMBER)
        reason = _words("reason", typed)
        async with self._db.transaction() as session:
            member, request = await self._pending(session, actor, member_id)
            request.state, request.reason = RequestState.REFUSED, reason
            request.decided_at, request.decided_by = self._clock.now(), actor.member_id
            return await self._decided(session, actor, member, request, "join.refuse")

    async def vouch(self, actor: Actor, member_id: int) -> Waiting:
        """A member answers for somebody they know: full access at once; the facilitators are told."""
        require(actor, Action.VOUCH)
        async with self._db.transaction() as session:
            member, request = await self._pending(session, actor, member_id)
            if actor.member_id is None or actor.member_id == member.id or actor.role < Role.MEMBER:
                raise NotWaiting
            now = self._clock.now()
            act = await access.let_in(
                session, now, member, by=actor.member_id, action=Action.VOUCH, vouched=True
            )
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind="join.vouched",
                dedupe_key=f"join.vouched:{act}",
                subject_id=member.id,
                due_at=now,
                now=now,
            )
            return await self._line(session, member, request)

    async def snooze(self, actor: Actor) -> None:
        """« Later »: the same word in a week, if it is still needed."""
        require(actor, Action.EDIT_PROFILE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            member = await _of(session, actor)
            await access.follow_up(session, now, member, days=7, key=f"again:{now:%Y%m%d}", after=SNOOZED)

    async def stop_follow_ups(self, actor: Actor) -> None:
        """« No more of these »."""
        require(actor, Action.EDIT_PROFILE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            member = await _of(session, actor)
            mine = await stored_profiles.ensure(session, actor.network_id, member.id or 0, now)
            mine.followed_up = False
            session.add(mine)

    async def _hand_in(self, session: AsyncSession, request: JoinRequest) -> None:
        """A card for the facilitators now, and a reminder when nobody decides."""
        now = self._clock.now()
        await access.card_follows(session, now, request, "again")
        request.state, request.sent_at = RequestState.SENT, now
        request.round += 1
        session.add(request)
        await outbox.enqueue(
            session,
            network_id=request.network_id,
            kind="member.asks",
            dedupe_key=access.asked_key(request),
            subject_id=request.member_id,
            details={"round": request.round},
            due_at=now,
            now=now,
        )
        await remind(session, request, 1, now)

    async def _decided(
        self, session: AsyncSession, actor: Actor, member: Member, request: JoinRequest, action: str
    ) -> Waiting:
        session.add(request)
        now = self._clock.now()
        act = await access.note(session, now, member, by=actor.member_id, action=action)
        await access.card_follows(session, now, request, str(act))
        kind = "join.asked" if action == "join.ask" else "join.refused"
        await access.tell(session, now, member, kind, act)
        return await self._line(session, member, request)

    async def _pending(
        self, session: AsyncSession, actor: Actor, member_id: int
    ) -> tuple[Member, JoinRequest]:
        """A request that waits, with its member's row held: two decisions take turns."""
        member = await members.locked(session, actor.network_id, member_id)
        if member is None:
            raise NotFound(kind="member")
        request = await joining.of(session, actor.network_id, member_id)
        waits = request is not None and request.state in (RequestState.SENT, RequestState.ASKED)
        if member.state != MemberState.NEWCOMER or request is None or not waits:
            raise NotWaiting
        return member, request

    async def _view(
        self, session: AsyncSession, actor: Actor, member: Member, *, changed: bool = True
    ) -> JoinView:
        request = await joining.of(session, actor.network_id, member.id or 0)
        filled = await profiles.view(session, actor)
        if request is None:
            return JoinView(filled, RequestState.DRAFT, member.state, changed=changed)
        return JoinView(
            filled, request.state, member.state, request.question, request.answer, request.reason, changed
        )

    async def _waiting(self, actor: Actor, limit: int, *, sent_only: bool) -> Sequence[Waiting]:
        async with self._db.reading() as session:
            found = await joining.waiting(session, actor.network_id, limit, sent_only=sent_only)
            return tuple([await self._line(session, member, request) for member, request in found])

    async def _line(self, session: AsyncSession, member: Member, request: JoinRequest | None) -> Waiting:
        profile = await stored_profiles.get(session, member.network_id, member.id or 0)
        account = await members.identity(session, member.network_id, member.id or 0)
        since: datetime = (request.sent_at if request else None) or member.arrived_at
        return Waiting(
            member.id or 0,
            member.display_name,
            account.account_ref if account else "",
            request.state if request else RequestState.DRAFT,
            max(0, (self._clock.now() - since).days),
            profile.organisation if profile else "",
            profile.function if profile else "",
        )


async def remind(session: AsyncSession, request: JoinRequest, number: int, now: datetime) -> None:
    """The ``number``-th reminder of this round, two days after the one before."""
    if number > MOST_REMINDERS:
        return
    await outbox.enqueue(
        session,
        network_id=request.network_id,
        kind="join.waits",
        dedupe_key=access.reminder_key(request, number),
        subject_id=request.member_id,
        details={"round": request.round, "number": number},
        due_at=now + REMIND_AFTER,
        now=now,
    )


async def _of(session: AsyncSession, actor: Actor) -> Member:
    member = await members.locked(session, actor.network_id, actor.member_id or 0)
    if member is None:
        raise NotFound(kind="member")
    return member


def _words(field: str, typed: str) -> str:
    value = text.lines(typed)
    if len(value) < 2:
        raise Invalid(field=field, problem="too_short", given=len(value), limit=2)
    if len(value) > WORDS_LONGEST:
        raise Invalid(field=field, problem="too_long", given=len(value), limit=WORDS_LONGEST)
    return value
