"""A member accompanies a newcomer for a month: both agree, both may stop, and a refusal is never told.

Whoever offers to is proposed by name to newcomers of comparable territories; one newcomer at a time unless
they say two. Words after three days, two weeks and a month keep the pair going (``sponsoring_delivery.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import DomainError, NotFound
from community.policy import Action, require
from community.ports import Clock
from community.profiles import PeerView, peer_views, wanted_of
from storage import members, outbox, profiles, sponsors
from storage.engine import Database
from storage.members import MemberState
from storage.sponsors import PairState, Sponsor, Sponsorship

SHOWN = 3
MOST_ASKED = 3  # requests of one newcomer that wait at the same time
REQUEST_WAITS = timedelta(days=7)
WORD_DAYS = (3, 14, 30)
LASTS = timedelta(days=30)
WORD_EXPIRES = timedelta(days=3)
WORDS = "sponsor.word"


class SponsorTaken(DomainError):
    """They accompany somebody else meanwhile, or offer it no more."""

    code = "sponsor_taken"
    onward = ("sponsor.find",)


class SponsorLoaded(DomainError):
    """The actor accompanies as many people as they said. Details: ``most``."""

    code = "sponsor_loaded"


class AlreadyAccompanied(DomainError):
    """The newcomer has somebody. Details: ``mine`` (said to the newcomer, not to the other)."""

    code = "already_accompanied"


class TooManyAsked(DomainError):
    """Requests wait already. Details: ``most``."""

    code = "too_many_asked"


@dataclass(frozen=True)
class Pair:
    """Somebody on the other side; ``guides``: they accompany the actor."""

    id: int
    peer: PeerView
    until: datetime
    guides: bool


@dataclass(frozen=True)
class SponsoringView:
    """``requests`` came to the actor and wait for their answer; ``waiting``: the actor's own, unanswered."""

    offers: bool
    most: int
    pairs: Sequence[Pair]
    requests: Sequence[Pair]
    waiting: int

    @property
    def has_guide(self) -> bool:
        return any(one.guides for one in self.pairs)


class Sponsoring:
    """Use cases of both sides."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def mine(self, actor: Actor) -> SponsoringView:
        """What the actor offers, whom they accompany, who accompanies them."""
        require(actor, Action.SPONSOR)
        async with self._db.reading() as session:
            return await self._view(session, actor)

    async def find(self, actor: Actor) -> Sequence[PeerView]:
        """Up to three members who could accompany the actor, with the reason for each."""
        require(actor, Action.SPONSOR)
        async with self._db.reading() as session:
            return await proposals(session, actor.network_id, actor.member_id or 0, self._clock.now())

    async def offer(self, actor: Actor, most: int = 1) -> SponsoringView:
        """Agree to be proposed to newcomers."""
        require(actor, Action.SPONSOR)
        now = self._clock.now()
        async with self._db.transaction() as session:
            member_id = await self._here(session, actor)
            row = await sponsors.locked(session, actor.network_id, member_id)
            row = row or Sponsor(member_id=member_id, network_id=actor.network_id, since=now)
            row.most = min(max(1, most), 2)
            session.add(row)
            await profiles.ensure(session, actor.network_id, member_id, now)
            await session.flush()
            return await self._view(session, actor)

    async def withdraw(self, actor: Actor) -> SponsoringView:
        """Be proposed no more. Whom one accompanies already is not left for it."""
        require(actor, Action.SPONSOR)
        async with self._db.transaction() as session:
            await sponsors.withdraw(session, actor.network_id, await self._here(session, actor))
            return await self._view(session, actor)

    async def ask(self, actor: Actor, sponsor_id: int) -> PeerView:
        """Ask somebody who offered: they are told in private, and answer or not."""
        require(actor, Action.SPONSOR)
        now = self._clock.now()
        async with self._db.transaction() as session:
            mine = await self._here(session, actor)
            await profiles.ensure(session, actor.network_id, mine, now)
            if await guided(session, actor.network_id, mine, now):
                raise AlreadyAccompanied(mine=True)
            if await sponsors.asked_once(session, actor.network_id, mine, sponsor_id):
                return await _peer(session, actor.network_id, mine, sponsor_id)
            if await _waiting(session, actor.network_id, mine, now) >= MOST_ASKED:
                raise TooManyAsked(most=MOST_ASKED)
            offer = await sponsors.locked(session, actor.network_id, sponsor_id)
            if offer is None or sponsor_id == mine or await _full(session, offer, now):
                raise SponsorTaken
            peer = await _peer(session, actor.network_id, mine, sponsor_id)
            made = Sponsorship(
                network_id=actor.network_id,
                newcomer_id=mine,
                sponsor_id=sponsor_id,
                asked_at=now,
                until=now + REQUEST_WAITS,
            )
            session.add(made)
            await session.flush()
            await _tell(session, made, "sponsor.asked", sponsor_id, now, expires=made.until)
            return peer

    async def accept(self, actor: Actor, pair_id: int) -> Pair:
        """Accompany whoever asked, for a month from now."""
        require(actor, Action.SPONSOR)
        now = self._clock.now()
        async with self._db.transaction() as session:
            made = await self._request(session, actor, pair_id, now)
            if made.state == PairState.GOES_ON:  # a second click
                return await pair_for(session, made, made.sponsor_id)
            if await guided(session, made.network_id, made.newcomer_id, now):
                raise AlreadyAccompanied(mine=False)
            offer = await sponsors.locked(session, made.network_id, made.sponsor_id)
            if offer is None:
                raise NotFound(kind="sponsorship")
            if await _full(session, offer, now):
                raise SponsorLoaded(most=offer.most)
            made.state, made.until = PairState.GOES_ON, now + LASTS
            session.add(made)
            await session.flush()
            await _tell(session, made, "sponsor.begun", made.newcomer_id, now)
            for days in WORD_DAYS:
                expires = now + timedelta(days=days) + WORD_EXPIRES
                for side in (made.newcomer_id, made.sponsor_id):
                    await _tell(session, made, WORDS, side, now, days=days, expires=expires)
            return await pair_for(session, made, made.sponsor_id)

    async def decline(self, actor: Actor, pair_id: int) -> SponsoringView:
        """Not now: nobody is told."""
        require(actor, Action.SPONSOR)
        now = self._clock.now()
        async with self._db.transaction() as session:
            made = await self._request(session, actor, pair_id, now)
            if made.state == PairState.ASKED:
                made.state = PairState.DECLINED
                session.add(made)
                await session.flush()
            return await self._view(session, actor)

    async def stop(self, actor: Actor, pair_id: int) -> SponsoringView:
        """Either may, without a reason; the other is told that it is over."""
        require(actor, Action.SPONSOR)
        now = self._clock.now()
        async with self._db.transaction() as session:
            mine = await self._here(session, actor)
            made = await sponsors.pair(session, actor.network_id, pair_id)
            if made is None or mine not in (made.newcomer_id, made.sponsor_id):
                raise NotFound(kind="sponsorship")
            await _end(session, made, mine, now)
            return await self._view(session, actor)

    async def _here(self, session: AsyncSession, actor: Actor) -> int:
        """The actor, held until the end of the transaction."""
        member = await members.locked(session, actor.network_id, actor.member_id or 0)
        if member is None:
            raise NotFound(kind="member")
        return member.id or 0

    async def _request(self, session: AsyncSession, actor: Actor, pair_id: int, now: datetime) -> Sponsorship:
        """A request to the actor. The newcomer is held: two who accept take turns."""
        made = await sponsors.pair(session, actor.network_id, pair_id)
        if made is None or made.sponsor_id != actor.member_id:
            raise NotFound(kind="sponsorship")
        newcomer = await members.locked(session, actor.network_id, made.newcomer_id)
        await session.refresh(made)
        stands = made.state in (PairState.ASKED, PairState.GOES_ON) and made.until > now
        if newcomer is None or newcomer.state != MemberState.ACTIVE or not stands:
            raise NotFound(kind="sponsorship")
        return made

    async def _view(self, session: AsyncSession, actor: Actor) -> SponsoringView:
        mine, now = actor.member_id or 0, self._clock.now()
        offer = await sponsors.offer(session, actor.network_id, mine)
        asked = await sponsors.of(session, actor.network_id, mine, PairState.ASKED, now)
        going = await sponsors.of(session, actor.network_id, mine, PairState.GOES_ON, now)
        to_me = [one for one in asked if one.sponsor_id == mine and offer is not None]
        return SponsoringView(
            offers=offer is not None,
            most=offer.most if offer else 1,
            pairs=[await pair_for(session, one, mine) for one in going],
            requests=[await pair_for(session, one, mine) for one in to_me],
            waiting=await _waiting(session, actor.network_id, mine, now),
        )


async def proposals(
    session: AsyncSession, network_id: int, member_id: int, now: datetime
) -> Sequence[PeerView]:
    """Who could accompany somebody: only those who offered and have room."""
    mine = await profiles.get(session, network_id, member_id)
    themes = await profiles.themes_of(session, network_id, member_id)
    wanted = wanted_of(member_id, mine, [theme.id or 0 for theme in themes])
    found = await sponsors.free(session, network_id, wanted, now, SHOWN)
    return await peer_views(session, network_id, mine, {theme.name for theme in themes}, found)


async def guided(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> bool:
    """Whether somebody accompanies them now."""
    going = await sponsors.of(session, network_id, member_id, PairState.GOES_ON, now)
    return any(one.newcomer_id == member_id for one in going)


async def let_go(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> None:
    """Somebody leaves, is suspended or erased: nobody is asked for them, and their pairs end."""
    await sponsors.withdraw(session, network_id, member_id)
    for state in (PairState.GOES_ON, PairState.ASKED):
        for made in await sponsors.of(session, network_id, member_id, state, now):
            await _end(session, made, member_id, now)


async def _end(session: AsyncSession, made: Sponsorship, by: int, now: datetime) -> None:
    going = made.state == PairState.GOES_ON and made.until > now
    if made.state in (PairState.DECLINED, PairState.STOPPED):
        return
    made.state = PairState.STOPPED
    session.add(made)
    await session.flush()
    await outbox.cancel(
        session,
        network_id=made.network_id,
        kinds=("sponsor.asked", "sponsor.begun", WORDS),
        subject_id=made.id or 0,
        now=now,
    )
    if going:
        other = made.sponsor_id if by == made.newcomer_id else made.newcomer_id
        await _tell(session, made, "sponsor.ended", other, now)


async def _waiting(session: AsyncSession, network_id: int, newcomer_id: int, now: datetime) -> int:
    """Requests of a newcomer. Who declined counts as who has not answered yet: a refusal does not show."""
    sent = [
        *await sponsors.of(session, network_id, newcomer_id, PairState.ASKED, now),
        *await sponsors.of(session, network_id, newcomer_id, PairState.DECLINED, now),
    ]
    return sum(one.newcomer_id == newcomer_id for one in sent)


async def _full(session: AsyncSession, offer: Sponsor, now: datetime) -> bool:
    going = await sponsors.of(session, offer.network_id, offer.member_id, PairState.GOES_ON, now)
    return sum(one.sponsor_id == offer.member_id for one in going) >= offer.most


async def _tell(
    session: AsyncSession,
    made: Sponsorship,
    kind: str,
    recipient_id: int,
    now: datetime,
    *,
    days: int = 0,
    expires: datetime | None = None,
) -> None:
    await outbox.enqueue(
        session,
        network_id=made.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{made.id}:{recipient_id}:{days}",
        subject_id=made.id,
        recipient_id=recipient_id,
        details={"days": days} if days else {},
        due_at=now + timedelta(days=days),
        expires_at=expires,
        now=now,
    )


async def _peer(session: AsyncSession, network_id: int, mine: int, other: int) -> PeerView:
    """The other one, with only what they let others see."""
    profile = await profiles.get(session, network_id, mine)
    themes = await profiles.themes_of(session, network_id, mine)
    found = await profiles.with_names(session, network_id, [other])
    if not found:
        raise NotFound(kind="member")
    (peer,) = await peer_views(session, network_id, profile, {theme.name for theme in themes}, found)
    return peer


async def pair_for(session: AsyncSession, made: Sponsorship, mine: int) -> Pair:
    """As one side sees it."""
    guides = made.newcomer_id == mine
    other = made.sponsor_id if guides else made.newcomer_id
    return Pair(made.id or 0, await _peer(session, made.network_id, mine, other), made.until, guides)
